/** What the providers do beyond what all of them promise: drift, edits by hand, what is not in force yet. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list, tree } from '../../../src/api/tree.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { err } from '../../../src/shared/result.ts';
import { isExpressible } from '../../../src/traffic/gateway-api-rules.ts';
import { mergeMatches } from '../../../src/traffic/match.ts';
import { trafficProviders } from '../../../src/traffic/registry.ts';
import {
  observeRoutes,
  releaseTraffic,
  renderRoutes,
  type RoutesInput,
} from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture } from '../../support/canaries.ts';

const NOW = instant(Date.UTC(2026, 0, 1));
const at10 = { canary: percent(10), mirrored: false };

function settled(key: 'istio' | 'gatewayapi', name = 'canary'): RoutesInput {
  const canary: Canary = canaryFrom(fixture('traffic', key, `${name}.yaml`));
  const target = { label: 'app', value: 'podinfo', primary: { app: 'podinfo-primary' }, ports: [] };
  const input = { canary, provider: trafficProviders[key], target, current: [], now: NOW };
  return { ...input, current: renderRoutes({ ...input, routes: at10, mark: 1 }) };
}

/** The objects of one kind with another spec. */
function withSpec(input: RoutesInput, kind: string, change: (spec: KubeObject) => object): RoutesInput {
  const current = input.current.map((object) =>
    object.kind === kind ? { ...object, spec: change(tree(object['spec']) as KubeObject) } : object,
  );
  return { ...input, current };
}

describe('routes are in force', () => {
  it('since they were written, or since routers have heard again from an API server that was away', () => {
    const input = settled('istio');
    const later = instant(NOW + 20_000);

    expect(observeRoutes(input).routes).toMatchObject({ since: NOW });
    expect(observeRoutes({ ...input, settledAt: later }).routes).toMatchObject({ since: later });
    expect(observeRoutes({ ...input, settledAt: instant(NOW - 1) }).routes).toMatchObject({ since: NOW });
  });
});

describe('a mark', () => {
  it('keeps its time where the position cannot be in the objects yet, so that one look is like the other', () => {
    const input = settled('istio');
    const detail = 'what it hangs on is not found';
    const unread: typeof input.provider = {
      ...input.provider,
      parse: () => err({ kind: 'pending', detail, written: undefined }),
    };
    const later = { ...input, provider: unread, now: instant(NOW + 60_000), routes: at10 };

    expect(renderRoutes({ ...later, mark: 1 })).toEqual([]);
    expect(renderRoutes({ ...later, mark: 2 })).toHaveLength(1);
  });
});

describe('drift', () => {
  it.each([
    [
      'a host of a VirtualService',
      'VirtualService',
      (spec: object) => ({ ...spec, hosts: ['other.example.com'] }),
    ],
    [
      'a gateway of a VirtualService',
      'VirtualService',
      (spec: object) => ({ ...spec, gateways: ['public'] }),
    ],
    ['a host of a DestinationRule', 'DestinationRule', (spec: object) => ({ ...spec, host: 'other' })],
  ] as const)('is found in %s, and repaired at the weight that is there', (_, kind, change) => {
    const drifted = withSpec(settled('istio'), kind, change);

    expect(observeRoutes(drifted).routes).toMatchObject({ canary: 10, mark: 1, drifted: true });
    const writes = renderRoutes({ ...drifted, routes: at10, mark: 1 });
    expect(writes.length).toBeGreaterThan(0);
    const repaired = drifted.current.map(
      (object) =>
        writes.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name) ??
        object,
    );
    expect(observeRoutes({ ...drifted, current: repaired }).routes).toMatchObject({
      canary: 10,
      drifted: false,
    });
  });

  it('is found where a DestinationRule is missing', () => {
    const input = settled('istio');
    const current = input.current.filter(({ metadata }) => metadata.name !== 'podinfo-canary');

    expect(observeRoutes({ ...input, current }).routes?.drifted).toBe(true);
  });

  it('is found where a wish was dropped from the Canary', () => {
    const input = settled('istio', 'canary-retries');
    const without = canaryFrom(fixture('traffic', 'istio', 'canary.yaml'));

    expect(observeRoutes({ ...input, canary: without }).routes?.drifted).toBe(true);
  });

  it('is not that a list in which order means nothing came back in another', () => {
    const reordered = withSpec(settled('istio'), 'VirtualService', (spec) => ({
      ...spec,
      hosts: [...list(spec['hosts'])].reverse(),
      http: list(spec['http']).map((rule) => ({
        ...tree(rule),
        route: [...list(at(rule, 'route'))].reverse(),
      })),
    }));

    expect(observeRoutes(reordered).routes).toMatchObject({ canary: 10, drifted: false });
    expect(renderRoutes({ ...reordered, routes: at10, mark: 1 })).toEqual([]);
  });

  it('is not that alternatives of a match came back in another order', () => {
    const reordered = withSpec(settled('istio', 'canary-header-match'), 'VirtualService', (spec) => ({
      ...spec,
      http: list(spec['http']).map((rule) => ({
        ...tree(rule),
        match: [...list(at(rule, 'match'))].reverse(),
      })),
    }));

    expect(observeRoutes(reordered).routes).toMatchObject({ drifted: false });
  });

  it('is not that an HTTPRoute came back without the defaults it was sent with', () => {
    const bare = withSpec(settled('gatewayapi'), 'HTTPRoute', (spec) => ({
      ...spec,
      rules: list(spec['rules']).map((rule) => ({
        backendRefs: list(at(rule, 'backendRefs')).map((backend) => ({
          name: at(backend, 'name'),
          port: at(backend, 'port'),
          weight: at(backend, 'weight'),
        })),
      })),
    }));

    expect(observeRoutes(bare).routes).toMatchObject({ canary: 10, drifted: false });
  });
});

describe('a weight edited by hand', () => {
  it('is seen under our own mark', () => {
    const edited = withSpec(settled('gatewayapi'), 'HTTPRoute', (spec) => ({
      ...spec,
      rules: list(spec['rules']).map((rule) => ({
        ...tree(rule),
        backendRefs: list(at(rule, 'backendRefs')).map((backend, index) => ({
          ...tree(backend),
          weight: index === 0 ? 700 : 300,
        })),
      })),
    }));

    expect(observeRoutes(edited).routes).toMatchObject({ canary: 30, mark: 1 });
  });
});

describe('an HTTPRoute that its gateway has not taken up', () => {
  const reported = (status: string, observedGeneration: number): RoutesInput => {
    const input = settled('gatewayapi');
    const parentRef = {
      group: 'gateway.networking.k8s.io',
      kind: 'Gateway',
      name: 'gateway',
      namespace: 'istio-ingress',
    };
    const current = input.current.map((object) => ({
      ...object,
      metadata: { ...object.metadata, generation: 2 },
      status: { parents: [{ parentRef, conditions: [{ type: 'Accepted', status, observedGeneration }] }] },
    }));
    return { ...input, current };
  };

  it.each([
    ['refused', 'False', 2],
    ['accepted at an older generation', 'True', 1],
  ])('is not in force while it is %s, though it says where traffic will be', (_, status, generation) => {
    const input = reported(status, generation);
    const { routes, pending } = observeRoutes(input);

    expect(routes).toMatchObject({ canary: 10, mark: -1, drifted: false });
    expect(pending).toContain('HTTPRoute podinfo.test: parent gateway has not accepted it');
    expect(renderRoutes({ ...input, routes: at10, mark: 1 })).toEqual([]);
  });

  it('is in force once it is accepted', () => {
    expect(observeRoutes(reported('True', 2)).routes).toMatchObject({ canary: 10, mark: 1 });
  });
});

describe('conditions of an A/B test', () => {
  const insider = { headers: { 'x-canary': { exact: 'insider' } } };
  const firefox = { headers: { 'user-agent': { regex: 'Firefox' } } };

  it('are each combined with each of the service’s', () => {
    const common = [{ uri: { prefix: '/a' }, headers: { x: { exact: '1' } } }, { uri: { prefix: '/b' } }];

    expect(mergeMatches([insider, firefox], common, ['headers'])).toEqual([
      { uri: { prefix: '/a' }, ...insider },
      { uri: { prefix: '/b' }, ...insider },
      { uri: { prefix: '/a' }, ...firefox },
      { uri: { prefix: '/b' }, ...firefox },
    ]);
  });

  it('stand as they are where the service has none', () => {
    expect(mergeMatches([insider], [], ['headers'])).toEqual([insider]);
  });

  it('are left out where a route cannot say them, so that it never matches too much', () => {
    expect(isExpressible({ method: { regex: 'G.*' } })).toBe(false);
    expect(isExpressible({ sourceLabels: { app: 'web' } })).toBe(false);
    expect(isExpressible({ ...insider, method: { exact: 'GET' } })).toBe(true);
  });
});

describe('what an HTTPRoute cannot say', () => {
  it('is left out of the conditions of the service, and the others stay', () => {
    const input = settled('gatewayapi', 'canary-header-match');
    const { canary } = input;
    const match = canary.service.match.map((one) => ({ ...one, gateways: ['mesh'], ignoreUriCase: true }));
    const meant = { ...input, current: [], routes: { canary: percent(100), mirrored: false }, mark: 1 };
    const asked = { ...canary, service: { ...canary.service, match } };

    expect(match).toHaveLength(1);
    expect(renderRoutes({ ...meant, canary: asked })).toEqual(renderRoutes(meant));
  });

  it('sends nobody to the canary, rather than everybody', () => {
    const input = settled('gatewayapi', 'canary-header-match');
    const { canary } = input;
    const analysis = { ...canary.analysis, match: [{ sourceLabels: { app: 'web' } }] };
    const [, route] = renderRoutes({
      ...input,
      canary: { ...canary, analysis },
      current: [],
      routes: { canary: percent(100), mirrored: false },
      mark: 1,
    });

    expect(JSON.stringify(route?.['spec'])).not.toContain('podinfo-canary');
  });
});

describe('a permanent mirror to the canary', () => {
  it('is a wish of the user’s, not a position', () => {
    const input = settled('gatewayapi');
    const mirror = [{ backendRef: { name: 'podinfo-canary', port: 9898 } }];
    const canary = { ...input.canary, service: { ...input.canary.service, mirror } };
    const observed = (mirrored: boolean): unknown => {
      const routes = { canary: percent(0), mirrored };
      const current = renderRoutes({ ...input, canary, current: [], routes, mark: 1 });
      return observeRoutes({ ...input, canary, current }).routes?.mirrored;
    };

    expect(observed(false)).toBe(false);
    expect(observed(true)).toBe(true);
  });
});

describe('an object taken over', () => {
  const applied = {
    spec: { hosts: ['app.example.com'], http: [{ route: [{ destination: { host: 'podinfo' } }] }] },
  };
  const theirs: KubeObject = {
    apiVersion: 'networking.istio.io/v1beta1',
    kind: 'VirtualService',
    metadata: {
      name: 'podinfo',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(applied) },
    },
    spec: applied.spec,
  };
  const input = { ...settled('istio'), current: [theirs] };

  it('is put back from what kubectl last applied, if it was made with kubectl', () => {
    const current = renderRoutes({ ...input, routes: at10, mark: 1 });
    const restored = releaseTraffic({ ...input, current }).find(({ kind }) => kind === 'VirtualService');

    expect(restored?.['spec']).toEqual(applied.spec);
    expect(restored?.metadata.annotations).toEqual(theirs.metadata.annotations);
  });

  it('is remembered once: a later write does not take our own spec for the original', () => {
    const bare = { ...theirs, metadata: { name: 'podinfo' } };
    const first = renderRoutes({ ...input, current: [bare], routes: at10, mark: 1 });
    const second = renderRoutes({
      ...input,
      current: first,
      routes: { ...at10, canary: percent(20) },
      mark: 2,
    });
    const kept = second.find(({ kind }) => kind === 'VirtualService')?.metadata.annotations;

    expect(kept?.['flagger.kubernetes.io/original-configuration']).toBe(JSON.stringify(applied.spec));
  });

  it('is not forgotten and remembered wrongly: without its annotation our own spec is no original', () => {
    const bare = { ...theirs, metadata: { name: 'podinfo' } };
    const first = renderRoutes({ ...input, current: [bare], routes: at10, mark: 1 }).map((object) => {
      const { 'flagger.kubernetes.io/original-configuration': _, ...annotations } =
        object.metadata.annotations ?? {};
      return { ...object, metadata: { ...object.metadata, annotations } };
    });
    const second = renderRoutes({ ...input, current: first, routes: at10, mark: 2 });

    expect(JSON.stringify(second)).not.toContain('original-configuration');
  });

  it('applied again over ours, by git or by hand, is taken over again', () => {
    const again = withSpec(settled('istio'), 'VirtualService', () => tree(theirs['spec']));

    expect(observeRoutes({ ...input, current: [theirs] })).toEqual({ routes: undefined });
    expect(observeRoutes(again)).toEqual({ routes: undefined });
  });

  it('with weights that make no share is malformed once it is ours', () => {
    const halved = withSpec(settled('istio'), 'VirtualService', (spec) => ({
      ...spec,
      http: list(at(spec, 'http')).map((rule) => ({
        ...(rule as object),
        route: list(at(rule, 'route')).map((to) => ({ ...(to as object), weight: -1 })),
      })),
    }));

    expect(observeRoutes(halved).malformed).toContain('VirtualService podinfo.test: no route with weights');
  });
});
