/**
 * Kubernetes objects as plain JSON, and what one can do with them. Typed client classes drop fields they do not
 * know, and a controller that copies pod templates must not; so everything here is a tree of plain values.
 *
 * The interfaces are implemented in `adapters/kubernetes/` and, for tests, by a store in memory.
 */
import type { Result } from '../shared/result.ts';
import type { Kind } from './kinds.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly [key: string]: unknown;
}

/** Any Kubernetes object. What is below `metadata` is `unknown` until a schema or a guard has seen it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [key: string]: unknown;
}

/** Which object: `namespace` is left out for cluster-scoped kinds and, inside a Canary, for its own namespace. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What the API server said instead of doing it. `detail` is a sentence for people, without secrets. */
export type ApiError =
  | { readonly kind: 'not-found'; readonly detail: string }
  /** Somebody wrote the object since it was read, or it exists already. */
  | { readonly kind: 'conflict'; readonly detail: string }
  | { readonly kind: 'already-exists'; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  /** Its namespace is being deleted: nothing new is taken there. */
  | { readonly kind: 'ending'; readonly detail: string }
  /** Validation: 400, 422. */
  | { readonly kind: 'invalid'; readonly detail: string }
  /** The kind or version is not served here. */
  | { readonly kind: 'no-such-kind'; readonly detail: string }
  /** 429, 5xx, time-outs, connection trouble: try again later. */
  | { readonly kind: 'unavailable'; readonly detail: string }
  /** A write answered 200 and came back without fields that were sent. */
  | { readonly kind: 'pruned'; readonly detail: string };

export type Written = Result<KubeObject, ApiError>;

/** Writes to a cluster. Each call is one request; each rejects only when `signal` aborts. */
export interface ObjectWriter {
  create(object: KubeObject, options: CallOptions): Promise<Written>;
  /** Replaces the object if it is still at `object.metadata.resourceVersion`, which must be set. */
  replace(object: KubeObject, options: CallOptions): Promise<Written>;
  /**
   * Merge patch (RFC 7386). Put `metadata.resourceVersion` into `patch` to have it refused when stale.
   * `subresource: 'status'` writes the status.
   */
  patch(
    ref: ObjectRef,
    patch: Readonly<Record<string, unknown>>,
    options: CallOptions & { readonly subresource?: 'status' | 'scale' },
  ): Promise<Written>;
  /** Server-side apply with our field manager, forced; for objects wholly ours, always with the same set of fields. */
  apply(object: KubeObject, options: CallOptions): Promise<Written>;
  delete(
    ref: ObjectRef,
    options: CallOptions & { readonly uid?: string; readonly resourceVersion?: string },
  ): Promise<Result<undefined, ApiError>>;
}

/**
 * One read past every cache. Only for what is not watched: data of a tracked ConfigMap or Secret, a credential, the
 * endpoints of a Service.
 */
export interface ObjectReader {
  read(ref: ObjectRef, options: CallOptions): Promise<Written>;
  /** The objects of a kind in a namespace that carry a label with this value; made for a handful of them. */
  list(
    kind: Kind,
    where: { readonly namespace: string; readonly label: string; readonly value: string },
    options: CallOptions,
  ): Promise<Result<readonly KubeObject[], ApiError>>;
}

/** One GET of what an aggregated API serves that is no object, such as a metric. `resource`: for counters and messages. */
export interface PathReader {
  get(
    what: {
      readonly resource: string;
      readonly path: string;
      readonly query: Readonly<Record<string, string>>;
    },
    options: CallOptions,
  ): Promise<Result<unknown, ApiError>>;
}

export interface CallOptions {
  readonly signal: AbortSignal;
}

/**
 * Watched objects, from memory. Which kinds are watched is the business of whoever builds it; asking for an
 * object of a kind that is not watched throws, since the answer "absent" would be a lie.
 */
export interface ObjectCache {
  get(ref: ObjectRef & { readonly namespace?: string }): KubeObject | undefined;
  /** All objects of a kind, of one namespace or of all. */
  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    namespace?: string,
  ): readonly KubeObject[];
}
