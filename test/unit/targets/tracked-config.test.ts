/** Which configuration counts, and what becomes of it in promotion and restoration. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at } from '../../../src/api/tree.ts';
import { NO_REVISION } from '../../../src/shared/brand.ts';
import { deployment } from '../../../src/targets/deployment.ts';
import type { Look } from '../../../src/targets/target.ts';
import { references } from '../../../src/targets/tracked-config.ts';
import { after, canary, configs, find, lookAt, target, TRACKED } from '../../support/deployments.ts';

const cluster = [target, ...configs];
const revisionOf = (objects: readonly KubeObject[], look = lookAt(objects)) =>
  deployment.observeTarget(look)?.revision ?? NO_REVISION;
const one = revisionOf(cluster);
const cloned = after(cluster, deployment.clonePrimary(lookAt(cluster), one));

function withData(objects: readonly KubeObject[], name: string, content: object): readonly KubeObject[] {
  return objects.map((object) =>
    `${object.kind}/${object.metadata.name}` === name ? { ...object, ...content } : object,
  );
}

const recolored = withData(cluster, 'ConfigMap/env-config', { data: { color: 'red' } });

describe('tracked configuration', () => {
  it('is what volumes, projections, env and envFrom of all containers refer to', () => {
    const names = references(at(target, 'spec', 'template')).map(({ kind, name }) => `${kind}/${name}`);

    expect(new Set(names)).toEqual(
      new Set([...TRACKED, 'ConfigMap/maybe-config', 'ConfigMap/untracked-config', 'Secret/token-secret']),
    );
  });

  it('is nothing that containers do not read it by', () => {
    const secretRef = { name: 'a' };
    const spec = {
      serviceAccountName: 'a',
      imagePullSecrets: [secretRef],
      containers: [
        { name: 'web', args: ['--config=a'], env: [{ name: 'POD', valueFrom: { fieldRef: {} } }] },
      ],
      ephemeralContainers: [{ name: 'debug', envFrom: [{ secretRef }] }],
      volumes: [
        { name: 'keys', csi: { driver: 'keys', nodePublishSecretRef: secretRef } },
        { name: 'all', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
      ],
    };

    expect(references({ spec })).toEqual([]);
  });

  it('is optional only where every mention says so', () => {
    const ref = (optional: boolean) => ({ configMapKeyRef: { name: 'a', key: 'b', optional } });
    const env = (...each: readonly boolean[]): unknown => ({
      spec: { containers: [{ env: each.map((optional) => ({ valueFrom: ref(optional) })) }] },
    });

    expect(references(env(true, true))).toEqual([{ kind: 'ConfigMap', name: 'a', optional: true }]);
    expect(references(env(false, true))).toEqual([{ kind: 'ConfigMap', name: 'a', optional: false }]);
    expect(references(env(true, false))).toEqual([{ kind: 'ConfigMap', name: 'a', optional: false }]);
  });

  it('is copied for the primary, which refers to the copies', () => {
    const copies = cloned.filter(
      ({ metadata }) =>
        metadata.name.endsWith('-config-primary') || metadata.name.endsWith('-secret-primary'),
    );
    const primary = JSON.stringify(find(cloned, 'Deployment/podinfo-primary')?.['spec']);

    expect(new Set(copies.map(({ kind, metadata }) => `${kind}/${metadata.name}`))).toEqual(
      new Set(TRACKED.map((name) => `${name}-primary`)),
    );
    for (const name of TRACKED) expect(primary).toContain(`"${name.split('/')[1] ?? ''}-primary"`);
    expect(find(cloned, 'Secret/volume-secret-primary')).toMatchObject({
      type: 'Opaque',
      data: { key: 'c2VjcmV0' },
      metadata: { ownerReferences: [{ kind: 'Canary', controller: true }] },
    });
  });

  it.each(['Opaque', 'kubernetes.io/basic-auth', 'kubernetes.io/ssh-auth', 'kubernetes.io/tls'])(
    'is copied of type %s, with all that is in it and the labels that are to be copied',
    (type) => {
      const labels = { team: 'web', other: 'left', 'kustomize.toolkit.fluxcd.io/name': 'apps' };
      const metadata = { name: 'init-secret', namespace: 'test', labels, annotations: { note: 'left' } };
      const content = { metadata, type, data: { key: 'b3RoZXI=' } };
      const written = deployment.clonePrimary(lookAt(withData(cluster, 'Secret/init-secret', content)), one);
      const copy = find(written, 'Secret/init-secret-primary');

      expect(copy).toMatchObject({ type, data: { key: 'b3RoZXI=' } });
      expect(copy?.metadata.labels).toEqual({ team: 'web' });
      expect(copy?.metadata.annotations).toEqual({ 'serin.dev/revisions': `podinfo=${one}` });
    },
  );

  it('is copied with its binary data', () => {
    const binaryData = { logo: 'AAAA' };
    const written = deployment.clonePrimary(
      lookAt(withData(cluster, 'ConfigMap/env-config', { binaryData })),
      one,
    );

    expect(find(written, 'ConfigMap/env-config-primary')).toMatchObject({
      data: { color: 'blue' },
      binaryData,
    });
  });

  it('is left alone where its owner opted out, where it is a credential of the cluster, and where it is not there', () => {
    const primary = JSON.stringify(find(cloned, 'Deployment/podinfo-primary')?.['spec']);

    for (const name of ['untracked-config', 'token-secret', 'maybe-config']) {
      expect(primary).toContain(`"${name}"`);
      expect(cloned.some(({ metadata }) => metadata.name === `${name}-primary`)).toBe(false);
    }
  });

  it('is not tracked where the controller is told so', () => {
    const look: Look = { ...lookAt(cluster), options: { ...lookAt(cluster).options, trackConfigs: false } };
    const written = deployment.clonePrimary(look, one);

    expect(deployment.configRefs(look)).toEqual([]);
    expect(written).toHaveLength(1);
    expect(JSON.stringify(written)).toContain('"env-config"');
  });

  it.each([
    ['data', 'ConfigMap/env-config', { data: { color: 'red' } }],
    ['binary data', 'ConfigMap/env-config', { binaryData: { logo: 'AAAA' } }],
    ['data of a Secret', 'Secret/init-secret', { data: { key: 'b3RoZXI=' } }],
    ['an optional one appearing', undefined, {}],
  ])('makes a new revision by %s', (_, name, content) => {
    const optional = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'maybe-config' },
      data: { a: 'b' },
    };
    const changed = name === undefined ? [...cluster, optional] : withData(cluster, name, content);

    expect(revisionOf(changed)).not.toBe(one);
  });

  it.each([
    ['opted out of', 'ConfigMap/untracked-config'],
    ['of a type that is not tracked', 'Secret/token-secret'],
  ])('makes none by data %s', (_, name) => {
    expect(revisionOf(withData(cluster, name, { data: { a: 'other' } }))).toBe(one);
  });
});

describe('a configuration that is missing', () => {
  const missing = cluster.filter(({ metadata }) => metadata.name !== 'env-config');

  it('keeps the target from being ready, in a sentence that names it', () => {
    expect(deployment.observeTarget(lookAt(missing))?.readiness).toEqual({
      kind: 'progressing',
      detail: 'ConfigMap env-config.test, which the pod template refers to, not found',
    });
  });

  it('is no new revision: it counts as it was last seen', () => {
    const record = deployment.observeTarget(lookAt(cluster))?.record;

    expect(revisionOf(missing, lookAt(missing, { canary: canary('', { target: record }) }))).toBe(one);
  });

  it('is not cloned around', () => {
    expect(deployment.clonePrimary(lookAt(missing), one)).toEqual([]);
  });
});

describe('copies', () => {
  const two = revisionOf(recolored);
  const both = after(
    cloned.map(
      (object) =>
        recolored.find(
          ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
        ) ?? object,
    ),
    [deployment.snapshot(lookAt(cloned), one)].filter((object) => object !== undefined),
  );
  const writes = deployment.clonePrimary(lookAt(both), two);
  const promoted = after(both, writes);

  it('put aside what they held, before the template is written', () => {
    expect(find(writes, 'ConfigMap/env-config-primary-previous')?.['data']).toEqual({ color: 'blue' });
    expect(find(writes, 'ConfigMap/env-config-primary')?.['data']).toEqual({ color: 'red' });
    expect(find(writes, 'ConfigMap/all-config-primary-previous')).toBeUndefined();
  });

  it('put nothing aside a second time, so that a promotion tried twice can still be undone', () => {
    const halfway = after(both, writes.slice(0, -1));
    const again = after(halfway, deployment.clonePrimary(lookAt(halfway), two));

    expect(find(again, 'ConfigMap/env-config-primary-previous')?.['data']).toEqual({ color: 'blue' });
    expect(deployment.snapshots(lookAt(again))).toEqual([one]);
  });

  it('that somebody edited are no state to go back to', () => {
    const edited = withData(promoted, 'ConfigMap/env-config-primary', { data: { color: 'green' } });
    const again = after(edited, deployment.clonePrimary(lookAt(edited), two));

    expect(find(again, 'ConfigMap/env-config-primary')?.['data']).toEqual({ color: 'red' });
    expect(find(again, 'ConfigMap/env-config-primary-previous')?.['data']).toEqual({ color: 'blue' });
  });

  it('are put back with the template', () => {
    const restored = after(promoted, deployment.restorePrimary(lookAt(promoted), one) ?? []);

    expect(find(restored, 'ConfigMap/env-config-primary')?.['data']).toEqual({ color: 'blue' });
    expect(deployment.observePrimary(lookAt(restored))?.revision).toBe(one);
  });

  it('that are nowhere any more make a snapshot useless', () => {
    const lost = promoted.filter(({ metadata }) => !metadata.name.endsWith('-previous'));

    expect(deployment.snapshots(lookAt(lost))).toEqual([]);
    expect(deployment.restorePrimary(lookAt(lost), one)).toBeUndefined();
  });

  it('that were deleted leave the primary without a revision, so that they are made again', () => {
    const lost = cloned.filter(({ metadata }) => metadata.name !== 'env-config-primary');

    expect(deployment.observePrimary(lookAt(lost))?.revision).toBe(NO_REVISION);
  });

  it('shared by two Canaries serve both: one controls them, each reads its own revision', () => {
    const other = {
      ...canary(),
      name: 'other',
      uid: 'other-uid',
      target: { ...canary().target, name: 'other' },
    };
    const theirs = { ...target, metadata: { ...target.metadata, name: 'other', uid: 'other-target' } };
    const look = (objects: readonly KubeObject[]): Look => lookAt(objects, { canary: other });
    const start = [...cloned, theirs];
    const revision = deployment.observeTarget(look(start))?.revision ?? NO_REVISION;
    const shared = after(start, deployment.clonePrimary(look(start), revision));

    const copy = find(shared, 'ConfigMap/env-config-primary');
    expect(copy?.metadata.ownerReferences?.map(({ name, controller }) => [name, controller])).toEqual([
      ['other', true],
      ['podinfo', false],
    ]);
    expect(deployment.observePrimary(look(shared))?.revision).toBe(revision);
    expect(deployment.observePrimary(lookAt(shared))?.revision).toBe(one);
  });
});
