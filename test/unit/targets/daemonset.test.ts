/** How a DaemonSet is scaled to nothing, cloned, and judged by a deadline that nobody keeps for it. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at } from '../../../src/api/tree.ts';
import type { Status } from '../../../src/core/model.ts';
import { after as later, instant, millis, NO_REVISION, revision } from '../../../src/shared/brand.ts';
import { daemonset } from '../../../src/targets/daemonset.ts';
import { tracesOf } from '../../../src/targets/traces.ts';
import { after, canary, configs, daemonTarget, edit, find, lookAt, NOW } from '../../support/deployments.ts';

const SELECTOR = ['spec', 'template', 'spec', 'nodeSelector'];
const ZERO = 'flagger.app/scale-to-zero';

function look(objects: readonly KubeObject[], spec = '', status: Partial<Status> = {}, now = NOW) {
  const changed: Partial<Canary['status']> = { phaseSince: instant(0), ...status };
  return lookAt(objects, { canary: canary(spec, changed, 'DaemonSet'), now });
}

const cluster = [daemonTarget, ...configs];
const one = daemonset.observeTarget(look(cluster))?.revision ?? NO_REVISION;
const cloned = after(cluster, daemonset.clonePrimary(look(cluster), one));
const primary = find(cloned, 'DaemonSet/podinfo-primary') ?? daemonTarget;
const parked = edit(daemonTarget, SELECTOR, { [ZERO]: 'true', disk: 'ssd' });

function pods(counts: Readonly<Record<string, number>>): KubeObject {
  return { ...daemonTarget, status: { ...(daemonTarget['status'] as object), ...counts } };
}

describe('a DaemonSet is parked', () => {
  it('is added to what the user selects nodes by, and taken away alone', () => {
    const version = { resourceVersion: '10' };
    const patch = (value: string | null) => ({
      metadata: version,
      spec: { template: { spec: { nodeSelector: { [ZERO]: value } } } },
    });

    expect(daemonset.scaleTarget(look(cluster), false)).toEqual(patch('true'));
    expect(daemonset.scaleTarget(look([parked]), true)).toEqual(patch(null));
  });

  it('is no part of a revision, whether the user selects nodes or not', () => {
    const selecting = edit(daemonTarget, SELECTOR, { disk: 'ssd' });
    const nowhere = edit(daemonTarget, SELECTOR, { [ZERO]: 'true' });
    const revisionOf = (object: KubeObject) => daemonset.observeTarget(look([object, ...configs]))?.revision;

    expect(revisionOf(parked)).toBe(revisionOf(selecting));
    expect(revisionOf(nowhere)).toBe(one);
    expect(revisionOf(selecting)).not.toBe(one);
  });

  it('is seen as nothing running', () => {
    expect(daemonset.observeTarget(look([parked, ...configs]))?.scaledUp).toBe(false);
    expect(daemonset.observeTarget(look(cluster))?.scaledUp).toBe(true);
  });

  it('never reaches a primary, also when that is made while the target is at nothing (M13)', () => {
    const objects = [parked, ...configs];
    const made = daemonset.clonePrimary(look(objects), one).at(-1);

    expect(at(made, ...SELECTOR)).toEqual({ disk: 'ssd' });
  });
});

describe('a primary that carries what parks the target', () => {
  const { 'serin.dev/revision': _, ...foreign } = primary.metadata.annotations ?? {};
  const carrying = edit(primary, SELECTOR, { [ZERO]: 'true', disk: 'ssd' });
  const flaggers = edit(edit(primary, SELECTOR, { [ZERO]: 'true' }), ['metadata', 'annotations'], foreign);
  const seen = (object: KubeObject, origin: Status['origin']) =>
    look(after(cloned, [object]), '', { origin, lastPromotedRevision: one });

  it('tells what was promoted as long as it is still to be taken over', () => {
    expect(daemonset.observePrimary(seen(flaggers, 'flagger'))?.revision).toBe(one);
    expect(daemonset.observePrimary(seen(flaggers, 'flagger'))?.scaledUp).toBe(false);
    expect(daemonset.snapshots(seen(flaggers, 'flagger'))).toEqual([]);
  });

  it.each([
    ['as Flagger made it', flaggers, undefined],
    ['as somebody has changed it', carrying, { disk: 'ssd' }],
  ])('loses it and nothing else, %s', (_case, object, selector) => {
    const there = seen(object, 'ours');

    expect(daemonset.observePrimary(there)?.revision).toBe(NO_REVISION);
    expect(daemonset.snapshots(there)).toEqual([one]);
    const restored = daemonset.restorePrimary(there, one)?.at(-1);
    expect(at(restored, ...SELECTOR)).toEqual(selector);
    expect(at(restored, 'spec', 'template', 'spec', 'containers')).toEqual(
      at(primary, 'spec', 'template', 'spec', 'containers'),
    );
    expect(restored?.metadata.annotations?.['serin.dev/revision']).toBe(one);
  });
});

describe('a DaemonSet is cloned', () => {
  it('by a clone with its own selector, how it is rolled out, and no number of replicas', () => {
    expect(primary['spec']).toMatchObject({
      selector: { matchLabels: { app: 'podinfo-label-primary' } },
      minReadySeconds: 5,
      revisionHistoryLimit: 5,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
    });
    expect(at(primary, 'spec', 'replicas')).toBeUndefined();
    expect(primary.metadata.labels).toEqual({ app: 'podinfo-label-primary', team: 'web' });
    expect(primary.metadata.annotations).toEqual({ 'example.com/note': 'kept', 'serin.dev/revision': one });
    expect(find(cloned, 'ConfigMap/env-config-primary')?.['data']).toEqual({ color: 'blue' });
  });

  it('by the new image', () => {
    const container = { ...(at(daemonTarget, 'spec', 'template', 'spec', 'containers') as object[])[0] };
    const pushed = edit(
      edit(daemonTarget, ['spec', 'template', 'spec', 'containers'], [{ ...container, image: 'podinfo:2' }]),
      ['metadata', 'generation'],
      2,
    );
    const objects = after(cloned, [pushed]);
    const next = daemonset.clonePrimary(look(objects), revision('1-two')).at(-1);

    expect(JSON.stringify(at(next, 'spec', 'template'))).toContain('podinfo:2');
  });

  it('but rules about neighbours speak of the primary, or it could not stand beside the canary', () => {
    const terms = at(primary, 'spec', 'template', 'spec', 'affinity', 'podAntiAffinity');

    expect(JSON.stringify(terms)).toContain('"app":"podinfo-primary"');
  });

  it('and needs the strategy RollingUpdate, which is said in a sentence', () => {
    const manual = edit(daemonTarget, ['spec', 'updateStrategy'], { type: 'OnDelete' });

    expect(daemonset.metadata(look([manual]))).toEqual({
      ok: false,
      error: 'daemonset podinfo.test must have RollingUpdate strategy but have OnDelete',
    });
    expect(daemonset.metadata(look([edit(daemonTarget, ['spec', 'updateStrategy'], {})])).ok).toBe(true);
  });
});

describe('a DaemonSet is ready', () => {
  const readinessOf = (object: KubeObject, spec = '') =>
    daemonset.observeTarget(look([object, ...configs], spec, { phaseSince: NOW }))?.readiness;

  it.each([
    { counts: {}, then: { kind: 'ready' } },
    {
      counts: { updatedNumberScheduled: 1 },
      then: {
        kind: 'progressing',
        detail: 'waiting for rollout to finish: 1 out of 2 new pods have been updated',
      },
    },
    {
      counts: { numberAvailable: 1 },
      then: {
        kind: 'progressing',
        detail: 'waiting for rollout to finish: 1 of 2 (readyThreshold 100%) updated pods are available',
      },
    },
    {
      counts: { observedGeneration: 0 },
      then: {
        kind: 'progressing',
        detail: 'waiting for rollout to finish: observed daemonset generation less than desired generation',
      },
    },
    {
      counts: { desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0, numberReady: 0 },
      then: { kind: 'empty', detail: 'waiting for rollout to finish: no node is selected' },
    },
  ])('with $counts is $then.kind', ({ counts, then }) => {
    expect(readinessOf(pods(counts))).toEqual(then);
  });

  it.each([
    [1, 'ready'],
    [0, 'progressing'],
  ])('at a threshold of 50%% with %i of 2 available is %s', (numberAvailable, kind) => {
    const half = canary('', { phaseSince: NOW }, 'DaemonSet');
    const analysis = { ...half.analysis, canaryReadyThreshold: 50 };
    const objects = [pods({ numberAvailable }), ...configs];

    expect(daemonset.observeTarget(lookAt(objects, { canary: { ...half, analysis } }))?.readiness.kind).toBe(
      kind,
    );
  });
});

describe('the deadline of a DaemonSet (M12)', () => {
  const SPAN = millis(60_000);
  const short = 'progressDeadlineSeconds: 60';
  const seen = (object: KubeObject, status: Partial<Status>, now: typeof NOW) =>
    daemonset.observeTarget(look([object, ...configs], short, status, now));

  it('is not that of a rest that began long ago', () => {
    const found = seen(pods({ numberAvailable: 1 }), { phaseSince: instant(0) }, NOW);

    expect(found?.readiness.kind).toBe('progressing');
    expect(found?.standstill).toEqual({ generation: 1, done: 3, since: NOW });
  });

  it('is counted from when it last came further, as remembered', () => {
    const before = { generation: 1, done: 3, since: NOW };
    const status = { phaseSince: instant(0), standstills: { target: before } };
    const overdue = later(NOW, SPAN);

    expect(seen(pods({ numberAvailable: 1 }), status, instant(overdue - 1))?.readiness.kind).toBe(
      'progressing',
    );
    expect(seen(pods({ numberAvailable: 1 }), status, overdue)?.readiness.kind).toBe('stuck');
    expect(seen(pods({ numberAvailable: 1 }), status, overdue)?.standstill).toEqual(before);
  });

  it('begins again with every pod that is new and available, and with another template', () => {
    const before = { generation: 1, done: 1, since: NOW };
    const status = { phaseSince: instant(0), standstills: { target: before } };
    const overdue = later(NOW, SPAN);
    const pushed = edit(
      pods({ numberAvailable: 0, updatedNumberScheduled: 0 }),
      ['metadata', 'generation'],
      2,
    );

    expect(seen(pods({ numberAvailable: 1 }), status, overdue)?.readiness.kind).toBe('progressing');
    expect(seen(pushed, status, overdue)?.standstill).toEqual({ generation: 2, done: 0, since: overdue });
  });

  it('does not begin again with a pod that comes and goes', () => {
    const before = { generation: 1, done: 3, since: NOW };
    const status = { phaseSince: instant(0), standstills: { target: before } };

    expect(seen(pods({ numberAvailable: 0 }), status, later(NOW, SPAN))?.standstill).toEqual(before);
  });

  it('is forgotten once it is ready', () => {
    const status = { standstills: { target: { generation: 1, done: 3, since: NOW } } };

    expect(seen(daemonTarget, status, NOW)?.standstill).toBeUndefined();
  });
});

it('was not pushed by whoever parked it', () => {
  const entry = (manager: string, time: string, nodeSelector: object, more: object = {}) => ({
    manager,
    time,
    fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { 'f:nodeSelector': nodeSelector, ...more } } } },
  });
  const managedFields = [
    entry('kubectl', '2026-01-01T00:00:00Z', {}, { 'f:containers': {} }),
    entry('flagger', '2026-01-02T00:00:00Z', { '.': {}, [`f:${ZERO}`]: {} }),
  ];
  const history = { ...daemonTarget, metadata: { ...daemonTarget.metadata, managedFields } };

  expect(tracesOf(look(cluster), [history]).pushedAt).toBe(instant(Date.parse('2026-01-01T00:00:00Z')));
});
