/** What hooks mean, when they are called, and when a workload is hopeless. */
import type { Claim } from '../claim.ts';

const TICKS = 'test/scenario/ticks.test.ts';
const BACK = 'test/scenario/going-back.test.ts';
const GATES_AND_CHECKS = 'test/scenario/gates.test.ts';
const DEFECTS = 'test/scenario/defects.test.ts';
const GATES = 'test/unit/core/gates.test.ts';
const READINESS = 'test/unit/core/readiness.test.ts';
const WORDING = 'test/unit/core/wording.test.ts';
const STATUS = 'test/unit/api/status.test.ts';
const CANARY = 'test/unit/api/canary.test.ts';
const MESSENGER = 'test/unit/controller/messenger.test.ts';
const CALL = 'test/unit/hooks/call.test.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DAEMONSET = 'test/unit/targets/daemonset.test.ts';

export const HOOKS_AND_DEADLINES: readonly Claim[] = [
  {
    id: '2.9.1',
    says: 'confirm-rollout is asked at rest and in Waiting, for as long as it takes; a refusal is told once, consent begins the run',
    tests: {
      [GATES]: [
        'what is asked before a run whether it may begin',
        'what is asked while it waits for a run whether that may still be stopped, and whether it may begin',
        'what an answer means the run is not confirmed: Waiting, and nothing is started',
      ],
      [GATES_AND_CHECKS]: [
        'gates and checks a held confirm-rollout gate keeps the revision Waiting until it opens',
      ],
    },
    mutants: ['a skipped gate'],
    differs: 'told once more after a deadline (M37)',
  },
  {
    id: '2.9.2',
    says: 'pre-rollout is asked before the first weight, until it passes or has failed too often',
    tests: {
      [GATES]: ['what an answer means a pre-rollout hook refuses: one failed check, no traffic'],
      [GATES_AND_CHECKS]: [
        'gates and checks a failing pre-rollout hook counts failed checks before any traffic',
        'gates and checks a pre-rollout hook that passes in the end lets the run go on',
      ],
      [WORDING]: [
        'a failed check before the first weight is a pre-rollout check',
        'an event about {"kind":"hook-passed","type":"pre-rollout"…',
      ],
    },
    mutants: ['invariant 15: asked at the wrong position'],
  },
  {
    id: '2.9.3',
    says: 'rollout, or a hook without a type, is asked at every step before the metrics; a refusal is a failed check and spares them, consent is silent',
    tests: {
      [CANARY]: [
        'what can be followed, though perhaps not as its author thinks calls a webhook without a type at every step, and an alert without a severity information',
      ],
      [GATES]: [
        'what is asked at a weight: hooks before metrics, templates last, then whether it may get more',
        'what an answer means a rollout hook does not answer: one failed check, the weight stays',
      ],
      [GATES_AND_CHECKS]: [
        'gates and checks a failing rollout hook is a failed check and metrics are not asked',
      ],
      [TICKS]: [
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
      [WORDING]: ['an event about {"kind":"halted"…'],
    },
    mutants: ['invariant 6: a refused check moves on'],
  },
  {
    id: '2.9.4',
    says: 'confirm-traffic-increase holds the weight with a Warning and an alert, counts nothing, and checks go on meanwhile, those before the first weight too',
    tests: {
      [GATES]: [
        'what an answer means traffic is not to be increased: the weight is held, nothing has failed',
        'what is asked at a weight: hooks before metrics, templates last, then whether it may get more',
        'a gate that holds …',
        'the start of an analysis is told also where it leads to a gate that holds',
      ],
      [GATES_AND_CHECKS]: [
        'gates and checks a held confirm-traffic-increase gate keeps the weight until it opens',
      ],
      [WORDING]: [
        'an event about {"kind":"gate-held","type":"confirm-traffic-increase"…',
        'an alert about {"kind":"gate-held","type":"confirm-traffic-increase"…',
        'an event about {"kind":"hook-passed","type":"confirm-traffic-increase"…',
      ],
    },
    mutants: ['drop-in: a gate that is told of at every look (M37)'],
    differs: 'told once and not with every look (M38)',
  },
  {
    id: '2.9.5',
    says: 'confirm-promotion is asked at the end; a refusal is WaitingPromotion, told once, in which checks, the threshold and rollback hooks go on',
    tests: {
      [GATES]: [
        'what is asked at the last weight also whether it may be promoted',
        'what is asked while it waits for promotion not again whether it may get more',
        'what an answer means promotion is not confirmed: a phase of its own, weight and traffic as they are',
        'what an answer means a rollback hook consents while promotion waits: the run ends',
      ],
      [GATES_AND_CHECKS]: [
        'gates and checks checks go on while confirm-promotion holds, and may still fail the run',
        'gates and checks a held confirm-promotion gate is WaitingPromotion at the last weight until it opens',
      ],
      [TICKS]: [
        'events and calls of a held confirm-promotion are one event, while the hook is called every interval',
      ],
      [STATUS]: ['the memory of a rollout counts iterations of blue/green while it runs: WaitingPromotion'],
      [WORDING]: [
        'an event about {"kind":"gate-held","type":"confirm-promotion"…',
        'an alert about {"kind":"gate-held","type":"confirm-promotion"…',
        'an event about {"kind":"hook-passed","type":"confirm-promotion"…',
      ],
    },
    mutants: ['drop-in: iterations that are forgotten while promotion is waited for (M39)'],
    differs: 'the status keeps the weight that is meant and the iterations that were counted (M39)',
  },
  {
    id: '2.9.6',
    says: 'rollback is asked whenever the canary is ready; silence and errors are named with every look, consent ends the run with two Warnings and an alert',
    tests: {
      [GATES]: [
        'a rollback hook that does not signal …',
        'what an answer means a rollback hook consents: the run ends',
        'what an answer means a rollback hook does not answer: nothing',
      ],
      [GATES_AND_CHECKS]: ['gates and checks a rollback hook that says yes ends the run'],
      [WORDING]: [
        'an event about {"kind":"rollback-not-signaled"…',
        'an event about {"kind":"rolled-back","reason":{"kind":"rollback-hook"…',
        'an alert about {"kind":"rolled-back","reason":{"kind":"rollback-hook"…',
      ],
    },
  },
  {
    id: '2.9.7',
    says: 'post-rollout is called once, after the end, with how it ended; what it answers is told',
    tests: {
      [MESSENGER]: [
        'the messenger calls post-rollout hooks with the outcome, those after a failed one too, and tells what they answered',
      ],
      [GATES_AND_CHECKS]: ['gates and checks a post-rollout hook is told how the run ended'],
      [TICKS]: [
        'events and calls of a canary come in the documented order, each hook as often as documented',
      ],
      [WORDING]: ['an event about a post-rollout hook says how its call ended'],
    },
    differs: 'one that fails keeps those after it from nothing: nothing depends on their answers',
  },
  {
    id: '2.9.8',
    says: 'event hooks are called for every event of the Canary, and what they answer changes nothing',
    tests: {
      [MESSENGER]: ['the messenger sends events to the hooks of the Canary, or else to the global one'],
      'test/unit/controller/announcer.test.ts': ['the announcer goes on after a messenger that throws'],
      'test/unit/hooks/payload.test.ts': ['the payload of an event …'],
    },
    mutants: ['drop-in: an event without its type (10.3.5)'],
  },
  {
    id: '2.9.9',
    says: 'hooks of one type are asked in their order, and none after the first that is against it',
    tests: { [GATES]: ['what is asked is not asked of the next once one is against it'] },
  },
  {
    id: '2.9.10',
    says: 'retries are those of one call; gates are asked for ever, checks until the threshold',
    tests: {
      [CALL]: ['trying again …', 'consent survives an error when there are retries left'],
      [GATES_AND_CHECKS]: [
        'gates and checks a gate that holds for longer than the deadline is told once more',
        'gates and checks a failing pre-rollout hook counts failed checks before any traffic',
      ],
    },
    mutants: ['drop-in: a hook that is called once (10.3.7)'],
  },
  {
    id: '2.10.1',
    says: 'a Deployment without its minimum of pods for a whole deadline is hopeless',
    tests: {
      [READINESS]: [
        'a workload has time from when it became unavailable',
        'a workload and is stuck when that is over',
        'a workload has its time from the start of the phase, if it was unavailable before',
      ],
      [DEPLOYMENT]: ['readiness is hopeless after the deadline, counted from the start of the phase'],
      [DEFECTS]: [
        'defects that must not come back M12: what was unavailable before the phase began is not held against a workload',
      ],
    },
    mutants: ['M12: a deadline that counts from before the run'],
    differs: 'time before the phase does not count (M12)',
  },
  {
    id: '2.10.2',
    says: 'so is one that Kubernetes gave up, at once and by its own deadline',
    tests: {
      [READINESS]: [
        'a workload that Kubernetes gave up in this phase is stuck at once',
        'a workload that was given up before this phase gets another chance',
        'a workload but not for longer than a deadline',
      ],
      [DEPLOYMENT]: ['readiness is hopeless when Kubernetes gave up in this phase'],
    },
    differs: 'where that was before the phase it gets a deadline of its own',
  },
  {
    id: '2.10.3',
    says: 'one that is merely short of pods is waited for',
    tests: {
      [READINESS]: ['a workload that runs short without being unavailable is never stuck by our own clock'],
    },
  },
  {
    id: '2.10.4',
    says: 'a DaemonSet is hopeless after a deadline',
    tests: { [DAEMONSET]: ['the deadline of a DaemonSet (M12) …'] },
    mutants: ['DaemonSet: its deadline runs on while pods come up (M12)'],
    differs: 'counted from when it last came further, not from when the status was last written (M12)',
  },
  {
    id: '2.10.5',
    says: 'a Service is never hopeless',
    tests: {
      'test/unit/targets/service.test.ts': ['a Canary of a Service waits for nothing to become ready'],
      'test/unit/targets/knative-service.test.ts': [
        'a revision of a Knative Service is given up after the deadline, counted from the start of the phase or since it is not ready',
      ],
    },
    mutants: ['drop-in: a Service that is waited for (10.2.1)'],
    differs: 'a Knative Service has a deadline like other workloads',
  },
  {
    id: '2.10.6',
    says: 'what is not ready is told in a Warning, and that the canary failed after it',
    tests: {
      [BACK]: ['going back a canary that does not become ready in time is rolled back'],
      [WORDING]: [
        'an event about {"kind":"rolled-back","reason":{"kind":"stuck"…',
        'an alert about {"kind":"rolled-back","reason":{"kind":"stuck"…',
      ],
    },
    differs: 'a deadline has an event and an alert of its own (M37)',
  },
];
