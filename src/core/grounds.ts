/**
 * What a decision was and what it rests on: for people who ask later. Nothing is decided from it, so it is no part of
 * the status a decision is made from.
 */
import type { Instant, Percent, Revision } from '../shared/brand.ts';
import type { Answer, HookType, Measured, News, Phase, Question, Situation, Status } from './model.ts';
import { failureText } from './wording.ts';

/** One check that was asked, and what it said. */
export type Check = {
  readonly name: string;
  readonly said: Answer['kind'];
  /** Why it is not a yes; '' where the value says so. */
  readonly detail: string;
} & (
  | { readonly kind: 'metric'; readonly measured: Measured | undefined }
  | { readonly kind: 'hook'; readonly type: HookType }
);

/** The checks of the last pass that asked any, for the run it belongs to. */
export interface Evidence {
  readonly at: Instant;
  readonly revision: Revision;
  readonly checks: readonly Check[];
}

export interface Decision {
  readonly at: Instant;
  readonly news: readonly News[];
  /** What the phase and the canary's traffic became. */
  readonly phase: Phase;
  readonly canaryWeight: Percent;
  /** As it was counted when this was decided. */
  readonly failedChecks: number;
  readonly threshold: number;
}

/** What is to be remembered with a commit; what is left out stays as it is. */
export interface Grounds {
  readonly decision?: Decision;
  readonly evidence?: Evidence;
}

/** Of the move from `s.status` to `next`. */
export function groundsOf(s: Situation, next: Status): Grounds {
  const decision = decisionOf(s, next);
  const evidence = evidenceOf(s, next);
  return { ...(decision !== undefined && { decision }), ...(evidence !== undefined && { evidence }) };
}

/** Undefined where something was merely recorded: a debt that is paid, a target seen anew. */
function decisionOf({ status, spec, now }: Situation, next: Status): Decision | undefined {
  const news = newsOf(status, next);
  const moves =
    next.phase !== status.phase ||
    next.canaryWeight !== status.canaryWeight ||
    next.mirrored !== status.mirrored;
  if (news.length === 0 && !moves) return undefined;
  const { phase, canaryWeight } = next;
  // The end of a run counts from nothing again; what ended it is what counts here.
  const failedChecks = Math.max(status.failedChecks, next.failedChecks);
  return { at: now, news, phase, canaryWeight, failedChecks, threshold: spec.threshold };
}

function newsOf(status: Status, next: Status): readonly News[] {
  return next.outbox.filter(({ sequence }) => sequence >= status.sequence).map(({ news }) => news);
}

/** Undefined where nothing was asked about this run. A run that starts forgets what the one before rested on. */
function evidenceOf(s: Situation, next: Status): Evidence | undefined {
  const revision = next.lastAppliedRevision;
  const checks = [...hookChecks(s, revision), ...metricChecks(s, revision)];
  const starts = newsOf(s.status, next).some(({ kind }) => STARTS.has(kind));
  return checks.length === 0 && !starts ? undefined : { at: s.now, revision, checks };
}

const STARTS: ReadonlySet<News['kind']> = new Set<News['kind']>(['new-revision', 'restarted', 'rerouted']);

function hookChecks({ spec, answers }: Situation, revision: Revision): readonly Check[] {
  return spec.hooks.flatMap(({ type, name }, index): readonly Check[] => {
    const question: Question = { kind: 'hook', type, index, revision };
    const answer = answers.get(question);
    return answer === undefined ? [] : [{ kind: 'hook', type, name, ...said(answer) }];
  });
}

function metricChecks({ spec, answers }: Situation, revision: Revision): readonly Check[] {
  return spec.metrics.flatMap(({ name }, index): readonly Check[] => {
    const answer = answers.get({ kind: 'metric', index, revision });
    if (answer === undefined) return [];
    const measured = answer.kind === 'inconclusive' ? undefined : answer.measured;
    return [{ kind: 'metric', name, measured, ...said(answer) }];
  });
}

function said(answer: Answer): Pick<Check, 'said' | 'detail'> {
  return { said: answer.kind, detail: answer.kind === 'yes' ? '' : failureText(answer.failure) };
}
