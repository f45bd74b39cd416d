/** What is remembered of a decision: what it was, and every answer it rests on. */
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/decide.ts';
import { groundsOf, type Grounds } from '../../../src/core/grounds.ts';
import type { Answer, Hook, Metric, Question, Situation } from '../../../src/core/model.ts';
import { instant, revision } from '../../../src/shared/brand.ts';
import { aSituation, type SituationChanges } from '../../support/situation.ts';

const NOW = instant(3_600_000);
const METRIC: Metric = { name: 'rate', source: 'builtin', onInconclusive: 'fail' };
const LATENCY: Metric = { name: 'latency', source: 'query', onInconclusive: 'pass' };
const CHECK: Hook = { type: 'rollout', name: 'load', muted: false, onInconclusive: 'fail' };
const PANIC: Hook = { type: 'rollback', name: 'panic', muted: false, onInconclusive: 'fail' };
const GOOD = { value: 99.5, min: 99, unit: 'percent' } as const;
const BAD = { value: 95, min: 99, unit: 'percent' } as const;
const FAILURE = { kind: 'success-rate', metric: 'rate', value: 95, bound: 99, side: 'min' } as const;

type Answering = (question: Question) => Answer | undefined;

function situation(changes: SituationChanges, answer: Answering = () => undefined): Situation {
  return { ...aSituation(changes), now: NOW, answers: { get: answer } };
}

/** What the move of this situation rests on; throws where there is none. */
function grounds(s: Situation): Grounds {
  const verdict = decide(s);
  if (verdict.kind !== 'move') throw new Error(`it ${verdict.kind}s`);
  return groundsOf(s, verdict.status);
}

const yes: Answering = (question) =>
  question.kind === 'metric' ? { kind: 'yes', measured: GOOD } : { kind: 'yes' };

describe('a step forward', () => {
  it('rests on every metric with its value and range, and on every hook', () => {
    const spec = { hooks: [PANIC, CHECK], metrics: [METRIC] };
    const answers: Answering = (question) =>
      question.kind === 'hook' && question.type === 'rollback'
        ? { kind: 'no', failure: { kind: 'hook', hook: 'panic', detail: '403' } }
        : yes(question);

    expect(grounds(situation({ spec }, answers))).toEqual({
      decision: {
        at: NOW,
        news: [{ kind: 'advanced-weight', weight: 40 }],
        phase: 'Progressing',
        canaryWeight: 40,
        failedChecks: 0,
        threshold: 2,
      },
      evidence: {
        at: NOW,
        revision: 'v2',
        checks: [
          { kind: 'hook', type: 'rollback', name: 'panic', said: 'no', detail: '403' },
          { kind: 'hook', type: 'rollout', name: 'load', said: 'yes', detail: '' },
          { kind: 'metric', name: 'rate', said: 'yes', measured: GOOD, detail: '' },
        ],
      },
    });
  });

  it('says of a metric that gave no value why it did not', () => {
    const nothing = {
      kind: 'no-values',
      metric: 'latency',
      source: 'query',
      provider: 'istio',
      detail: '',
    } as const;
    const answers: Answering = (question) =>
      question.kind === 'metric' && question.index === 1
        ? { kind: 'inconclusive', failure: nothing }
        : yes(question);

    expect(grounds(situation({ spec: { metrics: [METRIC, LATENCY] } }, answers)).evidence?.checks[1]).toEqual(
      {
        kind: 'metric',
        name: 'latency',
        said: 'inconclusive',
        measured: undefined,
        detail: 'no values found',
      },
    );
  });
});

describe('a failed check', () => {
  it('counts, with the value that failed it', () => {
    const spec = { metrics: [METRIC, LATENCY] };
    const found = grounds(situation({ spec }, () => ({ kind: 'no', failure: FAILURE, measured: BAD })));

    expect(found.decision).toMatchObject({ failedChecks: 1, threshold: 2, canaryWeight: 20 });
    // The second was not asked any more, or its answer is none of the first's business.
    expect(found.evidence?.checks[0]).toMatchObject({ name: 'rate', said: 'no', measured: BAD });
  });
});

describe('a rollback', () => {
  it('keeps what the failed checks rested on, and the count that ended it', () => {
    const found = grounds(situation({ status: { failedChecks: 2 }, spec: { metrics: [METRIC] } }));

    expect(found.decision).toMatchObject({ phase: 'Failed', canaryWeight: 0, failedChecks: 2 });
    expect(found).not.toHaveProperty('evidence');
  });
});

describe('another revision', () => {
  it('forgets the answers about the one before', () => {
    const target = { revision: revision('v3') };
    const found = grounds(situation({ target, spec: { metrics: [METRIC] } }, yes));

    expect(found.decision?.news).toEqual([{ kind: 'restarted' }]);
    // The only answers there are name the revision that is gone.
    const about: Answering = (question) => (question.revision === revision('v2') ? yes(question) : undefined);
    expect(grounds(situation({ target, spec: { metrics: [METRIC] } }, about)).evidence).toEqual({
      at: NOW,
      revision: 'v3',
      checks: [],
    });
  });
});

describe('what moves nothing', () => {
  it('is no decision', () => {
    const s = situation({ status: { stalled: { detail: 'x', since: instant(1) } } });

    expect(grounds(s)).toEqual({});
  });
});
