/** A rollout whose controller dies at one effect, once for each there is, ends as the one nobody disturbed. */
import { describe, expect, it } from '@jest/globals';
import type { Spec } from '../../src/core/model.ts';
import type { Fate } from '../../src/rehearsal/fate.ts';
import type { Rehearsal } from '../../src/rehearsal/rehearse.ts';
import { percent, revision } from '../../src/shared/brand.ts';
import { aCanary, hook } from '../support/scenarios.ts';
import { aStory, push, rehearsed, type Told } from '../support/stories.ts';

interface Lived {
  readonly says: string;
  readonly spec: Partial<Spec>;
  readonly story: Told;
}

const V2 = { '1m': push('v2') };
const LIVES: readonly Lived[] = [
  {
    says: 'promoted with every gate asked',
    spec: {
      stepWeightPromotion: percent(20),
      hooks: [
        hook('confirm-rollout'),
        hook('pre-rollout'),
        hook('rollout'),
        hook('confirm-traffic-increase'),
        hook('confirm-promotion'),
        hook('rollback'),
        hook('post-rollout'),
      ],
    },
    story: { happens: V2 },
  },
  { says: 'rolled back', spec: {}, story: { happens: V2, metrics: [{ value: 94.2, weight: percent(40) }] } },
  {
    says: 'promoted in vain and restored',
    spec: {},
    story: {
      happens: V2,
      workloads: [{ workload: 'primary', revision: revision('v2'), readyAfter: 'never' }],
    },
  },
  { says: 'promoted without analysis', spec: { skipAnalysis: true }, story: { happens: V2 } },
  {
    says: 'handed back on deletion',
    spec: { revertOnDeletion: true },
    story: { happens: { '1m': { kind: 'delete', what: 'canary' } } },
  },
];

describe('a controller that dies at any one effect', () => {
  it.each(LIVES)('leaves the rollout to be $says all the same', async ({ spec, story }) => {
    const counting = dyingAt(-1);
    const twin = await lived(spec, story, counting.fate);
    expect(counting.count()).toBeGreaterThan(20);

    for (let turn = 0; turn < counting.count(); turn += 1) {
      const disturbed = await lived(spec, story, dyingAt(turn).fate);

      expect({ turn, ...end(disturbed) }).toEqual({ turn, ...end(twin) });
      expect({ turn, untold: untold(twin, disturbed) }).toEqual({ turn, untold: [] });
    }
  });
});

function lived(spec: Partial<Spec>, story: Told, fate: Fate): Promise<Rehearsal> {
  return rehearsed({ spec: aCanary(spec), story: aStory({ lasts: '20m', ...story }), fate });
}

/** Dies at one of the places where a process may; counts them. */
function dyingAt(turn: number): { readonly fate: Fate; readonly count: () => number } {
  let turns = 0;
  const fate: Fate = {
    choose: (label, options) => {
      if (!label.startsWith('dies')) return options[0];
      turns += 1;
      return turns - 1 === turn ? (options.at(-1) ?? options[0]) : options[0];
    },
  };
  return { fate, count: () => turns };
}

/** What anybody can see in the end, but for times and counters. */
function end({ state }: Rehearsal): object {
  const { status, target, primary, routes, snapshots } = state;
  const { phase, step, canaryWeight, mirrored, failedChecks, park } = status;
  return {
    status: { phase, step, canaryWeight, mirrored, failedChecks, park },
    promoted: status.lastPromotedRevision,
    applied: status.lastAppliedRevision,
    target: target && { revision: target.revision, up: target.up },
    primary: primary?.revision,
    snapshots: snapshots[0],
    routes: routes && { canary: routes.canary, mirrored: routes.mirrored },
    gone: state.deleting && !state.finalizer,
    released: state.released,
    untold: status.outbox,
  };
}

/** News the twin's people got and these did not; notices while waiting are best effort. */
function untold(twin: Rehearsal, disturbed: Rehearsal): readonly string[] {
  const told = new Set(disturbed.timeline.events.map(({ text }) => text));
  return twin.timeline.events
    .map(({ text }) => text)
    .filter((text) => !told.has(text) && !/not ready:|not signaling|^Terminated/.test(text));
}
