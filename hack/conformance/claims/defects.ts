/** Defects of a rollout that Serin is without: lost or mangled runs, crashes, two at work on one thing. */
import type { Claim } from '../claim.ts';

const DEFECTS = 'test/scenario/defects.test.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DAEMONSET = 'test/unit/targets/daemonset.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const WORKQUEUE = 'test/unit/controller/workqueue.test.ts';
const MANAGER = 'test/unit/controller/manager.test.ts';
const AFFINITY = 'test/unit/traffic/affinity.test.ts';

/** The one scenario that is called after it. */
function scenario(name: string): Readonly<Record<string, readonly string[]>> {
  return { [DEFECTS]: [`defects that must not come back ${name}`] };
}

export const ROLLOUT_DEFECTS: readonly Claim[] = [
  {
    id: 'M1',
    says: 'a revision pushed after a failure is never lost: being recorded and being started are one commit',
    tests: scenario('M1: a revision pushed in Failed starts a run in the commit that records it'),
    mutants: ['M1', 'invariant 16'],
  },
  {
    id: 'M2',
    says: 'after a failed promotion traffic is never sent to the broken primary',
    tests: scenario('M2: after a failed promotion the next revision leaves traffic on the healthy canary'),
    mutants: ['M2', 'invariant 11'],
  },
  {
    id: 'M3',
    says: 'a broken primary lets the revision through that mends it',
    tests: scenario('M3: a broken primary does not block the revision that mends it'),
    mutants: ['M3'],
  },
  {
    id: 'M4',
    says: 'what is promoted is what was analysed, not what the target carries by then',
    tests: {
      ...scenario('M4: a target that has moved on is not copied while promoting'),
      'test/unit/controller/perform.test.ts': [
        'copying the target M4: copies nothing where it carries another revision than the one that is meant',
      ],
    },
    mutants: ['M4'],
  },
  {
    id: 'M5',
    says: 'a promotion that was cut off by a crash is neither analysed nor copied again',
    tests: {
      ...scenario('M5: a promotion that had been copied before a crash is not copied again'),
      'test/scenario/crash.test.ts': ['a controller that dies at any one effect …'],
    },
    mutants: ['M5'],
  },
  {
    id: 'M6',
    says: 'mirroring is one position, and is refused where the provider cannot mirror',
    tests: {
      ...scenario('M6: mirroring is one position, and the weights come after it'),
      [CANARY]: [
        'what cannot be followed M6: is refused where it asks for copies of requests that the provider cannot send',
      ],
    },
    mutants: ['M6'],
  },
  {
    id: 'M7',
    says: 'routes that somebody edits in mid-run are mended at the weight of the run',
    tests: {
      ...scenario('M7: drift in the middle of a run is repaired with the weight of the run'),
      'test/contract/traffic.test.ts': [
        'traffic provider istio M7: keeps the position when it repairs something else',
        'traffic provider gatewayapi M7: keeps the position when it repairs something else',
        'traffic provider traefik M7: keeps the position when it repairs something else',
        'traffic provider nginx M7: keeps the position when it repairs something else',
        'traffic provider skipper M7: keeps the position when it repairs something else',
        'traffic provider apisix M7: keeps the position when it repairs something else',
        'traffic provider contour M7: keeps the position when it repairs something else',
        'traffic provider linkerd M7: keeps the position when it repairs something else',
        'traffic provider kubernetes M7: keeps the position when it repairs something else',
      ],
    },
    mutants: ['M7'],
  },
  {
    id: 'M8',
    says: 'a plan edited in mid-run goes on at its next greater weight',
    tests: scenario('M8: an edited plan goes on at the next greater weight'),
    mutants: ['M8'],
  },
  {
    id: 'M9',
    says: 'maxWeight is a cap where an annotation asks for one',
    tests: {
      [CANARY]: ['the strategy of a canary stops at the highest weight where the annotation asks for it'],
    },
    mutants: ['drop-in: a cap that is not kept (M9)'],
    differs: 'opt-in, since overshooting is what people have',
  },
  {
    id: 'M10',
    says: 'a target put back in mid-run cancels the run',
    tests: {
      ...scenario('M10: a revert in the middle of a run cancels it'),
      'test/scenario/going-back.test.ts': ['going back a revert during a run cancels it'],
    },
    mutants: ['M10', 'invariant 14'],
  },
  {
    id: 'M11',
    says: 'a crash on the way home leaves nobody in Promoting',
    tests: scenario('M11: Promoting without traffic on the canary goes on to Finalising'),
    mutants: ['M11'],
  },
  {
    id: 'M12',
    says: 'a deadline counts from the start of the run or its last progress, for DaemonSets too',
    tests: {
      ...scenario('M12: what was unavailable before the phase began is not held against a workload'),
      [DAEMONSET]: ['the deadline of a DaemonSet (M12) …'],
    },
    mutants: ['M12', 'DaemonSet: its deadline runs on while pods come up (M12)'],
  },
  {
    id: 'M13',
    says: 'a deleted primary comes back as what was promoted, and never with what parks the target',
    tests: {
      ...scenario('M13: a deleted primary comes back from the snapshot, not from the target'),
      [DAEMONSET]: [
        'a DaemonSet is parked never reaches a primary, also when that is made while the target is at nothing (M13)',
        'a primary that carries what parks the target …',
      ],
      'test/scenario/daemonset.test.ts': [
        'a DaemonSet that Flagger drove keeps at rest what parks it, and its primary loses it',
      ],
    },
    mutants: [
      'M13',
      'DaemonSet: what parks the target reaches the primary (M13)',
      'DaemonSet: a primary that is taken over stays at nothing (M13)',
    ],
  },
  {
    id: 'M14',
    says: 'a workload of which nothing is desired is never ready',
    tests: {
      ...scenario('M14: nobody desired is never ready'),
      [DEPLOYMENT]: [
        'the clone M14: of a target at nothing begins with one',
        'waking the target M14: gives it as many as were kept where the primary is gone, and one where nothing is',
      ],
    },
    mutants: ['M14'],
  },
  {
    id: 'M15',
    says: 'traffic waits for the primary before it goes home',
    tests: scenario('M15: traffic does not return to a primary that is still rolling'),
    mutants: ['M15', 'invariant 26'],
  },
  {
    id: 'M16',
    says: 'the target is not scaled down before traffic has left it, while initializing too',
    tests: scenario('M16: the target is not scaled down before the routes have left it'),
    mutants: ['M16', 'invariant 1'],
  },
  {
    id: 'M17',
    says: 'no Canary that is deleted leaves nothing running, where that is asked for once for all of them',
    tests: {
      [CANARY]: ['a canary as its author wrote it that says revertOnDeletion …'],
      'test/unit/controller/flags.test.ts': [
        'the flags of the controller take switches without a value, and with one only after an equals sign',
      ],
      'test/scenario/trouble.test.ts': [
        'trouble deletion with revertOnDeletion gives the target its traffic back first',
      ],
    },
    mutants: ['drop-in: what the controller was told about deletion is forgotten (M17)'],
    differs: 'opt-in by a flag, since a finalizer holds up what is deleted after the controller is gone',
  },
  {
    id: 'M20',
    says: 'a pass that throws disturbs no other Canary and is tried again',
    tests: {
      [MANAGER]: [
        'the manager of passes does not let a pass that throws disturb the others, and tries it again later',
      ],
    },
    mutants: ['drop-in: a pass that throws is not tried again (M20)'],
  },
  {
    id: 'M21',
    says: 'no object that somebody left half empty makes anything throw',
    tests: {
      [CANARY]: [
        'what cannot be followed never makes the parser throw',
        'a canary as its author wrote it skips the analysis that is not there',
      ],
      'test/unit/api/status.test.ts': ['a memory that somebody has edited never makes the parser throw'],
      'test/contract/adapters/prometheus.test.ts': ['an instant query understands nothing'],
      'test/unit/traffic/nginx.test.ts': ['an Ingress that cannot be split …'],
      'test/unit/traffic/copies.test.ts': ['the predicates of a copy for Skipper M21: …'],
      'test/unit/traffic/traefik.test.ts': [
        'a TraefikService says nothing about the canary where it lists neither of the two',
        'a TraefikService makes no sense where its services are no list of names',
      ],
      'test/unit/traffic/knative.test.ts': [
        'a Knative Service M21: is understood without latestRevision, and without a percent',
      ],
      'test/unit/traffic/routers.test.ts': ['M21: what somebody left half empty …'],
    },
    mutants: ['drop-in: an Ingress that is not there (M21)'],
    lacks: 'Datadog comes with its provider',
  },
  {
    id: 'M22',
    says: 'headers of a template are not written into, so no credential gathers in them',
    tests: {
      'test/contract/metrics.test.ts': ['prometheus alone leaves the headers it was given as they were'],
    },
    mutants: ['drop-in: a token in the headers of a template (M22)'],
  },
  {
    id: 'M23',
    says: 'two passes over one Canary never overlap',
    tests: {
      [WORKQUEUE]: [
        'the queue of Canaries never gives one key to two workers, and remembers that it was asked for meanwhile',
      ],
    },
    mutants: ['drop-in: two passes over one Canary at a time (M23)'],
  },
  {
    id: 'M24',
    says: 'a Canary that is being deleted is given back, and nothing else is done with it',
    tests: {
      'test/unit/core/decide.test.ts': ['in the middle of a run at 20% deletion comes before everything'],
      'test/scenario/trouble.test.ts': ['trouble deletion wins over suspend and over a run'],
    },
    mutants: ['invariant 23'],
  },
  {
    id: 'M25',
    says: 'exactly one process acts, and one that wakes up late is refused',
    tests: {
      'test/contract/adapters/lease.test.ts': [
        'the lease is held by exactly one of many that want it at once',
        'the lease is lost when it cannot be renewed for fifteen seconds',
      ],
      [MANAGER]: ['the manager of passes acts on nothing before it leads'],
      'test/simulation/two-processes.test.ts': ['an older process that wakes up …'],
    },
    mutants: ['an ignored version'],
  },
  {
    id: 'M26',
    says: 'what fails is tried again ever later, forgotten on success, and what was deleted unseen is let go',
    tests: {
      [WORKQUEUE]: [
        'the queue of Canaries backs off per key up to the longest wait',
        "the queue of Canaries forgets a key's failures on success",
        'the queue of Canaries forgets a key that is no longer of interest',
      ],
      'test/contract/adapters/cache.test.ts': [
        'a watch that ends because its version has expired is replaced by a list that also shows what is gone',
      ],
    },
    mutants: ['drop-in: failures that nothing makes good (M26)'],
  },
  {
    id: 'M27',
    says: 'a cookie is in the status before it is in the routes',
    tests: {
      'test/unit/core/decide.test.ts': ['cookies …'],
      [AFFINITY]: [
        'on istio hands out the cookies it is told to, not those of the last status',
        'on gatewayapi hands out the cookies it is told to, not those of the last status',
      ],
    },
    mutants: [
      'invariant 22: a cookie in the routes before it is remembered (M27)',
      'session affinity: cookies of the last status in routes of the next',
    ],
  },
  {
    id: 'M28',
    says: 'a cookie is taken back from those who have it, whatever other headers are set',
    tests: {
      [AFFINITY]: [
        'on istio M28: takes cookies back from nobody else, whatever other headers are set',
        'on gatewayapi M28: takes cookies back from nobody else, whatever other headers are set',
      ],
    },
    mutants: ['session affinity: a cookie taken back from everybody (M28)'],
  },
  {
    id: 'M29',
    says: 'a status is written under the version it was read in, or not at all',
    tests: {
      'test/contract/adapters/objects.test.ts': ['objects are not replaced when somebody wrote them since'],
      'test/simulation/two-processes.test.ts': [
        'an older process that wakes up with traffic in its hands does not put an old weight over a newer one',
      ],
    },
    mutants: ['an ignored version'],
  },
];
