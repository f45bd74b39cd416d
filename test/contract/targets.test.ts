/**
 * What every kind of target promises that is cloned, asked of each in the registry with a workload of that kind. Of a
 * Knative Service there is no clone: `knative-service.test.ts`.
 */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/api/objects.ts';
import { NO_REVISION, revision, type Revision } from '../../src/shared/brand.ts';
import type { TargetRecord } from '../../src/core/model.ts';
import type { Look, TargetKind } from '../../src/targets/target.ts';
import { targetKind, targetKinds } from '../../src/targets/registry.ts';
import {
  after,
  canary as canaryOf,
  configs,
  daemonTarget,
  edit,
  lookAt as lookAmong,
  serviceTarget,
  target,
} from '../support/deployments.ts';

interface Workload {
  readonly first: KubeObject;
  /** The same with another template. */
  readonly second: KubeObject;
  /** The same after an upgrade of the cluster. */
  readonly defaulted: (workload: KubeObject) => KubeObject;
  /** The same, scaled to nothing; undefined where there is nothing to scale. */
  readonly parked: ((workload: KubeObject) => KubeObject) | undefined;
  /** It runs on configuration of which the primary has copies. */
  readonly configured: boolean;
}

const PODS = ['spec', 'template', 'spec'];
const NOWHERE = { 'flagger.app/scale-to-zero': 'true' };

const NEW_DEFAULT = ['spec', 'template', 'spec', 'newDefault'];

type Cloned = Exclude<keyof typeof targetKinds, 'KnativeService'>;

const WORKLOADS: Readonly<Record<Cloned, Workload>> = {
  Deployment: {
    first: target,
    second: another(target),
    defaulted: (workload) => edit(workload, NEW_DEFAULT, true),
    parked: (workload) => edit(workload, ['spec', 'replicas'], 0),
    configured: true,
  },
  DaemonSet: {
    first: daemonTarget,
    second: another(daemonTarget),
    defaulted: (workload) => edit(workload, NEW_DEFAULT, true),
    parked: (workload) => edit(workload, [...PODS, 'nodeSelector'], NOWHERE),
    configured: true,
  },
  Service: {
    first: serviceTarget,
    second: edit(serviceTarget, ['spec', 'selector', 'colour'], 'green'),
    defaulted: (workload) => edit(workload, ['spec', 'internalTrafficPolicy'], 'Cluster'),
    parked: undefined,
    configured: false,
  },
};

function another(workload: KubeObject): KubeObject {
  const annotations = ['spec', 'template', 'metadata', 'annotations'];
  return edit(edit(workload, ['spec', 'minReadySeconds'], 6), annotations, { version: '2' });
}

describe.each(Object.entries(WORKLOADS))('target kind %s', (name, workload) => {
  const kind = targetKinds[name as Cloned];
  const { first, second, defaulted, parked, configured } = workload;
  const canary = (status?: Parameters<typeof canaryOf>[1]) => canaryOf('', status, name);
  const lookAt = (objects: readonly KubeObject[], at: Parameters<typeof lookAmong>[1] = {}) =>
    lookAmong(objects, { canary: canary(), ...at });
  const newer = edit(second, ['metadata', 'generation'], 2);
  const cluster = [first, ...(configured ? configs : [])];
  const revisionOf = (objects: readonly KubeObject[]) =>
    kind.observeTarget(lookAt(objects))?.revision ?? NO_REVISION;
  const one = revisionOf(cluster);
  const two = revisionOf([newer, ...configs]);

  const cloned = after(cluster, kind.clonePrimary(lookAt(cluster), one));
  const kept = after(
    cloned,
    [kind.snapshot(lookAt(cloned), one)].filter((object) => object !== undefined),
  );
  const pushed = after(kept, [newer]);
  const promoted = after(pushed, kind.clonePrimary(lookAt(pushed), two));

  it('is found by the name users write', () => {
    expect(targetKind({ apiVersion: '', kind: name, name: 'podinfo' })).toBe(kind);
  });

  it('sees nothing where nothing is', () => {
    expect(kind.observeTarget(lookAt([]))).toBeUndefined();
    expect(kind.observePrimary(lookAt([]))).toBeUndefined();
    expect(kind.snapshots(lookAt([]))).toEqual([]);
    expect(kind.snapshot(lookAt([]), one)).toBeUndefined();
    expect(kind.scaleTarget(lookAt([]), true)).toBeUndefined();
    expect(kind.metadata(lookAt([])).ok).toBe(false);
  });

  it('reads back from the primary the revision it was cloned under', () => {
    expect(kind.observePrimary(lookAt(cloned))?.revision).toBe(one);
    expect(kind.observePrimary(lookAt(promoted))?.revision).toBe(two);
    expect(one).not.toBe(two);
  });

  it('clones the same again without rolling anything', () => {
    const again = kind.clonePrimary(lookAt(cloned), one);

    expect(after(cloned, again).map((object) => object['spec'])).toEqual(
      expect.arrayContaining(cloned.map((object) => object['spec'])),
    );
    expect(again).toHaveLength(1);
  });

  it('writes the primary last', () => {
    expect(kind.clonePrimary(lookAt(cluster), one).at(-1)?.metadata.name).toBe('podinfo-primary');
  });

  if (configured)
    it('belongs to none of two revisions while only the copies are written', () => {
      const half = kind.clonePrimary(lookAt(pushed), two).slice(0, 1);

      expect(kind.observePrimary(lookAt(after(pushed, half)))?.revision).toBe(NO_REVISION);
    });
  else
    it('runs on no configuration', () => {
      expect(kind.configRefs(lookAt(pushed))).toEqual([]);
      expect(kind.clonePrimary(lookAt(pushed), two)).toHaveLength(1);
    });

  it('restores what it kept', () => {
    expect(kind.snapshots(lookAt(promoted))).toEqual([one]);
    const restored = after(promoted, kind.restorePrimary(lookAt(promoted), one) ?? []);

    expect(kind.observePrimary(lookAt(restored))?.revision).toBe(one);
    const spec = (objects: readonly KubeObject[]): unknown =>
      objects.find(({ metadata }) => metadata.name === 'podinfo-primary')?.['spec'];
    expect(spec(restored)).toEqual(spec(cloned));
  });

  it('restores a primary that was deleted', () => {
    const gone = promoted.filter(({ metadata }) => metadata.name !== 'podinfo-primary');
    const restored = after(gone, kind.restorePrimary(lookAt(gone), one) ?? []);

    expect(kind.observePrimary(lookAt(restored))?.revision).toBe(one);
  });

  it('restores nothing it did not keep', () => {
    expect(kind.restorePrimary(lookAt(promoted), revision('1-unknown'))).toBeUndefined();
  });

  it('keeps the last two, newest first', () => {
    const both = kind.snapshot(lookAt(promoted), two);
    const objects = after(promoted, both === undefined ? [] : [both]);

    expect(kind.snapshots(lookAt(objects))).toEqual([two, one]);
    const third = kind.snapshot(lookAt(objects), revision('1-third'));
    expect(kind.snapshots(lookAt(after(objects, third === undefined ? [] : [third])))).toEqual([
      '1-third',
      two,
    ]);
  });

  it('keeps no data of a Secret', () => {
    expect(JSON.stringify(kind.snapshot(lookAt(cloned), one))).not.toContain('c2VjcmV0');
    expect(JSON.stringify(kind.observeTarget(lookAt(cloned)))).not.toContain('c2VjcmV0');
  });

  it('names in its refs everything it writes', () => {
    const look = lookAt(promoted);
    const refs = [...kind.refs(look.canary), ...kind.configRefs(look)].map(
      (ref) => `${ref.kind}/${ref.name}`,
    );
    const written = promoted.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

    expect(written.filter((object) => !refs.includes(object))).toEqual([]);
  });

  it('keeps its revision through an upgrade of the cluster', () => {
    const seen = kind.observeTarget(lookAt(cluster));
    const remembering = { canary: canary({ target: seen?.record }) };
    const look = (object: KubeObject) =>
      kind.observeTarget(lookAt([object, ...configs], remembering))?.revision;

    expect(look(defaulted(first))).toBe(one);
    expect(look(edit(second, ['metadata', 'generation'], 2))).not.toBe(one);
  });

  it('keeps the name it was given while the template stays, and gives another to another workload', () => {
    const named = { ...kind.observeTarget(lookAt(cluster))?.record, revision: revision('1-given') };
    const remembering = { canary: canary({ target: named as TargetRecord }) };
    const look = (object: KubeObject) =>
      kind.observeTarget(lookAt([object, ...configs], remembering))?.revision;

    expect(look(edit(first, ['metadata', 'generation'], 7))).toBe('1-given');
    expect(look(edit(edit(second, ['metadata', 'uid'], 'another'), ['metadata', 'generation'], 1))).toBe(two);
  });

  it('never gives up what is promoted for something newer', () => {
    const at = (objects: readonly KubeObject[]) =>
      lookAt(objects, { canary: canary({ lastPromotedRevision: one }) });
    const keep = (objects: readonly KubeObject[], as: Revision): readonly KubeObject[] =>
      after(
        objects,
        [kind.snapshot(at(objects), as)].filter((object) => object !== undefined),
      );

    expect(kind.snapshots(at(keep(keep(promoted, two), revision('1-third'))))).toEqual(['1-third', one]);
  });

  if (parked === undefined)
    it('has nothing to scale, and is never seen as scaled to something or nothing', () => {
      expect([true, false].map((up) => kind.scaleTarget(lookAt(promoted), up))).toEqual([
        undefined,
        undefined,
      ]);
      expect(kind.observeTarget(lookAt(promoted))?.scaledUp).toBeUndefined();
      expect(kind.observePrimary(lookAt(promoted))?.scaledUp).toBeUndefined();
    });
  else scales(kind, { lookAt, promoted, atRest: after(promoted, [parked(newer)]) });
});

interface Scaling {
  readonly lookAt: (objects: readonly KubeObject[]) => Look;
  readonly promoted: readonly KubeObject[];
  readonly atRest: readonly KubeObject[];
}

function scales(kind: TargetKind, { lookAt, promoted, atRest }: Scaling): void {
  it('scales the target under its version, up only from nothing and down only from something', () => {
    expect(kind.scaleTarget(lookAt(promoted), true)).toBeUndefined();
    expect(kind.scaleTarget(lookAt(atRest), false)).toBeUndefined();
    const version = { metadata: { resourceVersion: expect.any(String) } };
    expect(kind.scaleTarget(lookAt(promoted), false)).toMatchObject(version);
    expect(kind.scaleTarget(lookAt(atRest), true)).toMatchObject(version);
    expect(kind.observeTarget(lookAt(atRest))?.scaledUp).toBe(false);
  });

  it('keeps its revision through its own scaling', () => {
    const revision = kind.observeTarget(lookAt(promoted))?.revision;

    expect(kind.observeTarget(lookAt(atRest))?.revision).toBe(revision);
  });
}

it('knows no kind that nobody has written', () => {
  expect(targetKind({ apiVersion: 'batch/v1', kind: 'Job', name: 'podinfo' })).toBeUndefined();
});
