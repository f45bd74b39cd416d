/** Kuma, by what its routes are and whose. */
import type { Claim } from '../claim.ts';

const CONTRACT = 'test/contract/traffic.test.ts';
const MESHES = 'test/unit/traffic/envoy-meshes.test.ts';
const QUERIES = 'test/unit/metrics/builtin.test.ts';
const LOOKS = 'test/unit/controller/observe.test.ts';

export const ENVOY_MESHES: readonly Claim[] = [
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
