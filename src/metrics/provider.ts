import type { ObjectReader, ObjectWriter, PathReader } from '../api/objects.ts';
import type { Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import type { Http } from '../shared/http.ts';
import type { Result } from '../shared/result.ts';

/** Why there is no number. `detail` is for people and holds no secret. */
export type MetricError =
  | { readonly kind: 'no-data' }
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** `retryAfter`: how long it asks to be left alone. */
  | {
      readonly kind: 'rejected';
      readonly status: number;
      readonly detail: string;
      readonly retryAfter?: Millis;
    }
  | { readonly kind: 'malformed'; readonly detail: string };

/** A rendered query, in the language of the system it is for, and the interval the metric asks about. */
export interface MetricQuery {
  readonly query: string;
  /** As in the manifest, `1m`; some systems derive their window from it. */
  readonly interval: string;
}

export interface MetricProvider {
  /** One number, or the reason there is none. Rejects only when `signal` aborts. */
  query(query: MetricQuery, options: { readonly signal: AbortSignal }): Promise<Result<number, MetricError>>;
  /** Does the system answer at all? Asked once while a Canary is initialized. */
  check(options: { readonly signal: AbortSignal }): Promise<Result<undefined, MetricError>>;
}

/** Where a metric system is and how to speak to it, from a MetricTemplate or from a flag. */
export interface MetricBackend {
  readonly type: string;
  readonly address: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly region: string;
  readonly insecureSkipVerify: boolean;
  /** The Secret's data, decoded. Empty where no Secret is named. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The only namespace of the cluster whose metrics may be read; all where left out. */
  readonly within?: string;
}

/** One instant query to a Prometheus; implemented in `adapters/prometheus.ts` by its client library. */
export interface PrometheusPort {
  query(
    backend: PrometheusEndpoint,
    query: string,
    options: { readonly signal: AbortSignal },
  ): Promise<Result<number, MetricError>>;
}

export interface PrometheusEndpoint {
  /** With the path in front of `/api/v1`, if any. */
  readonly address: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly auth:
    | { readonly kind: 'none' }
    | { readonly kind: 'basic'; readonly username: string; readonly password: string }
    | { readonly kind: 'bearer'; readonly token: string };
  readonly insecureSkipVerify: boolean;
}

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. */
  readonly sessionToken?: string;
}

/**
 * Who the controller itself is to a cloud; a sentence where it is nobody. What this gives goes to the vendor's own hosts and
 * never to an address from a manifest. Rejects only when `signal` aborts.
 */
export interface CloudIdentity {
  /** A bearer token that may read metrics. */
  google(options: { readonly signal: AbortSignal }): Promise<Result<string, string>>;
  aws(options: { readonly signal: AbortSignal }): Promise<Result<AwsKeys, string>>;
}

/** What providers are built from. */
export interface MetricContext {
  readonly http: Http;
  readonly prometheus: PrometheusPort;
  readonly identity: CloudIdentity;
  /** The controller's own cluster, as the controller. */
  readonly objects: Pick<ObjectReader & ObjectWriter, 'read' | 'create' | 'delete'>;
  readonly paths: PathReader;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly clock: Clock;
}

/** A registry entry: a backend made usable, or the sentence that says what it lacks. */
export type MetricProviderFactory = (
  backend: MetricBackend,
  context: MetricContext,
) => Result<MetricProvider, string>;
