/**
 * The two metrics every user gets without writing a query, per traffic provider: `request-success-rate` in
 * percent and `request-duration`, the 99th percentile in milliseconds. Texts are Go templates; whoever asks
 * renders them first. What a value means is `judge.ts`.
 */
import { err, ok, type Result } from '../shared/result.ts';
import type { MetricError, MetricProvider } from './provider.ts';

export const BUILTIN_METRICS = ['request-success-rate', 'request-duration'] as const;
export type BuiltinMetric = (typeof BUILTIN_METRICS)[number];

export function isBuiltinMetric(name: string): name is BuiltinMetric {
  return BUILTIN_METRICS.some((known) => known === name);
}

/** How one traffic provider's requests are counted in Prometheus. */
export interface BuiltinQueries {
  /** Percent of requests that did not end in a server error. */
  readonly successRate: string;
  /** All requests per second. Tells "no traffic" from "errors only" where `successRate` has no value. */
  readonly requestRate: string;
  readonly duration: string;
  /** What the answer to `duration` is multiplied by to be milliseconds. */
  readonly durationInMillis: number;
  /** How names are written in its labels, where not as they are. */
  readonly spelled?: (name: string) => string;
}

interface Counters {
  readonly requests: string;
  readonly latencies: string;
  readonly selector: string;
  /** Matches requests that did not end in a server error. */
  readonly succeeded: string;
  readonly durationInMillis: number;
}

function rate(series: string, selector: string): string {
  return `sum( rate( ${series}{ ${selector} }[{{ interval }}] ) )`;
}

function ratio({ requests, selector, succeeded }: Pick<Counters, 'requests' | 'selector' | 'succeeded'>) {
  const all = rate(requests, selector);
  return { successRate: `${rate(requests, `${selector}, ${succeeded}`)} / ${all} * 100`, requestRate: all };
}

function quantile({ latencies, selector }: Pick<Counters, 'latencies' | 'selector'>): string {
  return `histogram_quantile( 0.99, ${rate(latencies, selector)} by (le) )`;
}

function ratioAndQuantile(counters: Counters): BuiltinQueries {
  const { durationInMillis } = counters;
  return { ...ratio(counters), duration: quantile(counters), durationInMillis };
}

const istio = ratioAndQuantile({
  requests: 'istio_requests_total',
  latencies: 'istio_request_duration_milliseconds_bucket',
  selector:
    'reporter="destination", destination_workload_namespace="{{ namespace }}", destination_workload=~"{{ target }}"',
  succeeded: 'response_code!~"5.*"',
  durationInMillis: 1,
});

const SKIPPER_ROUTE =
  'route=~"kube(ew)?_{{ namespace }}__{{ ingress }}_canary__.*__{{ service }}_canary(_[0-9]+)?"';
const SKIPPER_DURATION = 'skipper_serve_route_duration_seconds';

/** By route, that of the copy of the Ingress to the canary. The duration is a mean. */
const skipper: BuiltinQueries = {
  ...ratio({
    requests: 'skipper_response_duration_seconds_bucket',
    selector: `${SKIPPER_ROUTE}, le="+Inf"`,
    succeeded: 'code!~"5.."',
  }),
  duration: `${rate(`${SKIPPER_DURATION}_sum`, SKIPPER_ROUTE)} / ${rate(`${SKIPPER_DURATION}_count`, SKIPPER_ROUTE)} * 1000`,
  durationInMillis: 1,
  spelled: (name) => name.replaceAll(/\W/g, '_'),
};

const APISIX_ROUTE = 'route=~"{{ namespace }}_{{ route }}-{{ service }}-canary_.+"';

/** By route, that is of primary and canary together. */
const apisix: BuiltinQueries = {
  ...ratio({ requests: 'apisix_http_status', selector: APISIX_ROUTE, succeeded: 'code!~"5.."' }),
  duration: quantile({
    latencies: 'apisix_http_latency_bucket',
    selector: `type=~"request", ${APISIX_ROUTE}`,
  }),
  durationInMillis: 1,
};

/** What an Envoy counts on the way to one of its clusters. */
function countedByEnvoy(selector: string): BuiltinQueries {
  return ratioAndQuantile({
    requests: 'envoy_cluster_upstream_rq',
    latencies: 'envoy_cluster_upstream_rq_time_bucket',
    selector,
    succeeded: 'envoy_response_code!~"5.*"',
    durationInMillis: 1,
  });
}

const contour = countedByEnvoy('envoy_cluster_name=~"{{ namespace }}_{{ service }}-canary_[0-9a-zA-Z-]+"');

const linkerd = ratioAndQuantile({
  requests: 'response_total',
  latencies: 'response_latency_ms_bucket',
  selector: 'namespace="{{ namespace }}", deployment=~"{{ target }}", direction="inbound"',
  succeeded: 'classification!="failure"',
  durationInMillis: 1,
});

const osm = ratioAndQuantile({
  requests: 'osm_request_total',
  latencies: 'osm_request_duration_ms_bucket',
  selector:
    'destination_namespace="{{ namespace }}", destination_kind="Deployment", destination_name="{{ target }}"',
  succeeded: 'response_code!~"5.*"',
  durationInMillis: 1,
});

/** What the pods count themselves, for routers that count nothing per workload; by what their names end with. */
function countedByPods(suffix: string): BuiltinQueries {
  return ratioAndQuantile({
    requests: 'http_request_duration_seconds_count',
    latencies: 'http_request_duration_seconds_bucket',
    selector: `kubernetes_namespace="{{ namespace }}", kubernetes_pod_name=~"{{ target }}-${suffix}"`,
    succeeded: 'status!~"5.*"',
    durationInMillis: 1_000,
  });
}

/** What the names of pods end with. */
const POD = '[0-9a-zA-Z]+(-[0-9a-zA-Z]+)';
/** One part less, or those of the primary would be meant. */
const POD_OF_DAEMON_SET = '[0-9a-zA-Z]+';

const http = countedByPods(POD);
const httpOfDaemonSet = countedByPods(POD_OF_DAEMON_SET);

const TRAEFIK_LATENCIES = 'traefik_service_request_duration_seconds_bucket';
const TRAEFIK_CANARY = 'service=~"{{ namespace }}-{{ service }}-canary-[0-9a-zA-Z-]+@kubernetescrd"';

/** Requests are counted by how long they took; every one of them is in the widest bucket. */
const traefik: BuiltinQueries = {
  ...ratio({
    requests: TRAEFIK_LATENCIES,
    selector: `${TRAEFIK_CANARY}, le="+Inf"`,
    succeeded: 'code!~"5.."',
  }),
  duration: quantile({ latencies: TRAEFIK_LATENCIES, selector: TRAEFIK_CANARY }),
  durationInMillis: 1_000,
};

const NGINX_CANARY = 'namespace="{{ namespace }}", ingress="{{ ingress }}", canary!=""';
const NGINX_DURATION = 'nginx_ingress_controller_response_duration_seconds';

/** The duration is a mean. */
const nginx: BuiltinQueries = {
  ...ratio({
    requests: 'nginx_ingress_controller_requests',
    selector: NGINX_CANARY,
    succeeded: 'status!~"5.*"',
  }),
  duration: `${rate(`${NGINX_DURATION}_sum`, NGINX_CANARY)} / ${rate(`${NGINX_DURATION}_count`, NGINX_CANARY)} * 1000`,
  durationInMillis: 1,
};

/** Requests on their way to the revision that is analysed. */
const knative = countedByEnvoy('envoy_cluster_name=~"{{ namespace }}/{{ route }}"');

const gloo = countedByEnvoy(
  'envoy_cluster_name=~"{{ namespace }}-{{ service }}-canaryupstream-[0-9a-zA-Z-]+_[0-9a-zA-Z-]+"',
);

/** What the proxies of the pods count, by the names of those. */
function countedBesidePods(suffix: string): BuiltinQueries {
  return countedByEnvoy(
    `kubernetes_namespace="{{ namespace }}", kubernetes_pod_name=~"{{ target }}-${suffix}"`,
  );
}

const appmesh = countedBesidePods(POD);
const appmeshOfDaemonSet = countedBesidePods(POD_OF_DAEMON_SET);

const kuma = countedByEnvoy('service=~"{{ service }}-canary_{{ namespace }}_svc_[0-9a-zA-Z-]+"');

/** One entry per key of the traffic registry. */
export const BUILTIN_QUERIES: Readonly<Record<string, BuiltinQueries>> = {
  istio,
  gatewayapi: http,
  traefik,
  nginx,
  skipper,
  apisix,
  contour,
  linkerd,
  osm,
  smi: istio,
  knative,
  gloo,
  kuma,
  appmesh,
  'appmesh:v1beta2': appmesh,
  kubernetes: http,
};

/** Of which whatever begins so is one. */
const FAMILIES = ['gatewayapi', 'gloo', 'appmesh'];

/**
 * The queries for a provider as users spell it. What comes after a colon chooses a version or flavour of the
 * same provider; an unknown name is measured as Istio, as it always was.
 */
export function builtinQueries(provider: string, targetKind: string): BuiltinQueries {
  const name = FAMILIES.find((family) => provider.startsWith(family)) ?? provider;
  const queries = (Object.hasOwn(BUILTIN_QUERIES, name) ? BUILTIN_QUERIES[name] : undefined) ?? istio;
  if (queries === appmesh) return targetKind === 'DaemonSet' ? appmeshOfDaemonSet : appmesh;
  if (queries !== http) return queries;
  // Pods behind a Service may be called anything; without a router, a mesh is the one that counts.
  if (targetKind === 'Service' && provider === 'kubernetes') return istio;
  return targetKind === 'DaemonSet' ? httpOfDaemonSet : http;
}

/** What stands for names in a query, as this provider's labels have them. An interval is no name. */
export function spelledNames<Value>(
  { interval, ...names }: Readonly<Record<string, Value>>,
  { spelled }: BuiltinQueries,
): Readonly<Record<string, Value | string>> {
  const inLabels = (value: Value): Value | string =>
    typeof value === 'string' && spelled !== undefined ? spelled(value) : value;
  const entries = Object.entries(names).map(([key, value]) => [key, inLabels(value)] as const);
  return { ...Object.fromEntries(entries), ...(interval !== undefined && { interval }) };
}

export interface BuiltinCall {
  readonly metric: BuiltinMetric;
  readonly queries: BuiltinQueries;
  /** As in the manifest, `1m`. */
  readonly interval: string;
  /** Fills in a query's template; refuses with a sentence. */
  readonly render: (text: string) => Result<string, string>;
}

/** Percent or milliseconds, as the metric has it. Rejects only when `signal` aborts. */
export async function measureBuiltin(
  call: BuiltinCall,
  provider: MetricProvider,
  options: { readonly signal: AbortSignal },
): Promise<Result<number, MetricError>> {
  const { queries } = call;
  if (call.metric === 'request-duration') {
    const duration = await ask(queries.duration, call, provider, options);
    return duration.ok ? ok(duration.value * queries.durationInMillis) : duration;
  }
  const rate = await ask(queries.successRate, call, provider, options);
  if (rate.ok || rate.error.kind !== 'no-data') return rate;
  // Where every request fails, the series of those that succeed does not exist and neither does the quotient.
  const requests = await ask(queries.requestRate, call, provider, options);
  if (!requests.ok || requests.value === 0) return rate;
  // They may have been counted for the first time in between.
  const again = await ask(queries.successRate, call, provider, options);
  return !again.ok && again.error.kind === 'no-data' ? ok(0) : again;
}

async function ask(
  text: string,
  call: BuiltinCall,
  provider: MetricProvider,
  options: { readonly signal: AbortSignal },
): Promise<Result<number, MetricError>> {
  const query = call.render(text);
  if (!query.ok) return err({ kind: 'malformed', detail: query.error });
  return provider.query({ query: query.value, interval: call.interval }, options);
}
