/** Tick by tick the same phases, weights, events and calls as the controller whose place this one takes. */
import { describe, expect, it } from '@jest/globals';
import type { HookType, Spec, Strategy } from '../../src/core/model.ts';
import { newborn } from '../../src/rehearsal/world.ts';
import { renderLine } from '../../src/rehearsal/timeline.ts';
import { percent, revision } from '../../src/shared/brand.ts';
import { aCanary, hook, weights } from '../support/scenarios.ts';
import { push, span, type Told } from '../support/stories.ts';
import { Ticks } from '../support/ticks.ts';

const BLUE_GREEN: Strategy = { kind: 'blue-green', iterations: 1, mirror: false, routed: true };

interface Sequence {
  readonly name: string;
  readonly spec: Partial<Spec>;
  readonly story?: Told;
  readonly seen: readonly string[];
}

const SEQUENCES: readonly Sequence[] = [
  {
    name: 'stepWeight 100 with stepWeightPromotion 50',
    spec: { strategy: weights(100), stepWeightPromotion: percent(50) },
    seen: [
      'Progressing 0',
      'Progressing 100',
      'Promoting 100',
      'Promoting 50',
      'Finalising 0',
      'Succeeded 0',
    ],
  },
  {
    name: 'stepWeight 20 up to maxWeight 50, which overshoots to 60',
    spec: { strategy: weights(20, 40, 60) },
    seen: [
      'Progressing 0',
      'Progressing 20',
      'Progressing 40',
      'Progressing 60',
      'Promoting 60',
      'Finalising 0',
      'Succeeded 0',
    ],
  },
  {
    name: 'stepWeight 50 up to maxWeight 100',
    spec: { strategy: weights(50, 100) },
    seen: ['Progressing 0', 'Progressing 50', 'Progressing 100', 'Promoting 100'],
  },
  {
    name: 'stepWeights 1, 2, 10, 80',
    spec: { strategy: weights(1, 2, 10, 80) },
    seen: [
      'Progressing 0',
      'Progressing 1',
      'Progressing 2',
      'Progressing 10',
      'Progressing 80',
      'Promoting 80',
    ],
  },
  {
    name: 'stepWeights 1, 2, 10, 200, of which the last is clipped',
    spec: { strategy: weights(1, 2, 10, 100) },
    seen: [
      'Progressing 0',
      'Progressing 1',
      'Progressing 2',
      'Progressing 10',
      'Progressing 100',
      'Promoting 100',
    ],
  },
  {
    name: 'mirror before the first weight',
    spec: { strategy: { ...weights(10, 20), mirror: true } },
    seen: ['Progressing 0', 'Progressing 0 mirrored', 'Progressing 10', 'Progressing 20', 'Promoting 20'],
  },
  {
    name: 'A/B testing with two iterations',
    spec: { strategy: { kind: 'ab-testing', iterations: 2 } },
    seen: [
      'Progressing 0',
      'Progressing 100',
      'Progressing 100',
      'Promoting 100',
      'Finalising 0',
      'Succeeded 0',
    ],
  },
  {
    name: 'blue-green with one iteration: detected, iterated, routed to the canary',
    spec: { strategy: BLUE_GREEN },
    seen: [
      'Progressing 0',
      'Progressing 0',
      'Progressing 100',
      'Promoting 100',
      'Finalising 0',
      'Succeeded 0',
    ],
  },
  {
    name: 'blue-green with mirror',
    spec: { strategy: { ...BLUE_GREEN, mirror: true } },
    seen: ['Progressing 0', 'Progressing 0 mirrored', 'Progressing 100', 'Promoting 100'],
  },
  {
    name: 'skipAnalysis, whose copy follows a commit and whose primary is waited for',
    spec: { skipAnalysis: true },
    seen: ['Progressing 0', 'Promoting 0', 'Succeeded 0'],
  },
  {
    name: 'checks that fail up to the threshold, and the rollback in the same tick',
    spec: {},
    story: { metrics: [{ value: 94.2 }] },
    seen: ['Progressing 0', 'Progressing 20', 'Progressing 20', 'Failed 0', 'Failed 0'],
  },
  {
    name: 'a promotion whose primary does not come up, with the canary serving meanwhile',
    spec: { strategy: weights(50) },
    story: { workloads: [{ workload: 'primary', revision: revision('v2'), readyAfter: 'never' }] },
    seen: ['Progressing 0', 'Progressing 50', 'Promoting 50', 'Promoting 50', 'Failed 100', 'Failed 0'],
  },
];

describe('a new revision', () => {
  it.each(SEQUENCES)('goes tick by tick through $name', async ({ spec, story, seen }) => {
    const ticks = await Ticks.initialized(aCanary(spec), story);
    ticks.happen(push('v2'));

    expect(await ticks.seen(seen.length)).toEqual(seen);
  });

  it('that replaces another in mid-run sends traffic back in the next tick', async () => {
    const ticks = await Ticks.initialized(aCanary({ strategy: { ...weights(10, 20), mirror: true } }));
    ticks.happen(push('v2'));
    expect(await ticks.seen(3)).toEqual(['Progressing 0', 'Progressing 0 mirrored', 'Progressing 10']);

    ticks.happen(push('v3'));

    expect(await ticks.seen(2)).toEqual(['Progressing 0', 'Progressing 0 mirrored']);
    expect(ticks.status.lastAppliedRevision).toBe('v3');
  });

  it('that replaces another in mid-run is prepared again, but nobody is asked again whether it may begin', async () => {
    const hooks = [hook('confirm-rollout'), hook('pre-rollout')];
    const ticks = await Ticks.initialized(aCanary({ strategy: weights(10, 20), hooks }));
    ticks.happen(push('v2'));
    await ticks.seen(2);
    ticks.happen(push('v3'));

    expect(await ticks.seen(2)).toEqual(['Progressing 0', 'Progressing 10']);
    expect(ticks.rehearsal.timeline.calls.map(({ type }) => type)).toEqual([
      'confirm-rollout',
      'pre-rollout',
      'pre-rollout',
    ]);
    expect(ticks.status).toMatchObject({ lastAppliedRevision: 'v3', park: 'none' });
    expect(ticks.rehearsal.state.target?.up).toBe(true);
  });

  it('that comes while another waits for approval waits for it in its place', async () => {
    const gate = { hook: 'start-gate', says: 'no', until: span('5m30s') } as const;
    const ticks = await Ticks.initialized(aCanary({ hooks: [hook('confirm-rollout')] }), { hooks: [gate] });
    ticks.happen(push('v2'));
    const before = await ticks.seen(1);
    ticks.happen(push('v3'));

    expect([...before, ...(await ticks.seen(1))]).toEqual(['Waiting 0', 'Waiting 0']);
    expect(ticks.status.lastAppliedRevision).toBe('v1');
    await ticks.seen(5);
    expect(ticks.status.lastAppliedRevision).toBe('v3');
    const begun = ticks.rehearsal.timeline.events.filter(({ text }) => text.startsWith('New revision'));
    expect(begun).toHaveLength(1);
  });

  it('that comes while another is promoted begins when that has succeeded', async () => {
    const ticks = await Ticks.initialized(aCanary({ strategy: weights(50) }));
    ticks.happen(push('v2'));
    expect(await ticks.seen(3)).toEqual(['Progressing 0', 'Progressing 50', 'Promoting 50']);
    ticks.happen(push('v3'));
    await ticks.seen(3);

    const ends = ticks.rehearsal.timeline.events.map(({ text }) => text);
    const promoted = ends.indexOf('Promotion completed! Scaling down podinfo.test');
    expect(promoted).toBeGreaterThan(0);
    expect(ends.lastIndexOf('New revision detected! Scaling up podinfo.test')).toBeGreaterThan(promoted);
    expect(ticks.status).toMatchObject({ lastPromotedRevision: 'v2', lastAppliedRevision: 'v3' });
  });

  it('goes on from a weight that somebody set by hand', async () => {
    const ticks = await Ticks.initialized(aCanary({ strategy: weights(10, 20, 30, 40, 50) }));
    ticks.happen(push('v2'));
    await ticks.seen(2);

    ticks.happen({ kind: 'weight', weight: percent(40) });

    expect(await ticks.seen(3)).toEqual(['Progressing 40', 'Progressing 50', 'Promoting 50']);
  });

  it('whose configuration changes right after it was detected starts again', async () => {
    const ticks = await Ticks.initialized(aCanary());
    ticks.happen(push('v2'));
    await ticks.tick();

    ticks.happen({ kind: 'config', name: 'flags' });

    expect(await ticks.seen(2)).toEqual(['Progressing 0', 'Progressing 20']);
    expect(ticks.status.lastAppliedRevision).toBe('v2+flags');
  });
});

describe('a target with nothing to scale', () => {
  it('is initialized in one tick, and released like any other', async () => {
    const newcomer = newborn(aCanary({ strategy: weights(50) }));
    const target = { revision: revision('v1'), generation: 1, up: undefined };
    const ready = { workload: 'primary', readyAfter: span('0s') } as const;
    const ticks = Ticks.from({ ...newcomer, target }, { workloads: [ready] });

    expect(await ticks.seen(1)).toEqual(['Initialized 0']);
    ticks.happen(push('v2'));
    // Neither a primary to wait for nor a target to park, so that the way home is one tick.
    expect(await ticks.seen(3)).toEqual(['Progressing 0', 'Progressing 50', 'Succeeded 0']);
    expect(ticks.rehearsal.timeline.lines.map((line) => renderLine(line)).join()).not.toContain(
      'scale-target',
    );
  });
});

const EVERY_HOOK = (
  [
    'confirm-rollout',
    'pre-rollout',
    'rollout',
    'confirm-traffic-increase',
    'confirm-promotion',
    'post-rollout',
  ] as const
).map((type) => hook(type, type));

describe('events and calls', () => {
  it('of a canary come in the documented order, each hook as often as documented', async () => {
    const spec = { strategy: weights(100), stepWeightPromotion: percent(50), hooks: EVERY_HOOK };
    const { events, calls } = await promoted(aCanary(spec));

    expect(events).toEqual([
      'Initialized Confirm-rollout check confirm-rollout passed',
      'Progressing New revision detected! Scaling up podinfo.test',
      'Progressing Starting canary analysis for podinfo.test',
      'Progressing Pre-rollout check pre-rollout passed',
      'Progressing Confirm-traffic-increase check confirm-traffic-increase passed',
      'Progressing Advance podinfo.test canary weight 100',
      'Progressing Confirm-traffic-increase check confirm-traffic-increase passed',
      'Progressing Confirm-promotion check confirm-promotion passed',
      'Progressing Copying podinfo.test template spec to podinfo-primary.test',
      'Promoting Advance podinfo.test primary weight 50',
      'Promoting Advance podinfo.test primary weight 100',
      'Succeeded Post-rollout check post-rollout passed',
      'Succeeded Promotion completed! Scaling down podinfo.test',
    ]);
    expect(calls).toEqual({
      'confirm-rollout': 1,
      'pre-rollout': 1,
      rollout: 1,
      'confirm-traffic-increase': 2,
      'confirm-promotion': 1,
      'post-rollout': 1,
    });
  });

  it('of a canary with a test before it and load beside it are those that people know', async () => {
    const hooks = [hook('pre-rollout'), hook('rollout')];
    const { events } = await promoted(aCanary({ strategy: weights(10, 20, 30), hooks }));

    expect(events.map((line) => line.replace(/^\w+ /, ''))).toEqual([
      'New revision detected! Scaling up podinfo.test',
      'Starting canary analysis for podinfo.test',
      'Pre-rollout check acceptance passed',
      'Advance podinfo.test canary weight 10',
      'Advance podinfo.test canary weight 20',
      'Advance podinfo.test canary weight 30',
      'Copying podinfo.test template spec to podinfo-primary.test',
      'Routing all traffic to primary',
      'Promotion completed! Scaling down podinfo.test',
    ]);
  });

  it('of a skipped analysis are those of the gate, the copy and the end', async () => {
    const { events, calls } = await promoted(aCanary({ skipAnalysis: true, hooks: EVERY_HOOK }));

    expect(events).toEqual([
      'Initialized Confirm-rollout check confirm-rollout passed',
      'Progressing New revision detected! Scaling up podinfo.test',
      'Progressing Copying podinfo.test template spec to podinfo-primary.test',
      'Succeeded Post-rollout check post-rollout passed',
      'Succeeded Promotion completed! Canary analysis was skipped for podinfo.test',
    ]);
    expect(calls).toEqual({ 'confirm-rollout': 1, 'post-rollout': 1 });
  });

  it('of a held confirm-promotion are one event, while the hook is called every interval', async () => {
    const ticks = await Ticks.initialized(
      aCanary({
        strategy: weights(50),
        hooks: [hook('confirm-promotion')],
        progressDeadline: span('1h'),
      }),
      {
        hooks: [{ hook: 'promotion-gate', says: 'no', until: span('30m') }],
      },
    );
    ticks.happen(push('v2'));

    expect(await ticks.seen(6)).toEqual([
      'Progressing 0',
      'Progressing 50',
      'WaitingPromotion 50',
      'WaitingPromotion 50',
      'WaitingPromotion 50',
      'WaitingPromotion 50',
    ]);
    const { events, calls } = ticks.rehearsal.timeline;
    expect(events.filter(({ text }) => text.includes('waiting for promotion approval'))).toHaveLength(1);
    expect(calls.filter(({ type }) => type === 'confirm-promotion')).toHaveLength(4);
  });
});

interface Promoted {
  /** With the phase people are told, from the push on, without readiness. */
  readonly events: readonly string[];
  readonly calls: Partial<Record<HookType, number>>;
}

async function promoted(spec: Spec): Promise<Promoted> {
  const ticks = await Ticks.initialized(spec);
  const { timeline, now } = ticks.rehearsal;
  ticks.happen(push('v2'));
  await ticks.seen(8);
  expect(ticks.status.phase).toBe('Succeeded');
  const calls: Partial<Record<HookType, number>> = {};
  for (const { type } of timeline.calls) calls[type] = (calls[type] ?? 0) + 1;
  const events = timeline.events
    .filter(({ at, text }) => at > now && !text.includes('not ready:'))
    .map(({ phase, text }) => `${phase} ${text}`);
  return { events, calls };
}
