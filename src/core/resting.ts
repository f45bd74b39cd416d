/** Initialized, Succeeded, Failed, Waiting: between runs, until a new revision passes its gates. */
import { NO_REVISION, percent } from '../shared/brand.ts';
import { canonicalJson } from '../shared/digest.ts';
import { drainedAt } from './converge.ts';
import { gate, unsignaled, veto } from './gates.ts';
import type { Reason, Situation, Verdict } from './model.ts';
import { startAnalysis } from './retreat.ts';
import { asked, consents, dueIn, hooksOf, move, questionsDue, record, wait } from './verdict.ts';

export function resting(s: Situation): Verdict {
  const { status, observed } = s;
  const { target } = observed;
  // The canary may carry traffic after a failure, until the primary is whole again.
  if (status.canaryWeight > 0 && heals(s)) return giveBack(s);
  if (target === undefined) return wait(s, { kind: 'target' });
  if (target.revision === status.lastPromotedRevision) return reverted(s) ?? atRest(s);
  const tried = target.revision === status.lastAppliedRevision && status.phase !== 'Waiting';
  if (tried && !asked(s, 'retry')) return atRest(s);
  if (asked(s, 'abort')) return refused(s, { kind: 'aborted' });
  if (asked(s, 'pause')) return wait(s, { kind: 'resume' });
  if (!asked(s, 'promote')) {
    const held = confirmed(s);
    if (held !== undefined) return held;
  }
  return startAnalysis(s, [...consents(s, 'confirm-rollout'), { kind: 'new-revision' }]);
}

/**
 * Start conditions react at once; a gate that holds is asked again after an interval, and meanwhile whoever can stop a
 * run is heard before it begins.
 */
function confirmed(s: Situation): Verdict | undefined {
  const due = questionsDue(s);
  const { held } = s.status;
  const gates = hooksOf(s, 'confirm-rollout');
  const holding = gates.find(({ name }) => held?.type === 'confirm-rollout' && name === held.hook);
  if (holding === undefined || s.now >= due) {
    const stopped = s.status.phase === 'Waiting' ? veto(s, refused) : undefined;
    if (stopped !== undefined) return stopped;
    const shut = gate(s, 'confirm-rollout');
    return s.status.phase === 'Waiting' && shut !== undefined ? unsignaled(s, shut) : shut;
  }
  const waitingFor = { kind: 'question', question: holding.question, detail: '' } as const;
  return wait(s, waitingFor, { requeueAfter: dueIn(s.now, due) });
}

/** Refused before it began: the revision counts as tried. */
function refused(s: Situation, reason: Reason): Verdict {
  const revision = s.observed.target?.revision ?? NO_REVISION;
  return move(s, { phase: 'Failed', lastAppliedRevision: revision }, { kind: 'rolled-back', reason });
}

/** The primary is on the promoted revision, or has been put there, and may yet become ready. */
function heals({ status, observed: { primary } }: Situation): boolean {
  return primary?.revision === status.lastPromotedRevision && primary.readiness.kind !== 'stuck';
}

function giveBack(s: Situation): Verdict {
  const primary = s.observed.primary;
  if (primary?.readiness.kind !== 'ready') {
    const detail = primary === undefined ? '' : primary.readiness.detail;
    return wait(s, { kind: 'workload', workload: 'primary', detail }, { requeueAfter: s.spec.interval });
  }
  return move(s, { canaryWeight: percent(0), park: 'due' }, { kind: 'given-back' });
}

/**
 * A return to the promoted revision starts no run, but is recorded, so that the failed revision, applied again
 * later, does.
 */
function reverted(s: Situation): Verdict | undefined {
  const { status } = s;
  const waiting = status.phase === 'Waiting';
  if (!waiting && status.lastAppliedRevision === status.lastPromotedRevision) return undefined;
  return move(s, {
    lastAppliedRevision: status.lastPromotedRevision,
    phase: waiting ? 'Succeeded' : status.phase,
  });
}

function atRest(s: Situation): Verdict {
  const { spec, status, observed, now } = s;
  const { target, primary } = observed;
  // What is known of the target is renewed when it changes, so that a later upgrade of the cluster is recognised.
  if (target !== undefined && canonicalJson(target.record) !== canonicalJson(status.target))
    return record(s, {});
  const proven = status.lastPromotedRevision;
  if (primary?.revision !== proven) return wait(s, { kind: 'proven-revision', revision: proven });
  // Parking and giving traffic back both wait for the primary, however long it is stuck.
  if (status.park === 'due' || status.canaryWeight > 0) {
    const at = drainedAt(spec, status, observed);
    if (at !== undefined && now < at) return wait(s, { kind: 'drain' }, { requeueAfter: dueIn(now, at) });
    const detail = primary.readiness.kind === 'ready' ? '' : primary.readiness.detail;
    return wait(s, { kind: 'workload', workload: 'primary', detail });
  }
  return wait(s, { kind: target?.scaledUp === true ? 'revision-target-running' : 'revision' });
}
