/** Defects of judgement: what is measured, counted and told. */
import type { Claim } from '../claim.ts';

const BUILTIN = 'test/unit/metrics/builtin.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const METRICS = 'test/contract/metrics.test.ts';
const CLUSTER = 'test/unit/metrics/cluster.test.ts';
const WORDING = 'test/unit/core/wording.test.ts';
const TICKS = 'test/scenario/ticks.test.ts';

export const JUDGEMENT_DEFECTS: readonly Claim[] = [
  {
    id: 'M30',
    says: 'built-in metrics of a DaemonSet measure the canary, not the primary',
    tests: { [BUILTIN]: ['the pods of a DaemonSet (M30) …'] },
    mutants: ['DaemonSet: the primary is measured in the place of the canary (M30)'],
  },
  {
    id: 'M31',
    says: 'a canary that fails every request has a success rate of nothing, not no data',
    tests: {
      [BUILTIN]: [
        'measuring a built-in metric is a success rate of nothing when every request failed',
        'measuring a built-in metric is no data when nothing was counted',
      ],
      [GATES]: ['what an answer means a metric does not say, and may be silent: the next weight'],
    },
    mutants: ['drop-in: a canary that only fails has no data (M31)'],
  },
  {
    id: 'M32',
    says: 'what is measured was counted after the weight took effect, where that is asked for; of several series one counts',
    tests: {
      [GATES]: ['a metric that waits for its window (M32) …'],
      [CANARY]: ['a metric that waits for its window (M32) …'],
      'test/scenario/gates.test.ts': [
        'gates and checks a step is judged only by what came after it, where that is asked for',
      ],
      'test/contract/adapters/prometheus.test.ts': [
        'an instant query understands several series, of which the last counts',
      ],
    },
    mutants: ['drop-in: a step that is judged by what came before it (M32)'],
    differs: 'opt-in per metric, since waiting for a window makes a run slower than its interval says',
  },
  {
    id: 'M33',
    says: 'no data is never a value, infinity never passes, an alert without severity is told, a template without a threshold is warned of',
    tests: {
      'test/unit/metrics/judge.test.ts': ['a check without a number …', 'infinity …'],
      [CANARY]: [
        'what can be followed, though perhaps not as its author thinks calls a webhook without a type at every step, and an alert without a severity information',
        'what can be followed, though perhaps not as its author thinks {"analysis":{"metrics":[{"name":"errors","query":"x"}]}}',
      ],
      'test/unit/controller/ask.test.ts': [
        'a question of the core about an in-line query names the Canary in it',
      ],
      [METRICS]: ['influxdb tells no data', 'stackdriver gives the value, …'],
    },
    mutants: [
      'drop-in: a division by nothing that passes (M33)',
      'drop-in: Influx: no rows are nothing (M33)',
      'drop-in: Stackdriver: whole numbers are nothing (M33)',
    ],
  },
  {
    id: 'M34',
    says: 'no credential of the controller goes to an address that somebody else wrote',
    tests: {
      [METRICS]: ['the identity of the controller …', 'externalmetrics …'],
      [CLUSTER]: ['an external metric of the own cluster is asked for as the controller alone'],
    },
    mutants: [
      'drop-in: the identity of the controller shown to anybody (M34)',
      'drop-in: the identity of the controller shown to whoever has any certificate (M34)',
    ],
  },
  {
    id: 'M35',
    says: 'a Canary reads nothing of other namespaces where that is switched off',
    tests: {
      [CLUSTER]: ['where references to other namespaces are switched off (M35) …'],
      [CANARY]: ['what cannot be followed includes other namespaces only where they are blocked'],
      'test/unit/controller/ask.test.ts': [
        'a question of the core about a template of another namespace is refused where that is switched off',
      ],
    },
    mutants: ['drop-in: templates of every namespace (M35)', 'drop-in: metrics of every namespace (M35)'],
    differs: 'opt-in by a flag, since references across namespaces are what people have',
  },
  {
    id: 'M36',
    says: 'one metric that fails now and then does not end a long run, where that is asked for',
    tests: {
      [GATES]: [
        'what an answer means all agree, and steps forgive failed checks: one fewer (M36)',
        'what an answer means all agree, and steps forgive more than has failed: none (M36)',
        'what an answer means all agree, and nothing is forgiven unless that is asked for (M36)',
      ],
      'test/scenario/gates.test.ts': [
        'gates and checks failed checks are forgiven by steps that pass, where that is asked for',
      ],
      [CANARY]: ['failed checks that are forgiven (M36) …'],
    },
    mutants: ['drop-in: failed checks that are never forgiven (M36)'],
    differs: 'opt-in, since a threshold that counts the whole run is what people have',
  },
  {
    id: 'M37',
    says: 'every end is told and alerted, deadlines too, and so is what has waited for a whole deadline: once',
    tests: {
      [WORDING]: [
        'an alert about {"kind":"rolled-back"…',
        'an alert about {"kind":"promotion-failed"…',
        'an alert about {"kind":"initialization-failed"…',
        'an alert about {"kind":"gate-overdue"…',
        'an alert about {"kind":"stalled"…',
        'an alert about {"kind":"cancelled"…',
        'an alert is not sent about {"kind":"gate-overdue"…',
      ],
      [GATES]: ['a gate that holds is told once more after a deadline, and not again (M37)'],
      'test/unit/core/decide.test.ts': ['an initialization that does not get on …'],
      'test/scenario/gates.test.ts': [
        'gates and checks a gate that holds for longer than the deadline is told once more',
      ],
      'test/scenario/trouble.test.ts': [
        'trouble a first version that does not become ready is told once, and a fix of it is taken up',
      ],
      'test/scenario/going-back.test.ts': [
        'going back a canary that does not become ready in time is rolled back',
      ],
    },
    mutants: [
      'drop-in: a gate that is told of at every look (M37)',
      'drop-in: a first version that never works, and nobody hears of it (M37)',
    ],
  },
  {
    id: 'M38',
    says: 'a gate that holds is told once, names since when, and a rollback hook is heard meanwhile',
    tests: {
      [GATES]: [
        'a gate that holds is told once, with the time since when',
        'what is asked before the first weight: may it be stopped, is it prepared, may it get traffic',
        'what is asked while it waits for a run whether that may still be stopped, and whether it may begin',
        'what an answer means a rollback hook consents while promotion waits: the run ends',
        'what an answer means a rollback hook consents while a run waits: it never begins',
      ],
      [TICKS]: [
        'events and calls of a held confirm-promotion are one event, while the hook is called every interval',
      ],
      'test/scenario/gates.test.ts': [
        'gates and checks a held confirm-traffic-increase gate keeps the weight until it opens',
        'gates and checks a rollback hook that says yes ends the run',
        'gates and checks a rollback hook is heard while a confirm-rollout gate holds',
      ],
    },
    mutants: ['drop-in: a rollback hook that nobody hears before a run (M38)'],
  },
  {
    id: 'M39',
    says: 'the status names the traffic that is meant in WaitingPromotion, and never counts below nothing',
    tests: {
      [TICKS]: [
        'events and calls of a held confirm-promotion are one event, while the hook is called every interval',
      ],
      'test/unit/api/status.test.ts': [
        'the memory of a rollout counts iterations of blue/green while it runs: WaitingPromotion',
      ],
    },
    mutants: ['drop-in: iterations that are forgotten while promotion is waited for (M39)'],
  },
  {
    id: 'M40',
    says: 'the first version is not analysed',
    open: 'by decision',
    because:
      'it stays as it is: there is nothing to compare the first version with, and nowhere to go back to',
  },
  {
    id: 'M41',
    says: 'every 2xx of a hook is consent, and what a refusal says is told',
    tests: {
      'test/unit/hooks/call.test.ts': ['consent is status …', 'refusal is told with …'],
    },
    mutants: ['drop-in: consent by 200 and 202 alone (M41)'],
  },
  {
    id: 'M42',
    says: 'conditions without iterations shift weight, and that they have no effect is said',
    tests: {
      [CANARY]: [
        'the strategy of a canary shifts weight with a match alone',
        'what can be followed, though perhaps not as its author thinks {"analysis":{"match":[{"headers":{}}]}}',
      ],
      'test/contract/traffic.test.ts': [
        'traffic provider istio renders match-without-iterations as on record',
        'traffic provider contour renders match-without-iterations as on record',
      ],
    },
    mutants: ['drop-in: an A/B test by a match alone (M42)'],
  },
];
