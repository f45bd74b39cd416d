/** How a run goes back, what comes after that, and what becomes of a Canary that goes. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const BACK = 'test/scenario/going-back.test.ts';
const TROUBLE = 'test/scenario/trouble.test.ts';
const CRASH = 'test/scenario/crash.test.ts';
const DEFECTS = 'test/scenario/defects.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const CONVERGE = 'test/unit/core/converge.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const WORDING = 'test/unit/core/wording.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const MESSENGER = 'test/unit/controller/messenger.test.ts';
const VITALS = 'test/unit/controller/vitals.test.ts';
const OBSERVE = 'test/unit/controller/observe.test.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DAEMONSET = 'test/unit/targets/daemonset.test.ts';
const SCALED_OBJECT = 'test/unit/targets/scaled-object.test.ts';
const SERVICES = 'test/unit/traffic/services.test.ts';
const TRAFFIC = 'test/contract/traffic.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';

export const ENDINGS: readonly Claim[] = [
  {
    id: '2.11.1',
    says: 'the threshold is told in a Warning and an alert with the number of failed checks',
    tests: {
      [BACK]: ['going back a canary that fails as many checks as the threshold is rolled back'],
      [WORDING]: ['an event about {"kind":"rolled-back"…', 'an alert about {"kind":"rolled-back"…'],
    },
    differs: 'every other reason is told as well (M37)',
  },
  {
    id: '2.11.2',
    says: 'all traffic goes home, copies too, and is tried again where that is refused',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through checks that fail up to the threshold, and the rollback in the same tick',
      ],
      'test/unit/controller/perform.test.ts': ['bringing traffic home …'],
      [TROUBLE]: ['trouble a change the cluster does not take ends the run after the deadline'],
    },
    mutants: ['invariant 9: a rollback that never moves traffic'],
    differs: 'the phase is written first, and no traffic goes to a primary that cannot take it (M2)',
  },
  {
    id: '2.11.3',
    says: 'that the canary failed is a Warning in the phase Failed, and the gauges say 100 and 0',
    tests: {
      [BACK]: ['going back a canary that fails as many checks as the threshold is rolled back'],
      [WORDING]: ['an event about {"kind":"failed"…', 'an alert is not sent about {"kind":"failed"…'],
      [VITALS]: ['the metrics of the controller say what share target and primary are meant to get'],
    },
  },
  {
    id: '2.11.4',
    says: 'the target and its autoscaler rest',
    tests: {
      [BACK]: ['going back a canary that fails as many checks as the threshold is rolled back'],
      [DECIDE]: ['what remains to be done the target is parked when traffic has left it'],
      [SCALED_OBJECT]: [
        'a ScaledObject is paused at nothing, and resumed and a target is awake only when it may be scaled, at rest only when nothing may wake it',
      ],
    },
    mutants: ['autoscaler: at rest although KEDA may wake it'],
    differs: 'once traffic has been away for a moment (M16)',
  },
  {
    id: '2.11.5',
    says: 'the status is Failed with nothing counted, and the failed revision as the one that was tried',
    tests: {
      [DECIDE]: [
        'in the middle of a run at 20% the threshold ends the run',
        'at rest nor does what has failed',
      ],
      [GATES]: ['what an answer means a rollback hook consents: the run ends'],
    },
    mutants: ['invariant 16: tried without a run'],
  },
  {
    id: '2.11.6',
    says: 'the gauge says 2, a failure is counted, and post-rollout hooks are told Failed',
    tests: {
      [VITALS]: [
        'the metrics of the controller say of a Canary that is Failed what the alert rules compare with',
        'the metrics of the controller count how runs ended, under the labels of before',
      ],
      [MESSENGER]: [
        'the messenger calls post-rollout hooks with the outcome, those after a failed one too, and tells what they answered',
      ],
    },
    mutants: ['drop-in: a failure that no alert rule sees (10.3.12)'],
  },
  {
    id: '2.11.7',
    says: 'a rollback that is cut off is gone through again',
    tests: {
      [CRASH]: ['a controller that dies at any one effect leaves the rollout to be rolled back all the same'],
    },
    mutants: ['act before commit'],
    differs: 'what was told is not told again',
  },
  {
    id: '2.12.1',
    says: 'a primary that gives up in a promotion is told in a Warning and an alert; the canary gets all traffic and keeps its pods, and the run is Failed',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through a promotion whose primary does not come up, with the canary serving meanwhile',
      ],
      [DECIDE]: [
        'while the primary takes v2 over at 20% stuck it is answered for by the canary',
        'once traffic is home a primary that breaks before the end is answered for by the canary, which has its pods yet',
      ],
      [WORDING]: ['an event about {"kind":"promotion-failed"…', 'an alert about {"kind":"promotion-failed"…'],
    },
    mutants: ['drop-in: traffic that stays with a primary that does not come up (10.1.5)'],
  },
  {
    id: '2.12.2',
    says: 'then the primary is put back on what was promoted and gets its traffic when it is ready; a revision that comes first begins where the traffic is',
    tests: {
      [BACK]: [
        'going back a failed promotion is undone from the snapshot',
        'going back a new revision after a failed promotion is analysed as usual',
      ],
      [DEFECTS]: [
        'defects that must not come back M2: after a failed promotion the next revision leaves traffic on the healthy canary',
      ],
    },
    mutants: ['M2', 'invariant 11: traffic to a broken primary'],
    differs: 'the next revision has Flagger send all traffic to the broken primary (M2)',
  },
  {
    id: '2.12.3',
    says: 'without a mesh traffic stays with the primary',
    tests: {
      [DECIDE]: ['while the primary takes v2 over at 20% nor where there is no route to the canary'],
      [BACK]: ['going back a failed promotion is undone from the snapshot'],
    },
    differs: 'which is put back on what was promoted',
  },
  {
    id: '2.13.1',
    says: 'after a failure traffic is home and the target at nothing; an edited Canary begins no run',
    tests: {
      [DECIDE]: [
        'at rest an edited Canary starts none, whatever is edited beside its target',
        'at rest nor does what has failed',
      ],
      [BACK]: ['going back a canary that fails as many checks as the threshold is rolled back'],
    },
  },
  {
    id: '2.14.1',
    says: 'a Canary that does not ask to be given back has no finalizer, and takes along all that was made for it',
    tests: {
      [CONVERGE]: [
        'a Canary that no longer asks to be given back may be deleted at once, also where it is being given back already',
      ],
      [CANARY]: ['a canary as its author wrote it that says revertOnDeletion …'],
      [SERVICES]: [
        'the Services of a new Canary are ClusterIP Services with one port, labelled by their own name and owned by the Canary',
      ],
      [DEPLOYMENT]: ['the clone belongs to the Canary'],
    },
    mutants: ['drop-in: what the controller was told about deletion is forgotten (M17)'],
    differs: 'a flag asks for it on behalf of all who do not say (M17)',
  },
  {
    id: '2.14.2',
    says: 'one that does is Terminating first, and that is told',
    tests: {
      [TROUBLE]: ['trouble deletion with revertOnDeletion gives the target its traffic back first'],
      [DECIDE]: ['in the middle of a run at 20% deletion comes before everything'],
      [WORDING]: ['an event about {"kind":"terminating"}'],
    },
    mutants: ['invariant 23'],
  },
  {
    id: '2.14.3',
    says: 'the autoscaler of the target may work again',
    tests: {
      [SCALED_OBJECT]: ['a ScaledObject is paused at nothing, and resumed …'],
      [DEPLOYMENT]: ['the target of a Canary that goes is left to its autoscaler where it runs'],
    },
  },
  {
    id: '2.14.4',
    says: 'the target gets as many replicas as the primary has; a DaemonSet wakes; of a Service nothing is scaled',
    tests: {
      [DEPLOYMENT]: [
        'the target of a Canary that goes gets as many replicas as the primary has, where it has 0',
        'the target of a Canary that goes keeps what it has where that is enough: …',
        'waking the target M14: gives it as many as were kept where the primary is gone, and one where nothing is',
      ],
      [DAEMONSET]: ['a DaemonSet is parked is added to what the user selects nodes by, and taken away alone'],
      'test/contract/targets.test.ts': [
        'target kind Service has nothing to scale, and is never seen as scaled to something or nothing',
      ],
    },
    mutants: ['M14: a target is woken with nothing'],
  },
  {
    id: '2.14.5',
    says: 'it has to become ready before traffic goes back',
    tests: {
      [TROUBLE]: [
        'trouble deletion with revertOnDeletion gives the target its traffic back first',
        'trouble deletion does not wait for a target that never becomes ready',
      ],
    },
    mutants: ['invariant 23'],
    differs:
      'it is waited for by progressDeadlineSeconds, not by three attempts, and the Canary goes then (M63)',
  },
  {
    id: '2.14.6',
    says: 'a Service of the user’s selects what it did by his manifest, or else the target',
    tests: {
      [SERVICES]: [
        'a Service of the user’s selects the target again when the Canary goes, and Flux may have it back',
        'a Service of the user’s selects what the user’s own manifest says where kubectl has left it',
      ],
    },
    mutants: ['drop-in: a Service that is not given back (M57)'],
  },
  {
    id: '2.14.7',
    says: 'so do the objects that route',
    tests: {
      [TRAFFIC]: [
        'traffic provider istio takes over what the user has, and puts it back when the Canary goes',
        'traffic provider gatewayapi takes over what the user has, and puts it back when the Canary goes',
        'traffic provider skipper has nothing to give back of what it made itself, or once it has',
        'traffic provider skipper takes over what the user has, and puts it back when the Canary goes',
        'traffic provider contour takes over what the user has, and puts it back when the Canary goes',
      ],
      'test/unit/traffic/routes.test.ts': ['an object taken over …'],
      'test/unit/traffic/nginx.test.ts': ['a copy whose Canary goes …', 'a canary of the user’s own …'],
      'test/unit/traffic/copies.test.ts': [
        'the rules of a copy for APISIX lead to the apex again before they go',
      ],
      'test/unit/traffic/knative.test.ts': ['a Knative Service whose Canary goes …'],
    },
    differs: 'those of every provider, not of Istio alone',
  },
  {
    id: '2.14.8',
    says: 'then the finalizer goes, and that is told',
    tests: {
      [CONTROLLER]: ['the controller gives the target back before a Canary goes that asks for it'],
      [WORDING]: ['an event about {"kind":"terminated"}'],
    },
  },
  {
    id: '2.14.9',
    says: 'a Canary that is held is let go where it no longer asks to be given back',
    tests: {
      [CONVERGE]: [
        'a Canary that no longer asks to be given back may be deleted at once, also where it is being given back already',
      ],
      [OBSERVE]: ['a Canary that is being deleted …'],
    },
    differs: 'a target that is gone holds none in the first place (M63)',
  },
  {
    id: '2.14.10',
    says: 'what was made for it goes right after',
    tests: {
      [TROUBLE]: ['trouble deletion with revertOnDeletion gives the target its traffic back first'],
    },
    mutants: ['invariant 23: a Canary that is let go while requests are on their way to its primary'],
    differs: 'requests on their way to the primary are waited for',
  },
];
