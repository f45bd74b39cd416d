/** What people and their tools read: events one by one, and how they follow each other: 9. */
import type { Claim, Held } from '../claim.ts';

const WORDING = 'test/unit/core/wording.test.ts';
const GATES = 'test/scenario/gates.test.ts';
const PROMOTION = 'test/scenario/promotion.test.ts';
const GOING_BACK = 'test/scenario/going-back.test.ts';
const TROUBLE = 'test/scenario/trouble.test.ts';
const BY_HAND = 'test/scenario/by-hand.test.ts';
const TICKS = 'test/scenario/ticks.test.ts';
const EVENTS = 'test/contract/adapters/events.test.ts';
const MESSENGER = 'test/unit/controller/messenger.test.ts';

/** By how the news begins, whose row in the table of texts holds type and words. */
const event = (news: string): string => `an event about {"kind":"${news}…`;
const check = (failure: string): string => `a failed check {"kind":"${failure}…`;
const gates = (says: string): string => `gates and checks ${says}`;
const promotion = (says: string): string => `promotion ${says}`;

/** A text of the list: its row, and where it is told. */
function line(number: number, says: string, words: readonly string[], more: Partial<Held> = {}): Claim {
  return { id: `9.2.${number}`, says, ...more, tests: { [WORDING]: words, ...more.tests } };
}

const ONCE = 'told once, and once more after progressDeadlineSeconds, not at every interval (M37)';

const FORM: readonly Claim[] = [
  {
    id: '9.1.1',
    says: 'every event is about the Canary, from flagger, for the reason Synced, Normal or Warning',
    tests: { [EVENTS]: ['an announcement becomes an Event as Flagger writes them'] },
  },
  {
    id: '9.1.2',
    says: 'what is repeated is counted',
    tests: {
      [EVENTS]: ['a notice that is repeated is one Event that counts, for one call each'],
      'test/unit/controller/announcer.test.ts': [
        'the announcer sends a notice at once when it is new, and once per interval while it stays',
      ],
    },
    mutants: ['drop-in: what stands is told with every pass (M53)'],
  },
  {
    id: '9.1.3',
    says: 'the same words go to event webhooks, and to the log with the name of the Canary',
    tests: {
      [MESSENGER]: [
        'the messenger sends events to the hooks of the Canary, or else to the global one',
        'the messenger logs every event with the name of the Canary',
      ],
      'test/contract/adapters/logger.test.ts': [
        'a log line is one JSON object with level, time, message and fields',
      ],
    },
  },
];

const START: readonly Claim[] = [
  line(1, 'skipping canary run …', [event('suspended"')], {
    tests: { [BY_HAND]: ['by hand suspend freezes a run, and it goes on when resumed'] },
  }),
  line(2, 'all the metrics providers …', [event('providers-available"')], {
    tests: {
      'test/unit/core/decide.test.ts': [
        'the end of an initialization tells that the metric systems answer, …',
      ],
      [PROMOTION]: [promotion('a new Canary gets a primary, gives it the traffic and parks the target')],
    },
  }),
  line(3, 'Error checking metric providers …', [event('providers-unavailable"')], {
    tests: {
      'test/unit/core/decide.test.ts': [
        'the end of an initialization tells that the metric systems do not, …',
      ],
      'test/unit/controller/ask.test.ts': [
        'a question of the core about the providers asks each system once',
      ],
    },
  }),
  line(4, 'Initialization done! …', [event('initialized"')], {
    tests: {
      [PROMOTION]: [promotion('a new Canary gets a primary, gives it the traffic and parks the target')],
    },
  }),
  line(5, 'New revision detected! Scaling up …', [event('new-revision"')], {
    tests: { [PROMOTION]: [promotion('a canary that passes every check is promoted')] },
  }),
  line(6, 'New revision detected! Restarting …', [event('restarted"')], {
    tests: { [GOING_BACK]: ['going back a newer revision starts the analysis again'] },
  }),
  line(7, 'Starting canary analysis …', [event('analysis-starts"')], {
    tests: {
      'test/unit/core/gates.test.ts': [
        'the start of an analysis is told with its first round of questions, whatever they lead to, and once',
      ],
    },
  }),
];

const HOOKS: readonly Claim[] = [
  line(8, 'Pre-rollout check …', [event('hook-passed","type":"pre-rollout"')], {
    tests: { [GATES]: [gates('a pre-rollout hook that passes in the end lets the run go on')] },
  }),
  line(
    9,
    'Halt … pre-rollout check … failed …',
    ['a failed check before the first weight is a pre-rollout check'],
    { tests: { [GATES]: [gates('a failing pre-rollout hook counts failed checks before any traffic')] } },
  ),
  line(10, 'Halt … waiting for approval …', [event('gate-held","type":"confirm-rollout"')], {
    tests: { [GATES]: [gates('a held confirm-rollout gate keeps the revision Waiting until it opens')] },
    differs: 'after progressDeadlineSeconds it is told once more that it still waits (M37)',
  }),
  line(11, 'Confirm-rollout check …', [event('hook-passed","type":"confirm-rollout"')], {
    tests: { [GATES]: [gates('a held confirm-rollout gate keeps the revision Waiting until it opens')] },
  }),
  line(
    12,
    'Halt … waiting for traffic increase approval …',
    [event('gate-held","type":"confirm-traffic-increase"')],
    {
      tests: { [GATES]: [gates('a held confirm-traffic-increase gate keeps the weight until it opens')] },
      differs: ONCE,
    },
  ),
  line(13, 'Confirm-traffic-increase check …', [event('hook-passed","type":"confirm-traffic-increase"')], {
    tests: { [GATES]: [gates('a held confirm-traffic-increase gate keeps the weight until it opens')] },
  }),
  line(14, 'Halt … waiting for promotion approval …', [event('gate-held","type":"confirm-promotion"')], {
    tests: {
      [GATES]: [gates('a held confirm-promotion gate is WaitingPromotion at the last weight until it opens')],
      [TICKS]: [
        'events and calls of a held confirm-promotion are one event, while the hook is called every interval',
      ],
    },
    differs: 'after progressDeadlineSeconds it is told once more that it still waits (M37)',
  }),
  line(15, 'Confirm-promotion check …', [event('hook-passed","type":"confirm-promotion"')], {
    tests: {
      [PROMOTION]: [
        promotion('blue-green asks confirm-promotion before switching and again before promoting'),
      ],
    },
  }),
  line(16, 'Halt … external check … failed …', [event('halted","type":"rollout"'), check('hook"')], {
    tests: {
      [GATES]: [gates('a failing rollout hook is a failed check and metrics are not asked')],
    },
  }),
  line(17, 'Rollback hook … not signaling …', [event('rollback-not-signaled"')], {
    tests: {
      'test/unit/core/gates.test.ts': ['a rollback hook that does not signal is named at every look: …'],
    },
  }),
  line(
    18,
    'Rollback check …',
    [event('rolled-back","reason":{"kind":"rollback-hook"'), event('hook-passed","type":"rollback"')],
    {
      tests: { [GATES]: [gates('a rollback hook that says yes ends the run')] },
    },
  ),
  line(
    19,
    'Rolling back … manual webhook invoked',
    [event('rolled-back","reason":{"kind":"rollback-hook"')],
    {
      tests: { [GATES]: [gates('a rollback hook that says yes ends the run')] },
    },
  ),
  line(20, 'Post-rollout check …', ['an event about a post-rollout hook says how its call ended'], {
    tests: { [GATES]: [gates('a post-rollout hook is told how the run ended')] },
  }),
  line(21, 'Post-rollout hook … failed …', ['an event about a post-rollout hook says how its call ended'], {
    tests: {
      [MESSENGER]: ['the messenger calls post-rollout hooks with the outcome, …'],
    },
    differs: 'those that follow it are called all the same',
  }),
];

const MOVES: readonly Claim[] = [
  line(22, 'Advance … canary weight …', [event('advanced-weight"')], {
    tests: { [PROMOTION]: [promotion('stepWeights are walked as written')] },
  }),
  line(23, 'Advance … canary iteration …', [event('advanced-iteration"')], {
    tests: { [PROMOTION]: [promotion('an A/B test counts iterations at full weight')] },
  }),
  line(24, 'Advance … primary weight …', [event('primary-weight"')], {
    tests: { [PROMOTION]: [promotion('stepWeightPromotion brings traffic back in steps')] },
  }),
  line(
    25,
    'Routing all traffic to canary, Stop traffic mirroring …, Routing all traffic to primary',
    [event('routed-to-canary"'), event('routed-to-primary"')],
    {
      tests: {
        [PROMOTION]: [
          promotion('blue-green asks confirm-promotion before switching and again before promoting'),
          promotion('blue-green with mirror copies requests while it counts'),
        ],
      },
    },
  ),
  line(26, 'Copying … template spec to …', [event('promoting"')], {
    tests: { [PROMOTION]: [promotion('a canary that passes every check is promoted')] },
  }),
  line(27, 'Promotion completed! Scaling down …', [event('promoted"')], {
    tests: { [PROMOTION]: [promotion('a canary that passes every check is promoted')] },
  }),
  line(28, 'Promotion completed! … skipped …', [event('promoted-unanalysed"')], {
    tests: { [PROMOTION]: [promotion('skipAnalysis promotes as soon as the canary is ready')] },
  }),
];

const RETREATS: readonly Claim[] = [
  line(
    29,
    'Rolling back … failed checks threshold reached …',
    [event('rolled-back","reason":{"kind":"threshold"')],
    {
      tests: {
        [GOING_BACK]: ['going back a canary that fails as many checks as the threshold is rolled back'],
      },
    },
  ),
  line(30, 'Canary failed! Scaling down …', [event('failed"')], {
    tests: {
      [GOING_BACK]: [
        'going back a canary that fails as many checks as the threshold is rolled back',
        'going back a rollback keeps traffic on the canary while the primary is broken',
      ],
    },
    differs: 'where the primary cannot serve, it says instead that traffic stays (M2)',
  }),
  line(31, 'Promotion of … failed, primary not ready …', [event('promotion-failed"')], {
    tests: { [GOING_BACK]: ['going back a failed promotion is undone from the snapshot'] },
  }),
  line(32, 'Rolling back … progress deadline exceeded …', [event('rolled-back","reason":{"kind":"stuck"')], {
    tests: { [GOING_BACK]: ['going back a canary that does not become ready in time is rolled back'] },
    differs: 'it is told: in Flagger nothing leads there (M37)',
  }),
  line(33, 'scaling down canary … failed …', [event('action-failed"')], {
    tests: {
      'test/unit/controller/perform.test.ts': [
        'scaling a target to nothing that is refused is told in the words people know, …',
      ],
    },
  }),
];

const CHECKS: readonly Claim[] = [
  line(
    34,
    'what plain Services cannot do, and Setting canaryAnalysis.iterations …',
    [event('kubernetes-strategy"')],
    {
      tests: {
        'test/unit/api/canary.test.ts': [
          'the strategy of a canary is blue/green of ten iterations where nothing routes, and says why',
        ],
        [PROMOTION]: [promotion('blue-green on plain Services never sends live traffic to the canary')],
      },
      differs: 'once a run, not at every interval (M53)',
    },
  ),
  line(35, 'Halt … success rate … %', [check('success-rate"')], {
    tests: {
      'test/unit/metrics/judge.test.ts': ['a value outside the range a success rate …'],
      [GOING_BACK]: ['going back a canary that fails as many checks as the threshold is rolled back'],
    },
  }),
  line(36, 'Halt … request duration …, in spans of time', [check('duration"')], {
    tests: { 'test/unit/metrics/judge.test.ts': ['a value outside the range a duration …'] },
  }),
  line(37, 'Halt … <metric> … > …', [check('metric"')], {
    tests: { 'test/unit/metrics/judge.test.ts': ['a value outside the range anything above …'] },
  }),
  line(38, 'Halt … no values found for <provider> metric …', [check('no-values"')], {
    tests: {
      [GATES]: [gates('no data is a failed check by default')],
      'test/unit/metrics/judge.test.ts': ['a check without a number is told with the reason where …'],
    },
  }),
  line(39, 'Halt … no values found for metric …, for custom metric …', [check('no-values"')], {
    tests: {
      'test/unit/metrics/judge.test.ts': ['a check without a number is told with the reason where …'],
    },
  }),
  line(40, 'Prometheus query failed …, Metric query failed for …', [check('query-failed"')], {
    tests: {
      'test/unit/metrics/judge.test.ts': ['a check without a number an unanswered query says why: …'],
    },
  }),
  line(41, 'Metric query failed for no usable …', [check('unusable"')], {
    tests: {
      'test/unit/core/gates.test.ts': [
        'what an answer means a metric that nothing says how to ask: one failed check',
      ],
    },
  }),
  line(42, 'Metric template … error …, of its secret, provider or query', [check('template"')], {
    tests: {
      'test/unit/controller/ask.test.ts': [
        'a question of the core about a template that is not there, or whose secret is not, says which',
      ],
    },
  }),
  {
    id: '9.2.43',
    says: 'a metrics server whose address is none, and a Knative Service that is not there, are told',
    tests: {
      'test/unit/api/canary.test.ts': [
        'what can be followed, though perhaps not as its author thinks {"spec":{"metricsServer":"prometheus:9090"}}',
      ],
      'test/contract/metrics.test.ts': ['the registry refuses {"address":"…'],
      'test/unit/targets/knative-service.test.ts': [
        'target kind KnativeService sees nothing where nothing is, and says so',
      ],
    },
    differs:
      'the address is warned of when the spec is read and fails as "Prometheus query failed", without being shown; the Service is waited for as "Knative service <T.ns> not found"',
  },
  line(
    44,
    'whatever keeps a step from being taken: readiness, routes, autoscalers',
    [event('not-ready"'), event('action-failed"'), event('malformed-routes"')],
    {
      tests: {
        'test/unit/core/readiness.test.ts': ['a workload …'],
        'test/unit/controller/perform.test.ts': [
          'bringing traffic home …',
          'the primary’s autoscaler cannot be made of none, and that is said',
        ],
      },
      differs: 'a refusal of the API server names the verb and the object, and the rule that is lacking',
    },
  ),
  line(45, 'Terminating canary …, Terminated canary …', [event('terminating"'), event('terminated"')], {
    tests: {
      [TROUBLE]: ['trouble deletion with revertOnDeletion gives the target its traffic back first'],
    },
  }),
];

const STORY: Claim = {
  id: '9.3.1',
  says: 'a canary by steps of ten up to thirty, with a test before it and load beside it, tells the known story',
  tests: {
    [TICKS]: [
      'events and calls of a canary with a test before it and load beside it are those that people know',
    ],
    [PROMOTION]: [promotion('a canary that passes every check is promoted')],
  },
};

export const WORDS: readonly Claim[] = [...FORM, ...START, ...HOOKS, ...MOVES, ...RETREATS, ...CHECKS, STORY];
