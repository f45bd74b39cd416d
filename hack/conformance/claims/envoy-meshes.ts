/** Gloo and Kuma, by what their routes are and whose. */
import type { Claim } from '../claim.ts';

const CONTRACT = 'test/contract/traffic.test.ts';
const MESHES = 'test/unit/traffic/envoy-meshes.test.ts';
const QUERIES = 'test/unit/metrics/builtin.test.ts';
const LOOKS = 'test/unit/controller/observe.test.ts';

export const ENVOY_MESHES: readonly Claim[] = [
  {
    id: '10.5.35',
    says: 'a RouteTable shares requests out between two Upstreams, which are set like the one that the Canary names',
    tests: {
      [CONTRACT]: ['traffic provider gloo renders …', 'traffic provider gloo reads back …'],
      [MESHES]: [
        'a RouteTable of Gloo has Upstreams that follow that one, and keep what it leaves open',
        'a RouteTable of Gloo waits for the Upstream that the others are to be set like',
        'a RouteTable of Gloo looks in the namespace of the Canary where upstreamRef names none',
        'a RouteTable of Gloo is not in force where Gloo rejects it: …',
        'a RouteTable of Gloo keeps what somebody set on a route of ours, and nothing of the user’s own',
      ],
      [QUERIES]: ['the built-in queries read for gloo as dashboards know them'],
    },
    mutants: [
      'Gloo: a share in force that Gloo rejects',
      'Gloo: Upstreams that are set like the user’s once and never again',
      'Gloo: a model looked for in no namespace (4.8)',
    ],
    differs:
      'the Upstreams follow in all that is taken over, not in load balancing alone, and metrics go by the Service’s name',
  },
  {
    id: '10.5.36',
    says: 'conditions on headers stay whatever the weight, and visitors who are not chosen have a route',
    tests: {
      [CONTRACT]: [
        'traffic provider gloo renders header-match as on record',
        'traffic provider gloo renders match-without-iterations as on record',
      ],
      [MESHES]: ['a RouteTable of Gloo leaves nobody without a route in an A/B test (M65)'],
      'test/unit/traffic/objections.test.ts': ['on Gloo …'],
    },
    mutants: [
      'Gloo: visitors who are not chosen without a route (M65)',
      'Gloo: an A/B route in a run by weights (M42)',
    ],
    differs:
      'each entry of a match is an alternative, as for other providers, where Flagger asks for all at once',
  },
  {
    id: '10.5.43.1',
    says: 'a TrafficRoute shares requests to the apex out between primary and canary, in the mesh that the Canary names',
    tests: {
      [CONTRACT]: ['traffic provider kuma renders …', 'traffic provider kuma reads back …'],
      [MESHES]: ['a TrafficRoute of Kuma stays in the mesh it is in, unless the Canary names one'],
    },
    mutants: ['Kuma: a load balancer lost in a take-over'],
    differs: 'what else there is of it stays, also where it is the user’s (M56)',
  },
  {
    id: '10.5.43.2',
    says: 'a weight that is there stays when something else about the route is repaired',
    tests: {
      [CONTRACT]: ['traffic provider kuma M7: …'],
      [MESHES]: [
        'a TrafficRoute of Kuma keeps its weights when the Canary names another port',
        'a TrafficRoute of Kuma that is ours already is put back, whatever somebody made of its destinations',
      ],
    },
    mutants: ['Kuma: a canary that keeps its weight under another port, and is not found'],
    differs: 'Flagger sends everything to the primary then (M7)',
  },
  {
    id: '10.5.43.3',
    says: 'it has the name of the apex in the whole cluster, and is in no namespace',
    tests: {
      [MESHES]: [
        'a TrafficRoute of Kuma is in no namespace and has no owner that is in one',
        'a TrafficRoute of Kuma is never written for two Canaries (M65)',
        'a TrafficRoute of Kuma is left alone where it routes …',
      ],
    },
    mutants: [
      'Kuma: one route written for two Canaries in turns (M65)',
      'Kuma: a route of the whole mesh taken for that of one Service',
    ],
    differs: 'the Canary of a second namespace waits and says so, where Flagger’s write it in turns (M65)',
  },
  {
    id: '10.5.43.4',
    says: 'it goes with a Canary that gives everything back',
    tests: {
      [MESHES]: [
        'a TrafficRoute of Kuma is deleted with a Canary that gives everything back, and one of the user’s is put back instead',
      ],
      [LOOKS]: [
        'a Canary that is being deleted takes its route along where that is in no namespace, once everything else is given back (M65)',
      ],
    },
    mutants: [
      'Kuma: a route that outlives its Canary (M65)',
      'Kuma: a route of the user’s deleted with a Canary',
    ],
    differs:
      'Flagger leaves it (M65); so does Serin without revertOnDeletion, and says so in its documentation',
  },
  {
    id: '10.5.43.5',
    says: 'requests are counted by its Envoy, under the name of the canary’s Service',
    tests: { [QUERIES]: ['the built-in queries read for kuma as dashboards know them'] },
    differs: 'of the Service that the Canary names, where Flagger asks by the target’s name',
  },
];
