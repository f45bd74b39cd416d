/** Every way back, and what keeps traffic from going where nobody serves it. */
import { percent, revision } from '../../src/shared/brand.ts';
import { hook, tellScenarios } from '../support/scenarios.ts';
import { push, span } from '../support/stories.ts';

const V2 = { '2m': push('v2') };
const v2 = revision('v2');

tellScenarios('going back', [
  {
    says: 'a canary that fails as many checks as the threshold is rolled back',
    story: { happens: V2, metrics: [{ value: 94.2, weight: percent(40) }] },
  },
  {
    says: 'a canary that does not become ready in time is rolled back',
    story: { happens: V2, workloads: [{ workload: 'target', revision: v2, readyAfter: 'never' }] },
  },
  {
    says: 'a newer revision starts the analysis again',
    story: { happens: { ...V2, '4m30s': push('v3') } },
  },
  {
    says: 'a revision pushed while a slow hook thinks is not moved by its answer',
    spec: { hooks: [hook('rollout')] },
    story: {
      happens: { ...V2, '5m': push('v3') },
      hooks: [{ hook: 'load-test', revision: v2, says: 'yes', takes: span('3m') }],
      lasts: '12m',
    },
  },
  {
    says: 'a revert during a run cancels it',
    story: { happens: { ...V2, '4m30s': { kind: 'revert' } } },
  },
  {
    says: 'a revert while Waiting ends in Succeeded',
    spec: { hooks: [hook('confirm-rollout')] },
    story: { happens: { ...V2, '4m': { kind: 'revert' } }, hooks: [{ hook: 'start-gate', says: 'no' }] },
  },
  {
    says: 'a failed revision applied again after a revert starts a run',
    story: {
      happens: { ...V2, '7m': { kind: 'revert' }, '8m': push('v2') },
      metrics: [{ value: 94.2, until: span('7m') }],
      lasts: '14m',
    },
  },
  {
    says: 'a failed revision applied again as it is starts nothing',
    story: { happens: { ...V2, '7m': push('v2') }, metrics: [{ value: 94.2, until: span('7m') }] },
  },
  {
    says: 'a failed promotion is undone from the snapshot',
    story: {
      happens: V2,
      workloads: [{ workload: 'primary', revision: v2, readyAfter: 'never' }],
      lasts: '12m',
    },
  },
  {
    says: 'a new revision after a failed promotion is analysed as usual',
    story: {
      happens: { ...V2, '8m30s': push('v3') },
      workloads: [{ workload: 'primary', revision: v2, readyAfter: 'never' }],
      lasts: '15m',
    },
  },
  {
    says: 'a broken primary does not block its fix',
    story: {
      happens: { '6m': push('v2') },
      workloads: [{ workload: 'primary', revision: revision('v1'), readyAfter: 'never', from: span('2m') }],
      lasts: '12m',
    },
  },
  {
    says: 'a rollback keeps traffic on the canary while the primary is broken',
    story: {
      happens: V2,
      metrics: [{ value: 94.2, from: span('5m30s') }],
      workloads: [
        {
          workload: 'primary',
          revision: revision('v1'),
          readyAfter: 'never',
          from: span('3m30s'),
          until: span('9m'),
        },
      ],
      lasts: '12m',
    },
  },
  {
    says: 'a deleted primary comes back from the snapshot, not from the failed target',
    story: {
      happens: { ...V2, '8m': { kind: 'delete', what: 'primary' } },
      metrics: [{ value: 94.2 }],
    },
  },
  {
    says: 'a provider changed in mid-run brings traffic home and starts the analysis again',
    story: { happens: { ...V2, '4m30s': { kind: 'reroute', to: 'traefik/podinfo' } }, lasts: '12m' },
  },
  {
    says: 'a Service renamed during promotion gets its traffic back with the others',
    spec: { stepWeightPromotion: percent(20) },
    story: { happens: { ...V2, '6m': { kind: 'reroute', to: 'istio/shop' } }, lasts: '12m' },
  },
  {
    says: 'a target deleted in mid-run ends it, and is analysed when it comes back',
    story: {
      happens: { ...V2, '4m30s': { kind: 'delete', what: 'target' }, '6m': push('v3') },
      lasts: '12m',
    },
  },
]);
