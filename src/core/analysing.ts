/** Progressing and WaitingPromotion: the canary is checked at its position, and moves on or does not. */
import { editedByHand } from './converge.ts';
import { checks, gate, prepared, starting, unsignaled, veto } from './gates.ts';
import { waitForPrimary } from './initializing.ts';
import type { News, Situation, Status, Step, Verdict } from './model.ts';
import { planOf, positionAt, progression } from './progression.ts';
import { asked, consents, dueIn, move, questionsDue, record, START, staysAway, wait } from './verdict.ts';

export function analysing(s: Situation): Verdict {
  const { spec, status, observed } = s;
  const { target, primary, routes } = observed;
  if (target?.readiness.kind !== 'ready') return waitForTarget(s);
  // Unready for a while: hold. Stuck: a reason to go on with the fix, not to go back.
  const home = primary?.readiness;
  if (home?.kind === 'progressing' || home?.kind === 'empty') return waitForPrimary(s, home.detail);
  if (editedByHand(spec, status, routes)) return adopt(s);
  if (status.plan !== planOf(spec)) return replan(s);
  if (spec.skipAnalysis || asked(s, 'promote')) return promote(s);

  const due = questionsDue(s);
  if (s.now < due) {
    // A pause is what holds it, also while time passes until checks are asked again.
    const next = asked(s, 'pause')
      ? ({ kind: 'resume' } as const)
      : ({ kind: 'interval', until: due } as const);
    return wait(s, next, { requeueAfter: dueIn(s.now, due) });
  }
  return veto(s) ?? unsignaled(s, checks(s) ?? advance(s));
}

function waitForTarget(s: Situation): Verdict {
  const { spec, observed } = s;
  const readiness = observed.target?.readiness;
  const detail =
    readiness === undefined || readiness.kind === 'ready' ? 'it does not exist' : readiness.detail;
  const notice: News = { kind: 'not-ready', workload: 'target', detail };
  return wait(
    s,
    { kind: 'workload', workload: 'target', detail },
    { requeueAfter: spec.interval, notices: [notice] },
  );
}

/** A weight set by hand becomes the position; the run goes on at the next greater one. */
function adopt(s: Situation): Verdict {
  const { spec, status, observed } = s;
  const canaryWeight = observed.routes?.canary ?? status.canaryWeight;
  const change = {
    canaryWeight,
    mirrored: observed.routes?.mirrored ?? false,
    step: positionAt(spec.strategy, canaryWeight),
    // The objects already say so, under the mark they have.
    routesMark: status.routesMark,
  };
  return move(s, change, { kind: 'adopted', weight: canaryWeight });
}

/** The plan was edited: go on from the same place in the new one, or from the start under another strategy. */
function replan(s: Situation): Verdict {
  const { spec, status } = s;
  const plan = planOf(spec);
  const same = status.plan.split(':')[0] === spec.strategy.kind;
  if (!same && !staysAway(s)) return move(s, { ...START, plan });
  const last = progression(spec.strategy).length - 1;
  const step =
    spec.strategy.kind === 'canary'
      ? positionAt(spec.strategy, status.canaryWeight)
      : Math.min(status.step, last - 1);
  // Approval was asked for at the end of the former plan; where the new one goes on, so does the analysis.
  const goesOn =
    status.phase === 'WaitingPromotion' && !asksForPromotion(progression(spec.strategy)[step + 1]);
  return record(s, { plan, step, ...(goesOn && { phase: 'Progressing', held: undefined }) });
}

function advance(s: Situation): Verdict {
  const { status, spec } = s;
  const plan = progression(spec.strategy);
  const next = plan[status.step + 1];
  const held = mayIncrease(s) ?? mayPromote(s, next);
  if (held !== undefined) return held;
  if (asked(s, 'pause')) return wait(s, { kind: 'resume' }, { requeueAfter: spec.interval });
  return next === undefined ? promote(s) : moveOn(s, next);
}

/** Asked by a canary before every weight and before promotion, but not while only copies are sent. */
function mayIncrease(s: Situation): Verdict | undefined {
  const { spec, status } = s;
  if (spec.strategy.kind !== 'canary' || status.mirrored || status.phase === 'WaitingPromotion')
    return undefined;
  return gate(s, 'confirm-traffic-increase');
}

/** Asked at the end, and by blue-green also before all traffic goes to the canary. */
function mayPromote(s: Situation, next: Step | undefined): Verdict | undefined {
  return asksForPromotion(next) ? gate(s, 'confirm-promotion') : undefined;
}

function asksForPromotion(next: Step | undefined): boolean {
  return next === undefined || next.final === true;
}

function moveOn(s: Situation, next: Step): Verdict {
  const { canaryWeight, mirrored } = next;
  const { step, failedChecks } = s.status;
  const forgiven = Math.max(0, failedChecks - s.spec.decay);
  const change: Partial<Status> = { step: step + 1, canaryWeight, mirrored, failedChecks: forgiven };
  const gates = consents(s, 'confirm-traffic-increase', 'confirm-promotion');
  return move(s, change, ...starting(s), ...prepared(s), ...gates, ...advanced(s, next));
}

function advanced(s: Situation, next: Step): readonly News[] {
  const { strategy } = s.spec;
  if (strategy.kind === 'canary') return [{ kind: 'advanced-weight', weight: next.canaryWeight }];
  const { iterations } = strategy;
  if (next.final !== true) {
    return [{ kind: 'advanced-iteration', iteration: s.status.step + 2, iterations }];
  }
  // Without a route the last position is one more iteration, of which nothing is to be seen.
  return next.canaryWeight > 0 ? [{ kind: 'routed-to-canary', mirrored: s.status.mirrored }] : [];
}

function promote(s: Situation): Verdict {
  const gates = consents(s, 'confirm-traffic-increase', 'confirm-promotion');
  return move(s, { phase: 'Promoting' }, ...gates, { kind: 'promoting' });
}
