/** The whole behaviour of the product, as a function: what the status becomes, or what must be known or awaited first. */
import { after, millis } from '../shared/brand.ts';
import { lacksCookies } from './affinity.ts';
import { analysing } from './analysing.ts';
import { converge, isAnalysing, isPromoting } from './converge.ts';
import { initializing } from './initializing.ts';
import { leaving } from './leaving.ts';
import type { Action, News, Phase, Situation, Verdict } from './model.ts';
import { farewell, relocate } from './moving.ts';
import { promoting } from './promoting.ts';
import { resting } from './resting.ts';
import { retarget } from './retargeting.ts';
import { failPromotion, holdInvalid, retreat, rollback } from './retreat.ts';
import { takeOver } from './takeover.ts';
import { hasProgressed, move, record, wait } from './verdict.ts';

/** A change is looked at again soon; what was refused is tried again later. */
const LOOK_AGAIN = millis(1_000);
const TRY_AGAIN = millis(10_000);

/** The order is the same for every phase; each line has its reason beside it. */
export function decide(s: Situation): Verdict {
  const { spec, status, observed } = s;
  // No memory yet: nothing else is decided in that pass, and nothing is touched before.
  if (status.origin !== 'ours') return takeOver(s);
  if (status.phase === 'Terminating') return leaving(s);
  // Deletion wins over suspend, a mesh that is gone and a stuck rollout.
  if (s.deleting) return move(s, { phase: 'Terminating' }, { kind: 'terminating' });
  // Where nothing can be made any more, nothing is begun, brought back or found to be missing.
  if (observed.ending === true) return wait(s, { kind: 'namespace' });
  if (spec.suspend) return wait(s, { kind: 'resume' }, { notices: [{ kind: 'suspended' }] });
  const invalid = validity(s);
  if (invalid !== undefined) return invalid;
  // There is no going back to the primary of another workload.
  const other = retarget(s);
  if (other !== undefined) return other;
  // Going back never waits.
  const back = retreat(s);
  if (back !== undefined) return back;
  // What was found out on one road says nothing about another.
  const moving = relocate(s);
  if (moving !== undefined) return moving;
  // Deadlines are counted from when something last came further, by whoever leads then.
  if (hasProgressed(s)) return record(s, {});
  // A debt that is paid.
  if (status.park === 'due' && parked(s)) return record(s, { park: 'done' });
  // Another autoscaler is named, and the copy of the former is gone.
  if (status.autoscaler !== spec.autoscaler && !observed.formerAutoscaler) {
    // It may wake what is at rest, so that is parked once more.
    const park = status.park === 'done' && spec.autoscaler !== '' ? 'due' : status.park;
    return record(s, { autoscaler: spec.autoscaler, park });
  }
  // Visitors are to be kept from now on, in the middle of a run.
  if (lacksCookies(spec, status)) return record(s, {});
  // Nothing moves forward on top of an unfinished change.
  const unfinished = converge(spec, status, observed, s.now);
  if (unfinished.length > 0 || observed.malformedRoutes !== undefined) return unsettled(s, unfinished);
  if (status.stalled !== undefined) return record(s, { stalled: undefined });

  return farewell(s) ?? LADDERS[status.phase](s);
}

const LADDERS = {
  Initializing: initializing,
  Initialized: resting,
  Succeeded: resting,
  Failed: resting,
  Waiting: resting,
  Progressing: analysing,
  WaitingPromotion: analysing,
  Promoting: promoting,
  Finalising: promoting,
  Terminating: leaving,
} as const satisfies Record<Phase, (s: Situation) => Verdict>;

/** A spec that cannot be followed is remembered with the time it became so, and told once. */
function validity(s: Situation): Verdict | undefined {
  const { problem, status, now } = s;
  if (problem === undefined) {
    return status.invalid === undefined
      ? undefined
      : record(s, { invalid: undefined }, { kind: 'valid-spec' });
  }
  const { reason, detail } = problem;
  if (status.invalid?.reason === reason && status.invalid.detail === detail) return holdInvalid(s);
  const since = status.invalid?.since ?? now;
  return record(s, { invalid: { reason, detail, since } }, { kind: 'invalid-spec', reason, detail });
}

/** Seen at nothing, or our request was accepted and somebody has scaled it up since. */
function parked({ observed, tried }: Situation): boolean {
  return observed.target?.scaledUp !== true || tried?.accepted.includes('scale-target') === true;
}

/**
 * Waits for a change to take hold. Once this process has tried in vain for a deadline, a run goes back; an hour
 * without a controller is no reason to give up, nor is something that somebody changed a moment ago in a rollout
 * that has long stood still. Where there is nothing to go back from it is said.
 */
function unsettled(s: Situation, actions: readonly Action[]): Verdict {
  const { status, spec, tried, observed, now } = s;
  const failures = tried?.failures ?? [];
  const reasons = observed.malformedRoutes === undefined ? failures : [observed.malformedRoutes, ...failures];
  const detail = reasons.length > 0 ? reasons.join('; ') : actions.map(({ kind }) => kind).join(', ');
  const since = tried?.unsettledSince;
  const overdue = since !== undefined && now >= after(since, spec.progressDeadline);
  if (overdue && isAnalysing(status)) return rollback(s, { kind: 'unsettled', detail });
  if (overdue && isPromoting(status)) return failPromotion(s, detail);
  if (overdue && status.stalled === undefined) {
    return record(s, { stalled: { detail, since: now } }, { kind: 'stalled', detail });
  }
  const notices = reasons.map((reason): News => ({ kind: 'action-failed', detail: reason }));
  const waitingFor = { kind: 'cluster', actions, stalled: overdue, detail: reasons.join('; ') } as const;
  return wait(s, waitingFor, { requeueAfter: reasons.length > 0 ? TRY_AGAIN : LOOK_AGAIN, notices });
}
