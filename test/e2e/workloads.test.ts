/** What a release must respect beside the weights: an autoscaler, and visitors who have seen a version. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { textAt, valueAt } from './harness/look.ts';
import { canaryManifest, Rollout, workloadManifest } from './harness/rollout.ts';
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

describe('a target with a ScaledObject', () => {
  const PAUSED = 'autoscaling.keda.sh/paused-replicas';
  const paused = (w: World, name: string): unknown =>
    valueAt(w.get('ScaledObject', name), 'metadata', 'annotations', PAUSED);
  const fed = async (w: World, name: string): Promise<Rollout> => {
    const trigger = { type: 'prometheus', metadata: { query: `sum(rate(rq{app="${name}-canary"}[1m]))` } };
    w.apply({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name, namespace: 'test' },
      spec: { scaleTargetRef: { name }, minReplicaCount: 3, triggers: [trigger] },
    });
    const autoscalerRef = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name };
    return Rollout.install(w, { name, provider: 'istio', spec: { autoscalerRef, revertOnDeletion: true } });
  };

  it.concurrent(
    'keda: primary query rewritten, pause annotation `0` at rest, removed in a run, paused again',
    async () => {
      const w = await world.started();
      const rollout = await fed(w, 'fed');
      expect(valueAt(w.get('ScaledObject', 'fed-primary'), 'spec')).toMatchObject({
        scaleTargetRef: { kind: 'Deployment', name: 'fed-primary' },
        triggers: [{ metadata: { query: 'sum(rate(rq{app="fed-primary"}[1m]))' } }],
      });
      expect(paused(w, 'fed-primary')).toBeUndefined();
      expect([paused(w, 'fed'), rollout.targetReplicas]).toEqual(['0', 0]);
      const seen: string[] = [];
      w.sandbox.store.subscribe('*', ({ object: { kind, metadata } }) => {
        if (metadata.name !== 'fed' || !['ScaledObject', 'Deployment'].includes(kind)) return;
        const state = `${String(paused(w, 'fed'))}/${String(rollout.targetReplicas)}`;
        if (seen.at(-1) !== state) seen.push(state);
      });
      await rollout.push('fed:2');
      await rollout.rests('Succeeded');
      // Told to scale before there is something, and to leave it before there is nothing.
      expect(seen).toEqual(['0/0', 'undefined/0', 'undefined/3', '0/3', '0/0']);
    },
    TIMEOUT,
  );

  it.concurrent(
    'is scaled by it again when the Canary goes, and when the Canary names it no more',
    async () => {
      const w = await world.started();
      const left = await fed(w, 'left');
      await left.amend({ spec: { autoscalerRef: null } });
      await left.comes('may be scaled', () => paused(w, 'left') === undefined);
      await left.comes('has no copy', () => w.get('ScaledObject', 'left-primary') === undefined);
      expect(left.targetReplicas).toBe(0);
      const gone = await fed(w, 'gone');
      await w.delete('Canary', 'gone');
      await w.eventually('it is gone', () => w.get('Canary', 'gone') === undefined);
      expect([paused(w, 'gone'), gone.targetReplicas]).toEqual([undefined, 2]);
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

describe('a Service', () => {
  const leads = (w: World, name: string): string => textAt(w.get('Service', name), 'spec', 'selector', 'app');
  const to = (app: string): Readonly<Record<string, unknown>> => ({ spec: { selector: { app } } });

  /** The Service leads to `<name>-blue`; `<name>-green` is there too. */
  const install = async (
    w: World,
    name: string,
    wish: Omit<Parameters<typeof canaryManifest>[0], 'name' | 'provider'>,
  ): Promise<Rollout> => {
    const ports = [{ name: 'http', port: 80, targetPort: 9898 }];
    const spec = { selector: { app: `${name}-blue` }, ports };
    w.apply(
      ...['blue', 'green'].map((colour) => workloadManifest({ name: `${name}-${colour}`, provider: '' })),
      { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'test' }, spec },
      canaryManifest({ ...wish, name, provider: 'istio' }),
    );
    const rollout = new Rollout(w, name);
    await rollout.reaches('Initialized');
    return rollout;
  };

  it.concurrent(
    'is released: its canary follows it at once, its primary when that is promoted, and it stays as it is',
    async () => {
      const w = await world.started();
      const targetRef = { apiVersion: 'core/v1', kind: 'Service', name: 'front' };
      const rollout = await install(w, 'front', { spec: { targetRef, revertOnDeletion: true } });
      expect([leads(w, 'front-primary'), leads(w, 'front-canary')]).toEqual(['front-blue', 'front-blue']);
      expect(rollout.routed).toBe(0);
      const promoted: unknown[] = [];
      w.sandbox.store.subscribe('services', ({ object }) => {
        if (object.metadata.name === 'front-primary' && leads(w, 'front-primary') === 'front-green')
          promoted.push(rollout.phase);
      });
      await w.patch('Service', 'front', to('front-green'));
      await rollout.comes('has a canary that follows', () => leads(w, 'front-canary') === 'front-green');
      expect(leads(w, 'front-primary')).toBe('front-blue');
      await rollout.comes('sends half there', () => rollout.routed === 50);
      await rollout.reaches('Succeeded');
      expect(promoted[0]).toBe('Promoting');
      expect([leads(w, 'front'), leads(w, 'front-primary')]).toEqual(['front-green', 'front-green']);
      await w.delete('Canary', 'front');
      await w.eventually('it is gone', () => w.get('Canary', 'front') === undefined);
      expect(valueAt(w.get('Service', 'front'), 'metadata', 'annotations') ?? {}).toEqual({});
      expect(leads(w, 'front')).toBe('front-green');
    },
    TIMEOUT,
  );

  it.concurrent(
    'that fails is not followed by its primary, and one that leads to nobody gets no requests',
    async () => {
      const w = await world.started();
      const targetRef = { apiVersion: 'v1', kind: 'Service', name: 'back' };
      const analysis = { metrics: [UNKNOWN] };
      const rollout = await install(w, 'back', { spec: { targetRef }, analysis });
      await w.patch('Service', 'back', to('nobody'));
      await rollout.tells('Service back-canary has no ready endpoints, so it is given no traffic');
      expect(rollout.routed).toBe(0);
      await w.patch('Service', 'back', to('back-green'));
      await rollout.reaches('Failed');
      await rollout.comes('has its traffic home', () => rollout.routed === 0);
      expect(leads(w, 'back-primary')).toBe('back-blue');
    },
    TIMEOUT,
  );
});

/** No data is a failed check. */
const UNKNOWN = { name: 'nobody', templateRef: { name: 'nobody' }, thresholdRange: { max: 1 } };

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
