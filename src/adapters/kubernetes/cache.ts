/**
 * Every watched kind, in one place: what the controller looks at instead of asking the API server. One reflector
 * per kind serves all Canaries.
 */
import type { ApiError, CallOptions, KubeObject, ObjectCache, ObjectRef } from '../../api/objects.ts';
import { millis } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';
import { withDeadline } from '../deadline.ts';
import type { Selection } from './list-watch.ts';
import { Parsed, type Key } from './object-store.ts';
import { Reflector, type ReflectorState } from './reflector.ts';
import type { Named } from './resources.ts';
import type { Transport } from './transport.ts';

/** How long a watch may take to bring what we wrote before it is read instead. */
const PATIENCE = millis(2_000);

export interface Change {
  readonly kind: Selection;
  readonly namespace: string;
  readonly name: string;
  /** As it is now; undefined when it is gone. */
  readonly object: KubeObject | undefined;
}

export interface WatchedKind {
  readonly selection: Selection;
  readonly state: ReflectorState;
  readonly size: number;
}

export interface WatchCache extends ObjectCache {
  start(): void;
  /** After this nothing is delivered; resolves when every watch is closed. */
  stop(): Promise<void>;
  /** Every kind is here completely, or known not to be served. Never resolves while one of them cannot be listed. */
  readonly synced: Promise<void>;
  /** Resolves when a kind may not be listed; that is tried again all the same. */
  readonly refused: Promise<void>;
  /** Why a kind that is not here yet is not; undefined once all are, and while that is not known. */
  readonly obstacle: ApiError | undefined;
  /** Returns how to stop listening. Called for each change, in order per kind, after the cache has it. */
  onChange(listener: (change: Change) => void): () => void;
  /** The names of all objects of a kind, without parsing one. */
  keys(kind: Named, namespace?: string): readonly Key[];
  kinds(): readonly WatchedKind[];
  /** Is this kind among the watched ones? Asking for the objects of one that is not throws. */
  watches(kind: Named): boolean;
  /** We wrote this object and were told this version; kinds that are not watched are ignored. */
  expect(ref: ObjectRef, version: string): void;
  /**
   * Resolves when the cache has seen every write of ours to these objects, with one read for each that the watch
   * has not brought within two seconds. Rejects only when `signal` aborts. Where even the read fails the cache stays
   * behind, which its owner notices by a conflict.
   */
  caughtUp(refs: readonly ObjectRef[], options: CallOptions): Promise<void>;
}

export interface CacheOptions {
  readonly transport: Transport;
  /** Each kind at most once. */
  readonly kinds: readonly Selection[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

export function createCache(options: CacheOptions): WatchCache {
  return new Cache(options);
}

class Cache implements WatchCache {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #reflectors = new Map<string, { readonly selection: Selection; readonly reflector: Reflector }>();

  constructor({ kinds, ...tools }: CacheOptions) {
    this.#clock = tools.clock;
    this.#log = tools.log;
    const parsed = new Parsed();
    for (const selection of kinds) {
      if (this.watches(selection)) throw new Error(`${nameOf(selection)} is to be watched twice`);
      const onChange = (key: Key, object: KubeObject | undefined): void =>
        this.#deliver({ kind: selection, ...key, object });
      const reflector = new Reflector({ ...tools, selection, parsed, onChange });
      this.#reflectors.set(nameOf(selection), { selection, reflector });
    }
  }

  start(): void {
    for (const { reflector } of this.#reflectors.values()) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map(({ reflector }) => reflector.stop()));
  }

  get synced(): Promise<void> {
    return Promise.all(this.#all().map(({ reflector }) => reflector.synced)).then(() => undefined);
  }

  get refused(): Promise<void> {
    return Promise.race(this.#all().map(({ reflector }) => reflector.refused));
  }

  get obstacle(): ApiError | undefined {
    return this.#all().find(({ reflector }) => reflector.obstacle !== undefined)?.reflector.obstacle;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(ref: ObjectRef): KubeObject | undefined {
    const { selection, reflector } = this.#watched(ref);
    return reflector.store.get(keyIn(selection, ref));
  }

  list(kind: Named, namespace?: string): readonly KubeObject[] {
    return this.#watched(kind).reflector.store.list(namespace);
  }

  keys(kind: Named, namespace?: string): readonly Key[] {
    return this.#watched(kind).reflector.store.keys(namespace);
  }

  kinds(): readonly WatchedKind[] {
    return this.#all().map(({ selection, reflector }) => ({
      selection,
      state: reflector.state,
      size: reflector.store.size,
    }));
  }

  watches(kind: Named): boolean {
    return this.#reflectors.has(nameOf(kind));
  }

  expect(ref: ObjectRef, version: string): void {
    const found = this.#seeing(ref);
    if (found !== undefined && version !== '') found.reflector.expect(found.key, version);
  }

  async caughtUp(refs: readonly ObjectRef[], { signal }: CallOptions): Promise<void> {
    const behind = refs.flatMap((ref) => this.#seeing(ref) ?? []).filter(isBehind);
    if (behind.length === 0) return;
    await withDeadline({ clock: this.#clock, span: PATIENCE, signal }, () =>
      Promise.all(behind.map(({ reflector, key }) => reflector.caughtUp(key))),
    );
    await Promise.all(behind.filter(isBehind).map(({ reflector, key }) => reflector.fetch(key, signal)));
  }

  #deliver(change: Change): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(change);
      } catch (error) {
        const { kind, namespace, name } = change;
        this.#log.error({ kind: kind.kind, namespace, name, error }, 'a listener failed');
      }
    }
  }

  #all(): readonly { readonly selection: Selection; readonly reflector: Reflector }[] {
    return [...this.#reflectors.values()];
  }

  #watched(kind: Named): { readonly selection: Selection; readonly reflector: Reflector } {
    const found = this.#reflectors.get(nameOf(kind));
    if (found === undefined)
      throw new Error(`${nameOf(kind)} is not watched, so nothing is known of its objects`);
    return found;
  }

  /** The reflector that will see what happens to this object; undefined when none does. */
  #seeing(ref: ObjectRef): { readonly reflector: Reflector; readonly key: Key } | undefined {
    const found = this.#reflectors.get(nameOf(ref));
    if (found === undefined) return undefined;
    const key = keyIn(found.selection, ref);
    const { namespace } = found.selection;
    return namespace !== undefined && namespace !== key.namespace ? undefined : { ...found, key };
  }
}

function isBehind({ reflector, key }: { readonly reflector: Reflector; readonly key: Key }): boolean {
  return !reflector.isCaughtUp(key);
}

function keyIn({ kind, namespaced }: Selection, { namespace, name }: ObjectRef): Key {
  if (!namespaced) return { namespace: '', name };
  if (namespace === undefined)
    throw new Error(`${kind} ${name} is in a namespace, found none in the reference`);
  return { namespace, name };
}

function nameOf({ apiVersion, kind }: Named): string {
  return `${apiVersion} ${kind}`;
}
