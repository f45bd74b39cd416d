/** The first status: of a Canary nobody has looked at, or of one that Flagger has driven until now. */
import { instant, NO_REVISION, percent } from '../shared/brand.ts';
import { cookiesTaken } from './affinity.ts';
import { isAnalysing, isPromoting } from './converge.ts';
import type { News, Situation, Status, Verdict } from './model.ts';
import { planOf, positionAt, progression } from './progression.ts';
import { move, wait } from './verdict.ts';

/** The memory of a Canary that nobody has looked at. */
export const UNTOUCHED: Status = {
  origin: 'new',
  phase: 'Initializing',
  step: -1,
  canaryWeight: percent(0),
  mirrored: false,
  failedChecks: 0,
  cookies: {},
  routesMark: 0,
  place: '',
  left: [],
  park: 'none',
  obeyed: {},
  outbox: [],
  sequence: 0,
  lastAppliedRevision: NO_REVISION,
  lastPromotedRevision: NO_REVISION,
  changedAt: instant(0),
  phaseSince: instant(0),
  plan: '',
  target: undefined,
  autoscaler: '',
  invalid: undefined,
  held: undefined,
  stalled: undefined,
};

/** Nothing is created, written or asked before this is committed. */
export function takeOver(s: Situation): Verdict {
  const { primary, target } = s.observed;
  // Without a primary nothing was cloned yet, or nothing is left of it: begin at the beginning.
  if (s.status.origin === 'new' || primary === undefined) {
    return firstMove(s, { phase: 'Initializing', routesMark: 1, plan: planOf(s.spec) });
  }
  if (target === undefined) return wait(s, { kind: 'target' });
  return firstMove(s, taken(s), { kind: 'taken-over' });
}

/** What is committed first is acted on at once, so it says too that the spec cannot be followed, where it cannot. */
function firstMove(s: Situation, change: Partial<Status>, ...news: readonly News[]): Verdict {
  const { problem, now, spec } = s;
  const first = { ...change, autoscaler: spec.autoscaler };
  if (problem === undefined) return move(s, first, ...news);
  const invalid = { ...problem, since: now };
  return move(s, { ...first, invalid }, ...news, { kind: 'invalid-spec', ...problem });
}

/**
 * Flagger's `canaryWeight` does not say where traffic is, so weight and mirroring are read from the live routes,
 * never written. Its hashes cannot be computed again, so what the primary runs is what is promoted; only in the
 * middle of a promotion is that still the other revision.
 */
function taken(s: Situation): Partial<Status> {
  const { spec, status, observed } = s;
  const canaryWeight = observed.routes?.canary ?? percent(0);
  const at = {
    canaryWeight,
    mirrored: observed.routes?.mirrored ?? false,
    cookies: cookiesTaken(status.cookies, observed.routes?.cookies),
    routesMark: 1,
    plan: planOf(spec),
  };
  const promoted = observed.primary?.revision ?? status.lastPromotedRevision;
  const carried = observed.target?.revision ?? promoted;
  const running = isAnalysing(status) || isPromoting(status);
  const tried = running || status.phase === 'Failed';
  const finalising = status.phase === 'Finalising';
  const busy = running || canaryWeight > 0 || status.phase === 'Initializing';
  return {
    ...at,
    // Finalising only follows once traffic is home; with some left the promotion goes on from there.
    phase: finalising && canaryWeight > 0 ? 'Promoting' : status.phase,
    step: isAnalysing(status) ? stepOf(s, canaryWeight) : -1,
    lastPromotedRevision: promoted,
    lastAppliedRevision: tried ? carried : promoted,
    park: finalising && canaryWeight === 0 ? 'due' : busy ? 'none' : 'done',
  };
}

function stepOf({ spec, status }: Situation, canaryWeight: Status['canaryWeight']): number {
  if (spec.strategy.kind === 'canary') return positionAt(spec.strategy, canaryWeight);
  return Math.min(status.step, progression(spec.strategy).length - 1);
}
