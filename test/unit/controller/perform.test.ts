/** One action against an API server that refuses some of its writes. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { ApiError, KubeObject, ObjectRef } from '../../../src/api/objects.ts';
import { at, list } from '../../../src/api/tree.ts';
import { perform } from '../../../src/controller/perform.ts';
import type { Tools } from '../../../src/controller/tools.ts';
import type { View } from '../../../src/controller/observe.ts';
import type { Action } from '../../../src/core/model.ts';
import { instant, percent, revision } from '../../../src/shared/brand.ts';
import { err, ok } from '../../../src/shared/result.ts';
import { targetKind } from '../../../src/targets/registry.ts';
import { trafficProviders } from '../../../src/traffic/registry.ts';
import { renderRoutes, renderServices, type RoutesInput } from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture, objectIn } from '../../support/canaries.ts';
import {
  canary as aDeploymentCanary,
  configs,
  edit,
  lookAt,
  NOW,
  target,
} from '../../support/deployments.ts';
import { FakeTools } from './tools.ts';

const { signal } = new AbortController();
const OWNER = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo' };
const HOME: Action = { kind: 'set-routes', routes: { canary: percent(0), mirrored: false }, mark: 2 };

/** A look that is about workloads. */
const UNROUTED = { routing: err('not looked at'), place: undefined, left: [] } as const;

interface Cluster {
  readonly tools: Pick<FakeTools, 'objects' | 'clock'>;
  readonly written: KubeObject[];
  readonly patched: ObjectRef[];
  /** Kind, name, uid and version. */
  readonly deleted: string[];
}

/** Stores nothing: what it was asked to write is all there is to see. */
function aCluster(refuse: (object: KubeObject) => ApiError | undefined = () => undefined): Cluster {
  const fake = new FakeTools();
  const written: KubeObject[] = [];
  const patched: ObjectRef[] = [];
  const write = async (object: KubeObject) => {
    const refusal = refuse(object);
    if (refusal !== undefined) return err(refusal);
    written.push(object);
    return ok(object);
  };
  const patch = async (ref: ObjectRef) => {
    patched.push(ref);
    return ok(target);
  };
  const deleted: string[] = [];
  const remove: Tools['objects']['delete'] = async ({ kind, name }, { uid, resourceVersion }) => {
    deleted.push([kind, name, uid, resourceVersion].join(' '));
    return ok();
  };
  const objects = { ...fake.objects, create: write, replace: write, patch, delete: remove };
  return { tools: { ...fake, clock: fake.clock, objects }, written, patched, deleted };
}

/** Half of the traffic is on the canary, and everything about the routes has changed since. */
function routedView(): View {
  const canary = canaryFrom(fixture('traffic', 'istio', 'canary.yaml'));
  const input: RoutesInput = {
    canary,
    provider: trafficProviders.istio,
    target: { label: 'app', value: 'podinfo', primary: { app: 'podinfo-primary' }, ports: [] },
    current: [],
    now: NOW,
  };
  const before = renderRoutes({ ...input, routes: { canary: percent(50), mirrored: false }, mark: 1 });
  const current = before.map((object) => {
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: '1' } };
    const edited = { ...(at(object, 'spec') as object), selector: { app: 'podinfo' }, host: 'other' };
    return object.kind === 'VirtualService' ? versioned : { ...versioned, spec: edited };
  });
  return {
    canary,
    kind: undefined,
    look: lookAt([]),
    routing: ok({ ...input, current }),
    place: 'istio/podinfo',
    left: [],
  };
}

describe('bringing traffic home', () => {
  it.each(['Service', 'DestinationRule'])(
    'moves the weights though a %s may not be written, and says what was refused',
    async (kind) => {
      const { tools, written } = aCluster((object) =>
        object.kind === kind ? { kind: 'forbidden', detail: `no ${kind} for you` } : undefined,
      );

      const done = await perform(tools, routedView(), HOME, signal);

      const weights = written.find((object) => object.kind === 'VirtualService');
      const [http] = list(at(weights, 'spec', 'http'));
      expect(list(at(http, 'route')).map((to) => at(to, 'weight'))).toEqual([100, 0]);
      expect(done).toEqual(err({ kind: 'forbidden', detail: `no ${kind} for you` }));
    },
  );

  it('names a refusal rather than a conflict, which settles itself', async () => {
    const { tools } = aCluster((object) =>
      object.kind === 'Service'
        ? { kind: 'conflict', detail: 'somebody was faster' }
        : { kind: 'forbidden', detail: 'not allowed' },
    );

    expect(await perform(tools, routedView(), HOME, signal)).toMatchObject({ error: { kind: 'forbidden' } });
  });
});

describe('a Service that gets its first requests', () => {
  const TO_CANARY: Action = { kind: 'set-routes', routes: { canary: percent(10), mirrored: false }, mark: 2 };
  const slice = (ready: boolean | undefined): KubeObject => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'podinfo-canary-x' },
    endpoints: [{ addresses: ['10.0.0.1'], conditions: ready === undefined ? {} : { ready } }],
  });
  const EMPTY = {
    kind: 'unavailable',
    detail: expect.stringMatching(/^Service podinfo-canary has no ready end/),
  };

  /** Everything is on the primary since a second, the canary's Service exists. */
  function atHome(change: { readonly status?: object; readonly selector?: object } = {}): View {
    const canary = canaryFrom(fixture('traffic', 'istio', 'canary.yaml'));
    const status = { ...canary.status, changedAt: instant(NOW - 1_000), ...change.status };
    const input: RoutesInput = {
      canary: { ...canary, status },
      provider: trafficProviders.istio,
      target: { label: 'app', value: 'podinfo', primary: { app: 'podinfo-primary' }, ports: [] },
      current: [],
      now: NOW,
    };
    const routes = { canary: percent(0), mirrored: false };
    const made = [...renderServices(input), ...renderRoutes({ ...input, routes, mark: 1 })];
    const current = made.map((object) =>
      change.selector !== undefined && object.metadata.name === 'podinfo-canary'
        ? { ...object, spec: { ...(object['spec'] as object), selector: change.selector } }
        : object,
    );
    const routing = ok({ ...input, current });
    return {
      canary: input.canary,
      kind: undefined,
      look: lookAt([]),
      routing,
      place: 'istio/podinfo',
      left: [],
    };
  }

  async function given(view: View, slices: Tools['objects']['list'], action = TO_CANARY) {
    const { tools, written } = aCluster();
    const asked: string[] = [];
    const list: Tools['objects']['list'] = (kind, where, options) => {
      asked.push(`${kind.kind} of ${where.namespace}/${where.value}`);
      return slices(kind, where, options);
    };
    await tools.clock.advance(NOW - tools.clock.now());
    const done = await perform({ ...tools, objects: { ...tools.objects, list } }, view, action, signal);
    return { done, asked, written: written.map(({ kind }) => kind) };
  }

  it.each([
    ['with a pod that is ready', [slice(false), slice(true)]],
    ['with a pod that nothing is said of, which means ready', [slice(undefined)]],
  ])('gets them %s', async (_, slices) => {
    const { asked, written } = await given(atHome(), async () => ok(slices));

    expect(written).toContain('VirtualService');
    expect(asked).toEqual(['EndpointSlice of test/podinfo-canary']);
  });

  it.each([
    ['with nobody behind it', []],
    ['with pods that are not ready', [slice(false)]],
  ])('is left without them %s: silently at first, then with a reason', async (_, slices) => {
    const soon = await given(atHome(), async () => ok(slices));
    const late = await given(atHome({ status: { changedAt: instant(NOW - 10_000) } }), async () =>
      ok(slices),
    );

    expect(soon).toMatchObject({ done: ok(), written: [] });
    expect(late).toMatchObject({ done: { ok: false, error: EMPTY }, written: [] });
  });

  it.each(['forbidden', 'unavailable'] as const)('gets them where the question is %s', async (kind) => {
    const { written } = await given(atHome(), async () => err({ kind, detail: 'not today' }));

    expect(written).toContain('VirtualService');
  });

  it('is not asked about while it has requests already, nor where it selects no pods', async () => {
    const none = async () => ok([]);
    const more = await given(routedView(), none, {
      ...TO_CANARY,
      routes: { canary: percent(60), mirrored: false },
    });
    const unselecting = await given(atHome({ selector: {} }), none);

    expect(more).toMatchObject({ asked: [], written: expect.arrayContaining(['VirtualService']) });
    expect(unselecting).toMatchObject({ asked: [], written: expect.arrayContaining(['VirtualService']) });
  });

  it('is the one of the primary where a Canary begins, and never when traffic comes home', async () => {
    const view = atHome({ status: { phase: 'Initializing' } });
    const routing = view.routing.ok
      ? ok({
          ...view.routing.value,
          current: view.routing.value.current.filter(({ kind }) => kind === 'Service'),
        })
      : view.routing;

    const begun = await given({ ...view, routing }, async () => ok([]), HOME);
    const home = await given(routedView(), async () => ok([]), HOME);

    expect(begun).toMatchObject({ asked: ['EndpointSlice of test/podinfo-primary'], written: [] });
    expect(home).toMatchObject({ asked: [], written: expect.arrayContaining(['VirtualService']) });
  });
});

describe('copying the target', () => {
  it('M4: copies nothing where it carries another revision than the one that is meant', async () => {
    const { tools, written } = aCluster();
    const canary = aDeploymentCanary();
    const view: View = {
      canary,
      kind: targetKind(canary.target),
      look: lookAt([target, ...configs], { canary }),
      ...UNROUTED,
    };
    const copy = (name: string) =>
      perform(tools, view, { kind: 'write-primary', from: 'target', revision: revision(name) }, signal);
    const carried = view.kind?.observeTarget(view.look)?.revision ?? '';

    expect(await copy('1-analysed')).toMatchObject({ error: { kind: 'conflict' } });
    expect(written).toEqual([]);
    expect(await copy(carried)).toEqual(ok());
    expect(written.at(-1)?.metadata.name).toBe('podinfo-primary');
  });
});

describe('a new primary on App Mesh', () => {
  const appmesh = canaryFrom(fixture('traffic', 'appmesh-v1beta2', 'canary.yaml'));
  const routesAt = (current: readonly KubeObject[], app: string): RoutesInput => ({
    canary: appmesh,
    provider: trafficProviders['appmesh:v1beta2'],
    target: { label: 'app', value: app, primary: { app: `${app}-primary` }, ports: [] },
    current,
    now: NOW,
  });
  const seen = (current: readonly KubeObject[]): View => ({
    canary: appmesh,
    kind: targetKind(appmesh.target),
    look: lookAt([target, ...configs], { canary: appmesh }),
    routing: ok(routesAt(current, 'podinfo')),
    place: 'appmesh:v1beta2/podinfo',
    left: [],
  });
  const copy = (cluster: Cluster, view: View) => {
    const carried = view.kind?.observeTarget(view.look)?.revision ?? revision('');
    return perform(cluster.tools, view, { kind: 'write-primary', from: 'target', revision: carried }, signal);
  };
  /** Everything as it was for another target, whose primary serves: no Service is changed before this one can. */
  const former = renderServices(routesAt([], 'former'));

  it('of another target gets its nodes first, though the Services stay as they are', async () => {
    const first = aCluster();
    expect(await copy(first, seen(former))).toEqual(ok());

    expect(first.written.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'VirtualNode podinfo-primary',
      'VirtualNode podinfo-canary',
    ]);
    const services = former.filter(({ kind }) => kind === 'Service');
    const second = aCluster();
    expect(await copy(second, seen([...services, ...first.written]))).toEqual(ok());
    expect(second.written.at(-1)).toMatchObject({
      kind: 'Deployment',
      metadata: { name: 'podinfo-primary' },
    });
  });

  it.each(['already-exists', 'conflict'] as const)(
    'waits for the next look where a node is %s',
    async (kind) => {
      const cluster = aCluster(() => ({ kind, detail: 'written with the Services' }));

      expect(await copy(cluster, seen([]))).toEqual(ok());
    },
  );

  it('says so where its nodes may not be written', async () => {
    const cluster = aCluster(() => ({ kind: 'forbidden', detail: 'no nodes for you' }));

    expect(await copy(cluster, seen([]))).toMatchObject({ error: { kind: 'forbidden' } });
  });
});

describe('scaling a target', () => {
  it('works whatever version of its kind the Canary names, as reading it does', async () => {
    const { tools, patched } = aCluster();
    const canary = aDeploymentCanary();
    const old = { ...canary, target: { ...canary.target, apiVersion: 'extensions/v1beta1' } };
    const parked = edit(target, ['spec', 'replicas'], 0);
    const view: View = {
      canary: old,
      kind: targetKind(old.target),
      look: lookAt([parked], { canary: old }),
      ...UNROUTED,
    };

    expect(await perform(tools, view, { kind: 'scale-target', up: true }, signal)).toEqual(ok());

    expect(patched).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo', namespace: 'test' },
    ]);
  });

  it('to nothing that is refused is told in the words people know, and to something in those of the refusal', async () => {
    const { tools } = aCluster();
    const patch: Tools['objects']['patch'] = async () => err({ kind: 'forbidden', detail: 'not allowed' });
    const refusing = { ...tools, objects: { ...tools.objects, patch } };
    const canary = aDeploymentCanary();
    const scale = (replicas: number, up: boolean) => {
      const look = lookAt([edit(target, ['spec', 'replicas'], replicas)], { canary });
      const view: View = { canary, kind: targetKind(canary.target), look, ...UNROUTED };
      return perform(refusing, view, { kind: 'scale-target', up }, signal);
    };

    expect(await scale(2, false)).toEqual(
      err({ kind: 'forbidden', detail: 'scaling down canary Deployment podinfo.test failed: not allowed' }),
    );
    expect(await scale(0, true)).toEqual(err({ kind: 'forbidden', detail: 'not allowed' }));
  });
});

describe('the primary’s autoscaler', () => {
  const REF = 'autoscalerRef: { kind: HorizontalPodAutoscaler, name: web }';
  const hpa = (name: string, scaled: string): KubeObject =>
    objectIn(`
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: ${name}, namespace: test, uid: ${name}-uid, resourceVersion: "4" }
spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${scaled} } }
`);
  const seen = (canary: Canary, ...objects: readonly KubeObject[]): View => ({
    canary,
    kind: targetKind(canary.target),
    look: lookAt(objects, { canary }),
    ...UNROUTED,
  });

  it('is made of the target’s, and not made again', async () => {
    const { tools, written } = aCluster();
    const canary = aDeploymentCanary(REF);
    const users = hpa('web', 'podinfo');

    expect(await perform(tools, seen(canary, users), { kind: 'write-autoscaler' }, signal)).toEqual(ok());
    const again = seen(canary, users, ...written);
    expect(await perform(tools, again, { kind: 'write-autoscaler' }, signal)).toEqual(ok());

    expect(written.map(({ metadata }) => metadata.name)).toEqual(['web-primary']);
  });

  it('cannot be made of none, and that is said', async () => {
    const { tools } = aCluster();
    const view = seen(aDeploymentCanary(REF));

    expect(await perform(tools, view, { kind: 'write-autoscaler' }, signal)).toEqual(
      err({ kind: 'invalid', detail: 'HorizontalPodAutoscaler web.test not found' }),
    );
  });

  it('goes when the Canary names another, as it was seen and no other', async () => {
    const { tools, deleted } = aCluster();
    const canary = aDeploymentCanary('', { autoscaler: 'HorizontalPodAutoscaler/web' });
    const controller = { ...OWNER, uid: 'canary-uid', controller: true };
    const copy = edit(hpa('web-primary', 'podinfo-primary'), ['metadata', 'ownerReferences'], [controller]);

    expect(await perform(tools, seen(canary, copy), { kind: 'remove-autoscaler' }, signal)).toEqual(ok());
    expect(await perform(tools, seen(canary), { kind: 'remove-autoscaler' }, signal)).toEqual(ok());

    expect(deleted).toEqual(['HorizontalPodAutoscaler web-primary web-primary-uid 4']);
  });
});

describe('a copy of a Secret', () => {
  it('whose type has changed is deleted as it was seen, and made again with its data', async () => {
    const { tools, written, deleted } = aCluster();
    const canary = aDeploymentCanary();
    const name = 'volume-secret-primary';
    const source = configs.find(({ metadata }) => metadata.name === 'volume-secret') ?? target;
    const metadata = { name, namespace: 'test', uid: 'u', resourceVersion: '7' };
    const copy: KubeObject = { ...source, type: 'kubernetes.io/tls', metadata };
    const look = lookAt([target, ...configs, copy], { canary });
    const kind = targetKind(canary.target);
    const carried = kind?.observeTarget(look)?.revision ?? revision('');
    const view: View = { canary, kind, look, ...UNROUTED };

    const action: Action = { kind: 'write-primary', from: 'target', revision: carried };
    expect(await perform(tools, view, action, signal)).toEqual(ok());

    expect(deleted).toEqual([`Secret ${name} u 7`]);
    const made = written.find((object) => object.metadata.name === name);
    expect([made?.['type'], made?.['data'], made?.metadata.uid, made?.metadata.resourceVersion]).toEqual([
      'Opaque',
      { key: 'c2VjcmV0' },
      undefined,
      undefined,
    ]);
  });
});

describe('keeping a snapshot', () => {
  it('says what is in its way, since waiting does not move it', async () => {
    const { tools } = aCluster(() => ({ kind: 'already-exists', detail: 'it exists' }));
    const canary = aDeploymentCanary();
    const primary = { ...target, metadata: { ...target.metadata, name: 'podinfo-primary' } };
    const view: View = {
      canary,
      kind: targetKind(canary.target),
      look: lookAt([target, primary], { canary }),
      ...UNROUTED,
    };

    const done = await perform(tools, view, { kind: 'keep-snapshot', revision: revision('1-ab') }, signal);

    expect(done).toEqual(
      err({
        kind: 'invalid',
        detail:
          'ControllerRevision podinfo-promoted exists and is not a snapshot of ours; delete or rename it',
      }),
    );
  });
});
