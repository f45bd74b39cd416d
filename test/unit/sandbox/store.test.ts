import { describe, expect, it } from '@jest/globals';
import { BUILTIN_KINDS } from '../../../src/sandbox/builtin-kinds.ts';
import { Kinds } from '../../../src/sandbox/kinds.ts';
import { Refusal } from '../../../src/sandbox/refusal.ts';
import { Store, type StoredObject } from '../../../src/sandbox/store.ts';
import { HandClock } from '../../support/clock.ts';

function aStore(window = 100): Store {
  let count = 0;
  return new Store({
    kinds: new Kinds(BUILTIN_KINDS),
    clock: new HandClock(),
    uid: () => `uid-${(count += 1)}`,
    window,
  });
}

const DEPLOYMENT = 'deployments.apps';
const named = (name: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  metadata: { name, namespace: 'test', ...more },
});
const at = (name: string): { namespace: string; name: string } => ({ namespace: 'test', name });

function refusalOf(act: () => unknown): Refusal {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('an object that was elsewhere', () => {
  it('is put back as it was, but for its version', () => {
    const store = aStore();
    const metadata = { uid: 'its-own', generation: 7, creationTimestamp: '2025-01-01T00:00:00Z' };
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', ...named('a', metadata), status: { x: 1 } };
    const stored = store.restore(DEPLOYMENT, object as unknown as StoredObject);
    expect(stored).toMatchObject({ metadata, status: { x: 1 } });
    expect(store.get(DEPLOYMENT, at('a'))).toBe(stored);
    expect(refusalOf(() => store.restore(DEPLOYMENT, stored)).code).toBe(409);
  });
});

describe('versions', () => {
  it('rise with every change of whatever kind', () => {
    const store = aStore();
    const first = store.create('configmaps', named('a'));
    const second = store.create('secrets', named('b'));
    expect(Number(second.metadata.resourceVersion)).toBe(Number(first.metadata.resourceVersion) + 1);
  });

  it('stay when nothing changes', () => {
    const store = aStore();
    const created = store.create('configmaps', { ...named('a'), data: { x: '1', y: '2' } });
    expect(store.update('configmaps', { ...created, data: { y: '2', x: '1' } })).toBe(created);
  });

  it('refuse a write from an older one', () => {
    const store = aStore();
    const old = store.create('configmaps', named('a'));
    store.update('configmaps', { ...old, data: { x: '1' } });
    const refusal = refusalOf(() => store.update('configmaps', { ...old, data: { x: '2' } }));
    expect(refusal).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(refusal.message).toContain('the object has been modified');
  });
});

describe('generation and status', () => {
  it('a change of spec raises the generation, one of labels or status does not', () => {
    const store = aStore();
    const created = store.create(DEPLOYMENT, { ...named('a'), spec: { replicas: 1 } });
    const labelled = store.update(DEPLOYMENT, {
      ...created,
      metadata: { ...created.metadata, labels: { a: 'b' } },
    });
    const reported = store.update(DEPLOYMENT, { ...labelled, status: { replicas: 1 } }, { part: 'status' });
    expect(reported.metadata.generation).toBe(1);
    expect(store.update(DEPLOYMENT, { ...reported, spec: { replicas: 2 } }).metadata.generation).toBe(2);
  });

  it('status and the rest are written apart', () => {
    const store = aStore();
    const created = store.create(DEPLOYMENT, {
      ...named('a'),
      spec: { replicas: 1 },
      status: { replicas: 9 },
    });
    expect(created['status']).toBeUndefined();
    const reported = store.update(
      DEPLOYMENT,
      { ...created, spec: { replicas: 5 }, status: { replicas: 1 } },
      { part: 'status' },
    );
    expect(reported).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } });
    const edited = store.update(DEPLOYMENT, { ...reported, spec: { replicas: 3 }, status: { replicas: 7 } });
    expect(edited).toMatchObject({ spec: { replicas: 3 }, status: { replicas: 1 } });
  });
});

describe('deletion', () => {
  it('waits for the last finalizer', () => {
    const store = aStore();
    const held = store.create('configmaps', named('a', { finalizers: ['x/y'] }));
    expect(store.delete('configmaps', at('a')).gone).toBe(false);
    const dying = store.get('configmaps', at('a'));
    expect(dying?.metadata.deletionTimestamp).toBe('2026-01-01T00:00:00Z');
    store.update('configmaps', { ...held, metadata: { ...dying?.metadata, finalizers: [] } });
    expect(store.get('configmaps', at('a'))).toBeUndefined();
  });

  it('refuses a new finalizer once it has begun', () => {
    const store = aStore();
    store.create('configmaps', named('a', { finalizers: ['x/y'] }));
    const { object } = store.delete('configmaps', at('a'));
    const metadata = { ...object.metadata, finalizers: ['x/y', 'x/z'] };
    expect(refusalOf(() => store.update('configmaps', { ...object, metadata })).code).toBe(422);
  });

  it('heeds preconditions', () => {
    const store = aStore();
    store.create('configmaps', named('a'));
    expect(refusalOf(() => store.delete('configmaps', at('a'), { uid: 'other' })).code).toBe(409);
  });

  it('takes along what is owned by nobody else, and only that', () => {
    const store = aStore();
    const owner = (object: StoredObject): unknown => ({
      uid: object.metadata.uid,
      name: object.metadata.name,
    });
    const first = store.create(DEPLOYMENT, named('first'));
    const second = store.create(DEPLOYMENT, named('second'));
    store.create('configmaps', named('owned', { ownerReferences: [owner(first)] }));
    store.create('configmaps', named('shared', { ownerReferences: [owner(first), owner(second)] }));
    store.delete(DEPLOYMENT, at('first'));
    expect(store.list('configmaps').map(({ metadata }) => metadata.name)).toEqual(['shared']);
  });

  it('in the foreground lets dependents go first', () => {
    const store = aStore();
    const owner = store.create(DEPLOYMENT, named('owner'));
    const reference = { uid: owner.metadata.uid, name: 'owner' };
    store.create('configmaps', named('held', { ownerReferences: [reference], finalizers: ['x/y'] }));
    store.delete(DEPLOYMENT, at('owner'), { propagation: 'Foreground' });
    expect(store.get(DEPLOYMENT, at('owner'))?.metadata.finalizers).toEqual(['foregroundDeletion']);
    const held = store.get('configmaps', at('held'));
    store.update('configmaps', { ...held, metadata: { ...held?.metadata, finalizers: [] } });
    expect(store.get(DEPLOYMENT, at('owner'))).toBeUndefined();
  });

  it('can leave dependents to themselves', () => {
    const store = aStore();
    const owner = store.create(DEPLOYMENT, named('owner'));
    store.create('configmaps', named('left', { ownerReferences: [{ uid: owner.metadata.uid }] }));
    store.delete(DEPLOYMENT, at('owner'), { propagation: 'Orphan' });
    const left = store.get('configmaps', at('left'));
    expect(left?.metadata).toMatchObject({ name: 'left' });
    expect(left?.metadata).not.toHaveProperty('ownerReferences');
  });

  it('does not spare an object whose owner never was', () => {
    const store = aStore();
    store.create('configmaps', named('orphan', { ownerReferences: [{ uid: 'nobody' }] }));
    expect(store.count('configmaps')).toBe(0);
  });
});

describe('changes', () => {
  it('are told once, in order, also those a listener causes', () => {
    const store = aStore();
    const seen: string[] = [];
    store.subscribe('configmaps', ({ type, object }) => {
      if (type === 'ADDED' && object.metadata.name === 'a') store.create('configmaps', named('b'));
    });
    store.subscribe('configmaps', ({ type, object }) => seen.push(`${type} ${object.metadata.name}`));
    store.create('configmaps', named('a'));
    expect(seen).toEqual(['ADDED a', 'ADDED b']);
  });

  it('are remembered within the window; who is further behind must list again', () => {
    const store = aStore(2);
    const versions = ['a', 'b', 'c', 'd'].map((name) =>
      Number(store.create('configmaps', named(name)).metadata.resourceVersion),
    );
    expect(
      store.changesSince('configmaps', versions[2] ?? 0).map(({ object }) => object.metadata.name),
    ).toEqual(['d']);
    expect(refusalOf(() => store.changesSince('configmaps', versions[0] ?? 0))).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
  });

  it('come in pages by namespace and name', () => {
    const store = aStore();
    for (const name of ['c', 'a', 'b']) store.create('configmaps', named(name));
    store.create('configmaps', { metadata: { name: 'z', namespace: 'tes' } });
    const first = store.page('configmaps', { namespace: 'test', limit: 2 });
    const rest = store.page('configmaps', { namespace: 'test', limit: 2, after: first.next });
    expect([...first.items, ...rest.items].map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(rest.next).toBeUndefined();
  });
});
