/** Routes of the user's that a Canary names: only what moves its traffic is changed, and nothing of that stays. */
import { describe, expect, it } from '@jest/globals';
import { parseCanary } from '../../../src/api/canary.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list, tree } from '../../../src/api/tree.ts';
import type { Routes } from '../../../src/core/model.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { observeLeft, placeAsked, placeNamed, renderLeft } from '../../../src/traffic/places.ts';
import { abilitiesOf, providerNames, resolveTraffic } from '../../../src/traffic/registry.ts';
import {
  observeRoutes,
  released,
  releaseTraffic,
  renderRoutes,
  routeRefs,
  type RoutesInput,
} from '../../../src/traffic/routes.ts';
import { aCanary, ISTIO_BY_DEFAULT } from '../../support/canary-object.ts';
import { canaryFrom, objectIn } from '../../support/canaries.ts';
import { TARGET } from '../../support/traffic.ts';

const NOW = instant(Date.UTC(2026, 0, 1));
const position = (canary: number, mirrored = false): Routes => ({ canary: percent(canary), mirrored });

const STEPS = '{ interval: 1m, threshold: 5, stepWeight: 10 }';
const TEST =
  '{ interval: 1m, threshold: 5, iterations: 5, match: [{ headers: { x-canary: { exact: insider } } }] }';

interface Asked {
  readonly analysis?: string;
  readonly name?: string;
  readonly service?: string;
}

function inputFor(
  provider: string,
  current: readonly KubeObject[],
  { analysis = STEPS, name = 'podinfo', service = '' }: Asked = {},
): RoutesInput {
  const canary = canaryFrom(`
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: ${name}, namespace: test, uid: ${name}-uid }
spec:
  provider: ${provider}
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} }
  service: { port: 9898, existingRoute: { name: shop }${service} }
  analysis: ${analysis}
`);
  const found = resolveTraffic(provider);
  if (found === undefined) throw new Error(`${provider} is no provider`);
  return { canary, provider: found.provider, target: TARGET, current, now: NOW };
}

function written(input: RoutesInput, writes: readonly KubeObject[]): RoutesInput {
  const replaced = ({ kind, metadata }: KubeObject): boolean =>
    writes.some((object) => object.kind === kind && object.metadata.name === metadata.name);
  return { ...input, current: [...input.current.filter((object) => !replaced(object)), ...writes] };
}

function moved(input: RoutesInput, routes: Routes, mark = 1): RoutesInput {
  return written(input, renderRoutes({ ...input, routes, mark }));
}

function shop({ current }: RoutesInput): KubeObject {
  const found = current.find(({ metadata }) => metadata.name === 'shop');
  if (found === undefined) throw new Error('there is no route shop');
  return found;
}

function namesIn(objects: readonly KubeObject[]): readonly string[] {
  return objects.map(({ metadata }) => metadata.name);
}

const httpRoute = objectIn(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
  namespace: test
  resourceVersion: "7"
  generation: 3
  labels: { team: web }
  annotations: { example.com/note: kept }
spec:
  parentRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: public, namespace: infra }]
  hostnames: [shop.example.com]
  rules:
    - name: admin
      matches: [{ path: { type: PathPrefix, value: /admin } }]
      backendRefs: [{ group: "", kind: Service, name: admin, port: 80, weight: 1 }]
    - name: front
      matches: [{ path: { type: PathPrefix, value: / }, headers: [{ type: Exact, name: x-tenant, value: one }] }]
      filters: [{ type: ExtensionRef, extensionRef: { group: example.com, kind: Limit, name: ten } }]
      sessionPersistence: { sessionName: s }
      backendRefs:
        - { group: "", kind: Service, name: podinfo, port: 9898, weight: 9 }
        - { group: "", kind: Service, name: legacy, port: 80, weight: 1 }
status:
  parents:
    - parentRef: { group: gateway.networking.k8s.io, kind: Gateway, name: public, namespace: infra }
      controllerName: example.com/gateway
      conditions: [{ type: Accepted, status: "True", observedGeneration: 3 }]
`);

const virtualService = objectIn(`
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: { name: shop, namespace: test, resourceVersion: "7" }
spec:
  hosts: [shop.example.com]
  gateways: [istio-system/public]
  exportTo: ["*"]
  http:
    - match: [{ uri: { prefix: /admin } }]
      route: [{ destination: { host: admin } }]
    - name: front
      fault: { delay: { percentage: { value: 0.1 }, fixedDelay: 5s } }
      mirror: { host: audit }
      route: [{ destination: { host: podinfo.test.svc.cluster.local, port: { number: 9898 } }, headers: { response: { remove: [x-inner] } } }]
  tcp:
    - match: [{ port: 7000 }]
      route: [{ destination: { host: podinfo } }]
`);

const traefikService = objectIn(`
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: { name: shop, namespace: test, resourceVersion: "7" }
spec:
  weighted:
    sticky: { cookie: { name: lb } }
    services:
      - { name: podinfo, port: 9898, scheme: h2c, weight: 3 }
      - { name: legacy, port: 80, weight: 1 }
`);

const ROUTES = [
  ['gatewayapi:v1', httpRoute],
  ['istio', virtualService],
  ['traefik', traefikService],
] as const;

const backends = (input: RoutesInput, rule: number): unknown =>
  list(at(list(at(shop(input), 'spec', 'rules'))[rule], 'backendRefs')).map((one) => [
    at(one, 'name'),
    at(one, 'weight'),
  ]);

describe.each(ROUTES)(
  'a route of the user’s on %s (fluxcd/flagger#1857, #1889, #1175, #715)',
  (provider, theirs) => {
    const before = inputFor(provider, [theirs]);

    it('is the one that is read and written, and no other of its kind is made', () => {
      const routed = routeRefs(before.canary, before.provider).filter(({ kind }) => kind === theirs.kind);

      expect(routed.map(({ name }) => name)).toEqual(['shop']);
      expect(moved(before, position(10)).current.filter(({ kind }) => kind === theirs.kind)).toHaveLength(1);
    });

    it('is to be taken over first', () => {
      expect(observeRoutes(before)).toEqual({ routes: undefined });
    });

    it.each([0, 1, 10, 33, 50, 99, 100])(
      'reads back %d%%, and writes it once, under the version it was read in',
      (weight) => {
        const after = moved(before, position(weight), 3);

        expect(observeRoutes(after).routes).toEqual({
          ...position(weight),
          mark: 3,
          since: NOW,
          drifted: false,
        });
        expect(renderRoutes({ ...after, routes: position(weight), mark: 3 })).toEqual([]);
        expect(shop(after).metadata.resourceVersion).toBe('7');
        const further = moved(after, position(37), 4);
        expect(observeRoutes(further).routes).toMatchObject({ ...position(37), drifted: false });
      },
    );

    it('is given back with the shares it had, whatever was made of it', () => {
      for (const routes of [position(0), position(33), position(100)]) {
        const after = moved(moved(before, position(10)), routes, 2);
        const restored = written(after, releaseTraffic(after));

        expect(released(restored)).toBe(true);
        expect(shop(restored).metadata).toEqual(theirs.metadata);
        expect(shop(restored)['spec']).toEqual(withoutLoneWeights(theirs['spec']));
      }
    });

    it('keeps what the user changes in the meantime', () => {
      const after = moved(before, position(20));
      const edited = { ...shop(after), spec: { ...tree(shop(after)['spec']), exportTo: ['.'], extra: 1 } };
      const again = moved(written(after, [edited]), position(30), 2);
      const restored = written(again, releaseTraffic(again));

      expect(observeRoutes(again).routes).toMatchObject({ ...position(30), drifted: false });
      expect(shop(again)['spec']).toMatchObject({ exportTo: ['.'], extra: 1 });
      expect(shop(restored)['spec']).toMatchObject({ exportTo: ['.'], extra: 1 });
    });

    it('applied again from Git is taken over again', () => {
      const after = moved(before, position(20));
      const again = written(after, [{ ...shop(after), spec: theirs['spec'] }]);

      expect(observeRoutes(again)).toEqual({ routes: undefined });
      expect(observeRoutes(moved(again, position(20))).routes).toMatchObject(position(20));
    });

    it('that is not there, or leads elsewhere, or was made for a Canary, is what is waited for', () => {
      const elsewhere = objectIn(JSON.stringify(theirs).replaceAll('podinfo', 'other'));
      const [owner] = [
        { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'x', uid: 'u', controller: true },
      ];
      const made = { ...theirs, metadata: { ...theirs.metadata, ownerReferences: [owner] } };
      const waited = (current: readonly KubeObject[]) => observeRoutes({ ...before, current }).pending;

      expect(waited([])).toBe(`${theirs.kind} shop.test not found`);
      expect(waited([elsewhere])).toBe(`${theirs.kind} shop.test has no rule that leads to podinfo`);
      expect(waited([made])).toBe(`${theirs.kind} shop.test is made by Canary x; name one of your own`);
    });

    it('that cannot be used is neither written nor given back, so its mark is not renewed for ever', () => {
      const owner = {
        apiVersion: 'flagger.app/v1beta1',
        kind: 'Canary',
        name: 'x',
        uid: 'u',
        controller: true,
      };
      const made = { ...theirs, metadata: { ...theirs.metadata, ownerReferences: [owner] } };
      const elsewhere = objectIn(JSON.stringify(theirs).replaceAll('podinfo', 'other'));
      const flux = { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' };

      for (const unusable of [made, elsewhere]) {
        const optedOut = { ...unusable, metadata: { ...unusable.metadata, annotations: flux } };
        const input = { ...before, current: [optedOut] };
        expect(namesIn(renderRoutes({ ...input, routes: position(10), mark: 1 }))).not.toContain('shop');
        expect(namesIn(releaseTraffic(input))).not.toContain('shop');
      }
    });

    it('that cannot be used any more is rid of what was written on it', () => {
      const after = moved(before, position(20));
      const elsewhere = JSON.stringify(theirs['spec']).replaceAll('podinfo', 'other');
      const left = written(after, [{ ...shop(after), spec: JSON.parse(elsewhere) as object }]);

      expect(shop(written(left, releaseTraffic(left))).metadata).toEqual(theirs.metadata);
    });

    it('makes no sense where its weights are no share', () => {
      const after = moved(before, position(10));
      const broken = JSON.stringify(shop(after)).replaceAll(/"weight":\d+/g, '"weight":-1');
      const { malformed } = observeRoutes(written(after, [objectIn(broken)]));

      expect(malformed).toContain('the weights of podinfo-primary and podinfo-canary make no share');
    });

    it('is given back when the Canary is to use another one', () => {
      const after = moved(before, position(30));
      const name = placeAsked(before.canary, before.provider);
      const place = placeNamed(name, { ...before.canary, provider: 'kubernetes' });
      if (place === undefined) throw new Error(`${name} is no place`);
      const left = { ...after, canary: place.canary, provider: place.provider };

      expect(name).toBe(`${provider}/podinfo/${theirs.kind}:shop`);
      expect(observeLeft({ ...left, place: name })).toMatchObject({ ...position(30), theirs: true });
      const home = written(left, renderLeft({ ...left, routes: position(0), mark: 2 }));
      expect(shop(home)['spec']).toEqual(withoutLoneWeights(theirs['spec']));
      expect(observeLeft({ ...home, place: name })).toBeUndefined();
    });
  },
);

/** A backend that is alone needs no weight, and gets none back; an API server may say its default again. */
function withoutLoneWeights(value: unknown): unknown {
  if (Array.isArray(value)) {
    const only = value.length === 1 ? tree(value[0]) : {};
    if (only['name'] === 'podinfo') return value.map((one) => ({ ...tree(one), weight: undefined }));
    return value.map((one) => withoutLoneWeights(one));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutLoneWeights(member)]));
}

describe('rules of an HTTPRoute of the user’s (fluxcd/flagger#1737, #1488)', () => {
  it('keep filters, conditions and other backends; those that lead elsewhere are left as they are', () => {
    const after = moved(inputFor('gatewayapi:v1', [httpRoute]), position(10));
    const [admin, front] = list(at(shop(after), 'spec', 'rules'));
    const [theirAdmin, theirFront] = list(at(httpRoute, 'spec', 'rules'));

    expect(admin).toEqual(theirAdmin);
    expect({ ...tree(front), backendRefs: [] }).toEqual({ ...tree(theirFront), backendRefs: [] });
    expect(backends(after, 1)).toEqual([
      ['podinfo-primary', 810],
      ['podinfo-canary', 90],
      ['legacy', 100],
    ]);
  });

  it('send copies to the canary as long as requests are mirrored', () => {
    const input = inputFor('gatewayapi:v1', [httpRoute], {
      analysis: '{ interval: 1m, threshold: 5, stepWeight: 10, mirror: true }',
    });
    const mirrored = moved(input, position(0, true));
    const filters = (of: RoutesInput) => at(list(at(shop(of), 'spec', 'rules'))[1], 'filters');

    expect(filters(mirrored)).toEqual([
      { type: 'ExtensionRef', extensionRef: { group: 'example.com', kind: 'Limit', name: 'ten' } },
      {
        type: 'RequestMirror',
        requestMirror: { backendRef: { group: '', kind: 'Service', name: 'podinfo-canary', port: 9898 } },
      },
    ]);
    expect(observeRoutes(mirrored).routes).toMatchObject({ ...position(0, true), drifted: false });
    expect(filters(moved(mirrored, position(10), 2))).toEqual(filters(input));
  });

  it('are not in force before the parents of the route have accepted it', () => {
    const after = moved(inputFor('gatewayapi:v1', [httpRoute]), position(10));
    const newer = { ...shop(after), metadata: { ...shop(after).metadata, generation: 4 } };
    const { routes, pending } = observeRoutes(written(after, [newer]));

    expect(pending).toContain('HTTPRoute shop.test: parent public has not accepted it');
    expect(routes).toMatchObject({ canary: 10, mark: -1 });
  });
});

describe('a rule of the user’s that cannot be shared out', () => {
  const withBackends = (...backendRefs: readonly object[]): RoutesInput =>
    inputFor('gatewayapi:v1', [{ ...httpRoute, spec: { rules: [{ backendRefs }] } }]);
  const podinfo = { name: 'podinfo', port: 9898 };

  it.each([
    [
      [podinfo, { name: 'podinfo', port: 9797 }],
      'more than once in one rule, by two ports maybe; give each a rule of its own',
    ],
    [
      [podinfo, { name: 'podinfo-primary', port: 9898 }, { name: 'podinfo-primary', port: 9797 }],
      'more than once in one rule, by two ports maybe; give each a rule of its own',
    ],
    [
      [
        { ...podinfo, weight: 1 },
        { name: 'legacy', port: 80, weight: 10_001 },
      ],
      'in a rule with weight 10001, which is 1000100 where percents are to be whole numbers, and 1000000 is allowed; use smaller weights',
    ],
  ])('is waited for, and left as it is: %j', (refs, why) => {
    const input = withBackends(...refs);

    expect(observeRoutes(input).pending).toBe(`HTTPRoute shop.test leads to podinfo ${why}`);
    expect(namesIn(renderRoutes({ ...input, routes: position(10), mark: 1 }))).not.toContain('shop');
  });

  it.each([10_000, 1_000_000])(
    'may have weight %d, and what is made of it can be shared out again',
    (weight) => {
      const input = withBackends({ ...podinfo, weight }, { name: 'legacy', port: 80, weight: 10_000 });
      const after = moved(moved(input, position(33)), position(50), 2);

      expect(backends(after, 0)).toEqual([
        ['podinfo-primary', weight / 2],
        ['podinfo-canary', weight / 2],
        ['legacy', 10_000],
      ]);
    },
  );
});

describe('an A/B test on a route of the user’s', () => {
  it('has a rule before his, for those who are chosen of its requests', () => {
    const input = inputFor('gatewayapi:v1', [httpRoute], { analysis: TEST });
    const tested = moved(input, position(100));
    const rules = list(at(shop(tested), 'spec', 'rules'));

    expect(rules.map((rule) => at(rule, 'name'))).toEqual(['admin', undefined, 'front']);
    expect(at(rules[1], 'matches')).toEqual([
      {
        path: { type: 'PathPrefix', value: '/' },
        headers: [
          { type: 'Exact', name: 'x-tenant', value: 'one' },
          { name: 'x-canary', type: 'Exact', value: 'insider' },
        ],
      },
    ]);
    expect(backends(tested, 1)).toEqual([
      ['podinfo-canary', 900],
      ['podinfo-primary', 0],
      ['legacy', 100],
    ]);
    expect(backends(tested, 2)).toEqual([
      ['podinfo-primary', 9],
      ['legacy', 1],
    ]);
    expect(observeRoutes(tested).routes).toMatchObject({ ...position(100), drifted: false });
    expect(observeRoutes(moved(tested, position(0), 2)).routes).toMatchObject(position(0));
  });

  it('on Istio leaves connections with the primary', () => {
    const tested = moved(inputFor('istio', [virtualService], { analysis: TEST }), position(100));
    const { http, tcp } = tree(shop(tested)['spec']);

    expect(list(http).map((rule) => at(rule, 'match'))).toEqual([
      [{ uri: { prefix: '/admin' } }],
      [{ headers: { 'x-canary': { exact: 'insider' } } }],
      undefined,
    ]);
    expect(JSON.stringify(tcp)).not.toContain('podinfo-canary');
    expect(observeRoutes(tested).routes).toMatchObject({ ...position(100), drifted: false });
  });

  it.each(['gatewayapi:v1', 'istio'])(
    'leaves nothing behind when it becomes a canary, or goes: %s',
    (provider) => {
      const theirs = provider === 'istio' ? virtualService : httpRoute;
      const tested = moved(inputFor(provider, [theirs], { analysis: TEST }), position(100));
      const shifting = { ...inputFor(provider, tested.current), current: tested.current };
      const shifted = moved(shifting, position(20), 2);
      const plain = moved(inputFor(provider, [theirs]), position(20), 2);
      const restored = written(tested, releaseTraffic(tested));

      expect(observeRoutes(shifting).routes?.drifted).toBe(true);
      expect(JSON.stringify(shop(shifted)['spec'])).toBe(JSON.stringify(shop(plain)['spec']));
      expect(shop(restored)['spec']).toEqual(withoutLoneWeights(theirs['spec']));
    },
  );

  it('loses no rule that leads to the workload because somebody names the canary first', () => {
    const after = moved(inputFor('gatewayapi:v1', [httpRoute]), position(10));
    const rules = list(at(shop(after), 'spec', 'rules')).map((rule) => ({
      ...tree(rule),
      backendRefs: [...list(at(rule, 'backendRefs'))].reverse(),
    }));
    const reversed = written(after, [{ ...shop(after), spec: { ...tree(shop(after)['spec']), rules } }]);

    expect(observeRoutes(reversed).routes).toMatchObject({ canary: 10, drifted: true });
    expect(list(at(shop(moved(reversed, position(20), 2)), 'spec', 'rules'))).toHaveLength(2);
  });
});

describe('a VirtualService of the user’s', () => {
  it('keeps the form in which it names hosts, and everything that is set on a destination', () => {
    const after = moved(inputFor('istio', [virtualService]), position(10));
    const [, front] = list(at(shop(after), 'spec', 'http'));
    const headers = { response: { remove: ['x-inner'] } };

    expect(at(front, 'route')).toEqual(
      [
        ['primary', 90],
        ['canary', 10],
      ].map(([role, weight]) => ({
        destination: { host: `podinfo-${role}.test.svc.cluster.local`, port: { number: 9898 } },
        headers,
        weight,
      })),
    );
    expect(at(list(at(shop(after), 'spec', 'tcp'))[0], 'route')).toHaveLength(2);
  });

  it('goes on mirroring elsewhere while requests are mirrored to the canary', () => {
    const mirrored = moved(inputFor('istio', [virtualService]), position(0, true));
    const [, front] = list(at(shop(mirrored), 'spec', 'http'));
    const to = { host: 'podinfo-canary.test.svc.cluster.local', port: { number: 9898 } };

    expect(at(front, 'mirrors')).toEqual([{ destination: { host: 'audit' } }, { destination: to }]);
    expect(observeRoutes(mirrored).routes).toMatchObject({ ...position(0, true), drifted: false });
    const ended = moved(mirrored, position(0), 2);
    expect(observeRoutes(ended).routes).toMatchObject(position(0));
    expect(list(at(shop(ended), 'spec', 'http'))[1]).toMatchObject({ mirror: { host: 'audit' } });
  });

  it('that leads to a subset waits, since primary and canary have none', () => {
    const subset = objectIn(
      JSON.stringify(virtualService).replace('"host":"podinfo"', '"host":"podinfo","subset":"v1"'),
    );

    const input = inputFor('istio', [subset]);

    expect(observeRoutes(input).pending).toBe(
      'VirtualService shop.test leads to podinfo by subset v1, which primary and canary do not have; drop it',
    );
    expect(namesIn(renderRoutes({ ...input, routes: position(0), mark: 1 }))).not.toContain('shop');
  });
});

describe('a place on a route of the user’s', () => {
  it('is another one for another Service, since another part of it is the Canary’s', () => {
    const { canary, provider } = inputFor('gatewayapi:v1', [httpRoute]);
    const status = { ...canary.status, place: placeAsked(canary, provider) };
    const renamed = { ...canary, status, service: { ...canary.service, apex: 'cart' } };

    expect(placeAsked({ ...canary, status, provider: 'gatewayapi:v1beta1' }, provider)).toBe(status.place);
    expect(placeAsked(renamed, provider)).toBe('gatewayapi:v1/cart/HTTPRoute:shop');
  });
});

describe('two Canaries on one route', () => {
  it('change each what leads to its own workload, under a mark of its own', () => {
    const [, front] = list(at(httpRoute, 'spec', 'rules'));
    const cart = { ...tree(front), name: 'cart', backendRefs: [{ name: 'cart', port: 80, weight: 1 }] };
    const both = { ...httpRoute, spec: { ...tree(httpRoute['spec']), rules: [front, cart] } };
    const first = moved(inputFor('gatewayapi:v1', [both]), position(10), 4);
    const second = moved(inputFor('gatewayapi:v1', first.current, { name: 'cart' }), position(50), 9);

    expect(observeRoutes({ ...first, current: second.current }).routes).toMatchObject({
      ...position(10),
      mark: 4,
      drifted: false,
    });
    expect(observeRoutes(second).routes).toMatchObject({ ...position(50), mark: 9, drifted: false });
    const restored = written(second, releaseTraffic(second));
    expect(backends(restored, 1)).toEqual([['cart', undefined]]);
    expect(
      observeRoutes({
        ...first,
        current: moved({ ...first, current: restored.current }, position(10), 4).current,
      }).routes,
    ).toMatchObject({ ...position(10), mark: 4 });
  });
});

describe('a Canary that names a route', () => {
  const problemOf = (spec: Record<string, unknown>): string | undefined => {
    const object = aCanary();
    const context = { ...ISTIO_BY_DEFAULT, capabilities: abilitiesOf, knownProviders: providerNames };
    const parsed = parseCanary({ ...object, spec: { ...tree(object['spec']), ...spec } }, context);
    return parsed.problem && `${parsed.problem.reason} ${parsed.problem.detail}`;
  };
  const named = (more: object = {}) => ({ port: 80, existingRoute: { name: 'shop' }, ...more });

  it.each(['istio', 'gatewayapi:v1', 'traefik'])('needs to say nothing else of routing: %s', (provider) => {
    expect(problemOf({ provider, service: named() })).toBeUndefined();
  });

  it.each([
    [
      { provider: 'nginx', ingressRef: { name: 'a' }, service: named() },
      'UnsupportedFeature spec.service.existingRoute: names a route of yours, provider nginx can change none',
    ],
    [
      { provider: 'istio', service: named({ existingRoute: { name: 'shop', kind: 'HTTPRoute' } }) },
      'UnsupportedFeature spec.service.existingRoute: found kind "HTTPRoute", provider istio changes VirtualService',
    ],
    [
      { provider: 'gatewayapi:v1', service: named({ hosts: ['a.example.com'] }) },
      'InvalidSpec spec.service.hosts: has no effect beside existingRoute, whose own fields say it; write it there, or drop one of the two',
    ],
    [
      { provider: 'istio', service: named({ existingRoute: { name: '' } }) },
      'InvalidSpec spec.service.existingRoute.name: is empty, expected the name of the route to change',
    ],
    [
      {
        provider: 'istio',
        service: named(),
        analysis: { interval: '1m', threshold: 5, stepWeight: 10, sessionAffinity: { cookieName: 'c' } },
      },
      'UnsupportedFeature spec.analysis.sessionAffinity: cannot be combined with service.existingRoute: it takes rules that are wholly ours; drop one',
    ],
  ])('is refused where it asks for what cannot be: %j', (spec, sentence) => {
    expect(problemOf(spec)).toBe(sentence);
  });
});
