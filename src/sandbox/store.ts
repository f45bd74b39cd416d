/**
 * Objects in memory with the rules every Kubernetes object lives by: versions, generations, optimistic concurrency,
 * status apart from spec, finalizers, owners. Synchronous, and it knows no HTTP, no schema and no defaults.
 *
 * Objects are never changed in place: what was read stays as it was, so readers and history share them freely.
 */
import type { Clock } from '../shared/clock.ts';
import { Dependents } from './dependents.ts';
import { isObject, listAt, textAt, without, type JsonObject } from './json.ts';
import type { Kind, Kinds } from './kinds.ts';
import { History, type Change } from './history.ts';
import {
  SYSTEM_FIELDS,
  compact,
  pick,
  identity,
  withStatus,
  sameContent,
  isSame,
  isReleased,
  graceOf,
  checkFinalizers,
  checkPreconditions,
  uidConflict,
} from './object-rules.ts';
import { alreadyExists, badRequest, conflict, invalid, notFound } from './refusal.ts';

export type { Change } from './history.ts';

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly [field: string]: unknown;
}

export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export interface Name {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: Propagation | undefined;
  /** 0 removes a graceful object at once. */
  readonly graceSeconds?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface StoreOptions {
  readonly kinds: Kinds;
  readonly clock: Clock;
  /** A new unique identifier at every call. */
  readonly uid: () => string;
  /** Changes remembered per kind; a reader who is further behind is told to list again. */
  readonly window?: number;
}

type Listener = (change: Change) => void;

const FOREGROUND = 'foregroundDeletion';

export class Store {
  readonly #kinds: Kinds;
  readonly #clock: Clock;
  readonly #uid: () => string;
  readonly #history: History;
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  readonly #sorted = new Map<string, readonly string[]>();
  readonly #dependents = new Dependents();
  readonly #listeners = new Set<{ readonly key: string; readonly listener: Listener }>();
  readonly #undelivered: Change[] = [];
  #delivering = false;
  #version = 1;

  constructor({ kinds, clock, uid, window = 5_000 }: StoreOptions) {
    this.#kinds = kinds;
    this.#clock = clock;
    this.#uid = uid;
    this.#history = new History(window);
  }

  /** The version of the last change, of whatever kind. */
  get version(): number {
    return this.#version;
  }

  get(key: string, name: Name): StoredObject | undefined {
    return this.#objects.get(key)?.get(idOf(name));
  }

  /** By namespace and name. */
  list(key: string, namespace?: string): readonly StoredObject[] {
    return this.page(key, { namespace }).items;
  }

  /** At most `limit` objects after the id `after`; `next` is where to go on, undefined at the end. */
  page(
    key: string,
    options: {
      readonly namespace?: string | undefined;
      readonly after?: string | undefined;
      readonly limit?: number | undefined;
      readonly keep?: ((object: StoredObject) => boolean) | undefined;
    },
  ): { readonly items: readonly StoredObject[]; readonly next: string | undefined } {
    const { namespace, after, limit = 0, keep } = options;
    const objects = this.#objects.get(key);
    if (objects === undefined) return { items: [], next: undefined };
    const ids = this.#sortedIds(key, objects);
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    const items: StoredObject[] = [];
    let last = '';
    for (let index = firstAfter(ids, after ?? prefix); index < ids.length; index += 1) {
      const id = ids[index] ?? '';
      if (!id.startsWith(prefix)) break;
      const object = objects.get(id);
      if (object === undefined || (keep !== undefined && !keep(object))) continue;
      if (limit > 0 && items.length === limit) return { items, next: last };
      items.push(object);
      last = id;
    }
    return { items, next: undefined };
  }

  count(key: string): number {
    return this.#objects.get(key)?.size ?? 0;
  }

  /** Refuses a name that is taken. A status in the object is left out where the kind keeps status apart. */
  create(key: string, object: JsonObject, options: { readonly dryRun?: boolean } = {}): StoredObject {
    const kind = this.#kinds.get(key);
    const created = this.#fresh(kind, object);
    if (this.get(key, created.metadata) !== undefined) throw alreadyExists(kind, created.metadata.name);
    if (options.dryRun === true) return created;
    const stored = this.#commit('ADDED', key, created, undefined);
    if (this.#dependents.isOrphan(stored)) this.delete(key, stored.metadata);
    this.#deliver();
    return stored;
  }

  /** Puts an object in as it was elsewhere: identity, times and generation stay, only its version is a new one. */
  restore(key: string, object: StoredObject): StoredObject {
    const kind = this.#kinds.get(key);
    if (this.get(key, object.metadata) !== undefined) throw alreadyExists(kind, object.metadata.name);
    const stored = this.#commit('ADDED', key, object, undefined);
    this.#deliver();
    return stored;
  }

  /**
   * Replaces the object, or only its status; refuses if the object names a version that is not the latest. What
   * changes nothing is not a change: the version stays.
   */
  update(
    key: string,
    object: JsonObject,
    options: { readonly part?: 'main' | 'status'; readonly dryRun?: boolean } = {},
  ): StoredObject {
    const kind = this.#kinds.get(key);
    const live = this.#latest(kind, object);
    const next = options.part === 'status' ? withStatus(live, object) : this.#replaced(kind, live, object);
    if (isSame(live, next)) return live;
    if (options.dryRun === true) return next;
    const stored = this.#commit('MODIFIED', key, next, live);
    if (key !== 'namespaces' && isReleased(stored)) this.#remove(key, stored);
    this.#deliver();
    return stored;
  }

  /** Removes the object, or marks it as being deleted while finalizers or a grace period hold it. */
  delete(
    key: string,
    name: Name,
    options: DeleteOptions = {},
  ): { readonly object: StoredObject; readonly gone: boolean } {
    const kind = this.#kinds.get(key);
    const live = this.get(key, name);
    if (live === undefined) throw notFound(kind, name.name);
    checkPreconditions(kind, live, options);
    if (options.dryRun === true) return { object: live, gone: true };
    if (options.propagation === 'Orphan') this.#orphanDependents(live);
    const marked = this.#marked(kind, live, options);
    const gone = marked === undefined;
    const object = gone ? this.#remove(key, live) : this.#mark(key, live, marked);
    if (!gone && options.propagation === 'Foreground') this.#collect(live.metadata.uid);
    this.#deliver();
    return { object, gone };
  }

  /** Removes the object although something still holds it; for whoever was waited for. */
  finish(key: string, name: Name): void {
    const live = this.get(key, name);
    if (live !== undefined) this.#remove(key, live);
    this.#deliver();
  }

  /** Calls back once per later change, in order; `'*'` is every kind. Returns how to stop. */
  subscribe(key: string, listener: Listener): () => void {
    const entry = { key, listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Changes of a kind after a version, oldest first; refuses with 410 if they are no longer known. */
  changesSince(key: string, version: number): readonly Change[] {
    return this.#history.since(key, version, this.#version);
  }

  /** Forgets all history: whoever watches from an older version must list again. */
  expire(): void {
    this.#version += 1;
    this.#history.forget(this.#version);
  }

  /** The objects as they are now, for readers who are to be shown the past. */
  snapshot(): Pick<Store, 'get' | 'page' | 'version'> {
    const past = new Store({ kinds: this.#kinds, clock: this.#clock, uid: this.#uid });
    for (const [key, objects] of this.#objects) past.#objects.set(key, new Map(objects));
    past.#version = this.#version;
    return past;
  }

  #sortedIds(key: string, objects: ReadonlyMap<string, StoredObject>): readonly string[] {
    const known = this.#sorted.get(key);
    if (known !== undefined) return known;
    const ids = [...objects.keys()].sort();
    this.#sorted.set(key, ids);
    return ids;
  }

  #fresh(kind: Kind, object: JsonObject): StoredObject {
    const given = isObject(object['metadata']) ? object['metadata'] : {};
    const uid = this.#uid();
    const prefix = textAt(given, 'generateName');
    const name = textAt(given, 'name') || (prefix === '' ? '' : prefix + uid.replaceAll('-', '').slice(-5));
    if (name === '') {
      throw invalid(kind, '', [
        { path: 'metadata.name', message: 'Required value: name or generateName is required' },
      ]);
    }
    const metadata: Metadata = {
      ...without(
        given,
        'resourceVersion',
        'selfLink',
        'deletionTimestamp',
        'deletionGracePeriodSeconds',
        'generation',
      ),
      name,
      uid,
      resourceVersion: '',
      creationTimestamp: this.#timestamp(),
      ...(kind.hasGeneration ? { generation: 1 } : {}),
    };
    const rest = kind.hasStatus ? without(object, 'metadata', 'status') : without(object, 'metadata');
    const status = kind.firstStatus === undefined ? {} : { status: kind.firstStatus };
    return { ...rest, ...identity(kind), metadata, ...status };
  }

  #latest(kind: Kind, object: JsonObject): StoredObject {
    const name = textAt(object, 'metadata', 'name');
    const namespace = textAt(object, 'metadata', 'namespace');
    const live = this.get(kind.key, kind.namespaced ? { namespace, name } : { name });
    if (live === undefined) throw notFound(kind, name);
    const version = textAt(object, 'metadata', 'resourceVersion');
    if (version !== '' && version !== live.metadata.resourceVersion) throw conflict(kind, name);
    const uid = textAt(object, 'metadata', 'uid');
    if (uid !== '' && uid !== live.metadata.uid) throw uidConflict(kind, live, uid);
    return live;
  }

  #replaced(kind: Kind, live: StoredObject, object: JsonObject): StoredObject {
    const given = isObject(object['metadata']) ? object['metadata'] : {};
    const kept = pick(live.metadata, SYSTEM_FIELDS);
    const status = kind.hasStatus && live['status'] !== undefined ? { status: live['status'] } : {};
    const rest = kind.hasStatus ? without(object, 'metadata', 'status') : without(object, 'metadata');
    const next: StoredObject = {
      ...rest,
      ...identity(kind),
      ...status,
      // The system's fields were picked from metadata that has them all.
      metadata: { ...without(given, ...SYSTEM_FIELDS), ...kept } as Metadata,
    };
    checkFinalizers(kind, live, next);
    if (!kind.hasGeneration || sameContent(kind, live, next)) return next;
    return { ...next, metadata: { ...next.metadata, generation: (live.metadata.generation ?? 0) + 1 } };
  }

  /** The object as marked for deletion; undefined if nothing holds it. */
  #marked(kind: Kind, live: StoredObject, options: DeleteOptions): StoredObject | undefined {
    const foreground =
      options.propagation === 'Foreground' && this.#dependents.of(live.metadata.uid).length > 0;
    const grace = graceOf(kind, live, options);
    const finalizers = [...(live.metadata.finalizers ?? []), ...(foreground ? [FOREGROUND] : [])];
    if (finalizers.length === 0 && grace === 0 && kind.key !== 'namespaces') return undefined;
    if (live.metadata.deletionTimestamp !== undefined && !foreground) return live;
    const metadata: Metadata = {
      ...live.metadata,
      ...(finalizers.length > 0 ? { finalizers: [...new Set(finalizers)] } : {}),
      ...(kind.hasGeneration ? { generation: (live.metadata.generation ?? 0) + 1 } : {}),
      deletionTimestamp: this.#timestamp(),
      deletionGracePeriodSeconds: grace,
    };
    const terminating = kind.key === 'namespaces' ? { status: { phase: 'Terminating' } } : {};
    return { ...live, metadata, ...terminating };
  }

  #mark(key: string, live: StoredObject, marked: StoredObject): StoredObject {
    return marked === live ? live : this.#commit('MODIFIED', key, marked, live);
  }

  #remove(key: string, live: StoredObject): StoredObject {
    if (this.get(key, live.metadata) === undefined) return live;
    const removed = this.#commit('DELETED', key, live, live);
    this.#collect(live.metadata.uid);
    for (const owner of this.#dependents.ownersOf(removed)) this.#release(owner);
    return removed;
  }

  /** Deletes what was owned by this object and by nobody else who is left. */
  #collect(uid: string): void {
    for (const { key, id } of this.#dependents.of(uid)) {
      const dependent = this.#objects.get(key)?.get(id);
      if (dependent === undefined || dependent.metadata.deletionTimestamp !== undefined) continue;
      const dying = (owner: string): boolean => owner === uid || !this.#dependents.isAlive(owner);
      if (listAt(dependent, 'metadata', 'ownerReferences').every((owner) => dying(textAt(owner, 'uid')))) {
        this.delete(key, dependent.metadata);
      }
    }
  }

  /** An owner that waited for its dependents goes with the last of them. */
  #release(owner: { readonly key: string; readonly id: string }): void {
    const object = this.#objects.get(owner.key)?.get(owner.id);
    if (object === undefined || object.metadata.finalizers?.includes(FOREGROUND) !== true) return;
    if (this.#dependents.of(object.metadata.uid).length > 0) return;
    const finalizers = object.metadata.finalizers.filter((finalizer) => finalizer !== FOREGROUND);
    this.update(owner.key, { ...object, metadata: { ...object.metadata, finalizers } });
  }

  #orphanDependents(owner: StoredObject): void {
    for (const { key, id } of this.#dependents.of(owner.metadata.uid)) {
      const dependent = this.#objects.get(key)?.get(id);
      if (dependent === undefined) continue;
      const others = listAt(dependent, 'metadata', 'ownerReferences').filter(
        (reference) => textAt(reference, 'uid') !== owner.metadata.uid,
      );
      this.update(key, { ...dependent, metadata: { ...dependent.metadata, ownerReferences: others } });
    }
  }

  #commit(
    type: Change['type'],
    key: string,
    object: StoredObject,
    previous: StoredObject | undefined,
  ): StoredObject {
    this.#version += 1;
    const metadata = { ...compact(object.metadata), resourceVersion: String(this.#version) };
    const stored: StoredObject = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata,
      ...without(object, 'apiVersion', 'kind', 'metadata'),
    };
    const id = idOf(metadata);
    const objects = this.#objects.get(key) ?? new Map<string, StoredObject>();
    this.#objects.set(key, objects);
    if (type === 'DELETED') objects.delete(id);
    else objects.set(id, stored);
    if (type !== 'MODIFIED') this.#sorted.delete(key);
    this.#dependents.note({ key, id }, type === 'DELETED' ? undefined : stored, previous);
    const change: Change = { type, key, object: stored, previous, version: this.#version };
    this.#history.add(change);
    this.#undelivered.push(change);
    return stored;
  }

  /** Listeners may write; what they cause is delivered after what caused it. */
  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let change = this.#undelivered.shift(); change !== undefined; change = this.#undelivered.shift()) {
        for (const { key, listener } of [...this.#listeners]) {
          if (key === '*' || key === change.key) listener(change);
        }
      }
    } finally {
      this.#delivering = false;
    }
  }

  #timestamp(): string {
    return timestamp(this.#clock.now());
  }
}

/** Seconds, as Kubernetes writes times in metadata. */
export function timestamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

export function idOf({ namespace, name }: Name): string {
  return `${namespace ?? ''}/${name}`;
}

/** The index of the first id greater than `id`, in a sorted list. */
function firstAfter(ids: readonly string[], id: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? '') <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A resourceVersion as clients send it; '' and '0' stand for any. */
export function parseVersion(text: string): number {
  if (text === '' || text === '0') return 0;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version "${text}"`);
  return Number(text);
}
