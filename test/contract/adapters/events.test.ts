import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createEvents, type Events } from '../../../src/adapters/kubernetes/events.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { instant } from '../../../src/shared/brand.ts';
import { never as signal, startCluster, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let events: Events;

const canary: KubeObject = {
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'podinfo', namespace: 'default', uid: 'u-1', resourceVersion: '7' },
};
const at = instant(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

beforeEach(async () => {
  cluster = await startCluster();
  events = createEvents(cluster.objects);
});
afterEach(() => cluster.stop());

function told(): readonly KubeObject[] {
  return cluster.sandbox.store.list('events', 'default');
}

describe('an announcement', () => {
  const advance = {
    canary,
    key: 'u-1/abc/4',
    type: 'Normal',
    text: 'Advance podinfo.default canary weight 10',
    at,
  } as const;

  it('becomes an Event as Flagger writes them', async () => {
    expect(await events.record(advance, { signal })).toMatchObject({ ok: true });

    expect(told()).toMatchObject([
      {
        involvedObject: { kind: 'Canary', name: 'podinfo', namespace: 'default', uid: 'u-1' },
        source: { component: 'flagger' },
        reason: 'Synced',
        type: 'Normal',
        message: 'Advance podinfo.default canary weight 10',
        count: 1,
        firstTimestamp: '2026-01-02T03:04:05Z',
        lastTimestamp: '2026-01-02T03:04:05Z',
      },
    ]);
  });

  it('is told once however often it is repeated, also by the next process', async () => {
    await events.record(advance, { signal });
    const repeated = await createEvents(cluster.objects).record(advance, { signal });
    await events.record({ ...advance, key: 'u-1/abc/5' }, { signal });

    expect(repeated).toMatchObject({ ok: true });
    expect(told()).toHaveLength(2);
  });

  it('about a Canary with the longest of names still has a name', async () => {
    const name = `${'a'.repeat(235)}.${'b'.repeat(17)}`;
    const long = { ...canary, metadata: { ...canary.metadata, name } };

    expect(await events.record({ ...advance, canary: long }, { signal })).toMatchObject({ ok: true });

    expect(told()[0]?.metadata.name).toMatch(/^a{235}\.[0-9a-f]{16}$/);
  });

  it('that cannot be told says so', async () => {
    cluster.sandbox.faults.inject({ effect: { kind: 'status', code: 403 }, times: 1 });

    expect(await events.record(advance, { signal })).toMatchObject({
      ok: false,
      error: { kind: 'forbidden' },
    });
  });
});

describe('a notice', () => {
  const halt = { canary, type: 'Warning', text: 'Halt podinfo.default advancement', at } as const;

  it('that is repeated is one Event that counts, for one call each', async () => {
    await events.notice(halt, { signal });
    cluster.sandbox.resetRequests();
    await events.notice(halt, { signal });
    await events.notice({ ...halt, at: instant(at + 60_000) }, { signal });

    expect(told()).toMatchObject([{ count: 3, lastTimestamp: '2026-01-02T03:05:05Z' }]);
    expect(told()[0]).toHaveProperty('firstTimestamp', '2026-01-02T03:04:05Z');
    expect(cluster.sandbox.requests().counts).toEqual({ 'patch events': 2 });
  });

  it('goes on counting in the next process', async () => {
    await events.notice(halt, { signal });
    await events.notice(halt, { signal });
    await createEvents(cluster.objects).notice(halt, { signal });

    expect(told()).toMatchObject([{ count: 3 }]);
  });

  it('begins again when the cluster has forgotten it', async () => {
    await events.notice(halt, { signal });
    const [event] = told();
    cluster.sandbox.store.delete('events', { namespace: 'default', name: event?.metadata.name ?? '' });

    await events.notice(halt, { signal });

    expect(told()).toMatchObject([{ count: 1 }]);
  });

  it('of another text is another Event', async () => {
    await events.notice(halt, { signal });
    await events.notice({ ...halt, text: 'another' }, { signal });

    expect(told()).toHaveLength(2);
  });
});
