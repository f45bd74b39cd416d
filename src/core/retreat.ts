/** Every way back. Going back never waits for an unfinished step forward. */
import { after, percent, type Millis, type Revision } from '../shared/brand.ts';
import { isAnalysing, isPromoting } from './converge.ts';
import type { News, Reason, Situation, Status, Verdict } from './model.ts';
import { beginningAt, planOf } from './progression.ts';
import { asked, dueIn, move, START, staysAway, wait } from './verdict.ts';

/**
 * Until the primary has been touched a run can end at any moment; afterwards only `abort` ends it. Traffic never
 * goes to a primary that is gone or stuck: then the run ends all the same, and the traffic follows later.
 */
export function retreat(s: Situation): Verdict | undefined {
  const { spec, status, observed } = s;
  const { target, primary } = observed;
  if (!isAnalysing(status) && !isPromoting(status)) return undefined;
  const copied = isPromoting(status) && primary?.revision === status.lastAppliedRevision;
  if (copied) return asked(s, 'abort') ? failPromotion(s, 'aborted by hand') : undefined;
  if (target === undefined) return rollback(s, { kind: 'target-gone' });
  if (target.revision === status.lastPromotedRevision) return cancel(s);
  if (target.revision !== status.lastAppliedRevision) return startAnalysis(s, [{ kind: 'restarted' }]);
  if (asked(s, 'abort')) return rollback(s, { kind: 'aborted' });
  if (target.readiness.kind === 'stuck') {
    return rollback(s, { kind: 'stuck', workload: 'target', detail: target.readiness.detail });
  }
  const { failedChecks } = status;
  return failedChecks >= spec.threshold ? rollback(s, { kind: 'threshold', failedChecks }) : undefined;
}

/** Ends the run. Traffic goes home, if home can take it. */
export function rollback(s: Situation, reason: Reason): Verdict {
  const trafficStays = staysAway(s);
  return move(
    s,
    { phase: 'Failed', failedChecks: 0, ...home(s) },
    { kind: 'rolled-back', reason },
    { kind: 'failed', trafficStays },
    { kind: 'post-rollout', outcome: 'Failed' },
  );
}

/** Ends a run whose target is back on the promoted revision: there is nothing left to analyse. */
function cancel(s: Situation): Verdict {
  const trafficStays = staysAway(s);
  // A primary without a ready pod for a moment is no failure, unless traffic has to stay away from it.
  const broken = (s.observed.primary?.readiness.kind ?? 'stuck') === 'stuck';
  const phase = trafficStays || broken ? 'Failed' : 'Succeeded';
  return move(
    s,
    { phase, failedChecks: 0, lastAppliedRevision: s.status.lastPromotedRevision, ...home(s) },
    { kind: 'cancelled', trafficStays },
    { kind: 'post-rollout', outcome: 'Failed' },
  );
}

/** Traffic to the primary and the target owed its parking, or everything as it is. */
function home(s: Situation): Partial<Status> {
  const end = { step: -1, mirrored: false } as const;
  return staysAway(s) ? { ...end, park: 'none' } : { ...end, canaryWeight: percent(0), park: 'due' };
}

/** Starts a run, at the primary, or where the traffic is if the primary cannot serve. */
export function startAnalysis(s: Situation, news: readonly News[], also: Partial<Status> = {}): Verdict {
  const { spec, status } = s;
  const stays = { step: beginningAt(spec.strategy, status.canaryWeight), mirrored: false };
  const at = staysAway(s) ? stays : START;
  const lastAppliedRevision = carried(s);
  const run = { failedChecks: 0, park: 'none', plan: planOf(spec), lastAppliedRevision } as const;
  // A weight set by hand was meant for the revision before: the new intention takes it back.
  const { routes } = s.observed;
  const edited = routes?.mark === status.routesMark && routes.canary !== status.canaryWeight;
  const mark = edited ? { routesMark: status.routesMark + 1 } : {};
  return move(s, { phase: 'Progressing', ...at, ...run, ...mark, ...also }, ...news);
}

function carried({ status, observed }: Situation): Revision {
  return observed.target?.revision ?? status.lastAppliedRevision;
}

/**
 * The primary does not come up with the new revision, or is not meant to any more. If it is stuck the healthy
 * canary takes all traffic, where there is a route to it; the primary is then restored from its snapshot.
 */
export function failPromotion(s: Situation, detail: string): Verdict {
  const { status, observed } = s;
  const rescue = observed.primary?.readiness.kind === 'stuck' && standsIn(s);
  const canaryWeight = rescue ? percent(100) : status.canaryWeight;
  // Without traffic the target is owed its parking, unless it has been parked already.
  const owed = status.park === 'done' ? 'done' : 'due';
  return move(
    s,
    {
      phase: 'Failed',
      step: -1,
      mirrored: false,
      failedChecks: 0,
      canaryWeight,
      park: canaryWeight > 0 ? 'none' : owed,
    },
    { kind: 'promotion-failed', detail },
    { kind: 'post-rollout', outcome: 'Failed' },
  );
}

/**
 * The canary can answer for the primary it was promoted to: there is a route to it, it is ready, and it runs what was
 * analysed, not something that was pushed since.
 */
export function standsIn({ spec, status, observed: { target } }: Situation): boolean {
  const analysed = target?.revision === status.lastAppliedRevision;
  return spec.routed && analysed && target.readiness.kind === 'ready';
}

/** A spec that cannot be followed holds the rollout; past the deadline a run in progress ends. */
export function holdInvalid(s: Situation): Verdict | undefined {
  const { status, spec, problem } = s;
  if (problem === undefined || status.invalid === undefined) return undefined;
  const running =
    isAnalysing(status) ||
    (isPromoting(status) && s.observed.primary?.revision !== status.lastAppliedRevision);
  const until = after(status.invalid.since, spec.progressDeadline);
  const waitingFor = { kind: 'spec', ...problem } as const;
  if (!running) return wait(s, waitingFor);
  if (s.now >= until || asked(s, 'abort'))
    return rollback(s, { kind: 'invalid-spec', detail: problem.detail });
  return wait(s, waitingFor, { requeueAfter: dueIn(s.now, until) satisfies Millis });
}
