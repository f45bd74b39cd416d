/**
 * The Canaries that are rehearsed: every strategy, with and without gates, autoscaler, cookies, a finalizer, and
 * windows that are waited for.
 */
import type { Hook, HookType, Spec, Strategy } from '../../src/core/model.ts';
import { millis, percent } from '../../src/shared/brand.ts';

const MINUTE = 60_000;
const CANARY: Strategy = { kind: 'canary', weights: [10, 25, 50].map((one) => percent(one)), mirror: false };

/** A minute of interval, three failed checks, ten minutes of deadline. */
const PLAIN: Spec = {
  strategy: CANARY,
  stepWeightPromotion: percent(0),
  interval: millis(MINUTE),
  threshold: 3,
  decay: 0,
  progressDeadline: millis(10 * MINUTE),
  skipAnalysis: false,
  suspend: false,
  revertOnDeletion: false,
  hooks: [],
  metrics: [
    { name: 'request-success-rate', source: 'builtin', onInconclusive: 'fail' },
    { name: 'request-duration', source: 'template', onInconclusive: 'wait' },
  ],
  routed: true,
  autoscaler: '',
};

const GATED: readonly Hook[] = (
  [
    'confirm-rollout',
    'rollback',
    'pre-rollout',
    'rollout',
    'confirm-traffic-increase',
    'confirm-promotion',
  ] as const
).map((type: HookType) => ({ type, name: type, muted: false, onInconclusive: 'fail' }));

const KINDS: readonly Spec[] = [
  PLAIN,
  { ...PLAIN, hooks: GATED, revertOnDeletion: true },
  { ...PLAIN, strategy: { ...CANARY, mirror: true }, stepWeightPromotion: percent(25) },
  {
    ...PLAIN,
    strategy: { kind: 'ab-testing', iterations: 5 },
    autoscaler: 'podinfo',
    revertOnDeletion: true,
  },
  { ...PLAIN, strategy: { kind: 'blue-green', iterations: 5, mirror: true, routed: true }, hooks: GATED },
  { ...PLAIN, affinity: { cookieName: 'canary', primaryCookieName: 'primary' }, hooks: GATED },
  { ...PLAIN, strategy: { kind: 'blue-green', iterations: 3, mirror: false, routed: false }, routed: false },
  { ...PLAIN, skipAnalysis: true, revertOnDeletion: true },
  { ...PLAIN, decay: 1, metrics: PLAIN.metrics.map((metric) => ({ ...metric, window: millis(2 * MINUTE) })) },
];

/** The Canary of this number; the kinds take turns. */
export function canaryOf(number: number): Spec {
  return KINDS[number % KINDS.length] ?? PLAIN;
}
