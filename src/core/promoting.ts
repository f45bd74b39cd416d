/** Promoting and Finalising: the primary takes over the revision, traffic goes back to it, the target is parked. */
import { after, later, percent } from '../shared/brand.ts';
import { drainedAt } from './converge.ts';
import { waitForPrimary } from './initializing.ts';
import type { Situation, Verdict } from './model.ts';
import { descent } from './progression.ts';
import { failPromotion, standsIn } from './retreat.ts';
import { dueIn, latest, move, wait } from './verdict.ts';

export function promoting(s: Situation): Verdict {
  const { status, observed, spec } = s;
  const { primary } = observed;
  if (primary === undefined) return wait(s, { kind: 'target' });
  if (primary.readiness.kind === 'stuck') return failPromotion(s, primary.readiness.detail);
  if (primary.readiness.kind === 'empty' && relieves(s)) return relieve(s, primary.readiness.detail);
  if (primary.readiness.kind !== 'ready') return waitForPrimary(s, primary.readiness.detail);
  if (status.phase === 'Finalising') return finalising(s);
  if (spec.skipAnalysis && status.canaryWeight === 0) return succeed(s, 'due');
  if (status.canaryWeight === 0) return move(s, { phase: 'Finalising', mirrored: false, park: 'due' });
  return descend(s);
}

/** The canary was analysed, runs the same, and can be given what the primary now cannot answer. */
function relieves(s: Situation): boolean {
  const { phase, canaryWeight } = s.status;
  return phase === 'Promoting' && canaryWeight < 100 && standsIn(s);
}

/** From here traffic goes back as always, once the primary is ready. */
function relieve(s: Situation, detail: string): Verdict {
  return move(s, { canaryWeight: percent(100), mirrored: false }, { kind: 'relieved', detail });
}

/** One step back an interval, or everything at once. */
function descend(s: Situation): Verdict {
  const { spec, status, observed, now } = s;
  const size = spec.stepWeightPromotion;
  const taken = latest(s, observed.routes?.since) ?? now;
  const due = size > 0 ? after(later(taken, latest(s, status.changedAt)), spec.interval) : taken;
  if (now < due) return wait(s, { kind: 'interval', until: due }, { requeueAfter: dueIn(now, due) });
  const canaryWeight = descent(status.canaryWeight, size)[0] ?? percent(0);
  const weight = percent(100 - canaryWeight);
  const news =
    size > 0 ? ({ kind: 'primary-weight', weight } as const) : ({ kind: 'routed-to-primary' } as const);
  if (canaryWeight > 0) return move(s, { canaryWeight, mirrored: false }, news);
  return move(s, { phase: 'Finalising', canaryWeight, mirrored: false, park: 'due' }, news);
}

function finalising(s: Situation): Verdict {
  const { spec, status, observed, now } = s;
  if (status.park === 'done' || observed.target === undefined) return succeed(s, status.park);
  const at = drainedAt(spec, status, observed);
  return wait(s, { kind: 'drain' }, at === undefined ? {} : { requeueAfter: dueIn(now, at) });
}

function succeed(s: Situation, park: 'none' | 'due' | 'done'): Verdict {
  const { lastAppliedRevision } = s.status;
  return move(
    s,
    {
      phase: 'Succeeded',
      step: -1,
      failedChecks: 0,
      mirrored: false,
      park,
      lastPromotedRevision: lastAppliedRevision,
    },
    { kind: 'post-rollout', outcome: 'Succeeded' },
    { kind: s.spec.skipAnalysis ? 'promoted-unanalysed' : 'promoted' },
  );
}
