import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createCache, type Change, type WatchCache } from '../../../src/adapters/kubernetes/cache.ts';
import type { Selection } from '../../../src/adapters/kubernetes/list-watch.ts';
import { createObjects } from '../../../src/adapters/kubernetes/objects.ts';
import { KINDS } from '../../../src/api/kinds.ts';
import type { ObjectReader, ObjectRef, ObjectWriter } from '../../../src/api/objects.ts';
import { silentLogger, type Logger } from '../../../src/shared/logger.ts';
import { eventually, HandClock, settle } from '../../support/clock.ts';
import { configMap, never as signal, startCluster, unwrap, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let clock: HandClock;
let cache: WatchCache;
let changes: string[];
let complaints: string[];

const log: Logger = {
  ...silentLogger,
  warn: (fields) => void complaints.push(String(fields['detail'])),
  error: (fields) => void complaints.push(String(fields['error'])),
};

beforeEach(async () => {
  cluster = await startCluster();
  clock = new HandClock();
  changes = [];
  complaints = [];
});

afterEach(async () => {
  cluster.sandbox.faults.clear();
  await cache.stop();
  await cluster.stop();
});

function watch(...kinds: readonly Selection[]): WatchCache {
  cache = createCache({ transport: cluster.transport, kinds, clock, random: () => 0.5, log });
  cache.onChange(({ name, object }: Change) => {
    changes.push(`${name} ${object === undefined ? 'gone' : valueOf(object)}`);
  });
  cache.start();
  return cache;
}

function valueOf(object: { readonly [key: string]: unknown }): string {
  return String((object['data'] as Readonly<Record<string, string>> | undefined)?.['v']);
}

async function put(name: string, v: string): Promise<string> {
  const written = unwrap(await cluster.objects.apply(configMap(name, { v }), { signal }));
  return written.metadata.resourceVersion ?? '';
}

async function remove(name: string): Promise<void> {
  unwrap(await cluster.objects.delete(refTo(name), { signal }));
}

function refTo(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name };
}

function shown(name: string): string | undefined {
  const object = cache.get(refTo(name));
  return object === undefined ? undefined : valueOf(object);
}

function isOpen(): boolean {
  return cluster.sandbox.requests().openWatches['configmaps'] !== undefined;
}

/** Turns the clock until something that needs both time and the network has happened. */
async function inTime(condition: () => boolean): Promise<void> {
  await eventually(() => {
    if (!condition()) void clock.advance(1_000);
    return condition();
  });
}

describe('the cache', () => {
  it('has what is in the cluster, in several pages, and then what changes', async () => {
    for (let index = 0; index < 1_203; index += 1) {
      cluster.sandbox.store.create('configmaps', { ...configMap(`c${index}`, { v: '0' }) });
    }
    await watch(KINDS.ConfigMap).synced;

    expect(cache.list(KINDS.ConfigMap, 'default').length).toBeGreaterThanOrEqual(1_203);
    await put('c7', 'new');
    await eventually(() => shown('c7') === 'new');
    await remove('c7');
    await eventually(() => shown('c7') === undefined);
    expect(changes.slice(-2)).toEqual(['c7 new', 'c7 gone']);
  });

  it('keeps every field but managedFields', async () => {
    await put('a', '1');
    await watch(KINDS.ConfigMap).synced;

    const read = unwrap(await cluster.objects.read(refTo('a'), { signal }));
    const { managedFields: _, ...metadata } = read.metadata;
    expect(cache.get(refTo('a'))).toEqual({ ...read, metadata });
  });

  it('does not pretend to know kinds that are not watched', () => {
    watch(KINDS.ConfigMap);

    expect(() => cache.get({ ...refTo('a'), kind: 'Secret' })).toThrow('not watched');
    expect(() => cache.list(KINDS.Service)).toThrow('not watched');
  });

  it('watches metadata only where nothing else is of interest', async () => {
    await put('a', '1');
    await watch({ ...KINDS.ConfigMap, metadataOnly: true, namespace: 'default' }).synced;

    expect(cache.get(refTo('a'))).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a' } });
    expect(cache.get(refTo('a'))).not.toHaveProperty('data');
    await put('b', '1');
    await eventually(() => cache.get(refTo('b')) !== undefined);
    expect(cache.get(refTo('b'))).not.toHaveProperty('data');
  });

  it('knows nothing of other namespaces where it is to watch one', async () => {
    const elsewhere = configMap('there', { v: '1' });
    const metadata = { ...elsewhere.metadata, namespace: 'kube-system' };
    unwrap(await cluster.objects.create({ ...elsewhere, metadata }, { signal }));
    await watch({ ...KINDS.ConfigMap, namespace: 'default' }).synced;
    await put('here', '1');
    await eventually(() => shown('here') === '1');

    expect(cache.list(KINDS.ConfigMap).map(({ metadata: { namespace } }) => namespace)).not.toContain(
      'kube-system',
    );
    expect(changes.filter((change) => change.startsWith('there'))).toEqual([]);
  });

  it('survives a listener that throws', async () => {
    watch(KINDS.ConfigMap);
    cache.onChange(() => {
      throw new Error('mine');
    });
    await cache.synced;

    await put('a', '1');
    await put('a', '2');

    await eventually(() => shown('a') === '2');
    expect(complaints).toContain('Error: mine');
  });
});

describe('a watch that ends', () => {
  it('is opened again where it was, and nothing is lost', async () => {
    await watch(KINDS.ConfigMap).synced;
    await put('a', '1');
    await eventually(() => shown('a') === '1');

    cluster.sandbox.faults.closeWatches();
    await put('a', '2');
    await remove('a');
    await put('a', '3');

    await inTime(() => shown('a') === '3');
    expect(changes.filter((change) => change.startsWith('a '))).toEqual(['a 1', 'a 2', 'a gone', 'a 3']);
  });

  it('because its version has expired is replaced by a list that also shows what is gone', async () => {
    await put('a', '1');
    await put('b', '1');
    await watch(KINDS.ConfigMap).synced;
    const lift = cluster.sandbox.faults.inject({ match: { verb: 'watch' }, effect: { kind: 'drop' } });
    cluster.sandbox.faults.closeWatches();

    await remove('a');
    await put('b', '2');
    cluster.sandbox.faults.expire();
    lift();

    await inTime(() => shown('b') === '2' && shown('a') === undefined);
    expect(changes.at(-1)).toBe('a gone');
  });

  it('because its version has expired is no failure, and costs no time', async () => {
    await watch(KINDS.ConfigMap).synced;
    await eventually(isOpen);
    await clock.advance(10_000);
    cluster.sandbox.faults.silence(true);
    await put('a', '1');
    cluster.sandbox.faults.expire();
    cluster.sandbox.resetRequests();

    cluster.sandbox.faults.silence(false);

    await eventually(() => cluster.sandbox.requests().counts['list configmaps'] === 1 && isOpen());
    expect(complaints).toEqual([]);
  });

  it.each([
    ['dropped connections', { kind: 'drop' }],
    ['an overloaded server', { kind: 'status', code: 429, retryAfterSeconds: 1 }],
    ['a failing server', { kind: 'status', code: 500 }],
    ['a server that has forgotten us', { kind: 'status', code: 403 }],
  ] as const)('is tried again, later each time, through %s', async (_, effect) => {
    await watch(KINDS.ConfigMap).synced;
    cluster.sandbox.resetRequests();
    const lift = cluster.sandbox.faults.inject({ effect });
    cluster.sandbox.faults.closeWatches();
    await eventually(() => cache.kinds()[0]?.state === 'retrying');

    await clock.advance(200);
    await settle();
    expect(cache.kinds()[0]?.state).toBe('retrying');

    lift();
    await put('a', '1');
    await inTime(() => shown('a') === '1');
    expect(cache.kinds()[0]?.state).toBe('watching');
    expect(complaints.length).toBeGreaterThan(0);
  });

  it('in silence is cut and opened again', async () => {
    await watch(KINDS.ConfigMap).synced;
    await eventually(() => isOpen());
    cluster.sandbox.faults.silence(true);
    cluster.sandbox.resetRequests();

    await clock.advance(610_000);

    await eventually(() => cluster.sandbox.requests().counts['watch configmaps'] === 1);
    expect(complaints).toEqual([]);
  });
});

describe('a list that fails', () => {
  it('is tried again until it works', async () => {
    await put('a', '1');
    const busy = { kind: 'status', code: 503 } as const;
    cluster.sandbox.faults.inject({ match: { verb: 'list' }, effect: busy, times: 3 });
    watch(KINDS.ConfigMap);

    await inTime(() => shown('a') === '1');

    expect(cache.kinds()).toMatchObject([{ state: 'watching' }]);
  });

  it('because the kind is not there is no failure; the kind is noticed when it comes', async () => {
    const widgets = { apiVersion: 'example.com/v1', kind: 'Widget', plural: 'widgets', namespaced: true };
    await watch(widgets).synced;
    expect(cache.kinds()).toMatchObject([{ state: 'absent', size: 0 }]);
    expect(cache.list(widgets)).toEqual([]);

    const { plural, kind } = widgets;
    cluster.sandbox.registerKind({ group: 'example.com', version: 'v1', kind, plural, namespaced: true });
    const metadata = { name: 'w', namespace: 'default' };
    unwrap(await cluster.objects.create({ apiVersion: 'example.com/v1', kind, metadata }, { signal }));
    await clock.advance(60_000);

    await inTime(() => cache.list(widgets).length === 1);
    expect(complaints).toEqual([]);
  });
});

describe('a cache that is stopped', () => {
  it('delivers nothing any more, not even out of a pause', async () => {
    await watch(KINDS.ConfigMap).synced;
    cluster.sandbox.faults.inject({ match: { verb: 'watch' }, effect: { kind: 'drop' }, times: 1 });
    cluster.sandbox.faults.closeWatches();
    await eventually(() => cache.kinds()[0]?.state === 'retrying');

    await cache.stop();
    await put('a', '1');
    await clock.advance(120_000);
    await settle();

    expect(changes).not.toContain('a 1');
    expect(clock.sleepers).toBe(0);
    expect(cache.kinds()).toMatchObject([{ state: 'stopped' }]);
  });
});

describe('a look after a write', () => {
  let objects: ObjectWriter & ObjectReader;

  beforeEach(async () => {
    await watch(KINDS.ConfigMap).synced;
    const onWritten = (ref: ObjectRef, version: string): void => cache.expect(ref, version);
    objects = createObjects({ transport: cluster.transport, onWritten });
  });

  it('waits for the watch to bring it', async () => {
    unwrap(await objects.apply(configMap('a', { v: '1' }), { signal }));
    unwrap(await objects.apply(configMap('a', { v: '2' }), { signal }));

    await cache.caughtUp([refTo('a')], { signal });

    expect(shown('a')).toBe('2');
  });

  it('waits for nothing where nothing was written', async () => {
    await cache.caughtUp([refTo('a'), { ...refTo('a'), kind: 'Secret' }], { signal });

    expect(clock.sleepers).toBeLessThan(3);
  });

  it('reads once what the watch has not brought within two seconds', async () => {
    await eventually(() => isOpen());
    cluster.sandbox.faults.silence(true);
    unwrap(await objects.apply(configMap('a', { v: '1' }), { signal }));
    let done = false;
    const caught = cache.caughtUp([refTo('a')], { signal }).then(() => (done = true));

    await clock.advance(1_900);
    expect(done).toBe(false);
    await clock.advance(200);
    await caught;

    expect(shown('a')).toBe('1');
    expect(changes).toContain('a 1');
  });

  it('is not fooled by an older event that arrives after the read', async () => {
    await eventually(() => isOpen());
    cluster.sandbox.faults.silence(true);
    unwrap(await objects.apply(configMap('a', { v: '1' }), { signal }));
    unwrap(await objects.apply(configMap('a', { v: '2' }), { signal }));
    const caught = cache.caughtUp([refTo('a')], { signal });
    await clock.advance(2_000);
    await caught;

    cluster.sandbox.faults.silence(false);
    await put('b', '1');
    await inTime(() => shown('b') === '1');

    expect(changes.filter((change) => change.startsWith('a '))).toEqual(['a 2']);
  });

  it('is satisfied by a list made since', async () => {
    await eventually(() => isOpen());
    const lift = cluster.sandbox.faults.inject({ match: { verb: 'watch' }, effect: { kind: 'drop' } });
    cluster.sandbox.faults.closeWatches();
    await eventually(() => cache.kinds()[0]?.state === 'retrying');
    unwrap(await objects.apply(configMap('a', { v: '1' }), { signal }));
    unwrap(await objects.apply(configMap('a', { v: '2' }), { signal }));
    cluster.sandbox.faults.expire();
    lift();
    let done = false;
    void cache.caughtUp([refTo('a')], { signal }).then(() => (done = true));

    await inTime(() => done);

    expect(shown('a')).toBe('2');
  });

  it('gives up waiting when its caller does', async () => {
    cluster.sandbox.faults.silence(true);
    unwrap(await objects.apply(configMap('a', { v: '1' }), { signal }));
    const caller = new AbortController();
    const caught = cache.caughtUp([refTo('a')], { signal: caller.signal });

    caller.abort(new Error('stopping'));

    await expect(caught).rejects.toThrow('stopping');
  });
});
