/** What begins a run, or begins it anew, and how. */
import type { Claim } from '../claim.ts';

const BACK = 'test/scenario/going-back.test.ts';
const CONFIG = 'test/unit/targets/tracked-config.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';
const DECIDE = 'test/unit/core/decide.test.ts';
const DEFECTS = 'test/scenario/defects.test.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const GATES_AND_CHECKS = 'test/scenario/gates.test.ts';
const PROMOTION = 'test/scenario/promotion.test.ts';
const TICKS = 'test/scenario/ticks.test.ts';
const WORDING = 'test/unit/core/wording.test.ts';

export const STARTS: readonly Claim[] = [
  {
    id: '2.4.1',
    says: 'what has begun goes on without anything new',
    tests: {
      [DECIDE]: [
        'in the middle of a run at 20% the next weight follows when nothing is against it',
        'while the primary takes v2 over at 20% traffic goes home once it is ready',
      ],
      [GATES]: ['what an answer means promotion is confirmed at last'],
    },
    mutants: ['invariant 9: a debt that is never paid'],
  },
  {
    id: '2.4.2',
    says: 'a Failed Canary remembers what its target carries by now',
    tests: {
      [DEFECTS]: [
        'defects that must not come back M1: a revision pushed in Failed starts a run in the commit that records it',
      ],
      [BACK]: ['going back a failed revision applied again after a revert starts a run'],
      [CONTROLLER]: [
        'the controller answers for its health and counts, and asks nothing of the API server while everything rests',
      ],
    },
    mutants: ['M1', 'drop-in: a write with every look at rest (M50)'],
    differs: 'with the run it begins, or with the revert, and not with every look (M1, M50)',
  },
  {
    id: '2.4.3',
    says: 'what is promoted already begins no run, anything else than what was tried last does',
    tests: { [DECIDE]: ['at rest …'] },
    mutants: ['invariant 16: tried without a run'],
  },
  {
    id: '2.4.4',
    says: 'so does tracked configuration that is other, more or less than it was',
    tests: {
      [CONFIG]: ['tracked configuration makes a new revision by …'],
      [PROMOTION]: ['promotion changed configuration is a new revision'],
      [CONTROLLER]: [
        'the controller goes on after a restart where it was, and starts a run for a changed ConfigMap',
      ],
    },
    mutants: ['drop-in: a revision that knows nothing of its configuration (10.1.11)'],
  },
  {
    id: '2.4.5',
    says: 'after a failure a revert changes nothing, the same failed revision after that begins a run, and as it is none',
    tests: {
      [BACK]: [
        'going back a failed revision applied again after a revert starts a run',
        'going back a failed revision applied again as it is starts nothing',
      ],
    },
  },
  {
    id: '2.4.6',
    says: 'any change of the pod template is enough, and a change of anything else is not: that comes along with the next promotion',
    tests: {
      [DEPLOYMENT]: [
        'the revision of a target is another with another template, be it an annotation',
        'the revision of a target is the same with other …',
        'the clone takes over how the target is rolled out',
        'the clone in number follows the target’s wish',
      ],
    },
    mutants: ['drop-in: a primary that is rolled out in its own way (10.4.3)'],
  },
  {
    id: '2.5.1',
    says: 'confirm-rollout hooks are asked in their order; the first refusal is Waiting, told in a Warning and an alert that may be muted, and nothing counts or ends it',
    tests: {
      [GATES]: [
        'what is asked before a run whether it may begin',
        'what is asked is not asked of the next once one is against it',
        'what an answer means the run is not confirmed: Waiting, and nothing is started',
        'a gate that holds is told once, with the time since when',
      ],
      [GATES_AND_CHECKS]: [
        'gates and checks a held confirm-rollout gate keeps the revision Waiting until it opens',
      ],
      [WORDING]: [
        'an event about {"kind":"gate-held","type":"confirm-rollout"…',
        'an alert about {"kind":"gate-held","type":"confirm-rollout"…',
        'an alert is not sent about {"kind":"gate-held"…',
      ],
    },
    mutants: ['a skipped gate', 'drop-in: a gate that is told of at every look (M37)'],
    differs: 'one that has held for a whole deadline is told once more (M37)',
  },
  {
    id: '2.5.2',
    says: 'the checksum a gate is sent tells the revision',
    tests: {
      [GATES]: ['what is asked before a run is about the one that waits: …'],
      'test/unit/controller/ask.test.ts': [
        'a question of the core about a hook is a call that says Progressing and names the revision',
      ],
      'test/unit/hooks/payload.test.ts': ['the checksum …'],
    },
    mutants: ['drop-in: a checksum of the template alone (10.3.6)'],
    differs: 'it is always that of the revision that waits, wherever the run begins from',
  },
  {
    id: '2.5.3',
    says: 'a gate that opens is named',
    tests: {
      [GATES]: ['a gate that holds is named with what is said when it opens'],
      [WORDING]: ['an event about {"kind":"hook-passed","type":"confirm-rollout"…'],
      [TICKS]: [
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
    },
  },
  {
    id: '2.5.4',
    says: 'the new revision is told, in the phase Progressing, and in an alert with what the Canary is about',
    tests: {
      [TICKS]: [
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
      [WORDING]: ['an event about {"kind":"new-revision"}', 'an alert about {"kind":"new-revision"}'],
    },
  },
  {
    id: '2.5.5',
    says: 'the autoscaler of the target may work again, and the target wakes',
    tests: {
      [DECIDE]: ['what remains to be done the target is started for a run'],
      [DEPLOYMENT]: ['waking the target …'],
      'test/unit/targets/scaled-object.test.ts': ['a ScaledObject is paused at nothing, and resumed …'],
    },
    mutants: ['M14: a target is woken with nothing'],
  },
  {
    id: '2.5.6',
    says: 'the status says Progressing with nothing counted and the revision that is meant, and that look ends there',
    tests: {
      [DEFECTS]: [
        'defects that must not come back M1: a revision pushed in Failed starts a run in the commit that records it',
      ],
      [TICKS]: ['a new revision goes tick by tick through stepWeights 1, 2, 10, 80'],
      'test/unit/api/status.test.ts': [
        'the memory of a rollout says in the fields everybody reads where the rollout stands',
      ],
    },
    mutants: ['M1'],
  },
  {
    id: '2.5.7',
    says: 'an error on the way does not lose the beginning',
    tests: {
      'test/scenario/crash.test.ts': ['a controller that dies at any one effect …'],
      'test/contract/adapters/events.test.ts': [
        'an announcement is told once however often it is repeated, also by the next process',
      ],
    },
    mutants: ['act before commit'],
    differs: 'the status is written first, and what is told is told once',
  },
  {
    id: '2.6.1',
    says: 'a newer revision is told, takes all traffic and copies from the canary, and begins with nothing counted; the canary keeps its pods, pre-rollout hooks are asked again, confirm-rollout hooks are not',
    tests: {
      [TICKS]: [
        'a new revision that replaces another in mid-run sends traffic back in the next tick',
        'a new revision that replaces another in mid-run is prepared again, but nobody is asked again whether it may begin',
      ],
      [BACK]: ['going back a newer revision starts the analysis again'],
      [DECIDE]: ['in the middle of a run at 20% a newer revision starts over'],
      [WORDING]: ['an event about {"kind":"restarted"}', 'an alert is not sent about {"kind":"restarted"}'],
    },
    mutants: ['drop-in: a newer revision that begins with the traffic of the former (10.1.10)'],
  },
  {
    id: '2.6.2',
    says: 'one that comes in Waiting waits at the same gate',
    tests: {
      [TICKS]: ['a new revision that comes while another waits for approval waits for it in its place'],
    },
  },
  {
    id: '2.6.3',
    says: 'one that comes in Promoting or Finalising begins when that has succeeded',
    tests: {
      [TICKS]: ['a new revision that comes while another is promoted begins when that has succeeded'],
      [DEFECTS]: [
        'defects that must not come back M4: a target that has moved on is not copied while promoting',
      ],
    },
    mutants: ['M4: whatever the target carries is promoted'],
    differs: 'where nothing was copied yet it begins at once, since what was analysed is gone (M4)',
  },
  {
    id: '2.6.4',
    says: 'a revert in a run cancels it',
    tests: {
      [BACK]: [
        'going back a revert during a run cancels it',
        'going back a revert while Waiting ends in Succeeded',
      ],
      [DECIDE]: ['in the middle of a run at 20% a revert …'],
      [WORDING]: ['an event about {"kind":"cancelled"…'],
    },
    mutants: ['invariant 14: a revert that is analysed'],
    differs: 'Flagger goes on, and analyses what is promoted already (M10)',
  },
];
