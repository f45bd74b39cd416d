/** What the controller works with and did not make: clients, caches, the clock. `main.ts` hands them in. */
import type { Kind } from '../api/kinds.ts';
import type {
  ApiError,
  CallOptions,
  KubeObject,
  ObjectCache,
  ObjectReader,
  ObjectRef,
  ObjectWriter,
  PathReader,
} from '../api/objects.ts';
import type { CloudIdentity, MetricBackend, MetricProvider, PrometheusPort } from '../metrics/provider.ts';
import type { Instant } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import type { Http } from '../shared/http.ts';
import type { Logger } from '../shared/logger.ts';
import type { Result } from '../shared/result.ts';
import type { Settings } from './settings.ts';
import type { Vitals } from './vitals.ts';

/** Watched objects, and when they change. */
export interface WatchedObjects extends ObjectCache {
  /** Watches a kind from now on; once more changes nothing. ok when its objects are all known, else why they are not. */
  watch(kind: Kind, options: CallOptions): Promise<Result<undefined, ApiError>>;
  /** Resolves when the entries of these objects are not older than our own last writes to them. */
  caughtUp(refs: readonly ObjectRef[], options: CallOptions): Promise<void>;
  /** Calls `listener` for every object that was added, changed or, with undefined, deleted. */
  onChange(listener: (ref: ObjectRef, object: KubeObject | undefined) => void): void;
}

export interface EventToRecord {
  readonly canary: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly text: string;
  readonly at: Instant;
}

export interface EventRecorder {
  /** One Event per key; recording it again changes nothing. */
  record(
    event: EventToRecord & { readonly key: string },
    options: CallOptions,
  ): Promise<Result<undefined, ApiError>>;
  /** One Event per text, counted. */
  notice(event: EventToRecord, options: CallOptions): Promise<Result<undefined, ApiError>>;
}

/** The way to metric systems. */
export interface Metrics {
  /** A backend made usable; a sentence where it cannot be. */
  provider(backend: MetricBackend): Result<MetricProvider, string>;
}

export interface Tools {
  readonly objects: ObjectWriter & ObjectReader;
  readonly paths: PathReader;
  readonly watched: WatchedObjects;
  readonly events: EventRecorder;
  readonly http: Http;
  readonly prometheus: PrometheusPort;
  readonly identity: CloudIdentity;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly vitals: Vitals;
  readonly settings: Settings;
  readonly metrics: Metrics;
  /** When routers have heard again from an API server that was away; undefined while it never was. */
  readonly settledAt: () => Instant | undefined;
}
