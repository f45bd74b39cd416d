/** What a release must respect beside the weights: an autoscaler, and visitors who have seen a version. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { valueAt } from './harness/look.ts';
import { Rollout } from './harness/rollout.ts';
import { aWorld } from './harness/shared.ts';
import type { World } from './harness/world.ts';

const TIMEOUT = 90_000;

const world = aWorld();
afterAll(() => world.stop());

function autoscaler(
  name: string,
  spec: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'test' },
    spec: { scaleTargetRef, ...spec },
  };
}

function autoscalerRef(name: string): Readonly<Record<string, unknown>> {
  return { apiVersion: 'autoscaling/v2beta2', kind: 'HorizontalPodAutoscaler', name };
}

function copy(w: World, name: string): unknown {
  return w.get('HorizontalPodAutoscaler', `${name}-primary`);
}

describe('a target with a HorizontalPodAutoscaler', () => {
  it.concurrent(
    'has a primary that is scaled as it is, through a release and after every edit',
    async () => {
      const w = await world.started();
      w.apply(autoscaler('elastic', { minReplicas: 3, maxReplicas: 5 }));
      const spec = { autoscalerRef: autoscalerRef('elastic') };
      const rollout = await Rollout.install(w, { name: 'elastic', provider: 'istio', spec });
      expect(valueAt(copy(w, 'elastic'), 'spec', 'scaleTargetRef', 'name')).toBe('elastic-primary');
      await rollout.comes('has three pods', () => rollout.primaryReplicas === 3);

      const woken: unknown[] = [];
      w.sandbox.store.subscribe('deployments.apps', ({ object }) => {
        if (object.metadata.name === 'elastic') woken.push(valueAt(object, 'spec', 'replicas'));
      });
      // While it runs, the primary is given more by its autoscaler; the promotion must not take that back.
      await w.patch('HorizontalPodAutoscaler', 'elastic', { spec: { minReplicas: 4 } });
      await rollout.comes('follows the edit', () => rollout.primaryReplicas === 4);
      await rollout.push('elastic:2');
      await rollout.rests('Succeeded');
      expect(rollout.primaryReplicas).toBe(4);
      expect(woken.find((replicas) => replicas !== 0)).toBe(4);
      expect(valueAt(w.get('HorizontalPodAutoscaler', 'elastic'), 'spec', 'scaleTargetRef', 'name')).toBe(
        'elastic',
      );
    },
    TIMEOUT,
  );

  it.concurrent(
    'is not initialized before that exists, which is said, and goes on when it comes',
    async () => {
      const w = await world.started();
      const spec = { autoscalerRef: autoscalerRef('late') };
      const rollout = Rollout.apply(w, { name: 'late', provider: 'kubernetes', spec });
      await rollout.tells('HorizontalPodAutoscaler late.test not found');
      expect(rollout.phase).toBe('Initializing');
      w.apply(autoscaler('late', { maxReplicas: 5 }));
      await rollout.reaches('Initialized');
      expect(copy(w, 'late')).toBeDefined();
    },
    TIMEOUT,
  );

  it.concurrent(
    'loses the copy when it names that autoscaler no more, and nothing else',
    async () => {
      const w = await world.started();
      w.apply(autoscaler('fickle', { minReplicas: 2, maxReplicas: 5 }));
      const spec = { autoscalerRef: autoscalerRef('fickle') };
      const rollout = await Rollout.install(w, { name: 'fickle', provider: 'kubernetes', spec });
      await rollout.amend({ spec: { autoscalerRef: null } });
      await rollout.comes('loses the copy', () => copy(w, 'fickle') === undefined);
      expect(w.get('HorizontalPodAutoscaler', 'fickle')).toBeDefined();
      expect(rollout.primaryReplicas).toBe(2);
    },
    TIMEOUT,
  );
});

describe('a DaemonSet', () => {
  it.concurrent(
    'that does not come up is given up by a deadline of ours, and a good one follows',
    async () => {
      const w = await world.started();
      const spec = { progressDeadlineSeconds: 3 };
      const rollout = await Rollout.install(w, {
        name: 'daemon',
        kind: 'DaemonSet',
        provider: 'istio',
        spec,
      });
      expect(rollout.targetReplicas).toBe(0);
      await rollout.push('daemon:broken');
      await rollout.rests('Failed');
      expect(rollout.told).toContain('Canary failed! Scaling down daemon.test');
      const waiting = w.events('daemon').map(({ message }) => message);
      expect(waiting.join()).toContain(
        'canary daemonset daemon.test not ready: waiting for rollout to finish: ',
      );
      expect(rollout.primaryImage).toBe('daemon:1');
      await rollout.push('daemon:2');
      await rollout.rests('Succeeded');
      expect(rollout.primaryImage).toBe('daemon:2');
      expect(
        w.sandbox.store.list('pods', 'test').filter(({ metadata }) => metadata.labels?.['app'] === 'daemon'),
      ).toEqual([]);
    },
    TIMEOUT,
  );
});

describe('visitors who are kept by cookies', () => {
  it.concurrent.each(['istio', 'gatewayapi:v1'])(
    'are given one that is remembered already, and lose it with the run: %s',
    async (provider) => {
      const w = await world.started();
      const name = `loyal-${provider.slice(0, 5)}`;
      const kind = provider === 'istio' ? 'VirtualService' : 'HTTPRoute';
      const plural =
        kind === 'HTTPRoute' ? 'httproutes.gateway.networking.k8s.io' : 'virtualservices.networking.istio.io';
      const early: unknown[] = [];
      const given = new Set<string>();
      w.sandbox.store.subscribe(plural, ({ object }) => {
        if (object.metadata.name !== name) return;
        for (const [, cookie = ''] of JSON.stringify(object).matchAll(/"(podinfo-\w+=\w+); Max-Age=(?!-)/g)) {
          given.add(cookie);
          const status = JSON.stringify(valueAt(w.get('Canary', name), 'status'));
          if (!status.includes(cookie)) early.push(cookie);
        }
      });
      const rollout = await Rollout.install(w, {
        name,
        provider,
        analysis: { sessionAffinity: { cookieName: 'podinfo-canary', primaryCookieName: 'podinfo-primary' } },
        ...(kind === 'HTTPRoute' && { service: { gatewayRefs: [{ name: 'public' }] } }),
      });
      await rollout.push(`${name}:2`);
      await rollout.rests('Succeeded');
      expect(early).toEqual([]);
      expect([...given].map((cookie) => cookie.split('=')[0]).sort()).toEqual([
        'podinfo-canary',
        'podinfo-primary',
      ]);
      const canary = [...given].find((cookie) => cookie.startsWith('podinfo-canary'));
      expect(valueAt(rollout.canary, 'status', 'previousSessionAffinityCookie')).toBe(canary);
      expect(valueAt(rollout.canary, 'status', 'sessionAffinityCookie')).toBeUndefined();
      expect(JSON.stringify(w.get(kind, name)).match(/Max-Age=[-\d]+/g)).toEqual(['Max-Age=-1']);
    },
    TIMEOUT,
  );
});

describe('a Secret of a target', () => {
  it.concurrent(
    'that is made again with another type is released, and its copy is of that type too',
    async () => {
      const w = await world.started();
      const keys = (type: string, username: string): Readonly<Record<string, unknown>> => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'keys', namespace: 'test' },
        type,
        data: { username: Buffer.from(username).toString('base64') },
      });
      w.apply(keys('Opaque', 'first'));
      const container = { envFrom: [{ secretRef: { name: 'keys' } }] };
      const rollout = await Rollout.install(w, { name: 'keyed', provider: 'istio', container });
      expect(valueAt(w.get('Secret', 'keys-primary'), 'type')).toBe('Opaque');
      const since = rollout.applied;
      await w.delete('Secret', 'keys');
      w.apply(keys('kubernetes.io/basic-auth', 'second'));
      await rollout.rests('Succeeded', { since });
      const copy = w.get('Secret', 'keys-primary');
      expect(valueAt(copy, 'type')).toBe('kubernetes.io/basic-auth');
      expect(valueAt(copy, 'data', 'username')).toBe(Buffer.from('second').toString('base64'));
      expect(rollout.told.join()).not.toContain('immutable');
    },
    TIMEOUT,
  );
});
