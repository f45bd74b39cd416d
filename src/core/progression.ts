/** A strategy as its list of traffic positions, the list back, and where in it a weight stands. */
import { percent, unreachable, type Percent } from '../shared/brand.ts';
import type { Spec, Step, Strategy } from './model.ts';

/** The positions of an analysis, in order. Canary, A/B testing and blue-green differ in nothing else. */
export function progression(strategy: Strategy): readonly Step[] {
  switch (strategy.kind) {
    case 'canary':
      return [
        ...repeat(strategy.mirror ? 1 : 0, { canaryWeight: percent(0), mirrored: true }),
        ...strategy.weights.map((canaryWeight) => ({ canaryWeight, mirrored: false })),
      ];
    case 'ab-testing':
      return repeat(strategy.iterations, { canaryWeight: percent(100), mirrored: false });
    case 'blue-green':
      return [
        ...repeat(strategy.iterations, { canaryWeight: percent(0), mirrored: strategy.mirror }),
        { canaryWeight: percent(strategy.routed ? 100 : 0), mirrored: false, final: true },
      ];
    default:
      return unreachable(strategy);
  }
}

/** The canary's weights on the way back, from below `from` down to 0. One step where no size is given. */
export function descent(from: Percent, size: Percent): readonly Percent[] {
  if (size === 0) return [percent(0)];
  const count = Math.max(1, Math.ceil(from / size));
  return Array.from({ length: count }, (_, index) => percent(Math.max(0, from - (index + 1) * size)));
}

/**
 * A plan's name: equal names, equal positions. It is readable, since it stands in the status, and begins with the
 * strategy, since a position of one strategy means nothing in another.
 */
export function planOf({ strategy }: Spec): string {
  switch (strategy.kind) {
    case 'canary':
      return ['canary', ...(strategy.mirror ? ['mirror'] : []), strategy.weights.join(',')].join(':');
    case 'ab-testing':
      return `ab-testing:${strategy.iterations}`;
    case 'blue-green':
      return `blue-green:${strategy.iterations}${strategy.mirror ? ':mirror' : ''}${strategy.routed ? '' : ':unrouted'}`;
    default:
      return unreachable(strategy);
  }
}

/** The last position that sends the canary no more than `weight`; -1 where even the first sends more. */
export function positionAt(strategy: Strategy, weight: Percent): number {
  return progression(strategy).findLastIndex((step) => step.canaryWeight <= weight);
}

/**
 * Where a run begins whose traffic cannot go home: the first position with the weight of `positionAt`, so that
 * iterations at one weight are not counted as done.
 */
export function beginningAt(strategy: Strategy, weight: Percent): number {
  const plan = progression(strategy);
  const reached = plan[positionAt(strategy, weight)];
  return plan.findIndex(({ canaryWeight }) => canaryWeight === reached?.canaryWeight);
}

function repeat(count: number, step: Step): readonly Step[] {
  return Array.from({ length: count }, () => step);
}
