/**
 * Caches that grow: some kinds are watched from the start, others, such as the objects of a mesh, from the moment
 * somebody asks for them. To its users it is one cache.
 */
import type { Kind } from '../../api/kinds.ts';
import type { ApiError, CallOptions, KubeObject, ObjectCache, ObjectRef } from '../../api/objects.ts';
import { after, millis, until, type Instant } from '../../shared/brand.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { withDeadline } from '../deadline.ts';
import { createCache, type CacheOptions, type WatchCache } from './cache.ts';
import type { ReflectorState } from './reflector.ts';
import type { Selection } from './list-watch.ts';

/** How long a kind asked for later may take; after that, whoever asks for it is refused until it is there. */
const PATIENCE = millis(30_000);

type Listener = (ref: ObjectRef, object: KubeObject | undefined) => void;

export interface WatchSetOptions extends CacheOptions {
  /** How a kind asked for later is selected. */
  readonly select: (kind: Kind) => Selection;
}

interface Later {
  readonly cache: WatchCache;
  readonly patience: Instant;
  known: boolean;
}

export class WatchSet implements ObjectCache {
  readonly #options: WatchSetOptions;
  readonly #caches: WatchCache[] = [];
  readonly #later = new Map<string, Later>();
  readonly #listeners: Listener[] = [];

  constructor(options: WatchSetOptions) {
    this.#options = options;
    this.#add(options.kinds);
  }

  start(): void {
    this.#caches[0]?.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#caches.map((cache) => cache.stop()));
  }

  /** The kinds watched from the start are here completely, or known not to be served. */
  get synced(): Promise<void> {
    return this.#caches[0]?.synced ?? Promise.resolve();
  }

  /** How every watch fares, by plural. */
  states(): readonly { readonly resource: string; readonly state: ReflectorState }[] {
    return this.#caches
      .flatMap((cache) => cache.kinds())
      .map(({ selection, state }) => ({ resource: selection.plural, state }));
  }

  /**
   * Watches a kind from now on. ok when all its objects are known, or that the cluster does not serve it; refused at
   * once where they may not be listed, and after a while where they cannot be, since a cache that is not filled looks
   * like a cluster without such objects.
   */
  async watch(kind: Kind, { signal }: CallOptions): Promise<Result<undefined, ApiError>> {
    if (this.#cacheOf(kind) !== undefined && !this.#later.has(nameOf(kind))) return ok();
    const later = this.#later.get(nameOf(kind)) ?? this.#begin(kind);
    if (later.known) return ok();
    const { clock } = this.#options;
    const span = until(clock.steady(), later.patience);
    const { cache } = later;
    const timed = await withDeadline({ clock, span, signal }, () =>
      Promise.race([cache.synced, cache.refused]),
    );
    const refusal = cache.obstacle;
    if (timed.kind === 'done' && refusal === undefined) return ok();
    const why = refusal === undefined ? '' : `: ${refusal.detail}`;
    const detail = `objects of kind ${kind.kind} cannot be listed, so nothing is known of them${why}`;
    return err({ kind: refusal?.kind === 'forbidden' ? 'forbidden' : 'unavailable', detail });
  }

  /** What keeps a kind that is watched from the start from being known; undefined once all are. */
  get obstacle(): ApiError | undefined {
    return this.#caches[0]?.obstacle;
  }

  #begin(kind: Kind): Later {
    const cache = this.#add([this.#options.select(kind)]);
    cache.start();
    const patience = after(this.#options.clock.steady(), PATIENCE);
    const later: Later = { cache, patience, known: false };
    void cache.synced.then(() => (later.known = true));
    this.#later.set(nameOf(kind), later);
    return later;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.#cacheFor(ref).get(ref);
  }

  list(kind: Pick<ObjectRef, 'apiVersion' | 'kind'>, namespace?: string): readonly KubeObject[] {
    return this.#cacheFor(kind).list(kind, namespace);
  }

  expect(ref: ObjectRef, version: string): void {
    this.#cacheOf(ref)?.expect(ref, version);
  }

  async caughtUp(refs: readonly ObjectRef[], options: CallOptions): Promise<void> {
    await Promise.all(this.#caches.map((cache) => cache.caughtUp(refs, options)));
  }

  #add(kinds: readonly Selection[]): WatchCache {
    const cache = createCache({ ...this.#options, kinds });
    cache.onChange(({ kind: { apiVersion, kind }, namespace, name, object }) => {
      const ref = { apiVersion, kind, name, ...(namespace === '' ? {} : { namespace }) };
      for (const listener of this.#listeners) listener(ref, object);
    });
    this.#caches.push(cache);
    return cache;
  }

  #cacheOf(kind: Pick<ObjectRef, 'apiVersion' | 'kind'>): WatchCache | undefined {
    return this.#caches.find((cache) => cache.watches(kind));
  }

  #cacheFor(kind: Pick<ObjectRef, 'apiVersion' | 'kind'>): WatchCache {
    const cache = this.#cacheOf(kind);
    if (cache === undefined) {
      throw new Error(`${nameOf(kind)} is not watched, so nothing is known of its objects`);
    }
    return cache;
  }
}

function nameOf({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): string {
  return `${apiVersion} ${kind}`;
}
