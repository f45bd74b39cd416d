/** What people and systems are asked, and what their answers do. */
import { hook, SUCCESS_RATE, tellScenarios, weights } from '../support/scenarios.ts';
import { push, span } from '../support/stories.ts';

const V2 = { '2m': push('v2') };
const RATE = SUCCESS_RATE.name;

tellScenarios('gates and checks', [
  {
    says: 'a held confirm-rollout gate keeps the revision Waiting until it opens',
    spec: { hooks: [hook('confirm-rollout')] },
    story: { happens: V2, hooks: [{ hook: 'start-gate', says: 'no', until: span('5m') }] },
  },
  {
    says: 'a rollback hook is heard while a confirm-rollout gate holds',
    spec: { hooks: [hook('confirm-rollout'), hook('rollback')] },
    story: {
      happens: V2,
      hooks: [
        { hook: 'start-gate', says: 'no' },
        { hook: 'stop', says: 'yes', from: span('5m') },
      ],
    },
  },
  {
    says: 'a gate that holds for longer than the deadline is told once more',
    spec: { hooks: [hook('confirm-rollout')] },
    story: { happens: V2, hooks: [{ hook: 'start-gate', says: 'no', until: span('8m') }] },
  },
  {
    says: 'failed checks are forgiven by steps that pass, where that is asked for',
    spec: { decay: 1, strategy: weights(10, 20, 30, 40) },
    story: {
      happens: V2,
      metrics: [
        { value: 94.2, from: span('4m30s'), until: span('5m30s') },
        { value: 94.2, from: span('6m30s'), until: span('7m30s') },
      ],
      lasts: '14m',
    },
  },
  {
    says: 'a held confirm-traffic-increase gate keeps the weight until it opens',
    spec: { hooks: [hook('confirm-traffic-increase')] },
    story: {
      happens: V2,
      hooks: [{ hook: 'traffic-gate', says: 'no', from: span('4m'), until: span('6m30s') }],
      lasts: '12m',
    },
  },
  {
    says: 'a held confirm-promotion gate is WaitingPromotion at the last weight until it opens',
    spec: { hooks: [hook('confirm-promotion'), hook('rollback')] },
    story: {
      happens: V2,
      hooks: [{ hook: 'promotion-gate', says: 'no', until: span('8m') }],
      lasts: '12m',
    },
  },
  {
    says: 'checks go on while confirm-promotion holds, and may still fail the run',
    spec: { hooks: [hook('confirm-promotion')] },
    story: {
      happens: V2,
      hooks: [{ hook: 'promotion-gate', says: 'no' }],
      metrics: [{ value: 94.2, from: span('6m30s') }],
    },
  },
  {
    says: 'a rollback hook that says yes ends the run',
    spec: { hooks: [hook('rollback')] },
    story: { happens: V2, hooks: [{ hook: 'stop', says: 'yes', from: span('4m') }] },
  },
  {
    says: 'a failing pre-rollout hook counts failed checks before any traffic',
    spec: { hooks: [hook('pre-rollout')] },
    story: { happens: V2, hooks: [{ hook: 'acceptance', says: 'no' }] },
  },
  {
    says: 'a pre-rollout hook that passes in the end lets the run go on',
    spec: { hooks: [hook('pre-rollout')] },
    story: { happens: V2, hooks: [{ hook: 'acceptance', says: 'no', until: span('3m30s') }] },
  },
  {
    says: 'a failing rollout hook is a failed check and metrics are not asked',
    spec: { hooks: [hook('rollout')] },
    story: {
      happens: V2,
      hooks: [{ hook: 'load-test', says: 'no', from: span('4m'), until: span('4m30s') }],
    },
  },
  {
    says: 'a step is judged only by what came after it, where that is asked for',
    spec: { metrics: [{ ...SUCCESS_RATE, window: span('2m') }] },
    story: { happens: V2, lasts: '12m' },
  },
  {
    says: 'no data is a failed check by default',
    story: { happens: V2, metrics: [{ metric: RATE, value: 'none' }] },
  },
  {
    says: 'no data is waited for where the policy says wait',
    spec: { metrics: [{ ...SUCCESS_RATE, onInconclusive: 'wait' }] },
    story: { happens: V2, metrics: [{ metric: RATE, value: 'none', until: span('6m') }] },
  },
  {
    says: 'no data is nothing where the policy says pass',
    spec: { metrics: [{ ...SUCCESS_RATE, onInconclusive: 'pass' }] },
    story: { happens: V2, metrics: [{ metric: RATE, value: 'none' }] },
  },
  {
    says: 'a post-rollout hook is told how the run ended',
    spec: { hooks: [hook('post-rollout')] },
    story: { happens: V2, metrics: [{ value: 94.2 }] },
  },
]);
