/** Releases through the real process: every provider up and back, and what a release may consist of. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { textAt, valueAt } from './harness/look.ts';
import { canaryManifest, workloadManifest, Rollout, type RolloutWish } from './harness/rollout.ts';
import { aWorld } from './harness/shared.ts';
import { NAMESPACE } from './harness/world.ts';

const TIMEOUT = 90_000;
/** An interval counts from when a write was sent; one may take longer on its way than the next. */
const TRAVEL = 100;
const GATEWAY = { gatewayRefs: [{ name: 'gateway', namespace: 'infra' }] };

const world = aWorld();
afterAll(() => world.stop());

interface Story {
  readonly wish: RolloutWish;
  /** What is told between the start of a run and its end. */
  readonly up: readonly string[];
  readonly home: readonly string[];
}

const STORIES: readonly Story[] = [
  {
    wish: { name: 'mesh', provider: 'istio' },
    up: ['Advance mesh.test canary weight 50'],
    home: ['Routing all traffic to primary'],
  },
  {
    wish: { name: 'gateway', provider: 'gatewayapi:v1', service: GATEWAY },
    up: ['Advance gateway.test canary weight 50'],
    home: ['Routing all traffic to primary'],
  },
  {
    wish: { name: 'plain', provider: 'kubernetes', analysis: { iterations: 1 } },
    up: ['Advance plain.test canary iteration 1/1'],
    home: [],
  },
  {
    wish: {
      name: 'ab',
      provider: 'istio',
      analysis: { iterations: 1, match: [{ headers: { 'x-user': { exact: 'insider' } } }] },
    },
    up: ['Advance ab.test canary iteration 1/1'],
    home: ['Routing all traffic to primary'],
  },
];

describe('a release', () => {
  it.concurrent.each(STORIES)(
    '$wish.name ($wish.provider): a good revision is promoted',
    async ({ wish, up, home }) => {
      const rollout = await Rollout.install(await world.started(), wish);
      const { name } = wish;
      expect(rollout.targetReplicas).toBe(0);
      await rollout.push(`${name}:2`);
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe(`${name}:2`);
      expect(rollout.routed ?? 0).toBe(0);
      expect(rollout.run).toEqual([
        `New revision detected! Scaling up ${name}.test`,
        `Starting canary analysis for ${name}.test`,
        ...up,
        `Copying ${name}.test template spec to ${name}-primary.test`,
        ...home,
        `Promotion completed! Scaling down ${name}.test`,
      ]);
    },
    TIMEOUT,
  );

  it.concurrent.each(STORIES)(
    '$wish.name ($wish.provider): a bad revision goes back to the first',
    async ({ wish, up }) => {
      const w = await world.started();
      const name = `${wish.name}-bad`;
      const rollout = await Rollout.install(w, { ...wish, name });
      await rollout.push(`${name}:2`);
      await rollout.tells('Advance');
      w.metrics.say(name, 42.5);
      await rollout.rests('Failed');
      expect(rollout.primaryImage).toBe(`${name}:1`);
      expect(rollout.routed ?? 0).toBe(0);
      expect(rollout.run).toEqual([
        `New revision detected! Scaling up ${name}.test`,
        `Starting canary analysis for ${name}.test`,
        ...up.map((text) => text.replace(`${wish.name}.test`, `${name}.test`)),
        `Halt ${name}.test advancement success rate 42.50% < 99%`,
        `Halt ${name}.test advancement success rate 42.50% < 99%`,
        `Rolling back ${name}.test failed checks threshold reached 2`,
        `Canary failed! Scaling down ${name}.test`,
      ]);
    },
    TIMEOUT,
  );

  it.concurrent(
    'of a workload that never becomes ready goes back at the deadline, and says so',
    async () => {
      const wish = { name: 'stuck', provider: 'istio', spec: { progressDeadlineSeconds: 2 } };
      const rollout = await Rollout.install(await world.started(), wish);
      await rollout.push('stuck:broken');
      await rollout.rests('Failed');
      expect(rollout.run.join('\n')).toContain('Rolling back stuck.test progress deadline exceeded');
      expect(rollout.primaryImage).toBe('stuck:1');
    },
    TIMEOUT,
  );

  it.concurrent(
    'that changes nothing but a ConfigMap is one, and the primary keeps the old data until it is promoted',
    async () => {
      const w = await world.started();
      const settings = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings', namespace: NAMESPACE },
      };
      w.apply({ ...settings, data: { colour: 'blue' } });
      const container = { envFrom: [{ configMapRef: { name: 'settings' } }] };
      const rollout = await Rollout.install(w, { name: 'configured', provider: 'istio', container });
      const colour = (): unknown => valueAt(w.get('ConfigMap', 'settings-primary'), 'data', 'colour');
      w.apply({ ...settings, data: { colour: 'green' } });
      await rollout.tells('Advance configured.test canary weight 50');
      expect(colour()).toBe('blue');
      await rollout.rests('Succeeded');
      expect(colour()).toBe('green');
    },
    TIMEOUT,
  );

  it.concurrent(
    'without analysis is promoted at once when it is ready',
    async () => {
      const wish = { name: 'unanalysed', provider: 'istio', spec: { skipAnalysis: true } };
      const rollout = await Rollout.install(await world.started(), wish);
      await rollout.push('unanalysed:2');
      await rollout.rests('Succeeded');
      expect(rollout.run).toEqual([
        'New revision detected! Scaling up unanalysed.test',
        'Copying unanalysed.test template spec to unanalysed-primary.test',
        'Promotion completed! Canary analysis was skipped for unanalysed.test',
      ]);
    },
    TIMEOUT,
  );

  it.concurrent(
    'takes weights one interval apart',
    async () => {
      const analysis = { stepWeight: 20, maxWeight: 60, metrics: [] };
      const w = await world.started();
      const rollout = await Rollout.install(w, { name: 'paced', provider: 'istio', analysis });
      const seen: { readonly weight: unknown; readonly at: number }[] = [];
      w.sandbox.store.subscribe('virtualservices.networking.istio.io', ({ object }) => {
        if (object.metadata.name !== 'paced') return;
        const weight = valueAt(object, 'spec', 'http', 0, 'route', 1, 'weight');
        if (seen.at(-1)?.weight !== weight) seen.push({ weight, at: Date.now() });
      });
      await rollout.push('paced:2');
      await rollout.rests('Succeeded');
      expect(seen.map(({ weight }) => weight)).toEqual([20, 40, 60, 0]);
      const gaps = seen.slice(1, 3).map(({ at }, index) => at - (seen[index]?.at ?? 0));
      for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(1_000 - TRAVEL);
    },
    TIMEOUT,
  );
});

describe('a Canary over what is there already', () => {
  it.concurrent(
    'takes a Service over, keeps what it does not own, and traffic stays on running pods',
    async () => {
      const w = await world.started();
      const wish = { name: 'taken', provider: 'kubernetes', analysis: { iterations: 1 } };
      w.apply(workloadManifest(wish), {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'taken', namespace: NAMESPACE, labels: { team: 'a' } },
        spec: { selector: { app: 'taken' }, ports: [{ port: 80, targetPort: 9898 }] },
      });
      const before = valueAt(w.get('Service', 'taken'), 'spec', 'clusterIP');
      const endpoints: number[] = [];
      w.apply(canaryManifest(wish));
      w.sandbox.store.subscribe('services', ({ object }) => {
        if (object.metadata.name !== 'taken') return;
        const app = textAt(object, 'spec', 'selector', 'app');
        const workload = w.get('Deployment', app);
        endpoints.push(Number(valueAt(workload, 'status', 'readyReplicas') ?? 0));
      });
      await new Rollout(w, 'taken').reaches('Initialized');
      const service = w.get('Service', 'taken');
      expect(valueAt(service, 'spec', 'selector')).toEqual({ app: 'taken-primary' });
      expect(valueAt(service, 'spec', 'clusterIP')).toBe(before);
      expect(valueAt(service, 'metadata', 'labels', 'team')).toBe('a');
      expect(endpoints.every((ready) => ready === 2)).toBe(true);
    },
    TIMEOUT,
  );

  it.concurrent(
    'takes a VirtualService over and gives it back as it was when it is deleted',
    async () => {
      const w = await world.started();
      const spec = {
        hosts: ['routed'],
        gateways: ['mesh'],
        http: [{ timeout: '7s', route: [{ destination: { host: 'routed' } }] }],
      };
      w.apply({
        apiVersion: 'networking.istio.io/v1beta1',
        kind: 'VirtualService',
        metadata: { name: 'routed', namespace: NAMESPACE, annotations: { note: 'by hand' } },
        spec,
      });
      const wish = { name: 'routed', provider: 'istio', spec: { revertOnDeletion: true } };
      const rollout = await Rollout.install(w, wish);
      const routes = w.get('VirtualService', 'routed');
      expect(valueAt(routes, 'metadata', 'annotations', 'note')).toBe('by hand');
      expect(JSON.stringify(valueAt(routes, 'spec'))).toContain('routed-primary');
      await w.delete('Canary', 'routed');
      await rollout.tells('Terminated canary routed.test');
      expect(rollout.canary).toBeUndefined();
      expect(valueAt(w.get('VirtualService', 'routed'), 'spec')).toEqual(spec);
      expect(rollout.told.slice(-2)).toEqual([
        'Terminating canary routed.test',
        'Terminated canary routed.test',
      ]);
    },
    TIMEOUT,
  );
});
