/** Gloo, Kuma and App Mesh, by what their routes are and whose. */
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
  {
    id: '10.5.46.1',
    says: 'nodes for the pods of primary and canary, routes to both and to the canary alone, in both versions',
    tests: {
      [CONTRACT]: [
        'traffic provider appmesh renders …',
        'traffic provider appmesh reads back …',
        'traffic provider appmesh makes before any pod …',
        'traffic provider appmesh:v1beta2 renders …',
        'traffic provider appmesh:v1beta2 reads back …',
        'traffic provider appmesh:v1beta2 makes before any pod …',
      ],
      [MESHES]: [
        'App Mesh chooses pods as their Services do, whatever the workload is called',
        'App Mesh has nodes that call what the Canary names, time out as it says and log where it asks for that',
        'App Mesh keeps health checks, further listeners and names in AWS of a node',
        'App Mesh speaks grpc by the name of the port, …',
        'App Mesh is not taken for Istio, …',
      ],
    },
    mutants: [
      'App Mesh: pods chosen by the name of the workload (4.6)',
      'App Mesh: a health check lost with a port',
      'App Mesh: a VirtualService of Istio’s taken for one of App Mesh',
    ],
    differs: 'pods are chosen as their Services choose them, where Flagger goes by the workload’s name',
  },
  {
    id: '10.5.46.2',
    says: 'weights are written and read, and stay where something else is mended',
    tests: {
      [CONTRACT]: ['traffic provider appmesh M7: …', 'traffic provider appmesh:v1beta2 M7: …'],
      [MESHES]: [
        'App Mesh has a share that is not in force where …',
        'App Mesh writes nothing again that is as it should be, in its older version either',
      ],
    },
    mutants: ['App Mesh: a share in force that App Mesh has not heard of'],
    differs: 'a weight counts once App Mesh has taken it up, and v1beta1 is not written at every look',
  },
  {
    id: '10.5.46.3',
    says: 'A/B routes by headers, with one for everybody else',
    tests: {
      [CONTRACT]: [
        'traffic provider appmesh renders header-match as on record',
        'traffic provider appmesh:v1beta2 renders header-match as on record',
        'traffic provider appmesh:v1beta2 renders match-without-iterations as on record',
      ],
      'test/unit/traffic/objections.test.ts': ['on App Mesh …'],
    },
    mutants: ['App Mesh: an A/B route in a run by weights (M42)'],
    differs: 'each entry of a match has a route of its own, where Flagger asks for all at once',
  },
  {
    id: '10.5.46.4',
    says: 'hosts, deadline and retries are told to the gateway by annotations',
    tests: {
      [CONTRACT]: [
        'traffic provider appmesh renders gateway as on record',
        'traffic provider appmesh:v1beta2 renders gateway as on record',
      ],
    },
    differs: 'they follow the Canary, where Flagger writes them once with v1beta2',
  },
];
