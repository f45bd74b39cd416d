import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { WatchSet } from '../../../src/adapters/kubernetes/watch-set.ts';
import { KINDS } from '../../../src/api/kinds.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { err, ok } from '../../../src/shared/result.ts';
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

const LIST = { verb: 'list', resource: 'configmaps' } as const;
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
    expect(await watched.watch(KINDS.ConfigMap, { signal })).toEqual(ok());
    expect(watched.get(THERE)).toBeDefined();
  });

  it('is not taken for empty while it cannot be listed, and is there once it can', async () => {
    cluster.sandbox.faults.inject({ match: LIST, effect: { kind: 'status', code: 503 } });
    const refused = err({
      kind: 'unavailable',
      detail:
        'objects of kind ConfigMap cannot be listed, so nothing is known of them: listing configmaps: a fault of the sandbox: 503 (503)',
    });
    expect(await whileTurning(watched.watch(KINDS.ConfigMap, { signal }))).toEqual(refused);
    expect(await whileTurning(watched.watch(KINDS.ConfigMap, { signal }))).toEqual(refused);
    cluster.sandbox.faults.clear();
    await whileTurning(eventuallyThere());
    expect(watched.get(THERE)).toBeDefined();
  });

  it('is refused at once where it may not be listed, and is there once it may', async () => {
    const message = 'User "serin" cannot list resource "configmaps" in API group "" at the cluster scope';
    const effect = { kind: 'status', code: 403, reason: 'Forbidden', message } as const;
    cluster.sandbox.faults.inject({ match: LIST, effect });
    expect(await watched.watch(KINDS.ConfigMap, { signal })).toEqual(
      err({
        kind: 'forbidden',
        detail:
          'objects of kind ConfigMap cannot be listed, so nothing is known of them: listing configmaps is not allowed (403): serin lacks a rule, add to its ClusterRole: {apiGroups: [""], resources: ["configmaps"], verbs: ["list"]}',
      }),
    );
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
  while (!(await watched.watch(KINDS.ConfigMap, { signal })).ok) {
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
