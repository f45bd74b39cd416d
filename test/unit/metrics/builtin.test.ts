import { describe, expect, it } from '@jest/globals';

import {
  BUILTIN_QUERIES,
  builtinQueries,
  measureBuiltin,
  spelledNames,
  type BuiltinMetric,
} from '../../../src/metrics/builtin.ts';
import type { MetricError, MetricProvider } from '../../../src/metrics/provider.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';

const VALUES: Readonly<Record<string, string>> = {
  namespace: 'default',
  target: 'podinfo',
  service: 'podinfo',
  ingress: 'edge',
  route: 'edge',
  interval: '1m',
};
const fill = (text: string): string =>
  text.replace(/\{\{ (\w+) \}\}/g, (_, name: string) => VALUES[name] ?? `no ${name}`);

const ISTIO =
  'reporter="destination", destination_workload_namespace="default", destination_workload=~"podinfo"';
const PODS = 'kubernetes_namespace="default", kubernetes_pod_name=~"podinfo-[0-9a-zA-Z]+(-[0-9a-zA-Z]+)"';

const TRAEFIK = 'traefik_service_request_duration_seconds_bucket';
const TRAEFIK_CANARY = 'service=~"default-podinfo-canary-[0-9a-zA-Z-]+@kubernetescrd"';
const SKIPPER = 'route=~"kube(ew)?_default__edge_canary__.*__podinfo_canary(_[0-9]+)?"';
const APISIX = 'route=~"default_edge-podinfo-canary_.+"';
const CONTOUR = 'envoy_cluster_name=~"default_podinfo-canary_[0-9a-zA-Z-]+"';
const LINKERD = 'namespace="default", deployment=~"podinfo", direction="inbound"';
const OSM = 'destination_namespace="default", destination_kind="Deployment", destination_name="podinfo"';
const GLOO = 'envoy_cluster_name=~"default-podinfo-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"';
const KUMA = 'service=~"podinfo-canary_default_svc_[0-9a-zA-Z-]+"';
const ENVOY = 'envoy_cluster_upstream_rq';
const NGINX = 'namespace="default", ingress="edge", canary!=""';

describe('the built-in queries', () => {
  it.each([
    [
      'istio',
      `sum( rate( istio_requests_total{ ${ISTIO}, response_code!~"5.*" }[1m] ) ) / sum( rate( istio_requests_total{ ${ISTIO} }[1m] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate( istio_request_duration_milliseconds_bucket{ ${ISTIO} }[1m] ) ) by (le) )`,
    ],
    ...['kubernetes', 'gatewayapi'].map((provider) => [
      provider,
      `sum( rate( http_request_duration_seconds_count{ ${PODS}, status!~"5.*" }[1m] ) ) / sum( rate( http_request_duration_seconds_count{ ${PODS} }[1m] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate( http_request_duration_seconds_bucket{ ${PODS} }[1m] ) ) by (le) )`,
    ]),
    [
      'traefik',
      `sum( rate( ${TRAEFIK}{ ${TRAEFIK_CANARY}, le="+Inf", code!~"5.." }[1m] ) ) / sum( rate( ${TRAEFIK}{ ${TRAEFIK_CANARY}, le="+Inf" }[1m] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate( ${TRAEFIK}{ ${TRAEFIK_CANARY} }[1m] ) ) by (le) )`,
    ],
    [
      'nginx',
      `sum( rate( nginx_ingress_controller_requests{ ${NGINX}, status!~"5.*" }[1m] ) ) / sum( rate( nginx_ingress_controller_requests{ ${NGINX} }[1m] ) ) * 100`,
      `sum( rate( nginx_ingress_controller_response_duration_seconds_sum{ ${NGINX} }[1m] ) ) / sum( rate( nginx_ingress_controller_response_duration_seconds_count{ ${NGINX} }[1m] ) ) * 1000`,
    ],
    [
      'skipper',
      `sum( rate( skipper_response_duration_seconds_bucket{ ${SKIPPER}, le="+Inf", code!~"5.." }[1m] ) ) / sum( rate( skipper_response_duration_seconds_bucket{ ${SKIPPER}, le="+Inf" }[1m] ) ) * 100`,
      `sum( rate( skipper_serve_route_duration_seconds_sum{ ${SKIPPER} }[1m] ) ) / sum( rate( skipper_serve_route_duration_seconds_count{ ${SKIPPER} }[1m] ) ) * 1000`,
    ],
    [
      'apisix',
      `sum( rate( apisix_http_status{ ${APISIX}, code!~"5.." }[1m] ) ) / sum( rate( apisix_http_status{ ${APISIX} }[1m] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate( apisix_http_latency_bucket{ type=~"request", ${APISIX} }[1m] ) ) by (le) )`,
    ],
    [
      'linkerd',
      `sum( rate( response_total{ ${LINKERD}, classification!="failure" }[1m] ) ) / sum( rate( response_total{ ${LINKERD} }[1m] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate( response_latency_ms_bucket{ ${LINKERD} }[1m] ) ) by (le) )`,
    ],
    [
      'osm',
      `sum( rate( osm_request_total{ ${OSM}, response_code!~"5.*" }[1m] ) ) / sum( rate( osm_request_total{ ${OSM} }[1m] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate( osm_request_duration_ms_bucket{ ${OSM} }[1m] ) ) by (le) )`,
    ],
    ...[
      ['appmesh', PODS],
      ['contour', CONTOUR],
      ['gloo', GLOO],
      ['kuma', KUMA],
    ].map(([provider, selector]) => [
      provider,
      `sum( rate( ${ENVOY}{ ${selector}, envoy_response_code!~"5.*" }[1m] ) ) / sum( rate( ${ENVOY}{ ${selector} }[1m] ) ) * 100`,
      `histogram_quantile( 0.99, sum( rate( ${ENVOY}_time_bucket{ ${selector} }[1m] ) ) by (le) )`,
    ]),
  ])('read for %s as dashboards know them', (provider, successRate, duration) => {
    const queries = BUILTIN_QUERIES[provider ?? ''];
    expect(fill(queries?.successRate ?? '')).toBe(successRate);
    expect(fill(queries?.duration ?? '')).toBe(duration);
  });

  it.each([
    ['gatewayapi:v1', 'gatewayapi'],
    ['gatewayapi:v1beta1', 'gatewayapi'],
    ['kubernetes', 'kubernetes'],
    ['istio', 'istio'],
    ['traefik', 'traefik'],
    ['nginx', 'nginx'],
    ['gloo:v1', 'gloo'],
    ['skipper', 'skipper'],
    ['apisix', 'apisix'],
    ['appmesh:v1beta2', 'appmesh'],
    ['contour', 'contour'],
    ['linkerd', 'linkerd'],
    ['osm', 'osm'],
    ['smi:v1alpha1', 'istio'],
    ['smi:v1alpha3', 'smi'],
    ['kubernetes:service', 'istio'],
    ['constructor', 'istio'],
  ])('for %s are those of %s', (spelled, key) => {
    expect(builtinQueries(spelled, 'Deployment')).toBe(BUILTIN_QUERIES[key]);
  });
});

describe('names in a query', () => {
  const names = {
    namespace: 'team-a',
    ingress: 'edge.example',
    variables: { path: '/a-b' },
    interval: '1.5m',
  };

  it('are spelled as the labels of Skipper have them, and as they are elsewhere', () => {
    expect(spelledNames<unknown>(names, builtinQueries('skipper', 'Deployment'))).toEqual({
      ...names,
      namespace: 'team_a',
      ingress: 'edge_example',
    });
    expect(spelledNames<unknown>(names, builtinQueries('nginx', 'Deployment'))).toEqual(names);
  });
});

describe('the pods of a DaemonSet (M30)', () => {
  const ofPods = (provider: string): RegExp => {
    const [, names = ''] =
      /kubernetes_pod_name=~"([^"]+)"/.exec(fill(builtinQueries(provider, 'DaemonSet').successRate)) ?? [];
    return new RegExp(`^(?:${names})$`);
  };

  it.each(['kubernetes', 'gatewayapi:v1', 'appmesh:v1beta2'])(
    'are counted without those of the primary: %s',
    (provider) => {
      expect(ofPods(provider).test('podinfo-x7k2q')).toBe(true);
      expect(ofPods(provider).test('podinfo-primary-x7k2q')).toBe(false);
    },
  );

  it('change nothing where routers count', () => {
    expect(builtinQueries('istio', 'DaemonSet')).toBe(BUILTIN_QUERIES['istio']);
  });
});

describe('a success rate that is counted for the first time between two questions', () => {
  it('is what it is, and not nothing', async () => {
    const answers = [err({ kind: 'no-data' } as const), ok(3), ok(97)];
    const stand: MetricProvider = {
      query: async () => answers.shift() ?? ok(0),
      check: async () => ok(),
    };
    const call = {
      metric: 'request-success-rate',
      queries: builtinQueries('istio', 'Deployment'),
      interval: '1m',
      render: (text: string) => ok(text),
    } as const;
    expect(await measureBuiltin(call, stand, { signal: new AbortController().signal })).toEqual(ok(97));
  });
});

describe('measuring a built-in metric', () => {
  const noData: Result<number, MetricError> = err({ kind: 'no-data' });
  const { signal } = new AbortController();

  const measured = async (
    metric: BuiltinMetric,
    provider: string,
    answers: Readonly<Record<'quotient' | 'rate' | 'quantile', Result<number, MetricError>>>,
  ): Promise<Result<number, MetricError>> => {
    const stand: MetricProvider = {
      query: async ({ query }) => {
        if (query.startsWith('histogram')) return answers.quantile;
        return query.endsWith('* 100') ? answers.quotient : answers.rate;
      },
      check: async () => ok(),
    };
    const call = {
      metric,
      queries: builtinQueries(provider, 'Deployment'),
      interval: '1m',
      render: (text: string) => ok(fill(text)),
    };
    return measureBuiltin(call, stand, { signal });
  };

  it('gives the success rate as it is answered', async () => {
    expect(
      await measured('request-success-rate', 'istio', { quotient: ok(98.5), rate: noData, quantile: noData }),
    ).toEqual(ok(98.5));
  });

  it('gives durations in milliseconds whatever the histogram counts in', async () => {
    const answers = { quotient: noData, rate: noData, quantile: ok(0.25) };
    expect(await measured('request-duration', 'gatewayapi:v1', answers)).toEqual(ok(250));
    expect(await measured('request-duration', 'istio', answers)).toEqual(ok(0.25));
  });

  it('is a success rate of nothing when every request failed', async () => {
    expect(
      await measured('request-success-rate', 'istio', { quotient: noData, rate: ok(12), quantile: noData }),
    ).toEqual(ok(0));
  });

  it.each([
    ['nothing was counted', noData],
    ['requests stand still', ok(0)],
    ['the second question fails', err({ kind: 'rejected', status: 400, detail: '' } as const)],
  ])('is no data when %s', async (_, rate) => {
    expect(
      await measured('request-success-rate', 'istio', { quotient: noData, rate, quantile: noData }),
    ).toEqual(noData);
  });

  it('says what is wrong with a template that cannot be filled in', async () => {
    const call = {
      metric: 'request-duration',
      queries: builtinQueries('istio', 'Deployment'),
      interval: '1m',
      render: () => err('no value for target'),
    } as const;
    const unasked: MetricProvider = { query: async () => ok(1), check: async () => ok() };
    expect(await measureBuiltin(call, unasked, { signal })).toEqual(
      err({ kind: 'malformed', detail: 'no value for target' }),
    );
  });
});
