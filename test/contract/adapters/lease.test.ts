import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import {
  createElection,
  LEASE_NAME,
  type Election,
  type ElectionOptions,
  type Leadership,
} from '../../../src/adapters/kubernetes/lease.ts';
import type { OwnPod } from '../../../src/adapters/kubernetes/own-pod.ts';
import { createObjects } from '../../../src/adapters/kubernetes/objects.ts';
import { KINDS } from '../../../src/api/kinds.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { eventually, HandClock, settle } from '../../support/clock.ts';
import { never as signal, startCluster, unwrap, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
let clock: HandClock;
let leaderships: Leadership[];
let stop: AbortController;

const ref = { ...KINDS.Lease, namespace: 'default', name: LEASE_NAME };

beforeEach(async () => {
  cluster = await startCluster();
  clock = new HandClock();
  leaderships = [];
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort(new Error('the test is over'));
  cluster.sandbox.faults.clear();
  for (const leadership of leaderships) await leadership.release();
  await cluster.stop();
});

function candidate(identity: string, more: Partial<ElectionOptions> = {}): Election {
  const objects = createObjects({ transport: cluster.transport, urgent: true });
  const random = (): number => 0.5;
  const log = silentLogger;
  return createElection({ objects, namespace: 'default', identity, clock, random, log, ...more });
}

async function lead(identity: string): Promise<Leadership> {
  const leadership = await candidate(identity).acquire({ signal });
  leaderships.push(leadership);
  return leadership;
}

/** A candidate that keeps trying; `leads` says whether it has won. */
function wait(identity: string, more: Partial<ElectionOptions> = {}): { leads: () => boolean } {
  let leads = false;
  const won = (leadership: Leadership): void => {
    leaderships.push(leadership);
    leads = true;
  };
  candidate(identity, more)
    .acquire({ signal: stop.signal })
    .then(won, () => undefined);
  return { leads: () => leads };
}

function aPod(name: string): OwnPod {
  const spec = { containers: [{ name: 'serin', image: 'serin:1' }] };
  const metadata = { name, namespace: 'default' };
  cluster.sandbox.applyYaml(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec }));
  return { ...metadata, uid: cluster.sandbox.store.get('pods', metadata)?.metadata.uid ?? '' };
}

async function owners(): Promise<readonly unknown[]> {
  return unwrap(await cluster.objects.read(ref, { signal })).metadata.ownerReferences ?? [];
}

async function lease(): Promise<Readonly<Record<string, unknown>>> {
  const { spec } = unwrap(await cluster.objects.read(ref, { signal }));
  return spec as Readonly<Record<string, unknown>>;
}

/** Turns the clock in steps small enough that renewals come in between. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}

describe('the lease', () => {
  it('is taken by the first, in its name, with times of six digits', async () => {
    await lead('host_1');

    expect(await lease()).toEqual({
      holderIdentity: 'host_1',
      leaseDurationSeconds: 60,
      acquireTime: expect.stringMatching(/\.\d{6}Z$/),
      renewTime: expect.stringMatching(/\.\d{6}Z$/),
      leaseTransitions: 0,
    });
  });

  it('is kept from others for as long as it is renewed', async () => {
    const first = await lead('host_1');
    const second = wait('host_2');

    await pass(150);

    expect(first.lost.aborted).toBe(false);
    expect(second.leads()).toBe(false);
    expect(await lease()).toMatchObject({ holderIdentity: 'host_1' });
  });

  it('costs one write per five seconds and no read', async () => {
    await lead('host_1');
    cluster.sandbox.resetRequests();

    await pass(50);

    expect(cluster.sandbox.requests().counts).toEqual({ 'update leases.coordination.k8s.io': 10 });
  });

  it('passes on at once when it is given away', async () => {
    const first = await lead('host_1');
    const second = wait('host_2');
    await pass(2);

    await first.release();
    await pass(7);

    expect(first.lost.aborted).toBe(true);
    expect(second.leads()).toBe(true);
    expect(await lease()).toMatchObject({ holderIdentity: 'host_2', leaseTransitions: 1 });
  });

  it.each([0, -3_600_000, 3_600_000])(
    'passes on after a minute when its holder is silent, but not before: time of day set by %d ms',
    async (by) => {
      const spec = {
        holderIdentity: 'flagger-0_x',
        leaseDurationSeconds: 60,
        renewTime: '2001-01-01T00:00:00.000000Z',
        leaseTransitions: 3,
      };
      const { apiVersion, kind, name, namespace } = ref;
      const metadata = { name, namespace };
      unwrap(await cluster.objects.create({ apiVersion, kind, metadata, spec }, { signal }));
      const second = wait('host_2');

      await pass(10);
      clock.set(by);
      await pass(48);
      expect(second.leads()).toBe(false);
      await pass(10);

      expect(second.leads()).toBe(true);
      expect(await lease()).toMatchObject({ holderIdentity: 'host_2', leaseTransitions: 4 });
    },
  );

  it('tells who keeps it once that has been seen to renew it, and that nobody does any more', async () => {
    const first = await lead('host_1');
    const held: string[] = [];
    const second = candidate('host_2', { onHeld: (holder) => held.push(holder) }).acquire({ signal });
    await pass(2);
    expect(held).toEqual([]);
    await pass(20);
    expect(new Set(held)).toEqual(new Set(['host_1']));

    await first.release();
    await pass(10);
    leaderships.push(await second);
    expect(held.at(-1)).toBe('');
  });

  it("goes with the pod that holds it, and is nobody's when it was given away", async () => {
    const pod = aPod('serin-0');
    const leadership = await candidate('host_1', { pod }).acquire({ signal });
    const own = { apiVersion: 'v1', kind: 'Pod', name: 'serin-0', uid: pod.uid };
    expect(await owners()).toEqual([own]);
    await pass(6);
    expect(await owners()).toEqual([own]);
    await leadership.release();
    expect(await owners()).toEqual([]);

    leaderships.push(await candidate('host_2', { pod }).acquire({ signal }));
    expect(await owners()).toEqual([own]);
    unwrap(await cluster.objects.delete({ apiVersion: 'v1', kind: 'Pod', ...pod }, { signal }));
    await eventually(() => cluster.sandbox.store.get('leases.coordination.k8s.io', ref) === undefined);
    await pass(1);
  });

  it('is not said to belong to a pod of another namespace, which would be looked for in vain', async () => {
    const pod = { namespace: 'elsewhere', name: 'serin-0', uid: 'uid-0' };
    leaderships.push(await candidate('host_1', { pod }).acquire({ signal }));
    expect(await owners()).toEqual([]);
  });

  it('is held without belonging to anything where that may not be said', async () => {
    const pod = aPod('serin-0');
    cluster.sandbox.faults.inject({
      match: { verb: 'create', resource: 'leases.coordination.k8s.io' },
      effect: { kind: 'status', code: 403 },
      times: 1,
    });
    const again = wait('host_1', { pod });
    while (!again.leads()) await pass(1);
    expect(await owners()).toEqual([]);
  });

  it('is taken up at once by who was killed in its pod and started again', async () => {
    await lead('serin_pod_uid-0');
    const again = wait('serin_pod_uid-0');
    await eventually(() => again.leads());
  });

  it('is lost when it cannot be renewed for fifteen seconds', async () => {
    const first = await lead('host_1');
    cluster.sandbox.faults.inject({ effect: { kind: 'status', code: 503 } });

    await pass(13);
    expect(first.lost.aborted).toBe(false);
    await pass(3);

    await eventually(() => first.lost.aborted);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])(
    'is kept by one alone when the time of day is set %s an hour',
    async (_where, by) => {
      const first = await lead('host_1');
      const second = wait('host_2');
      await pass(10);

      clock.set(by);
      await pass(70);
      expect([first.lost.aborted, second.leads()]).toEqual([false, false]);

      // Who cannot renew stops in its time by whichever clock.
      cluster.sandbox.faults.inject({ effect: { kind: 'status', code: 503 } });
      clock.set(-by);
      clock.set(-by);
      await pass(16);
      await eventually(() => first.lost.aborted);
      cluster.sandbox.faults.clear();
      expect(second.leads()).toBe(false);
      await pass(72);
      await eventually(() => second.leads());
    },
    30_000,
  );

  it('is lost in time even if the call that should renew it hangs', async () => {
    const first = await lead('host_1');
    cluster.sandbox.faults.inject({ effect: { kind: 'hang' } });

    await pass(16);

    expect(first.lost.aborted).toBe(true);
  });

  it('survives trouble that passes', async () => {
    const first = await lead('host_1');
    cluster.sandbox.faults.inject({ effect: { kind: 'drop' }, times: 3 });

    await pass(40);

    expect(first.lost.aborted).toBe(false);
  });

  it('is lost as soon as somebody else is seen to hold it', async () => {
    const first = await lead('host_1');
    unwrap(await cluster.objects.patch(ref, { spec: { holderIdentity: 'flagger-0_x' } }, { signal }));

    await pass(6);

    await eventually(() => first.lost.aborted);
    expect(await lease()).toMatchObject({ holderIdentity: 'flagger-0_x' });
  });

  it('is kept when a renewal was carried out but not answered', async () => {
    const first = await lead('host_1');
    cluster.sandbox.faults.inject({ match: { verb: 'update' }, effect: { kind: 'drop-after' }, times: 1 });

    await pass(30);

    expect(first.lost.aborted).toBe(false);
  });

  it('is held by exactly one of many that want it at once', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((identity) => wait(identity));
    await eventually(() => many.some(({ leads }) => leads()));
    await pass(20);
    await settle();

    expect(many.filter(({ leads }) => leads())).toHaveLength(1);
  });
});
