/** What the router makes of objects that real routers follow too. The objects here are written as their docs have them. */
import { describe, expect, it } from '@jest/globals';
import { routeOf, type Inbound } from '../../../hack/demo/routing.ts';
import { FakeCluster } from './cluster.ts';

const HOST = 'shop.example.com';

function shares(cluster: FakeCluster, inbound: Partial<Inbound> = {}): Record<string, number> | undefined {
  const route = routeOf({ host: HOST, method: 'GET', path: '/', headers: {}, ...inbound }, cluster, 'prod');
  return route && Object.fromEntries(route.backends.map(({ service, weight }) => [service, weight]));
}

function clusterWith(...objects: FakeCluster['objects']): FakeCluster {
  const cluster = new FakeCluster();
  cluster.objects = objects;
  return cluster;
}

function httpRoute(...rules: readonly unknown[]): FakeCluster['objects'][number] {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace: 'prod', name: 'shop' },
    spec: { parentRefs: [{ name: 'gateway' }], hostnames: [HOST], rules },
  };
}

function ingressRoute(match: string, service: unknown): FakeCluster['objects'][number] {
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { namespace: 'prod', name: 'shop' },
    spec: { entryPoints: ['web'], routes: [{ kind: 'Rule', match, services: [service] }] },
  };
}

function traefikService(name: string, ...services: readonly unknown[]): FakeCluster['objects'][number] {
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'TraefikService',
    metadata: { namespace: 'prod', name },
    spec: { weighted: { services } },
  };
}

function ingress(
  name: string,
  service: string,
  annotations: Record<string, string> = {},
): FakeCluster['objects'][number] {
  const backend = { service: { name: service, port: { number: 80 } } };
  const paths = [{ path: '/', pathType: 'Prefix', backend }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace: 'prod', name, annotations },
    spec: { ingressClassName: 'nginx', rules: [{ host: HOST, http: { paths } }] },
  };
}

const NGINX = 'nginx.ingress.kubernetes.io/';

describe('an HTTPRoute', () => {
  const split = {
    backendRefs: [
      { name: 'shop-primary', port: 80, weight: 70 },
      { name: 'shop-canary', port: 80, weight: 30 },
    ],
  };

  it('divides by weight, for its own hosts only', () => {
    const cluster = clusterWith(httpRoute(split));
    expect(shares(cluster)).toEqual({ 'shop-primary': 70, 'shop-canary': 30 });
    expect(shares(cluster, { host: `${HOST}:8080` })).toEqual({ 'shop-primary': 70, 'shop-canary': 30 });
    expect(shares(cluster, { host: 'other.example.com' })).toBeUndefined();
  });

  it('prefers the rule with a header the request has, wherever it stands', () => {
    const insiders = {
      matches: [{ headers: [{ type: 'Exact', name: 'X-Canary', value: 'insider' }] }],
      backendRefs: [{ name: 'shop-canary' }],
    };
    const cluster = clusterWith(httpRoute(split, insiders));
    expect(shares(cluster, { headers: { 'x-canary': 'insider' } })).toEqual({ 'shop-canary': 1 });
    expect(shares(cluster, { headers: { 'x-canary': 'stranger' } })).toEqual({
      'shop-primary': 70,
      'shop-canary': 30,
    });
  });

  it('finds an expression anywhere in a cookie header', () => {
    const sticky = {
      matches: [{ headers: [{ type: 'RegularExpression', name: 'Cookie', value: '.*shop.*=.*abc.*' }] }],
      backendRefs: [{ name: 'shop-canary' }],
    };
    const cluster = clusterWith(httpRoute(sticky, split));
    expect(shares(cluster, { headers: { cookie: 'a=1; shop-cookie=abc' } })).toEqual({ 'shop-canary': 1 });
  });

  it('answers with the headers of the backend that was chosen', () => {
    const set = [{ name: 'Set-Cookie', value: 'shop=abc; Max-Age=60' }];
    const filters = [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { add: set } }];
    const cluster = clusterWith(httpRoute({ backendRefs: [{ name: 'shop-canary', filters }] }));
    const route = routeOf({ host: HOST, method: 'GET', path: '/', headers: {} }, cluster, 'prod');
    expect(route?.backends[0]?.answer).toEqual({ 'Set-Cookie': 'shop=abc; Max-Age=60' });
  });
});

describe('an IngressRoute', () => {
  it('leads through a TraefikService that divides by weight, and counts each part under its name', () => {
    const cluster = clusterWith(
      ingressRoute(`Host(\`${HOST}\`)`, { kind: 'TraefikService', name: 'shop' }),
      traefikService(
        'shop',
        { name: 'shop-primary', port: 80, weight: 90 },
        { name: 'shop-canary', port: 80, weight: 10 },
      ),
    );
    const route = routeOf({ host: HOST, method: 'GET', path: '/', headers: {} }, cluster, 'prod');
    expect(route?.backends).toEqual([
      {
        service: 'shop-primary',
        namespace: 'prod',
        port: 80,
        weight: 90,
        counted: 'prod-shop-primary-80@kubernetescrd',
      },
      {
        service: 'shop-canary',
        namespace: 'prod',
        port: 80,
        weight: 10,
        counted: 'prod-shop-canary-80@kubernetescrd',
      },
    ]);
  });

  it('is about its host and path alone', () => {
    const cluster = clusterWith(
      ingressRoute(`Host(\`${HOST}\`) && PathPrefix(\`/cart\`)`, { name: 'shop', port: 80 }),
    );
    expect(shares(cluster, { path: '/cart/1' })).toEqual({ shop: 1 });
    expect(shares(cluster, { path: '/cartoon' })).toBeUndefined();
    expect(shares(cluster, { host: 'other.example.com', path: '/cart' })).toBeUndefined();
  });
});

describe('an Ingress with a canary beside it', () => {
  const main = ingress('shop', 'shop');
  const canary = (annotations: Record<string, string>): FakeCluster =>
    clusterWith(main, ingress('shop-canary', 'shop-canary', { [`${NGINX}canary`]: 'true', ...annotations }));

  it('divides by weight', () => {
    expect(shares(canary({ [`${NGINX}canary-weight`]: '25' }))).toEqual({ shop: 75, 'shop-canary': 25 });
    expect(shares(canary({}))).toEqual({ shop: 100, 'shop-canary': 0 });
    expect(shares(clusterWith(main))).toEqual({ shop: 100 });
  });

  it('lets a header decide, by value, by pattern, or by always and never', () => {
    const insider = { headers: { 'x-user': 'insider' } };
    const by = { [`${NGINX}canary-by-header`]: 'X-User' };
    expect(shares(canary({ ...by, [`${NGINX}canary-by-header-value`]: 'insider' }), insider)).toEqual({
      shop: 0,
      'shop-canary': 100,
    });
    expect(shares(canary({ ...by, [`${NGINX}canary-by-header-pattern`]: '^ins' }), insider)).toEqual({
      shop: 0,
      'shop-canary': 100,
    });
    expect(
      shares(canary({ ...by, [`${NGINX}canary-weight`]: '100' }), { headers: { 'x-user': 'never' } }),
    ).toEqual({
      shop: 100,
      'shop-canary': 0,
    });
  });

  it('lets a cookie decide where no header does', () => {
    const by = { [`${NGINX}canary-by-cookie`]: 'beta', [`${NGINX}canary-weight`]: '0' };
    expect(shares(canary(by), { headers: { cookie: 'a=b; beta=always' } })).toEqual({
      shop: 0,
      'shop-canary': 100,
    });
    expect(shares(canary(by), { headers: { cookie: 'beta=sometimes' } })).toEqual({
      shop: 100,
      'shop-canary': 0,
    });
  });
});
