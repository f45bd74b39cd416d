/** The first status: of a Canary nobody has looked at, or of one that Flagger has driven until now. */
import { instant, NO_REVISION, percent, type Instant, type Percent } from '../shared/brand.ts';
import { cookiesTaken } from './affinity.ts';
import { isAnalysing, isPromoting } from './converge.ts';
import type { News, Phase, Situation, Status, Verdict, Workload } from './model.ts';
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
  standstills: {},
  released: undefined,
  autoscaler: '',
  invalid: undefined,
  held: undefined,
  late: undefined,
  stalled: undefined,
};

/** Nothing is created, written or asked before this is committed. */
export function takeOver(s: Situation): Verdict {
  const { primary, target } = s.observed;
  if (s.deleting) return move(s, { phase: 'Terminating' }, { kind: 'terminating' });
  // Without a primary nothing was cloned yet, or nothing is left of it: begin at the beginning.
  if (s.status.origin === 'new' || primary === undefined) {
    return firstMove(s, { phase: 'Initializing', routesMark: 1, plan: planOf(s.spec) });
  }
  if (target === undefined) return wait(s, { kind: 'target' });
  return firstMove(s, taken(s, target, primary), { kind: 'taken-over' });
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
 * never written. Its hashes cannot be computed again, so what the primary runs is what is promoted.
 */
function taken(s: Situation, target: Workload, primary: Workload): Partial<Status> {
  const { canary: canaryWeight = percent(0), mirrored = false, cookies: shown } = s.observed.routes ?? {};
  const cookies = cookiesTaken(s.status.cookies, shown);
  const found = { canaryWeight, mirrored, cookies, routesMark: 1, plan: planOf(s.spec) };
  const promoted = {
    ...found,
    lastPromotedRevision: primary.revision,
    lastAppliedRevision: primary.revision,
  };
  const { phase } = s.status;
  if (isPromoting(s.status)) return { ...promoted, ...ending(phase, canaryWeight, target) };
  if (isAnalysing(s.status)) {
    return isCopied(s, target, primary)
      ? { ...promoted, ...ending('Promoting', canaryWeight, target) }
      : { ...promoted, ...analysis(s, target, canaryWeight) };
  }
  const park = canaryWeight > 0 || phase === 'Initializing' ? 'none' : 'done';
  const tried = phase === 'Failed' && !isPushed(s, s.status.phaseSince);
  return { ...promoted, step: -1, park, ...(tried && { lastAppliedRevision: target.revision }) };
}

/**
 * Flagger writes the primary before it says so: whoever is Promoting has copied. Finalising only follows once traffic
 * is home; with some left the promotion goes on from there.
 */
function ending(phase: Phase, canaryWeight: Percent, { scaledUp }: Workload): Partial<Status> {
  const finalising = phase === 'Finalising' && canaryWeight === 0;
  const parked = canaryWeight === 0 && scaledUp === false;
  const park = parked ? 'done' : finalising ? 'due' : 'none';
  return { phase: finalising ? 'Finalising' : 'Promoting', step: -1, park };
}

/** The copy was made, or is still rolling out, and the phase that tells of it was never written. */
function isCopied({ status, observed: { traces } }: Situation, target: Workload, primary: Workload): boolean {
  if (target.revision !== primary.revision) return false;
  const since = traces?.copiedAt;
  return primary.readiness.kind !== 'ready' || (since !== undefined && since >= status.changedAt);
}

/**
 * Goes on with what the target carries, from where its traffic is. What came after Flagger's last look, or has its
 * traffic from a promotion that failed, has not been analysed: as something else than what was applied it starts over.
 */
function analysis(s: Situation, target: Workload, canaryWeight: Percent): Partial<Status> {
  const { status, spec } = s;
  // Its checks have refused it and its pods have gone: what is left of that is not to wake them.
  const spent = status.failedChecks >= spec.threshold && target.scaledUp === false;
  const park = spent ? 'done' : 'none';
  if (isPushed(s, status.changedAt) || isLeftOver(s, canaryWeight)) return { step: -1, park };
  return { step: stepOf(s, canaryWeight), park, lastAppliedRevision: target.revision };
}

/** Both written in whole seconds, so what falls into the same one may have come after. */
function isPushed({ observed: { traces } }: Situation, since: Instant): boolean {
  if (traces === undefined) return false;
  return traces.configChanged || (traces.pushedAt !== undefined && traces.pushedAt >= since);
}

/** All traffic although the run has not got there: a failed promotion before it gave the canary everything. */
function isLeftOver({ spec, status }: Situation, canaryWeight: Percent): boolean {
  if (status.phase !== 'Progressing' || canaryWeight < 100) return false;
  const [first] = progression(spec.strategy);
  if (first === undefined || first.canaryWeight === 100) return false;
  return spec.strategy.kind === 'blue-green'
    ? status.step + 1 < spec.strategy.iterations
    : status.canaryWeight === 0;
}

function stepOf({ spec, status }: Situation, canaryWeight: Percent): number {
  const last = progression(spec.strategy).length - 1;
  if (spec.strategy.kind === 'canary') return positionAt(spec.strategy, canaryWeight);
  // A refused promotion counts back, but all traffic of blue-green is at its last position.
  const all = spec.strategy.kind === 'blue-green' && spec.strategy.routed && canaryWeight === 100;
  return all ? last : Math.min(status.step, last);
}
