/** How a Deployment is cloned to its primary, and what is seen of both. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, texts } from '../../../src/api/tree.ts';
import { instant, NO_REVISION } from '../../../src/shared/brand.ts';
import { deployment } from '../../../src/targets/deployment.ts';
import { includeLabels, primaryLabels } from '../../../src/targets/labels.ts';
import { after, canary, configs, edit, find, lookAt, NOW, target } from '../../support/deployments.ts';

const cluster = [target, ...configs];
const one = deployment.observeTarget(lookAt(cluster))?.revision ?? NO_REVISION;
const clone = (objects: readonly KubeObject[] = cluster, look = lookAt(objects)): KubeObject => {
  const primary = deployment.clonePrimary(look, one).at(-1);
  if (primary === undefined) throw new Error('nothing was cloned');
  return primary;
};
const cloned = after(cluster, deployment.clonePrimary(lookAt(cluster), one));
const primary = find(cloned, 'Deployment/podinfo-primary') ?? target;

describe('labels of a clone', () => {
  const labels = {
    app: 'podinfo',
    'app.kubernetes.io/part-of': 'shop',
    'kustomize.toolkit.fluxcd.io/name': 'apps',
  };

  it.each([
    [['app.kubernetes.io/'], ['app.kubernetes.io/part-of']],
    [
      ['app', 'kust'],
      ['app', 'app.kubernetes.io/part-of'],
    ],
    [['*'], ['app', 'app.kubernetes.io/part-of']],
    [[], []],
  ])('with the prefixes %j are %j', (prefixes, keys) => {
    expect(Object.keys(includeLabels(labels, prefixes))).toEqual(keys);
  });

  it('differ from the target’s in the one it is selected by', () => {
    expect(primaryLabels({ app: 'web', tier: 'front' }, { label: 'app', value: 'web' })).toEqual({
      app: 'web-primary',
      tier: 'front',
    });
  });
});

describe('the selector', () => {
  it('is the first known label the target is selected by, whatever the Deployment is called', () => {
    expect(deployment.metadata(lookAt(cluster))).toMatchObject({
      ok: true,
      value: { label: 'app', value: 'podinfo-label' },
    });
  });

  it('is missed in a sentence that names what is allowed', () => {
    const other = edit(target, ['spec', 'selector', 'matchLabels'], { tier: 'front' });

    expect(deployment.metadata(lookAt([other]))).toEqual({
      ok: false,
      error:
        'deployment podinfo.test spec.selector.matchLabels must contain one of [app name app.kubernetes.io/name]',
    });
  });

  it('is still known from the primary when the target is gone', () => {
    expect(deployment.metadata(lookAt([primary]))).toMatchObject({ value: { value: 'podinfo-label' } });
  });
});

describe('the revision of a target', () => {
  const revisionOf = (path: readonly string[], value: unknown): unknown =>
    deployment.observeTarget(lookAt([edit(target, path, value), ...configs]))?.revision;

  it('has a name that no Flagger would give', () => {
    expect(one).not.toMatch(/^[4-9bcdf]{1,10}$/);
  });

  it('is another with another template, be it an annotation', () => {
    expect(revisionOf(['spec', 'template', 'metadata', 'annotations', 'restarted'], 'now')).not.toBe(one);
  });

  it.each([
    ['replicas', ['spec', 'replicas'], 7],
    ['how it is rolled out', ['spec', 'strategy'], { type: 'Recreate' }],
    ['deadlines', ['spec', 'progressDeadlineSeconds'], 7],
    ['labels', ['metadata', 'labels', 'team'], 'shop'],
    ['annotations', ['metadata', 'annotations', 'example.com/note'], 'changed'],
  ])('is the same with other %s', (_, path, value) => {
    expect(revisionOf(path, value)).toBe(one);
  });
});

describe('discovered ports', () => {
  it('are those of all containers but a mesh’s proxy, without the one that is served anyway', () => {
    expect(deployment.metadata(lookAt(cluster))).toMatchObject({
      value: {
        ports: [
          { name: 'http-metrics', port: 9797 },
          { name: 'tcp-podinfod-2', port: 9999 },
        ],
      },
    });
  });

  it('are one a name, of no init container and no proxy', () => {
    const ports = (name: string, ...list: readonly object[]): object => ({ name, ports: list });
    const containers = [
      ports('web', { name: 'admin', containerPort: 1_000 }, { name: 'http', containerPort: 80 }),
      ports('worker', { name: 'admin', containerPort: 2_000 }),
      ports('envoy', { name: 'stats', containerPort: 15_090 }),
    ];
    const init = [ports('migrate', { name: 'probe', containerPort: 3_000 })];
    const pods = ['spec', 'template', 'spec'];
    const declared = edit(
      edit(target, [...pods, 'containers'], containers),
      [...pods, 'initContainers'],
      init,
    );

    expect(deployment.metadata(lookAt([declared]))).toMatchObject({
      value: { ports: [{ name: 'admin', port: 2_000 }] },
    });
  });
});

describe('the clone', () => {
  it('is selected by a label of its own', () => {
    expect(at(primary, 'spec', 'selector')).toEqual({ matchLabels: { app: 'podinfo-label-primary' } });
    expect(at(primary, 'spec', 'template', 'metadata', 'labels')).toEqual({
      app: 'podinfo-label-primary',
      tier: 'front',
    });
  });

  it('has the labels that are to be copied, and annotations but for those of Flux and kubectl', () => {
    expect(primary.metadata.labels).toEqual({ app: 'podinfo-label-primary', team: 'web' });
    expect(primary.metadata.annotations).toEqual({ 'example.com/note': 'kept', 'serin.dev/revision': one });
    expect(at(primary, 'spec', 'template', 'metadata', 'annotations')).toEqual({
      'prometheus.io/scrape': 'true',
      'flagger-id': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
    });
  });

  it('takes over how the target is rolled out', () => {
    expect(primary['spec']).toMatchObject({
      replicas: 2,
      minReadySeconds: 5,
      progressDeadlineSeconds: 60,
      revisionHistoryLimit: 5,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
    });
  });

  it('goes on being selected as it was when the target is made again under other labels', () => {
    const relabelled = edit(
      edit(target, ['spec', 'selector'], { matchLabels: { name: 'podinfo' } }),
      ['spec', 'template', 'metadata', 'labels'],
      { name: 'podinfo' },
    );
    const objects = [relabelled, primary, ...configs];
    const next = clone(objects);

    expect(deployment.metadata(lookAt(objects))).toMatchObject({
      value: { label: 'name', value: 'podinfo', primary: { app: 'podinfo-label-primary' } },
    });
    expect(at(next, 'spec', 'selector')).toEqual({ matchLabels: { app: 'podinfo-label-primary' } });
    expect(at(next, 'spec', 'template', 'metadata', 'labels')).toEqual({
      name: 'podinfo-primary',
      app: 'podinfo-label-primary',
    });
  });

  it('belongs to the Canary', () => {
    expect(primary.metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'Canary', name: 'podinfo', uid: 'canary-uid', controller: true }),
    ]);
  });

  it('keeps its pods from its own kind, and from others as before', () => {
    const spec = at(primary, 'spec', 'template', 'spec');
    const [spread] = at(spec, 'topologySpreadConstraints') as readonly unknown[];
    const apart = at(spec, 'affinity', 'podAntiAffinity');

    expect(at(spread, 'labelSelector', 'matchLabels')).toEqual({ app: 'podinfo-primary' });
    expect(at(apart, 'preferredDuringSchedulingIgnoredDuringExecution')).toMatchObject([
      { weight: 100, podAffinityTerm: { labelSelector: { matchLabels: { app: 'podinfo-primary' } } } },
    ]);
    expect(at(apart, 'requiredDuringSchedulingIgnoredDuringExecution')).toMatchObject([
      { labelSelector: { matchExpressions: [{ key: 'app', values: ['podinfo-primary', 'other'] }] } },
      { labelSelector: { matchLabels: { app: 'other' } } },
    ]);
  });

  it('stays as near to others, and on such nodes, as the target', () => {
    const near = { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { app: 'podinfo' } }] };
    const affinity = { podAffinity: near, nodeAffinity: near };
    const drawn = edit(target, ['spec', 'template', 'spec', 'affinity'], affinity);

    expect(at(clone([drawn, ...configs]), 'spec', 'template', 'spec', 'affinity')).toEqual(affinity);
  });

  it('rolls when only the configuration is new', () => {
    const id = (objects: readonly KubeObject[], look = lookAt(objects)): unknown =>
      at(
        deployment.clonePrimary(look, deployment.observeTarget(look)?.revision ?? NO_REVISION).at(-1),
        'spec',
        'template',
        'metadata',
        'annotations',
        'flagger-id',
      );
    const changed = configs.map((object) =>
      object.metadata.name === 'env-config' ? { ...object, data: { color: 'red' } } : object,
    );

    expect(id(cluster)).not.toBe(id([target, ...changed]));
  });

  it('keeps what others put on it, but nothing of a template that is gone', () => {
    const found = edit(
      edit(primary, ['metadata', 'annotations', 'example.com/foreign'], 'kept'),
      ['spec', 'template', 'spec', 'containers'],
      [{ name: 'old', image: 'old' }],
    );
    const again = clone([...cloned.filter((object) => object !== primary), found]);

    expect(again.metadata.annotations).toMatchObject({ 'example.com/foreign': 'kept' });
    expect(again.metadata.resourceVersion).toBe(primary.metadata.resourceVersion);
    expect(JSON.stringify(again['spec'])).not.toContain('"old"');
  });

  it.each([
    ['follows the target’s wish', 5, '', 5],
    ['keeps its own while the target is parked', 0, '', 2],
    [
      'keeps its own where an autoscaler drives it',
      5,
      'autoscalerRef: { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, name: podinfo }',
      2,
    ],
  ])('in number %s', (_, wished, spec, replicas) => {
    const objects = after(cloned, [edit(target, ['spec', 'replicas'], wished)]);

    expect(at(clone(objects, lookAt(objects, { canary: canary(spec) })), 'spec', 'replicas')).toBe(replicas);
  });

  it('M14: of a target at nothing begins with one', () => {
    expect(at(clone([edit(target, ['spec', 'replicas'], 0), ...configs]), 'spec', 'replicas')).toBe(1);
  });
});

describe('the primary Flagger left', () => {
  /** Without a word on its revision, with a random id, and with copies that say nothing. */
  const theirs = cloned.map((object): KubeObject => {
    const {
      'serin.dev/revision': _,
      'serin.dev/revisions': __,
      ...annotations
    } = texts(object.metadata.annotations);
    const bare = { ...object, metadata: { ...object.metadata, annotations } };
    return object.metadata.name === 'podinfo-primary'
      ? edit(bare, ['spec', 'template', 'metadata', 'annotations', 'flagger-id'], 'random')
      : bare;
  });

  it('has the target’s revision while it runs the same', () => {
    expect(deployment.observePrimary(lookAt(theirs))?.revision).toBe(one);
  });

  it('has another while the template differs', () => {
    const pushed = after(theirs, [
      edit(target, ['spec', 'template', 'spec', 'containers'], [{ name: 'podinfod' }]),
    ]);

    expect(deployment.observePrimary(lookAt(pushed))?.revision).not.toBe(
      deployment.observeTarget(lookAt(pushed))?.revision,
    );
    expect(deployment.observePrimary(lookAt(pushed))?.revision).not.toBe(NO_REVISION);
  });

  it('has another while its copies differ', () => {
    const env = find(theirs, 'ConfigMap/env-config') ?? target;
    const pushed = after(theirs, [{ ...env, data: { color: 'red' } }]);

    expect(deployment.observePrimary(lookAt(pushed))?.revision).not.toBe(
      deployment.observeTarget(lookAt(pushed))?.revision,
    );
  });

  it('has the target’s revision although binary data was never copied', () => {
    const env = find(theirs, 'ConfigMap/env-config') ?? target;
    const look = lookAt(after(theirs, [{ ...env, binaryData: { logo: 'AAAA' } }]));

    expect(deployment.observePrimary(look)?.revision).toBe(deployment.observeTarget(look)?.revision);
  });

  it('keeps its revision after a push, once it is kept', () => {
    const snapshot = deployment.snapshot(lookAt(theirs), one);
    const kept = after(theirs, snapshot === undefined ? [] : [snapshot]);
    const pushed = after(kept, [edit(target, ['spec', 'template', 'spec', 'containers'], [])]);

    expect(deployment.observePrimary(lookAt(pushed))?.revision).toBe(one);
  });
});

describe('readiness', () => {
  const ready = (object: KubeObject, look = {}): unknown =>
    deployment.observeTarget(lookAt([object, ...configs], look))?.readiness;
  const ago = (span: number): string => new Date(NOW - span).toISOString();
  const unavailable = edit(
    edit(target, ['status', 'availableReplicas'], 0),
    ['status', 'conditions'],
    [{ type: 'Available', status: 'False', lastTransitionTime: ago(601_000) }],
  );

  it('is read from the counts of the Deployment', () => {
    expect(ready(target)).toEqual({ kind: 'ready' });
    expect(ready(edit(target, ['status', 'updatedReplicas'], 1))).toMatchObject({
      kind: 'progressing',
      detail: expect.stringContaining('1 out of 2 new replicas'),
    });
    const paused = edit(edit(target, ['status', 'updatedReplicas'], 1), ['spec', 'paused'], true);
    expect(ready(paused)).toMatchObject({ detail: expect.stringContaining('spec.paused is true') });
    expect(ready(edit(target, ['metadata', 'generation'], 2))).toMatchObject({
      detail: expect.stringContaining('generation'),
    });
  });

  it('is not expected of a primary that goes with the former Canary of that name', () => {
    const status = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 2 };
    const serving = edit(edit(primary, ['status'], status), ['metadata', 'generation'], 2);
    const readyFor = (uid: string): unknown =>
      deployment.observePrimary(lookAt([serving], { canary: { ...canary(), uid } }))?.readiness;

    expect(readyFor('canary-uid')).toEqual({ kind: 'ready' });
    expect(readyFor('made-again')).toEqual({
      kind: 'progressing',
      detail: 'it belongs to another canary, podinfo with uid canary-uid, and goes when that goes',
    });
  });

  it('asks for the percentage the user wants', () => {
    const half = edit(target, ['status', 'availableReplicas'], 1);
    const easy = canary();
    const analysis = { ...easy.analysis, canaryReadyThreshold: 50 };

    expect(ready(half)).toMatchObject({ kind: 'progressing' });
    expect(ready(half, { canary: { ...easy, analysis } })).toEqual({ kind: 'ready' });
  });

  it('is hopeless after the deadline, counted from the start of the phase', () => {
    const since = (phaseSince: number): object => ({
      canary: canary('', { phaseSince: instant(phaseSince) }),
    });

    expect(ready(unavailable, since(NOW - 700_000))).toMatchObject({ kind: 'stuck' });
    expect(ready(unavailable, since(NOW - 60_000))).toMatchObject({ kind: 'progressing' });
  });

  it('is hopeless when Kubernetes gave up in this phase', () => {
    const condition = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      lastTransitionTime: ago(1_000),
    };
    const given = edit(edit(target, ['status', 'updatedReplicas'], 1), ['status', 'conditions'], [condition]);

    expect(ready(given, { canary: canary('', { phaseSince: instant(NOW - 60_000) }) })).toMatchObject({
      kind: 'stuck',
    });
  });
});

describe('waking the target', () => {
  const parked = edit(target, ['spec', 'replicas'], 0);
  const replicas = (objects: readonly KubeObject[]): unknown =>
    at(deployment.scaleTarget(lookAt(objects), true), 'spec', 'replicas');

  it('gives it as many replicas as the primary has', () => {
    expect(replicas(after(cloned, [parked, edit(primary, ['spec', 'replicas'], 7)]))).toBe(7);
  });

  it('M14: gives it as many as were kept where the primary is gone, and one where nothing is', () => {
    const snapshot = deployment.snapshot(lookAt(cloned), one);

    expect(replicas([parked, ...(snapshot === undefined ? [] : [snapshot])])).toBe(2);
    expect(replicas([parked])).toBe(1);
  });
});

describe('the target of a Canary that goes', () => {
  const leaving = canary('', { phase: 'Terminating' });
  const serving = (replicas: number): readonly KubeObject[] =>
    after(cloned, [edit(primary, ['spec', 'replicas'], replicas)]);
  const seen = (replicas: number, by = leaving) =>
    lookAt(after(serving(4), [edit(target, ['spec', 'replicas'], replicas)]), { canary: by });

  it.each([0, 1, 3])('gets as many replicas as the primary has, where it has %d', (replicas) => {
    expect(deployment.observeTarget(seen(replicas))?.scaledUp).toBe(false);
    expect(at(deployment.scaleTarget(seen(replicas), true), 'spec', 'replicas')).toBe(4);
  });

  it.each([4, 6])('keeps what it has where that is enough: %d', (replicas) => {
    expect(deployment.observeTarget(seen(replicas))?.scaledUp).toBe(true);
    expect(deployment.scaleTarget(seen(replicas), true)).toBeUndefined();
  });

  it('is left to its autoscaler where it runs', () => {
    const autoscaled = canary('autoscalerRef: { kind: HorizontalPodAutoscaler, name: web }', {
      phase: 'Terminating',
    });
    expect(deployment.observeTarget(seen(1, autoscaled))?.scaledUp).toBe(true);
    expect(at(deployment.scaleTarget(seen(0, autoscaled), true), 'spec', 'replicas')).toBe(4);
  });
});
