/**
 * Caches that grow: some kinds are watched from the start, others, such as the objects of a mesh, from the moment
 * somebody asks for them. To its users it is one cache.
 */
import type { Kind } from '../../api/kinds.ts';
import type { CallOptions, KubeObject, ObjectCache, ObjectRef } from '../../api/objects.ts';
import { millis } from '../../shared/brand.ts';
import { withDeadline } from '../deadline.ts';
import { createCache, type CacheOptions, type WatchCache } from './cache.ts';
import type { ReflectorState } from './reflector.ts';
import type { Selection } from './list-watch.ts';

/** How long a kind asked for later may take; whoever asked goes on with what is there. */
const PATIENCE = millis(30_000);

type Listener = (ref: ObjectRef, object: KubeObject | undefined) => void;

export interface WatchSetOptions extends CacheOptions {
  /** How a kind asked for later is selected. */
  readonly select: (kind: Kind) => Selection;
}

export class WatchSet implements ObjectCache {
  readonly #options: WatchSetOptions;
  readonly #caches: WatchCache[] = [];
  readonly #later = new Map<string, Promise<void>>();
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

  watch(kind: Kind, { signal }: CallOptions): Promise<void> {
    if (this.#cacheOf(kind) !== undefined && !this.#later.has(nameOf(kind))) return Promise.resolve();
    const known = this.#later.get(nameOf(kind));
    if (known !== undefined) return known;
    const cache = this.#add([this.#options.select(kind)]);
    cache.start();
    const { clock } = this.#options;
    const synced = withDeadline({ clock, span: PATIENCE, signal }, () => cache.synced).then(() => undefined);
    this.#later.set(nameOf(kind), synced);
    return synced;
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
