/** What is asked where, in which order, and what an answer means. One row a sentence. */
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/decide.ts';
import type {
  Answer,
  Answers,
  Hook,
  HookType,
  Metric,
  News,
  Question,
  Spec,
  Status,
  Strategy,
  Verdict,
} from '../../../src/core/model.ts';
import { planOf } from '../../../src/core/progression.ts';
import { instant, millis, percent, revision } from '../../../src/shared/brand.ts';
import { aSituation } from '../../support/situation.ts';

const HOOKS: readonly HookType[] = [
  'confirm-promotion',
  'confirm-traffic-increase',
  'rollout',
  'pre-rollout',
  'rollback',
  'confirm-rollout',
  'post-rollout',
  'event',
];
const METRICS: readonly Metric[] = [
  { name: 'template', source: 'template', onInconclusive: 'fail' },
  { name: 'query', source: 'query', onInconclusive: 'fail' },
  { name: 'builtin', source: 'builtin', onInconclusive: 'fail' },
];
const EVERYTHING: Partial<Spec> = { hooks: HOOKS.map((type) => hook(type)), metrics: METRICS };

const CANARY: Strategy = { kind: 'canary', weights: [percent(20), percent(40)], mirror: false };
const MIRRORED: Strategy = { ...CANARY, mirror: true };
const AB: Strategy = { kind: 'ab-testing', iterations: 2 };
const BLUE_GREEN: Strategy = { kind: 'blue-green', iterations: 2, mirror: false, routed: true };

function hook(type: HookType, onInconclusive: Hook['onInconclusive'] = 'fail', name: string = type): Hook {
  return { type, name, muted: false, onInconclusive };
}

type Reply = 'yes' | 'no' | 'inconclusive';

function answer(reply: Reply, { name }: { readonly name: string }): Answer {
  return reply === 'yes'
    ? { kind: reply }
    : { kind: reply, failure: { kind: 'hook', hook: name, detail: 'closed' } };
}

/** Nobody signals a rollback, everybody else agrees; `replies` differ. */
function usual(name: string): Reply {
  return name === 'rollback' ? 'no' : 'yes';
}

interface Round {
  readonly asked: readonly string[];
  readonly verdict: Exclude<Verdict, { readonly kind: 'ask' }>;
}

/** A pass: what is asked is answered, until something is decided. */
function pass(
  spec: Partial<Spec>,
  status: Partial<Status>,
  replies: Readonly<Record<string, Reply>> = {},
): Round {
  const asked: string[] = [];
  const known = new Map<string, Answer>();
  const answers: Answers = { get: (question) => known.get(JSON.stringify(question)) };
  const { strategy = CANARY } = spec;
  const plan = planOf({ ...aSituation().spec, strategy });
  const s = aSituation({ spec: { strategy, ...spec }, status: { plan, ...status }, situation: { answers } });
  for (;;) {
    const verdict = decide(s);
    if (verdict.kind !== 'ask') return { asked, verdict };
    for (const question of verdict.questions) {
      const one = about(question, s.spec);
      asked.push(one.name);
      known.set(JSON.stringify(question), answer(replies[one.name] ?? usual(one.name), one));
    }
  }
}

function about(question: Question, { hooks, metrics }: Spec): { readonly name: string } {
  const list = question.kind === 'hook' ? hooks : metrics;
  return question.kind === 'providers' ? { name: 'providers' } : (list[question.index] ?? { name: '?' });
}

const at = (step: number, weight: number, more: Partial<Status> = {}): Partial<Status> => ({
  step,
  canaryWeight: percent(weight),
  ...more,
});

describe('what is asked', () => {
  it.each<{ what: string; strategy: Strategy; status: Partial<Status>; asked: readonly string[] }>([
    {
      what: 'before the first weight: may it be stopped, is it prepared, may it get traffic',
      strategy: CANARY,
      status: at(-1, 0),
      asked: ['rollback', 'pre-rollout', 'confirm-traffic-increase'],
    },
    {
      what: 'at a weight: hooks before metrics, templates last, then whether it may get more',
      strategy: CANARY,
      status: at(0, 20),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template', 'confirm-traffic-increase'],
    },
    {
      what: 'at the last weight also whether it may be promoted',
      strategy: CANARY,
      status: at(1, 40),
      asked: [
        'rollback',
        'rollout',
        'query',
        'builtin',
        'template',
        'confirm-traffic-increase',
        'confirm-promotion',
      ],
    },
    {
      what: 'while it waits for promotion not again whether it may get more',
      strategy: CANARY,
      status: at(1, 40, { phase: 'WaitingPromotion' }),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template', 'confirm-promotion'],
    },
    {
      what: 'while only copies are sent not whether it may get more',
      strategy: MIRRORED,
      status: at(0, 0, { mirrored: true }),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template'],
    },
    {
      what: 'in A/B testing never whether it may get more',
      strategy: AB,
      status: at(0, 100),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template'],
    },
    {
      what: 'in A/B testing at the end whether it may be promoted',
      strategy: AB,
      status: at(1, 100),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template', 'confirm-promotion'],
    },
    {
      what: 'in blue-green before all traffic goes to it whether it may be promoted',
      strategy: BLUE_GREEN,
      status: at(1, 0),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template', 'confirm-promotion'],
    },
    {
      what: 'and again before it is',
      strategy: BLUE_GREEN,
      status: at(2, 100),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template', 'confirm-promotion'],
    },
    {
      what: 'before a run whether it may begin',
      strategy: CANARY,
      status: at(-1, 0, { phase: 'Succeeded', lastAppliedRevision: revision('v1'), park: 'done' }),
      asked: ['confirm-rollout'],
    },
    {
      what: 'while it waits for a run whether that may still be stopped, and whether it may begin',
      strategy: CANARY,
      status: at(-1, 0, { phase: 'Waiting', lastAppliedRevision: revision('v1'), park: 'done' }),
      asked: ['rollback', 'confirm-rollout'],
    },
    {
      what: 'before an interval is over nothing',
      strategy: CANARY,
      status: at(0, 20, { changedAt: instant(3_590_000) }),
      asked: [],
    },
    {
      what: 'where the clock of another process is a little ahead nothing',
      strategy: CANARY,
      status: at(0, 20, { changedAt: instant(3_602_000) }),
      asked: [],
    },
    {
      what: 'where the clock was set back an hour since the last move, as if it had not been',
      strategy: CANARY,
      status: at(0, 20, { changedAt: instant(7_200_000) }),
      asked: ['rollback', 'rollout', 'query', 'builtin', 'template', 'confirm-traffic-increase'],
    },
  ])('$what', ({ strategy, status, asked }) => {
    expect(pass({ ...EVERYTHING, strategy }, status).asked).toEqual(asked);
  });

  it('is not asked of the next once one is against it', () => {
    expect(pass(EVERYTHING, at(0, 20), { query: 'no' }).asked).toEqual(['rollback', 'rollout', 'query']);
    const two = {
      hooks: [hook('confirm-promotion', 'fail', 'first'), hook('confirm-promotion', 'fail', 'second')],
    };
    expect(pass(two, at(1, 40), { first: 'no' }).asked).toEqual(['first']);
    expect(pass(two, at(1, 40)).asked).toEqual(['first', 'second']);
  });

  it.each(['Succeeded', 'Failed', 'Waiting'] as const)(
    'before a run is about the one that waits: %s',
    (phase) => {
      const status = { ...at(-1, 0), phase, lastAppliedRevision: revision('v1'), park: 'done' } as const;
      const verdict = decide(aSituation({ spec: { hooks: [hook('confirm-rollout')] }, status }));

      expect(verdict).toMatchObject({ questions: [{ type: 'confirm-rollout', revision: 'v2' }] });
    },
  );
});

/** `phase weight failed-checks`, or what is waited for. */
function end({ verdict }: Round): string {
  if (verdict.kind === 'wait') return `waits for ${verdict.waitingFor.kind}`;
  const { phase, canaryWeight, failedChecks } = verdict.status;
  return `${phase} ${canaryWeight} failed ${failedChecks}`;
}

const silent = (onInconclusive: Metric['onInconclusive']): Partial<Spec> => ({
  metrics: [{ name: 'errors', source: 'builtin', onInconclusive }],
});

describe('what an answer means', () => {
  it.each<{
    what: string;
    spec: Partial<Spec>;
    status: Partial<Status>;
    replies: Readonly<Record<string, Reply>>;
    then: string;
  }>([
    {
      what: 'all agree: the next weight',
      spec: EVERYTHING,
      status: at(0, 20),
      replies: {},
      then: 'Progressing 40 failed 0',
    },
    {
      what: 'a rollback hook consents: the run ends',
      spec: EVERYTHING,
      status: at(0, 20),
      replies: { rollback: 'yes' },
      then: 'Failed 0 failed 0',
    },
    {
      what: 'a rollback hook consents while promotion waits: the run ends',
      spec: EVERYTHING,
      status: at(1, 40, { phase: 'WaitingPromotion' }),
      replies: { rollback: 'yes', 'confirm-promotion': 'no' },
      then: 'Failed 0 failed 0',
    },
    {
      what: 'a rollback hook consents while a run waits: it never begins',
      spec: EVERYTHING,
      status: at(-1, 0, { phase: 'Waiting', lastAppliedRevision: revision('v1'), park: 'done' }),
      replies: { rollback: 'yes' },
      then: 'Failed 0 failed 0',
    },
    {
      what: 'all agree, and steps forgive failed checks: one fewer (M36)',
      spec: { ...EVERYTHING, decay: 1, threshold: 5 },
      status: at(0, 20, { failedChecks: 3 }),
      replies: {},
      then: 'Progressing 40 failed 2',
    },
    {
      what: 'all agree, and steps forgive more than has failed: none (M36)',
      spec: { ...EVERYTHING, decay: 2 },
      status: at(0, 20, { failedChecks: 1 }),
      replies: {},
      then: 'Progressing 40 failed 0',
    },
    {
      what: 'all agree, and nothing is forgiven unless that is asked for (M36)',
      spec: EVERYTHING,
      status: at(0, 20, { failedChecks: 1 }),
      replies: {},
      then: 'Progressing 40 failed 1',
    },
    {
      what: 'a rollback hook does not answer: nothing',
      spec: EVERYTHING,
      status: at(0, 20),
      replies: { rollback: 'inconclusive' },
      then: 'Progressing 40 failed 0',
    },
    {
      what: 'a pre-rollout hook refuses: one failed check, no traffic',
      spec: EVERYTHING,
      status: at(-1, 0),
      replies: { 'pre-rollout': 'no' },
      then: 'Progressing 0 failed 1',
    },
    {
      what: 'a rollout hook does not answer: one failed check, the weight stays',
      spec: EVERYTHING,
      status: at(0, 20),
      replies: { rollout: 'inconclusive' },
      then: 'Progressing 20 failed 1',
    },
    {
      what: 'a metric is bad: one failed check',
      spec: EVERYTHING,
      status: at(0, 20, { failedChecks: 1 }),
      replies: { builtin: 'no' },
      then: 'Progressing 20 failed 2',
    },
    {
      what: 'traffic is not to be increased: the weight is held, nothing has failed',
      spec: EVERYTHING,
      status: at(0, 20),
      replies: { 'confirm-traffic-increase': 'no' },
      then: 'Progressing 20 failed 0',
    },
    {
      what: 'promotion is not confirmed: a phase of its own, weight and traffic as they are',
      spec: EVERYTHING,
      status: at(1, 40),
      replies: { 'confirm-promotion': 'no' },
      then: 'WaitingPromotion 40 failed 0',
    },
    {
      what: 'promotion is confirmed at last',
      spec: EVERYTHING,
      status: at(1, 40, { phase: 'WaitingPromotion' }),
      replies: {},
      then: 'Promoting 40 failed 0',
    },
    {
      what: 'the run is not confirmed: Waiting, and nothing is started',
      spec: EVERYTHING,
      status: at(-1, 0, { phase: 'Failed', lastAppliedRevision: revision('v1'), park: 'done' }),
      replies: { 'confirm-rollout': 'no' },
      then: 'Waiting 0 failed 0',
    },
    {
      what: 'a metric does not say, by default: one failed check',
      spec: silent('fail'),
      status: at(0, 20),
      replies: { errors: 'inconclusive' },
      then: 'Progressing 20 failed 1',
    },
    {
      what: 'a metric does not say, and is waited for: nothing has failed',
      spec: silent('wait'),
      status: at(0, 20),
      replies: { errors: 'inconclusive' },
      then: 'waits for question',
    },
    {
      what: 'a metric does not say, and may be silent: the next weight',
      spec: silent('pass'),
      status: at(0, 20),
      replies: { errors: 'inconclusive' },
      then: 'Progressing 40 failed 0',
    },
    {
      what: 'a metric that may be silent speaks against it: one failed check',
      spec: silent('pass'),
      status: at(0, 20),
      replies: { errors: 'no' },
      then: 'Progressing 20 failed 1',
    },
    {
      what: 'a rollout hook does not answer, and is waited for: nothing has failed',
      spec: { hooks: [hook('rollout', 'wait')] },
      status: at(0, 20),
      replies: { rollout: 'inconclusive' },
      then: 'waits for question',
    },
    {
      what: 'a rollout hook does not answer, and may be silent: the next weight',
      spec: { hooks: [hook('rollout', 'pass')] },
      status: at(0, 20),
      replies: { rollout: 'inconclusive' },
      then: 'Progressing 40 failed 0',
    },
    {
      what: 'a rollout hook that is waited for says no: one failed check',
      spec: { hooks: [hook('rollout', 'wait')] },
      status: at(0, 20),
      replies: { rollout: 'no' },
      then: 'Progressing 20 failed 1',
    },
    {
      what: 'a metric that nothing says how to ask: one failed check',
      spec: { metrics: [{ name: 'errors', source: 'none', onInconclusive: 'pass' }] },
      status: at(0, 20),
      replies: {},
      then: 'Progressing 20 failed 1',
    },
  ])('$what', ({ spec, status, replies, then }) => {
    expect(end(pass(spec, status, replies))).toBe(then);
  });
});

describe('a metric that waits for its window (M32)', () => {
  const MINUTE = 60_000;
  const NOW = 3_600_000;
  const metrics: readonly Metric[] = [
    { name: 'errors', source: 'query', onInconclusive: 'fail', window: millis(2 * MINUTE) },
  ];
  const began = (phaseSince: number): Partial<Status> => at(0, 20, { phaseSince: instant(phaseSince) });

  it('is not asked before the run has lasted for it, while hooks are', () => {
    const early = pass({ hooks: [hook('rollout')], metrics }, began(NOW - 2 * MINUTE + 1));
    expect(early.asked).toEqual(['rollout']);
    expect(early.verdict).toMatchObject({
      waitingFor: { kind: 'window', metric: 'errors', until: NOW + 1 },
      requeueAfter: MINUTE,
    });
    expect(pass({ metrics }, began(NOW - 2 * MINUTE)).asked).toEqual(['errors']);
  });

  it('is not asked before the routes have been as they are for it', () => {
    const asks = (since: number): string => {
      const { routes } = aSituation().observed;
      if (routes === undefined) throw new Error('there are routes');
      const observed = { routes: { ...routes, since: instant(since) } };
      const verdict = decide(aSituation({ spec: { metrics }, status: began(0), observed }));
      return verdict.kind === 'wait' ? verdict.waitingFor.kind : verdict.kind;
    };
    expect(asks(NOW - 2 * MINUTE + 1)).toBe('window');
    expect(asks(NOW - 2 * MINUTE)).toBe('ask');
  });

  it('is asked at every interval where that is not asked for', () => {
    expect(pass({ metrics: METRICS }, began(NOW - MINUTE)).asked).toEqual(['query', 'builtin', 'template']);
  });
});

/** What is told, by kind. */
function told({ verdict }: Round): readonly News['kind'][] {
  if (verdict.kind === 'wait') return verdict.notices.map(({ kind }) => kind);
  return verdict.status.outbox.map(({ news }) => news.kind);
}

describe('a rollback hook that does not signal', () => {
  it.each<{ when: string; status: Partial<Status>; replies: Readonly<Record<string, Reply>> }>([
    { when: 'the canary advances', status: at(0, 20), replies: {} },
    { when: 'nobody answers it', status: at(0, 20), replies: { rollback: 'inconclusive' } },
    { when: 'a check fails', status: at(0, 20), replies: { query: 'no' } },
    { when: 'a gate begins to hold', status: at(1, 40), replies: { 'confirm-promotion': 'no' } },
    {
      when: 'promotion waits for approval',
      status: at(1, 40, {
        phase: 'WaitingPromotion',
        held: { type: 'confirm-promotion', hook: 'confirm-promotion', since: instant(0) },
      }),
      replies: { 'confirm-promotion': 'no' },
    },
  ])('is named at every look: $when', ({ status, replies }) => {
    expect(pass(EVERYTHING, status, replies).verdict.notices).toEqual([
      { kind: 'rollback-not-signaled', hook: 'rollback' },
    ]);
  });

  it('is not named where it was not asked', () => {
    const early = at(0, 20, { changedAt: instant(3_590_000) });
    expect(pass(EVERYTHING, early).verdict.notices).toEqual([]);
    expect(pass({ hooks: [hook('rollout')] }, at(0, 20)).verdict.notices).toBeUndefined();
  });
});

describe('a gate that holds', () => {
  const gate = { hooks: [hook('confirm-promotion')] };
  const shut = { 'confirm-promotion': 'no' } as const;

  it('is told once, with the time since when', () => {
    const first = pass(gate, at(1, 40), shut);
    expect(told(first)).toEqual(['gate-held']);
    if (first.verdict.kind !== 'move') throw new Error('it is recorded');
    const { held } = first.verdict.status;
    expect(held).toEqual({ type: 'confirm-promotion', hook: 'confirm-promotion', since: 3_600_000 });

    const again = pass(gate, at(1, 40, { phase: 'WaitingPromotion', held }), shut);
    expect(told(again)).toEqual([]);
    expect(again.verdict).toMatchObject({ kind: 'wait', waitingFor: { detail: 'closed' } });
  });

  it('is told once more after a deadline, and not again (M37)', () => {
    const held = { type: 'confirm-promotion', hook: 'confirm-promotion', since: instant(0) } as const;
    const waiting = at(1, 40, { phase: 'WaitingPromotion', held });
    expect(told(pass({ ...gate, progressDeadline: millis(3_600_001) }, waiting, shut))).toEqual([]);

    const overdue = pass(gate, waiting, shut);
    expect(told(overdue)).toEqual(['gate-overdue']);
    if (overdue.verdict.kind !== 'move') throw new Error('it is recorded');
    const { late, held: still } = overdue.verdict.status;
    expect(late).toBe(3_600_000);
    expect(still).toEqual(held);

    expect(told(pass(gate, { ...waiting, late }, shut))).toEqual([]);
    expect(pass(gate, { ...waiting, late }).verdict).toMatchObject({ status: { late: undefined } });
  });

  it('is told again where another one holds', () => {
    const held = { type: 'confirm-promotion', hook: 'another', since: instant(0) } as const;
    expect(told(pass(gate, at(1, 40, { phase: 'WaitingPromotion', held }), shut))).toEqual(['gate-held']);
  });

  it('is told after one that has opened before it', () => {
    const two = { hooks: [hook('confirm-traffic-increase'), hook('confirm-promotion')] };
    expect(told(pass(two, at(1, 40), shut))).toEqual(['hook-passed', 'gate-held']);
  });

  it('is named with what is said when it opens', () => {
    expect(told(pass(gate, at(1, 40)))).toEqual(['hook-passed', 'promoting']);
  });
});

describe('a gate before a run', () => {
  it.each(['Initialized', 'Succeeded', 'Failed', 'Waiting'] as const)(
    'names in %s the revision that would begin',
    (phase) => {
      const status = at(-1, 0, { phase, lastAppliedRevision: revision('v1'), park: 'done' });
      const verdict = decide(aSituation({ spec: { hooks: [hook('confirm-rollout')] }, status }));

      expect(verdict).toMatchObject({
        kind: 'ask',
        questions: [{ kind: 'hook', type: 'confirm-rollout', revision: 'v2' }],
      });
    },
  );
});

describe('the start of an analysis', () => {
  it('is told with its first round of questions, whatever they lead to, and once', () => {
    const spec = { hooks: [hook('pre-rollout')] };
    expect(told(pass(spec, at(-1, 0)))).toEqual(['analysis-starts', 'hook-passed', 'advanced-weight']);
    expect(told(pass(spec, at(-1, 0), { 'pre-rollout': 'no' }))).toEqual(['analysis-starts', 'halted']);
    expect(told(pass(spec, at(-1, 0, { failedChecks: 1 })))).toEqual(['hook-passed', 'advanced-weight']);
  });

  it('is told also where it leads to a gate that holds', () => {
    const spec = { hooks: [hook('pre-rollout'), hook('confirm-traffic-increase')] };
    const held = pass(spec, at(-1, 0), { 'confirm-traffic-increase': 'no' });
    expect(told(held)).toEqual(['analysis-starts', 'hook-passed', 'gate-held']);

    if (held.verdict.kind !== 'move') throw new Error('it is recorded');
    const opened = pass(spec, at(-1, 0, { held: held.verdict.status.held }));
    expect(told(opened)).toEqual(['hook-passed', 'hook-passed', 'advanced-weight']);
  });
});
