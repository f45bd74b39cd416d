import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { WatchSet } from '../../../src/adapters/kubernetes/watch-set.ts';
import { KINDS } from '../../../src/api/kinds.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { HandClock, settle } from '../../support/clock.ts';
import { configMap, never as signal, startCluster, unwrap, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let clock: HandClock;
let watched: WatchSet;

beforeEach(async () => {
  cluster = await startCluster();
  clock = new HandClock();
  const select = (kind: typeof KINDS.ConfigMap) => ({ ...kind });
  const { transport } = cluster;
  watched = new WatchSet({ transport, kinds: [], select, clock, random: () => 0.5, log: silentLogger });
  watched.start();
  unwrap(await cluster.objects.create(configMap('there'), { signal }));
});

afterEach(async () => {
  cluster.sandbox.faults.clear();
  await watched.stop();
  await cluster.stop();
});

const THERE = { ...KINDS.ConfigMap, name: 'there', namespace: 'default' };

/** Turns the clock until the promise is settled; lists go over a real socket. */
async function whileTurning<Value>(work: Promise<Value>): Promise<Value> {
  let done = false;
  const end = (): void => void (done = true);
  work.then(end, end);
  while (!done) {
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return work;
}

describe('a kind that is asked for later', () => {
  it('is all there when asking for it has ended', async () => {
    await watched.watch(KINDS.ConfigMap, { signal });
    expect(watched.get(THERE)).toBeDefined();
  });

  it('is not taken for empty while it cannot be listed, and is there once it can', async () => {
    const status = { kind: 'status', code: 403, reason: 'Forbidden' } as const;
    cluster.sandbox.faults.inject({ match: { verb: 'list', resource: 'configmaps' }, effect: status });
    const refusal = 'objects of kind ConfigMap cannot be listed';
    await expect(whileTurning(watched.watch(KINDS.ConfigMap, { signal }))).rejects.toThrow(refusal);
    await expect(whileTurning(watched.watch(KINDS.ConfigMap, { signal }))).rejects.toThrow(refusal);
    cluster.sandbox.faults.clear();
    await whileTurning(eventuallyThere());
    expect(watched.get(THERE)).toBeDefined();
  });

  it('is known not to be served', async () => {
    await watched.watch({ ...KINDS.VirtualService }, { signal });
    expect(watched.list(KINDS.VirtualService)).toEqual([]);
  });

  it('is not given up for others by one caller who stops waiting', async () => {
    cluster.sandbox.faults.inject({
      match: { verb: 'list', resource: 'configmaps' },
      effect: { kind: 'status', code: 503 },
      times: 1,
    });
    const impatient = new AbortController();
    const first = watched.watch(KINDS.ConfigMap, { signal: impatient.signal });
    impatient.abort(new Error('the lease is lost'));
    await expect(first).rejects.toThrow('the lease is lost');
    await whileTurning(watched.watch(KINDS.ConfigMap, { signal }));
    expect(watched.get(THERE)).toBeDefined();
  });
});

async function eventuallyThere(): Promise<void> {
  for (;;) {
    try {
      await watched.watch(KINDS.ConfigMap, { signal });
      return;
    } catch {
      await settle();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
