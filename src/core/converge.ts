/** What remains to be done for the cluster to match the status. No effect happens here, and none is remembered. */
import {
  after,
  instant,
  millis,
  NO_REVISION,
  percent,
  shorter,
  type Instant,
  type Revision,
} from '../shared/brand.ts';
import { cookiesMeant } from './affinity.ts';
import type { Action, MarkedRoutes, Observed, Phase, Routes, Spec, Status, Workload } from './model.ts';

/** Routers and open requests need a moment after the objects have changed. */
const DRAIN = millis(10_000);

/**
 * The actions that remain until the cluster matches the status.
 *
 * Empty means settled. An action may rely on what was observed, never on what an earlier action in the same list
 * was supposed to achieve; what depends on it waits for the next look.
 */
export function converge(spec: Spec, status: Status, observed: Observed, now: Instant): readonly Action[] {
  if (status.phase === 'Terminating') return handBack(spec, status, observed, now);
  if (spec.suspend || status.origin !== 'ours' || observed.ending === true) return [];
  // What is remembered is about another workload, and so is what the status says of this one.
  if (isRetargeted(status, observed)) return [];
  // A spec that cannot be followed is not a reason to touch anything, but for bringing traffic home.
  if (status.invalid !== undefined) {
    const back = status.phase === 'Failed' && !isRival(status);
    return back ? [...leave(status, observed), ...bringHome(spec, status, observed)] : [];
  }
  return [
    ...finalizer(spec, observed),
    ...traffic(spec, status, observed),
    ...primary(status, observed),
    ...autoscaler(spec, status, observed),
    ...scale(spec, status, observed, now),
  ];
}

function finalizer(spec: Spec, observed: Observed): readonly Action[] {
  if (observed.finalizer === spec.revertOnDeletion) return [];
  return [{ kind: 'set-finalizer', present: spec.revertOnDeletion }];
}

/** Traffic before workloads: nothing below may hold up a retreat. A new Canary needs a ready primary to send it to. */
function traffic(spec: Spec, status: Status, observed: Observed): readonly Action[] {
  const { routes, malformedRoutes } = observed;
  const actions: Action[] = [...leave(status, observed)];
  // Nothing is written in a place before it is recorded that the routes are there.
  if (observed.place !== status.place) return actions;
  const unready = status.phase === 'Initializing' && observed.primary?.readiness.kind !== 'ready';
  // Services that carry traffic already select another primary, which goes on serving until this one can.
  if (!observed.services && !(unready && isServed(status, observed)))
    actions.push({ kind: 'write-services' });
  if (unready) return actions;
  // What somebody else made of the routes is left alone, except to bring traffic back.
  const comesBack = status.phase === 'Failed' || status.park === 'due';
  if (malformedRoutes !== undefined && !comesBack) return actions;
  const edited = editedByHand(spec, status, routes);
  if (edited && routes !== undefined && routes.drifted) actions.push(setRoutes(spec, status, routes));
  if (!edited && !inPlace(status, routes)) actions.push(setRoutes(spec, status, intended(status)));
  return actions;
}

/** Requests reach something already: what was promoted, or what our own routes lead to. */
function isServed({ lastPromotedRevision }: Status, { routes, malformedRoutes }: Observed): boolean {
  const ours = malformedRoutes !== undefined || (routes !== undefined && routes.mark >= 0);
  return ours || lastPromotedRevision !== NO_REVISION;
}

/**
 * Where the routes were before, the canary gets no more than the status says, and never more than it has there. Not
 * even there does traffic go home to a primary that cannot take it.
 */
function leave(status: Status, { primary, target, left }: Observed): readonly Action[] {
  if (target !== undefined && !fit(primary)) return [];
  return left.flatMap(({ place, canary, mirrored, theirs }): readonly Action[] => {
    const routes = {
      canary: percent(Math.min(canary, status.canaryWeight)),
      mirrored: mirrored && status.mirrored,
    };
    const isOver = theirs === true && routes.canary === 0 && !routes.mirrored;
    if (sameRoutes(routes, { canary, mirrored }) && !isOver) return [];
    return [{ kind: 'leave-routes', place, routes, mark: status.routesMark }];
  });
}

function primary(status: Status, observed: Observed): readonly Action[] {
  const { target, snapshots } = observed;
  const found = observed.primary?.revision;
  if (status.phase === 'Initializing') {
    // Nothing is promoted yet: until it has been ready, the primary follows the target.
    const born = found !== NO_REVISION && observed.primary?.readiness.kind === 'ready';
    if (target === undefined || born || found === target.revision) return [];
    return [writePrimary('target', target.revision)];
  }
  const meant = isPromoting(status) ? status.lastAppliedRevision : status.lastPromotedRevision;
  if (found !== meant || meant === NO_REVISION) return restore(status, meant, observed);
  // Before a promotion ends as well as after it, so that a promoted revision is never without a snapshot.
  const proven = status.phase !== 'Promoting' && observed.primary?.readiness.kind === 'ready';
  if (snapshots.includes(meant) || (isPromoting(status) && !proven)) return [];
  return [{ kind: 'keep-snapshot', revision: meant }];
}

/**
 * Puts `meant` into the primary: by copying the target while it carries exactly that, else from a snapshot. While
 * promoting, the target is the source; at other times a target with anything else is not to be trusted.
 */
function restore(status: Status, meant: Revision, { target, snapshots }: Observed): readonly Action[] {
  if (meant === NO_REVISION) return [];
  const held = snapshots.includes(meant);
  if (held && !isPromoting(status)) return [writePrimary('snapshot', meant)];
  if (target?.revision === meant) return [writePrimary('target', meant)];
  return held ? [writePrimary('snapshot', meant)] : [];
}

/** Followed at any time: how many pods the primary may have is no part of a revision. */
function autoscaler(spec: Spec, status: Status, observed: Observed): readonly Action[] {
  // Two autoscalers on one workload are none.
  if (status.autoscaler !== spec.autoscaler)
    return observed.formerAutoscaler ? [{ kind: 'remove-autoscaler' }] : [];
  const wanting = observed.primary !== undefined && !observed.autoscaler;
  return wanting ? [{ kind: 'write-autoscaler' }] : [];
}

function scale(spec: Spec, status: Status, observed: Observed, now: Instant): readonly Action[] {
  const { target } = observed;
  const running = isAnalysing(status) || isPromoting(status) || holdsTraffic(status);
  if (status.park === 'none' && running && target?.scaledUp === false) {
    return [{ kind: 'scale-target', up: true }];
  }
  const safe = observed.primary?.readiness.kind === 'ready' && drained(spec, status, observed, now);
  if (status.park === 'due' && target?.scaledUp === true && safe)
    return [{ kind: 'scale-target', up: false }];
  return [];
}

function bringHome(spec: Spec, status: Status, { routes, place }: Observed): readonly Action[] {
  if (place !== status.place || inPlace(status, routes)) return [];
  return [setRoutes(spec, status, intended(status))];
}

/** What is next in giving everything back: each only once the one before it is done, or can never be. */
export type HandBack = 'scale' | 'await-target' | 'traffic' | 'note' | 'drain' | 'let-go';

/** The target up, then traffic to it, then requests away from the primary, then the Canary is let go. */
export function handingBack(spec: Spec, status: Status, observed: Observed, now: Instant): HandBack {
  const { target } = observed;
  // In a namespace that goes there is nobody left to serve, and no pod comes up any more.
  if (!spec.revertOnDeletion || isRival(status) || observed.ending === true) return 'let-go';
  const overdue = now >= after(status.phaseSince, spec.progressDeadline);
  if (target?.scaledUp === false) return 'scale';
  if (target !== undefined && target.readiness.kind !== 'ready' && !overdue) return 'await-target';
  // What no longer exists is skipped: nobody is sent to it, and nothing waits for it.
  if (target === undefined && (observed.released || overdue)) return 'let-go';
  if (!observed.released) return 'traffic';
  if (status.released === undefined) return 'note';
  return now >= goneAt(spec, status.released) ? 'let-go' : 'drain';
}

/** When routers have heard of it, and requests that were on their way to the primary have been answered. */
export function goneAt(spec: Spec, released: Instant): Instant {
  return after(released, shorter(spec.interval, DRAIN));
}

function handBack(spec: Spec, status: Status, observed: Observed, now: Instant): readonly Action[] {
  if (!observed.finalizer) return [];
  switch (handingBack(spec, status, observed, now)) {
    case 'scale':
      return [{ kind: 'scale-target', up: true }];
    case 'traffic':
      return [{ kind: 'release-traffic' }];
    case 'let-go':
      return [{ kind: 'set-finalizer', present: false }];
    default:
      return [];
  }
}

// ----------------------------------------------------------------------------------- what the rules have in common

/** The spec names another workload than the one that was rolled out, and nothing has been recorded of that. */
export function isRetargeted(status: Status, { workload }: Observed): boolean {
  const known = status.target?.workload;
  return known !== undefined && workload !== known;
}

const ANALYSING: ReadonlySet<Phase> = new Set(['Progressing', 'WaitingPromotion']);
const PROMOTING: ReadonlySet<Phase> = new Set(['Promoting', 'Finalising']);

export function isAnalysing({ phase }: Status): boolean {
  return ANALYSING.has(phase);
}

export function isPromoting({ phase }: Status): boolean {
  return PROMOTING.has(phase);
}

const RIVALRIES: ReadonlySet<string> = new Set(['DuplicateTarget', 'DuplicateService']);

/** Another Canary drives the same target or the same Services; two that bring traffic home to their own never end. */
function isRival({ invalid }: Status): boolean {
  return invalid !== undefined && RIVALRIES.has(invalid.reason);
}

/** Requests reach the canary, or copies of them do. */
export function holdsTraffic(status: Status): boolean {
  return status.canaryWeight > 0 || status.mirrored;
}

/** A primary that traffic may go to: it is ready, or on its way with pods that serve. */
export function fit(workload: Workload | undefined): boolean {
  const kind = workload?.readiness.kind;
  return kind === 'ready' || kind === 'progressing';
}

/** The routes show what the status says, written for the newest intention, and nothing else is wrong with them. */
export function inPlace(status: Status, routes: MarkedRoutes | undefined): boolean {
  return routes?.mark === status.routesMark && sameRoutes(routes, intended(status)) && !routes.drifted;
}

/**
 * Our own newest write has arrived, and since then somebody has changed the weight. Only a canary is steered by
 * hand; other strategies, and every rest, are put back.
 */
export function editedByHand(spec: Spec, status: Status, routes: MarkedRoutes | undefined): boolean {
  if (routes?.mark !== status.routesMark || routes.canary === status.canaryWeight) return false;
  return isAnalysing(status) && spec.strategy.kind === 'canary';
}

/**
 * When traffic has been away from the target for long enough, wherever it came from; undefined while it is not away.
 * Counted from the marks' own times, so that a restart shifts nothing.
 */
export function drainedAt(spec: Spec, status: Status, { routes, left }: Observed): Instant | undefined {
  if (routes === undefined || !inPlace(status, routes)) return undefined;
  const everywhere = [routes, ...left];
  if (everywhere.some(({ canary, mirrored }) => canary > 0 || mirrored)) return undefined;
  const since = instant(Math.max(...everywhere.map((one) => one.since)));
  return after(since, shorter(spec.interval, DRAIN));
}

function drained(spec: Spec, status: Status, observed: Observed, now: Instant): boolean {
  const at = drainedAt(spec, status, observed);
  return at !== undefined && now >= at;
}

function intended({ canaryWeight, mirrored }: Status): Routes {
  return { canary: canaryWeight, mirrored };
}

function sameRoutes(a: Routes, b: Routes): boolean {
  return a.canary === b.canary && a.mirrored === b.mirrored;
}

function setRoutes(spec: Spec, status: Status, { canary, mirrored }: Routes): Action {
  const routes = { canary: percent(canary), mirrored };
  return { kind: 'set-routes', routes, mark: status.routesMark, ...cookiesMeant(spec, status) };
}

function writePrimary(from: 'target' | 'snapshot', revision: Revision): Action {
  return { kind: 'write-primary', from, revision };
}
