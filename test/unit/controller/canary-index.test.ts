import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { tree } from '../../../src/api/tree.ts';
import { CanaryIndex } from '../../../src/controller/canary-index.ts';
import { aCanaryObject } from './objects.ts';

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'test', name: 'podinfo' };
const SERVICE = { apiVersion: 'v1', kind: 'Service', namespace: 'test', name: 'podinfo' };

describe('the index of Canaries', () => {
  it('knows whom a target concerns before anybody has looked at it', () => {
    const index = new CanaryIndex();
    index.put(aCanaryObject());
    expect(index.concerned(DEPLOYMENT)).toEqual(['test/podinfo']);
    expect(index.concerned({ ...DEPLOYMENT, namespace: 'other' })).toEqual([]);
  });

  it('knows whom an object of the last look concerns, and forgets those of the look before', () => {
    const index = new CanaryIndex();
    index.put(aCanaryObject());
    index.concern('test/podinfo', [SERVICE]);
    expect(index.concerned(SERVICE)).toEqual(['test/podinfo']);
    index.concern('test/podinfo', [{ ...SERVICE, name: 'other' }]);
    expect(index.concerned(SERVICE)).toEqual([]);
  });

  it('lets the older of two Canaries with one target drive it, and the other once that is gone', () => {
    const index = new CanaryIndex();
    index.put(aCanaryObject({ name: 'young', createdAt: '2026-02-01T00:00:00Z' }));
    index.put(aCanaryObject({ name: 'old' }));
    expect(index.senior('test/young')).toMatchObject({ canary: { name: 'old' }, over: 'target' });
    expect(index.senior('test/old')).toBeUndefined();
    index.remove('test/old');
    expect(index.senior('test/young')).toBeUndefined();
  });

  it('decides by name between two of the same second, so that two processes agree', () => {
    const index = new CanaryIndex();
    index.put(aCanaryObject({ name: 'b' }));
    index.put(aCanaryObject({ name: 'a' }));
    expect([index.senior('test/a'), index.senior('test/b')?.canary.name]).toEqual([undefined, 'a']);
  });

  it('follows a Canary to another target', () => {
    const index = new CanaryIndex();
    index.put(aCanaryObject({ name: 'a' }));
    index.put(aCanaryObject({ name: 'b' }));
    expect(index.put(aCanaryObject({ name: 'b' }, 'other')).affected).toEqual(['test/a']);
    expect(index.put(aCanaryObject({ name: 'b' }, 'other')).affected).toEqual([]);
    expect(index.rivals('test/a')).toEqual([]);
    expect(index.senior('test/b')).toBeUndefined();
    expect(index.concerned({ ...DEPLOYMENT, name: 'other' })).toEqual(['test/b']);
  });

  it.each<[what: string, young: string, old: string, shared: string]>([
    ['one Service', 'shop', 'shop', 'shop'],
    ['one Service by default', '', 'young', 'young'],
    ['the Service of a primary', 'shop-primary', 'shop', 'shop-primary'],
    ['the Service behind a canary', 'shop', 'shop-canary', 'shop-canary'],
  ])('lets the older of two Canaries with %s have it', (_what, young, old, shared) => {
    const index = new CanaryIndex();
    const named = (name: string, service: string, createdAt: string): KubeObject => {
      const object = aCanaryObject({ name, createdAt }, name);
      return { ...object, spec: { ...tree(object['spec']), service: { name: service, port: 80 } } };
    };
    index.put(named('young', young, '2026-02-01T00:00:00Z'));
    expect(index.put(named('old', old, '2026-01-01T00:00:00Z')).affected).toEqual(['test/young']);
    expect(index.senior('test/young')).toMatchObject({
      canary: { name: 'old' },
      over: 'service',
      name: shared,
    });
    expect(index.senior('test/old')).toBeUndefined();
    expect(index.put(named('young', 'another', '2026-02-01T00:00:00Z')).affected).toEqual(['test/old']);
    expect(index.senior('test/young')).toBeUndefined();
  });

  it('counts Canaries per namespace, down to none', () => {
    const index = new CanaryIndex();
    index.put(aCanaryObject({ name: 'a' }));
    index.put(aCanaryObject({ name: 'a' }));
    index.put(aCanaryObject({ name: 'b' }, 'other'));
    index.remove('test/a');
    expect([...index.population]).toEqual([['test', 1]]);
    index.remove('test/b');
    expect([...index.population]).toEqual([['test', 0]]);
  });
});
