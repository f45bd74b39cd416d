/** What hooks and metrics say about moving on: gates hold, checks fail, vetoes end the run. */
import type {
  Answer,
  CheckFailure,
  Held,
  HookType,
  MetricSource,
  News,
  OnInconclusive,
  Phase,
  Question,
  Reason,
  Situation,
  Verdict,
} from './model.ts';
import { after, millis, type Instant } from '../shared/brand.ts';
import { rollback } from './retreat.ts';
import { ask, consents, detailOf, hooksOf, latest, move, record, wait } from './verdict.ts';

/** The phase in which a refused gate is waited for, where it has one of its own. */
const WAITING_IN: Partial<Record<HookType, Phase>> = {
  'confirm-rollout': 'Waiting',
  'confirm-promotion': 'WaitingPromotion',
};

/** Every hook of the type consents, or the rollout holds. The first refusal is told, and only the first. */
export function gate(
  s: Situation,
  type: 'confirm-rollout' | 'confirm-traffic-increase' | 'confirm-promotion',
): Verdict | undefined {
  for (const { name, muted, question } of hooksOf(s, type)) {
    const answer = s.answers.get(question);
    if (answer === undefined) return ask(question);
    if (answer.kind === 'yes') continue;
    const told = s.status.held?.type === type && s.status.held.hook === name;
    if (told) return overdue(s, muted) ?? hold(s, question, detailOf(answer));
    const held: Held = { type, hook: name, since: s.now };
    const phase = WAITING_IN[type] ?? s.status.phase;
    const before = type === 'confirm-rollout' ? [] : onTheWay(s);
    return move(s, { phase, held }, ...before, { kind: 'gate-held', type, hook: name, muted });
  }
  return undefined;
}

/** What else came of the round of questions that leads to a gate within a run. */
function onTheWay(s: Situation): readonly News[] {
  return [...starting(s), ...prepared(s), ...consents(s, 'confirm-traffic-increase')];
}

/** Told once more, and no more often, when it has held for longer than anything else may take. */
function overdue(s: Situation, muted: boolean): Verdict | undefined {
  const { now, spec, status } = s;
  const { held, late } = status;
  const span = spec.progressDeadline;
  if (held === undefined || late !== undefined || now < after(held.since, span)) return undefined;
  const { type, hook } = held;
  return record(s, { late: now, changedAt: now }, { kind: 'gate-overdue', type, hook, muted, span });
}

/** Held, and called again an interval later. */
function hold(s: Situation, question: Question, detail: string): Verdict {
  return wait(s, { kind: 'question', question, detail }, { requeueAfter: s.spec.interval });
}

/** A rollback hook that consents ends the run, or what waits for one. An error and a "no" are the same. */
export function veto(
  s: Situation,
  end: (s: Situation, reason: Reason) => Verdict = rollback,
): Verdict | undefined {
  for (const { name, question } of hooksOf(s, 'rollback')) {
    const answer = s.answers.get(question);
    if (answer === undefined) return ask(question);
    if (answer.kind === 'yes') return end(s, { kind: 'rollback-hook', hook: name });
  }
  return undefined;
}

/** Rollback hooks that were asked and stayed silent are named with whatever their round of questions leads to. */
export function unsignaled(s: Situation, verdict: Verdict): Verdict {
  if (verdict.kind === 'ask') return verdict;
  const silent = hooksOf(s, 'rollback').map(({ name }): News => ({
    kind: 'rollback-not-signaled',
    hook: name,
  }));
  return silent.length === 0 ? verdict : { ...verdict, notices: [...silent, ...(verdict.notices ?? [])] };
}

/** Before the first position pre-rollout hooks; afterwards rollout hooks, then metrics. One failed check a pass. */
export function checks(s: Situation): Verdict | undefined {
  if (s.status.step < 0) return hookChecks(s, 'pre-rollout');
  return (
    hookChecks(s, 'rollout') ?? metricChecks(s, ['builtin', 'query']) ?? metricChecks(s, ['template', 'none'])
  );
}

function hookChecks(s: Situation, type: 'pre-rollout' | 'rollout'): Verdict | undefined {
  for (const { question, onInconclusive } of hooksOf(s, type)) {
    const answer = s.answers.get(question);
    if (answer === undefined) return ask(question);
    const verdict = judged(s, type, question, answer, onInconclusive);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

function metricChecks(s: Situation, sources: readonly MetricSource[]): Verdict | undefined {
  for (const [index, metric] of s.spec.metrics.entries()) {
    if (!sources.includes(metric.source)) continue;
    if (metric.source === 'none') return halt(s, 'metric', { kind: 'unusable', metric: metric.name });
    const filled = after(inForceSince(s), metric.window ?? millis(0));
    if (s.now < filled) {
      const waitingFor = { kind: 'window', metric: metric.name, until: filled } as const;
      return wait(s, waitingFor, { requeueAfter: s.spec.interval });
    }
    const question: Question = { kind: 'metric', index, revision: s.status.lastAppliedRevision };
    const answer = s.answers.get(question);
    if (answer === undefined) return ask(question);
    const verdict = judged(s, 'metric', question, answer, metric.onInconclusive);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** What was measured before was of another weight, or of another revision. */
function inForceSince(s: Situation): Instant {
  const { status, observed } = s;
  const began = status.phase === 'Progressing' ? status.phaseSince : undefined;
  return latest(s, observed.routes?.since, began) ?? status.phaseSince;
}

type CheckType = 'pre-rollout' | 'rollout' | 'metric';

/** Undefined where the answer lets the rollout go on. */
function judged(
  s: Situation,
  type: CheckType,
  question: Question,
  answer: Answer,
  onInconclusive: OnInconclusive,
): Verdict | undefined {
  if (answer.kind === 'yes') return undefined;
  if (answer.kind === 'no' || onInconclusive === 'fail') return halt(s, type, answer.failure);
  if (onInconclusive === 'pass') return undefined;
  return wait(s, { kind: 'question', question, detail: detailOf(answer) }, { requeueAfter: s.spec.interval });
}

/** One failed check. The position stays, the next look comes an interval later; a gate that holds goes on holding. */
function halt(s: Situation, type: CheckType, failure: CheckFailure): Verdict {
  const failedChecks = s.status.failedChecks + 1;
  const news: readonly News[] = [...starting(s), ...prepared(s), { kind: 'halted', type, failure }];
  return record(s, { failedChecks, changedAt: s.now }, ...news);
}

/** Said once a run, with whatever its first round of questions leads to. */
export function starting({ status, spec }: Situation): readonly News[] {
  const first = status.step < 0 && status.failedChecks === 0 && status.held === undefined;
  if (!first) return [];
  const forced: readonly News[] =
    spec.forced === undefined ? [] : [{ kind: 'kubernetes-strategy', ...spec.forced }];
  return [{ kind: 'analysis-starts' }, ...forced];
}

/** Named with whatever the questions before the first position lead to. */
export function prepared(s: Situation): readonly News[] {
  return s.status.step < 0 ? consents(s, 'pre-rollout') : [];
}
