/** When a Canary is looked at, and the states it goes through. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const PROMOTION = 'test/scenario/promotion.test.ts';
const BACK = 'test/scenario/going-back.test.ts';
const GATES_AND_CHECKS = 'test/scenario/gates.test.ts';
const TROUBLE = 'test/scenario/trouble.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const STATUS = 'test/unit/api/status.test.ts';
const MANAGER = 'test/unit/controller/manager.test.ts';
const INDEX = 'test/unit/controller/canary-index.test.ts';
const QUEUE = 'test/unit/controller/workqueue.test.ts';
const CACHE = 'test/contract/adapters/cache.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';

export const STATES: readonly Claim[] = [
  {
    id: '2.1.1',
    says: 'Canaries are followed as they come, change and go, in one namespace alone where that is asked for',
    tests: {
      [INDEX]: ['the index of Canaries …'],
      [CACHE]: [
        'the cache has what is in the cluster, in several pages, and then what changes',
        'the cache knows nothing of other namespaces where it is to watch one',
      ],
      [QUEUE]: ['the queue of Canaries forgets a key that is no longer of interest'],
    },
    mutants: ['drop-in: a push that is noticed at the next look (M51)'],
  },
  {
    id: '2.1.2',
    says: 'a Canary that is new is checked, then Initializing, then gets its finalizer where it asks for one',
    tests: {
      [DECIDE]: ['a Canary seen for the first time …'],
      [STATUS]: ['a status somebody else wrote begins at the beginning without one: …'],
      [CONTROLLER]: ['the controller gives the target back before a Canary goes that asks for it'],
      [MANAGER]: [
        'the manager of passes does not let a pass that throws disturb the others, and tries it again later',
      ],
    },
    mutants: ['act before commit', 'drop-in: a pass that throws is not tried again (M20)'],
    differs: 'what fails is tried again (M26)',
  },
  {
    id: '2.1.3',
    says: 'the first look comes at once and the others by the interval, an edited one too; Canaries are counted; of two with one target one is told off',
    tests: {
      [DECIDE]: [
        'in the middle of a run at 20% before the interval is over nothing moves',
        'in the middle of a run at 20% an interval that was made shorter counts from the last move',
      ],
      [INDEX]: [
        'the index of Canaries lets the older of two Canaries with one target drive it, and the other once that is gone',
        'the index of Canaries counts Canaries per namespace, down to none',
      ],
      [CONTROLLER]: ['the controller lets the older of two Canaries with one target drive it'],
    },
    differs:
      'nothing waits for a look that comes around (M51), and the younger of two is refused in a condition',
  },
  {
    id: '2.1.4',
    says: 'looks at one Canary follow each other, those at several Canaries do not wait for each other',
    tests: {
      [QUEUE]: [
        'the queue of Canaries never gives one key to two workers, and remembers that it was asked for meanwhile',
      ],
      [MANAGER]: [
        'the manager of passes does not let a pass that throws disturb the others, and tries it again later',
        'the manager of passes lets others have their turn between passes that wait for nothing',
      ],
    },
    mutants: ['drop-in: two passes over one Canary at a time (M23)'],
    differs: 'at most eight are looked at together',
  },
  {
    id: '2.1.5',
    says: 'a look is never at less than was written last',
    tests: {
      [CACHE]: [
        'a look after a write waits for the watch to bring it',
        'a look after a write reads once what the watch has not brought within two seconds',
        'a look after a write is not fooled by an older event that arrives after the read',
      ],
      'test/contract/adapters/objects.test.ts': ['objects are not replaced when somebody wrote them since'],
    },
    differs:
      'a watch is read in the place of the API server (M50), and every write is for the version that was seen',
  },
  {
    id: '2.2.1',
    says: 'Initializing becomes Initialized with a primary that is ready and has the traffic',
    tests: {
      [PROMOTION]: [
        'promotion a new Canary gets a primary, gives it the traffic and parks the target',
        'promotion a primary that starts slowly is waited for',
      ],
    },
    mutants: ['drop-in: a primary that nobody waits for (10.1.1)'],
  },
  {
    id: '2.2.2',
    says: 'what is new is Waiting while its gate is shut, and Progressing once it opens',
    tests: {
      [GATES_AND_CHECKS]: [
        'gates and checks a held confirm-rollout gate keeps the revision Waiting until it opens',
      ],
      [GATES]: ['what an answer means the run is not confirmed: Waiting, and nothing is started'],
    },
    mutants: ['a skipped gate'],
  },
  {
    id: '2.2.3',
    says: 'a revision that comes in Progressing is Progressing from the beginning',
    tests: {
      [TICKS]: ['a new revision that replaces another in mid-run sends traffic back in the next tick'],
      [DECIDE]: ['in the middle of a run at 20% a newer revision starts over'],
    },
    mutants: ['drop-in: a newer revision that begins with the traffic of the former (10.1.10)'],
  },
  {
    id: '2.2.4',
    says: 'promotion that is not confirmed is WaitingPromotion, and Promoting once it is',
    tests: {
      [GATES_AND_CHECKS]: [
        'gates and checks a held confirm-promotion gate is WaitingPromotion at the last weight until it opens',
      ],
      [GATES]: [
        'what an answer means promotion is not confirmed: a phase of its own, weight and traffic as they are',
        'what an answer means promotion is confirmed at last',
      ],
    },
    mutants: ['a skipped gate'],
  },
  {
    id: '2.2.5',
    says: 'the last weight or iteration leads through Promoting and Finalising to Succeeded, which rests like Initialized',
    tests: {
      [TICKS]: [
        'a new revision goes tick by tick through stepWeight 20 up to maxWeight 50, which overshoots to 60',
        'a new revision goes tick by tick through A/B testing with two iterations',
        'a new revision goes tick by tick through blue-green with one iteration: detected, iterated, routed to the canary',
      ],
      [DECIDE]: ['at rest …'],
    },
    mutants: ['invariant 5: Succeeded without the copy'],
  },
  {
    id: '2.2.6',
    says: 'the threshold, a deadline and a rollback hook lead to Failed',
    tests: {
      [BACK]: [
        'going back a canary that fails as many checks as the threshold is rolled back',
        'going back a canary that does not become ready in time is rolled back',
      ],
      [GATES_AND_CHECKS]: ['gates and checks a rollback hook that says yes ends the run'],
    },
    mutants: ['invariant 7: one failed check too many'],
  },
  {
    id: '2.2.7',
    says: 'a Canary that is to be given back is Terminating until it is gone, and never Terminated',
    tests: {
      [TROUBLE]: ['trouble deletion with revertOnDeletion gives the target its traffic back first'],
      [STATUS]: [
        'a status somebody else wrote begins again where Flagger had let go of a canary that lives on',
      ],
    },
    mutants: ['invariant 23'],
  },
  {
    id: '2.2.8',
    says: 'at rest only another target or other configuration begins a run',
    tests: {
      [DECIDE]: ['at rest …'],
      [PROMOTION]: ['promotion changed configuration is a new revision'],
    },
    differs: 'so does an annotation that asks for a failed revision once more',
  },
];
