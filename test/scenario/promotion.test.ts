/** How a new revision gets to the primary, under every strategy. */
import { percent, revision } from '../../src/shared/brand.ts';
import { hook, tellScenarios, weights } from '../support/scenarios.ts';
import { push, span } from '../support/stories.ts';

const V2 = { '2m': push('v2') };

tellScenarios('promotion', [
  {
    says: 'a new Canary gets a primary, gives it the traffic and parks the target',
    story: { lasts: '2m' },
  },
  {
    says: 'a primary that starts slowly is waited for',
    story: { lasts: '5m', workloads: [{ workload: 'primary', readyAfter: span('90s') }] },
  },
  { says: 'a canary that passes every check is promoted', story: { happens: V2 } },
  {
    says: 'a primary that loses all its pods while it takes over has its traffic answered by the canary',
    story: {
      happens: V2,
      workloads: [{ workload: 'primary', revision: revision('v2'), readyAfter: span('30s'), empty: true }],
    },
  },
  {
    says: 'the last weight is the first multiple of stepWeight that reaches maxWeight',
    spec: { strategy: weights(20, 40, 60) },
    story: { happens: V2 },
  },
  {
    says: 'stepWeights are walked as written',
    spec: { strategy: weights(1, 2, 10, 80) },
    story: { happens: V2 },
  },
  {
    says: 'stepWeightPromotion brings traffic back in steps',
    spec: { strategy: weights(50, 100), stepWeightPromotion: percent(50) },
    story: { happens: V2 },
  },
  {
    says: 'mirror sends copies before the first weight',
    spec: { strategy: { ...weights(20, 40), mirror: true } },
    story: { happens: V2 },
  },
  {
    says: 'an A/B test counts iterations at full weight',
    spec: { strategy: { kind: 'ab-testing', iterations: 2 } },
    story: { happens: V2 },
  },
  {
    says: 'blue-green asks confirm-promotion before switching and again before promoting',
    spec: {
      strategy: { kind: 'blue-green', iterations: 2, mirror: false, routed: true },
      hooks: [hook('confirm-promotion')],
    },
    story: { happens: V2 },
  },
  {
    says: 'blue-green on plain Services never sends live traffic to the canary',
    spec: {
      strategy: { kind: 'blue-green', iterations: 2, mirror: false, routed: false },
      routed: false,
      forced: { matchDropped: false, iterationsAssumed: true },
    },
    story: { happens: V2 },
  },
  {
    says: 'blue-green with mirror copies requests while it counts',
    spec: { strategy: { kind: 'blue-green', iterations: 2, mirror: true, routed: true } },
    story: { happens: V2 },
  },
  {
    says: 'skipAnalysis promotes as soon as the canary is ready',
    spec: { skipAnalysis: true, hooks: [hook('confirm-rollout'), hook('post-rollout')] },
    story: { happens: V2, lasts: '5m' },
  },
  {
    says: 'changed configuration is a new revision',
    story: { happens: { '2m': { kind: 'config', name: 'feature-flags' } } },
  },
]);
