/** Plans short enough that every way through them can be walked. */
import type { Hook, HookType, Metric, Spec, Strategy } from '../../src/core/model.ts';
import { millis, percent } from '../../src/shared/brand.ts';

const CANARY: Strategy = { kind: 'canary', weights: [percent(20), percent(40)], mirror: false };
/** One weight is enough for what is about where traffic is, not about how much. */
export const SHORT: Strategy = { ...CANARY, weights: [percent(20)] };
export const MIRRORED: Strategy = { ...CANARY, mirror: true };
export const AB: Strategy = { kind: 'ab-testing', iterations: 2 };
export const BLUE_GREEN: Strategy = { kind: 'blue-green', iterations: 2, mirror: false, routed: true };
export const UNROUTED: Strategy = { kind: 'blue-green', iterations: 2, mirror: false, routed: false };

/** Ten seconds of interval, so that draining and analysing take one; a minute of deadline. */
export function aSpec(changes: Partial<Spec> = {}): Spec {
  return {
    strategy: CANARY,
    stepWeightPromotion: percent(0),
    interval: millis(10_000),
    threshold: 2,
    decay: 0,
    progressDeadline: millis(60_000),
    skipAnalysis: false,
    suspend: false,
    revertOnDeletion: false,
    hooks: [],
    metrics: [{ name: 'request-success-rate', source: 'builtin', onInconclusive: 'fail' }],
    routed: true,
    autoscaler: '',
    ...changes,
  };
}

export function aHook(type: HookType): Hook {
  return { type, name: `a-${type}`, muted: false, onInconclusive: 'fail' };
}

const TEMPLATE: Metric = { name: 'error-rate', source: 'template', onInconclusive: 'fail' };

/** Every kind of hook and metric once. */
export function allGates(changes: Partial<Spec> = {}): Spec {
  const types: readonly HookType[] = [
    'confirm-rollout',
    'rollback',
    'pre-rollout',
    'rollout',
    'confirm-traffic-increase',
    'confirm-promotion',
  ];
  const plain = aSpec(changes);
  return { ...plain, hooks: types.map((type) => aHook(type)), metrics: [...plain.metrics, TEMPLATE] };
}

/** One check whose silence is waited out, one whose silence counts as a yes. */
export const UNCERTAIN: readonly Metric[] = [
  { name: 'slow-to-say', source: 'builtin', onInconclusive: 'wait' },
  { name: 'may-be-silent', source: 'template', onInconclusive: 'pass' },
];
