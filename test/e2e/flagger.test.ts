/** A Flagger that runs is noticed, by its Deployment or its Lease, and waited for; when it goes, Serin takes over. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { textAt, valueAt } from './harness/look.ts';
import { Rollout } from './harness/rollout.ts';
import { worlds } from './harness/shared.ts';
import { deskOf, leads, type World } from './harness/world.ts';

const TIMEOUT = 90_000;
const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
const SENTENCE =
  'Flagger runs as Deployment flagger in namespace test, so Serin leaves this Canary alone until it is stopped: kubectl -n test scale deployment/flagger --replicas=0';

const started = worlds();
afterAll(() => started.stop());

function flagger(args: readonly string[] = []): Readonly<Record<string, unknown>> {
  const labels = { app: 'flagger' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'flagger', namespace: 'test' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'flagger', image: 'ghcr.io/fluxcd/flagger:1.44.0', args }] },
      },
    },
  };
}

async function flaggerIsReady(world: World): Promise<void> {
  await world.eventually(
    'Flagger is ready',
    () => valueAt(world.get('Deployment', 'flagger'), 'status', 'readyReplicas') === 1,
  );
}

function standsAside(rollout: Rollout): Promise<true> {
  return rollout.comes('says that Flagger runs', () =>
    (rollout.condition('Accepted') ?? '').startsWith('False FlaggerRunning: '),
  );
}

describe('a Flagger that runs', () => {
  it.concurrent(
    'without electing a leader keeps Serin from every Canary until it is scaled to nothing',
    async () => {
      const world = await started.start();
      world.apply(flagger());
      await flaggerIsReady(world);
      const controller = await world.leader();
      const rollout = Rollout.apply(world, { name: 'kept', provider: 'istio' });
      await standsAside(rollout);
      expect(rollout.condition('Accepted')).toBe(`False FlaggerRunning: ${SENTENCE}`);
      await rollout.tells(SENTENCE);
      expect(rollout.phase).toBe('');
      expect(world.get('Deployment', 'kept-primary')).toBeUndefined();
      expect((await fetch(`${deskOf(controller)}/readyz`)).status).toBe(200);
      expect(controller.lines()).toContainEqual(expect.objectContaining({ detail: SENTENCE }));

      await world.patch('Deployment', 'flagger', { spec: { replicas: 0 } });
      await rollout.reaches('Initialized');
      expect(rollout.condition('Accepted')).toBeUndefined();
      await rollout.push('kept:2');
      await rollout.rests('Succeeded');
    },
    TIMEOUT,
  );

  it.concurrent(
    'that comes in the middle of a run stops Serin, which goes on where it was when it has gone',
    async () => {
      const world = await started.start();
      await world.leader();
      const analysis = { stepWeight: 20, maxWeight: 80 };
      const rollout = await Rollout.install(world, { name: 'caught', provider: 'istio', analysis });
      await rollout.push('caught:2');
      await rollout.comes('has 20 percent', () => rollout.routed === 20);
      world.apply(flagger());
      await standsAside(rollout);
      const weight = rollout.weight;
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect([rollout.phase, rollout.weight]).toEqual(['Progressing', weight]);

      await world.delete('Deployment', 'flagger');
      await rollout.rests('Succeeded');
      expect(rollout.condition('Accepted')).toBeUndefined();
      expect(rollout.primaryImage).toBe('caught:2');
      expect(rollout.told.filter((text) => text.startsWith('New revision detected!'))).toHaveLength(1);
    },
    TIMEOUT,
  );

  it.concurrent(
    'for another namespace is of no concern',
    async () => {
      const world = await started.start();
      world.apply(flagger(['-namespace=elsewhere']));
      await flaggerIsReady(world);
      await world.leader();
      const rollout = await Rollout.install(world, { name: 'beside', provider: 'istio' });
      expect(rollout.condition('Accepted')).toBeUndefined();
    },
    TIMEOUT,
  );

  it.concurrent(
    'and drops the condition with a status of its own finds it there once more, not again and again',
    async () => {
      const world = await started.start();
      world.apply(flagger());
      await flaggerIsReady(world);
      await world.leader();
      const rollout = Rollout.apply(world, { name: 'dropping', provider: 'istio' });
      await standsAside(rollout);
      let writes = 0;
      world.sandbox.store.subscribe('canaries.flagger.app', () => (writes += 1));
      const lastUpdateTime = '2026-01-01T00:00:00Z';
      const said = { type: 'Promoted', status: 'True', reason: 'Initialized', message: 'done' };
      const conditions = [{ ...said, lastUpdateTime, lastTransitionTime: lastUpdateTime }];
      await world.patchStatus('Canary', 'dropping', { phase: 'Initialized', conditions });
      await standsAside(rollout);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(writes).toBe(2);
      expect(rollout.condition('Promoted')).toMatch(/^True Initialized/);
    },
    TIMEOUT,
  );

  it.concurrent(
    'and holds the Lease is waited for and named, without a Deployment to be seen',
    async () => {
      const world = await started.start();
      const identity = 'flagger-6c8f7d9b4-x2x7p_1';
      const spec = { holderIdentity: identity, leaseDurationSeconds: 6 };
      const metadata = { name: 'flagger-leader-election', namespace: 'test' };
      const renewing = setInterval(() => {
        const renewTime = new Date().toISOString().replace('Z', '000Z');
        world.apply({ ...LEASE, metadata, spec: { ...spec, renewTime } });
      }, 500);
      try {
        const controller = world.controller([
          '-leader-election-namespace=test',
          '-leader-election-lease-duration=6s',
          '-leader-election-renew-deadline=4s',
          '-leader-election-retry-period=1s',
        ]);
        const rollout = await world.eventually('the definitions are there', () => {
          try {
            return Rollout.apply(world, { name: 'leased', provider: 'istio' });
          } catch {
            return undefined;
          }
        });
        await standsAside(rollout);
        expect(rollout.condition('Accepted')).toContain(
          `${identity} and holds the Lease flagger-leader-election in namespace test`,
        );
        expect(rollout.condition('Accepted')).toContain('kubectl -n test scale deployment/flagger');
        expect(leads(controller)).toBe(false);
        expect(textAt(rollout.canary, 'status', 'phase')).toBe('');
        clearInterval(renewing);
        await rollout.reaches('Initialized');
        expect(rollout.condition('Accepted')).toBeUndefined();
      } finally {
        clearInterval(renewing);
      }
    },
    TIMEOUT,
  );
});
