/** What Kuma, Gloo and App Mesh do beyond what all providers promise: whose an object is, and who is sent where. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list, tree } from '../../../src/api/tree.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { appmesh, appmeshV1beta2 } from '../../../src/traffic/appmesh.ts';
import { gloo } from '../../../src/traffic/gloo.ts';
import { kuma } from '../../../src/traffic/kuma.ts';
import {
  observeRoutes,
  releaseTraffic,
  remainsOf,
  renderRoutes,
  renderServices,
  routedService,
  type RoutesInput,
} from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture, objectIn, objectsIn } from '../../support/canaries.ts';
import { TARGET } from '../../support/traffic.ts';

const NOW = instant(Date.UTC(2026, 0, 1));
const at10 = { canary: percent(10), mirrored: false };

describe('a TrafficRoute of Kuma', () => {
  const canary = canaryFrom(fixture('traffic', 'kuma', 'canary.yaml'));
  const theirs = objectIn(fixture('traffic', 'kuma', 'found-takeover.yaml'));
  const look = (current: readonly KubeObject[], namespace = 'test'): RoutesInput => ({
    ...{ canary: { ...canary, namespace }, provider: kuma, target: TARGET, current, now: NOW },
  });
  const routeIn = (input: RoutesInput): KubeObject | undefined =>
    renderRoutes({ ...input, routes: at10, mark: 1 }).find(({ kind }) => kind === 'TrafficRoute');
  const made = routeIn(look([]));
  if (made === undefined) throw new Error('nothing was rendered');

  it('is in no namespace and has no owner that is in one', () => {
    expect(made.metadata.namespace).toBeUndefined();
    expect(made.metadata.ownerReferences).toBeUndefined();
    expect(kuma.refs(routedService(canary))[0]?.namespace).toBeUndefined();
  });

  it('is never written for two Canaries (M65)', () => {
    const other = look([made], 'shop');

    expect(routeIn(other)).toBeUndefined();
    expect(observeRoutes(other).pending).toBe(
      'TrafficRoute podinfo, which there is one of in the whole cluster, routes for Canary test/podinfo; give this Canary another service.name, or delete it where nothing needs it',
    );
    expect(releaseTraffic(other)).toEqual([]);
    expect(remainsOf(other)).toEqual([]);
  });

  it.each([
    ['all that is sent', [{ match: { 'kuma.io/service': '*' } }]],
    ['what another namespace is sent', [{ match: { 'kuma.io/service': 'podinfo_shop_svc_9898' } }]],
    ['whatever has a tag', [{ match: { version: 'v1' } }]],
  ])('is left alone where it routes %s', (_, destinations) => {
    const wide = { ...theirs, spec: { ...tree(theirs['spec']), destinations } };

    expect(routeIn(look([wide]))).toBeUndefined();
    expect(observeRoutes(look([wide])).pending).toContain('TrafficRoute podinfo, which');
  });

  it('that is ours already is put back, whatever somebody made of its destinations', () => {
    const spoilt = { ...made, spec: { ...tree(made['spec']), destinations: [] } };

    expect(observeRoutes(look([spoilt])).routes).toMatchObject({ canary: 10, drifted: true });
    expect(at(routeIn(look([spoilt])), 'spec')).toEqual(made['spec']);
  });

  it('keeps its weights when the Canary names another port', () => {
    const { service } = canary;
    const input = look([made]);
    const moved = { ...input, canary: { ...canary, service: { ...service, port: 80 } } };

    expect(observeRoutes(moved).routes).toMatchObject({ canary: 10, drifted: true });
  });

  it('is deleted with a Canary that gives everything back, and one of the user’s is put back instead', () => {
    const flaggers = objectIn(fixture('traffic', 'kuma', 'found-flagger.yaml'));
    const taken = routeIn(look([theirs]));
    if (taken === undefined) throw new Error('nothing was rendered');

    expect(remainsOf(look([made]))).toEqual([made]);
    expect(remainsOf(look([flaggers]))).toEqual([flaggers]);
    expect(remainsOf(look([taken]))).toEqual([]);
    expect(releaseTraffic(look([taken])).map(({ spec }) => spec)).toEqual([theirs['spec']]);
    expect(remainsOf(look([theirs]))).toEqual([]);
  });

  it('stays in the mesh it is in, unless the Canary names one', () => {
    const elsewhere = { ...theirs, mesh: 'edge' };
    const naming = { ...canary, annotations: { 'kuma.io/mesh': 'shop' } };

    expect(routeIn(look([elsewhere]))?.['mesh']).toBe('edge');
    expect(routeIn({ ...look([elsewhere]), canary: naming })?.['mesh']).toBe('shop');
  });

  it('makes no sense where its split is no list of destinations', () => {
    const broken = { ...made, spec: { ...tree(made['spec']), conf: { split: 7 } } };

    expect(observeRoutes(look([broken])).malformed).toContain('TrafficRoute podinfo: ✖');
    expect(observeRoutes(look([broken])).malformed).toContain('conf.split');
  });
});

describe('a RouteTable of Gloo', () => {
  const look = (name: string, ...current: readonly KubeObject[]): RoutesInput => ({
    ...{
      canary: canaryFrom(fixture('traffic', 'gloo', name)),
      provider: gloo,
      target: TARGET,
      current,
      now: NOW,
    },
  });
  const rendered = (input: RoutesInput, routes = at10): readonly KubeObject[] =>
    gloo.render(routedService(input.canary), routes, input.current);
  const settled = rendered(look('canary.yaml'));
  const table = settled.find(({ kind }) => kind === 'RouteTable');

  it('leaves nobody without a route in an A/B test (M65)', () => {
    const [, , made] = rendered(look('canary-header-match.yaml'), { canary: percent(100), mirrored: false });
    const [chosen, others] = list(at(made, 'spec', 'routes'));

    expect(list(at(chosen, 'matchers'))).toHaveLength(2);
    expect(at(others, 'matchers')).toBeUndefined();
    expect(list(at(others, 'routeAction', 'multi', 'destinations')).map((one) => at(one, 'weight'))).toEqual([
      100, 0,
    ]);
  });

  it('keeps what somebody set on a route of ours, and nothing of the user’s own', () => {
    const [route] = list(at(table, 'spec', 'routes'));
    const set = {
      ...table,
      spec: { routes: [{ ...tree(route), options: { timeout: '7s' } }] },
    } as KubeObject;
    const [kept] = list(at(rendered(look('canary.yaml', set)).at(-1), 'spec', 'routes'));

    expect(at(kept, 'options', 'timeout')).toBe('7s');
  });

  it.each([
    ['a state', { state: 'Rejected', reason: 'no such upstream' }],
    [
      'the state of one of several Gloos',
      { statuses: { 'gloo-system': { state: 2, reason: 'no such upstream' } } },
    ],
  ])('is not in force where Gloo rejects it: %s', (_, status) => {
    const seen = observeRoutes(look('canary.yaml', { ...table, status } as KubeObject));

    expect(seen.pending).toBe('RouteTable podinfo.test: Gloo rejects it: no such upstream');
    expect(seen.routes).toMatchObject({ canary: 10, mark: -1 });
  });

  it('waits for the Upstream that the others are to be set like', () => {
    const input = look('canary-upstream-ref.yaml', ...settled);

    expect(observeRoutes(input).pending).toBe(
      'RouteTable podinfo.test: Upstream podinfo.gloo-system, which upstreamRef names, cannot be found',
    );
  });

  it('has Upstreams that follow that one, and keep what it leaves open', () => {
    const [model] = objectsIn(fixture('traffic', 'gloo', 'found-upstream-ref.yaml'));
    if (model === undefined) throw new Error('there is no model');
    const input = look('canary-upstream-ref.yaml', model);
    const own = rendered(input).map((object) => ({
      ...object,
      spec: { ...tree(object['spec']), useHttp2: false, ignoreHealthOnHostRemoval: true },
    }));
    const [canary] = rendered({ ...input, current: [model, ...own] });

    expect(canary?.['spec']).toMatchObject({ useHttp2: true, ignoreHealthOnHostRemoval: true });
    expect(at(canary, 'spec', 'static')).toBeUndefined();
  });

  it('looks in the namespace of the Canary where upstreamRef names none', () => {
    const text = fixture('traffic', 'gloo', 'canary-upstream-ref.yaml').replace(
      '    namespace: gloo-system\n',
      '',
    );

    expect(canaryFrom(text).upstream).toEqual({ name: 'podinfo', namespace: 'test' });
  });
});

describe('App Mesh', () => {
  const text = (name = 'canary.yaml'): string => fixture('traffic', 'appmesh-v1beta2', name);
  const look = (canary: string, ...current: readonly KubeObject[]): RoutesInput => ({
    ...{ canary: canaryFrom(canary), provider: appmeshV1beta2, target: TARGET, current, now: NOW },
  });
  const nodesIn = (input: RoutesInput): readonly KubeObject[] =>
    renderServices(input).filter(({ kind }) => kind === 'VirtualNode');
  const nodes = nodesIn(look(text()));
  const routes = renderRoutes({ ...look(text()), routes: at10, mark: 1 });
  const router = routes.find(({ kind, metadata }) => kind === 'VirtualRouter' && metadata.name === 'podinfo');

  it('chooses pods as their Services do, whatever the workload is called', () => {
    const target = { ...TARGET, label: 'tier', value: 'web', primary: { tier: 'front' } };
    const selectors = nodesIn({ ...look(text()), target }).map((node) =>
      at(node, 'spec', 'podSelector', 'matchLabels'),
    );

    expect(selectors).toEqual([{ tier: 'front' }, { tier: 'web' }]);
    const { primary: _, ...fresh } = target;
    expect(at(nodesIn({ ...look(text()), target: fresh })[0], 'spec', 'podSelector')).toEqual({
      matchLabels: { tier: 'web-primary' },
    });
  });

  it('chooses no pods where a Service is released', () => {
    const target = { ...TARGET, service: { template: undefined } };

    expect(nodesIn({ ...look(text()), target }).map((node) => at(node, 'spec', 'podSelector'))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('has nodes that call what the Canary names, time out as it says and log where it asks for that', () => {
    const wish = text('canary-gateway.yaml')
      .replace(
        '    hosts:',
        '    backends: [database, "arn:aws:appmesh:eu:1:mesh/a/virtualService/b"]\n    hosts:',
      )
      .replace('metadata:', 'metadata:\n  annotations: { appmesh.flagger.app/accesslog: enabled }');
    const [node] = nodesIn(look(wish));

    expect(node?.['spec']).toMatchObject({
      listeners: [{ timeout: { http: { perRequest: { unit: 'ms', value: 15_000 } } } }],
      backends: [
        { virtualService: { virtualServiceRef: { name: 'database' } } },
        { virtualService: { virtualServiceARN: 'arn:aws:appmesh:eu:1:mesh/a/virtualService/b' } },
      ],
      logging: { accessLog: { file: { path: '/dev/stdout' } } },
    });
  });

  it('keeps health checks, further listeners and names in AWS of a node', () => {
    const set = nodes.map((node) => {
      const [first] = list(at(node, 'spec', 'listeners'));
      const listeners = [{ ...tree(first), healthCheck: { path: '/' } }, { portMapping: { port: 9797 } }];
      return { ...node, spec: { ...tree(node['spec']), awsName: 'podinfo', listeners } };
    });

    expect(nodesIn(look(text(), ...set))).toEqual([]);
    const [moved] = nodesIn(look(text().replace('9898', '8080'), ...set));
    expect(moved?.['spec']).toMatchObject({
      awsName: 'podinfo',
      listeners: [
        { healthCheck: { path: '/' }, portMapping: { port: 8080 } },
        { portMapping: { port: 9797 } },
      ],
    });
  });

  it('speaks grpc by the name of the port, and listens on the Service’s where the container’s has a name', () => {
    const wish = text().replace('    targetPort: 9898', '    targetPort: api\n    portName: grpc-api');

    expect(at(nodesIn(look(wish))[0], 'spec', 'listeners')).toEqual([
      { portMapping: { port: 80, protocol: 'grpc' } },
    ]);
  });

  it('writes nothing again that is as it should be, in its older version either', () => {
    const older = canaryFrom(fixture('traffic', 'appmesh', 'canary-gateway.yaml'));
    const input = { ...look(text()), canary: older, provider: appmesh };
    const made = [...renderServices(input), ...renderRoutes({ ...input, routes: at10, mark: 1 })];

    expect(made.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toContain(
      'VirtualService podinfo.test',
    );
    const again = { ...input, current: made };
    expect([...renderServices(again), ...renderRoutes({ ...again, routes: at10, mark: 1 })]).toEqual([]);
  });

  it.each([
    ['has been seen only as it was', { observedGeneration: 1 }, 'App Mesh has seen generation 1 of 2'],
    [
      'is not active',
      { conditions: [{ type: 'VirtualRouterActive', status: 'False', reason: 'denied' }] },
      'App Mesh does not route by it: denied',
    ],
  ])('has a share that is not in force where the VirtualRouter %s', (_, status, said) => {
    const current = { ...router, metadata: { ...router?.metadata, generation: 2 }, status } as KubeObject;
    const seen = observeRoutes(look(text(), current));

    expect(seen.pending).toBe(`VirtualRouter podinfo.test: ${said}`);
    expect(seen.routes).toMatchObject({ canary: 10, mark: -1 });
  });

  it('is not taken for Istio, which has a VirtualService of the same name', () => {
    const istios = {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'VirtualService',
      metadata: { name: 'podinfo' },
    };
    const [entry] = appmeshV1beta2
      .render(routedService(canaryFrom(text())), at10, [istios])
      .filter(({ kind, metadata }) => kind === 'VirtualService' && metadata.name === 'podinfo');

    expect(entry?.apiVersion).toBe('appmesh.k8s.aws/v1beta2');
  });
});
