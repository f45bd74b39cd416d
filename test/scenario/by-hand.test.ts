/** What people change while a rollout goes on, or rests. */
import { percent } from '../../src/shared/brand.ts';
import { hook, tellScenarios, weights } from '../support/scenarios.ts';
import { push, span } from '../support/stories.ts';

const V2 = { '2m': push('v2') };
const LONG = { strategy: weights(10, 20, 30, 50) };

tellScenarios('by hand', [
  {
    says: 'a weight set by hand is taken over, and the run goes on at the next greater one',
    spec: LONG,
    story: { happens: { ...V2, '3m30s': { kind: 'weight', weight: percent(25) } } },
  },
  {
    says: 'a weight set by hand at rest is put back',
    story: { happens: { '2m': { kind: 'weight', weight: percent(25) } }, lasts: '4m' },
  },
  {
    says: 'routes edited in mid-run are mended without moving traffic',
    story: { happens: { ...V2, '4m30s': { kind: 'drift' } } },
  },
  {
    says: 'a plan edited in mid-run goes on at the next greater weight',
    spec: LONG,
    story: { happens: { ...V2, '4m30s': { kind: 'spec', change: { strategy: weights(5, 15, 35, 70) } } } },
  },
  {
    says: 'suspend freezes a run, and it goes on when resumed',
    story: {
      happens: {
        ...V2,
        '3m30s': { kind: 'spec', change: { suspend: true } },
        '6m': { kind: 'spec', change: { suspend: false } },
      },
    },
  },
  {
    says: 'abort ends a run',
    story: { happens: { ...V2, '4m30s': { kind: 'command', verb: 'abort' } } },
  },
  {
    says: 'retry runs a failed revision again',
    story: {
      happens: { ...V2, '7m': { kind: 'command', verb: 'retry' } },
      metrics: [{ value: 94.2, until: span('7m') }],
      lasts: '12m',
    },
  },
  {
    says: 'promote skips what is left of checks and gates',
    spec: { hooks: [hook('confirm-promotion')] },
    story: {
      happens: { ...V2, '3m30s': { kind: 'command', verb: 'promote' } },
      hooks: [{ hook: 'promotion-gate', says: 'no' }],
    },
  },
  {
    says: 'pause holds the position until it is withdrawn',
    story: {
      happens: {
        ...V2,
        '3m30s': { kind: 'command', verb: 'pause' },
        '6m30s': { kind: 'withdraw', verb: 'pause' },
      },
    },
  },
  {
    says: 'a target scaled up at rest is left alone',
    story: { happens: { '2m': { kind: 'scale', up: true } }, lasts: '4m' },
  },
  {
    says: 'a target scaled to nothing in mid-run is scaled up again before it goes on',
    story: { happens: { ...V2, '4m30s': { kind: 'scale', up: false } } },
  },
  {
    says: 'an invalid spec holds a run, and mended it goes on',
    story: {
      happens: {
        ...V2,
        '3m30s': { kind: 'invalid', detail: 'spec.analysis.interval: found "1x"' },
        '4m30s': { kind: 'mend' },
      },
    },
  },
  {
    says: 'an invalid spec past the deadline ends the run',
    story: { happens: { ...V2, '3m30s': { kind: 'invalid', detail: 'spec.analysis.interval: found "1x"' } } },
  },
]);
