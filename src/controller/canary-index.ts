/**
 * Which Canaries an object concerns. Canaries are known by key, `<namespace>/<name>`; of two with one target the
 * older drives it.
 */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';

export interface IndexedCanary {
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** `<kind>/<namespace>/<name>` of the target, or '' where the spec names none. */
  readonly target: string;
  readonly targetName: string;
  readonly createdAt: string;
}

export function keyOf({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
  return `${namespace ?? ''}/${name}`;
}

export function refOfKey(key: string): ObjectRef {
  const slash = key.indexOf('/');
  const { apiVersion, kind } = KINDS.Canary;
  return { apiVersion, kind, namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** How people know it: `<name>.<namespace>`. */
export function titleOfKey(key: string): string {
  const { name, namespace = '' } = refOfKey(key);
  return `${name}.${namespace}`;
}

function placeOf({ kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}

export class CanaryIndex {
  readonly #canaries = new Map<string, IndexedCanary>();
  readonly #byTarget = new Map<string, Set<string>>();
  /** Objects a Canary's last look was made of, and the other way about. */
  readonly #places = new Map<string, readonly string[]>();
  readonly #byPlace = new Map<string, Set<string>>();
  readonly #population = new Map<string, number>();

  /** Canaries per namespace; a namespace that had some once stays, with 0. */
  get population(): ReadonlyMap<string, number> {
    return this.#population;
  }

  get keys(): readonly string[] {
    return [...this.#canaries.keys()];
  }

  get(key: string): IndexedCanary | undefined {
    return this.#canaries.get(key);
  }

  put(object: KubeObject): IndexedCanary {
    const canary = indexed(object);
    const known = this.#canaries.get(canary.key);
    if (known === undefined) this.#count(canary.namespace, 1);
    if (known !== undefined && known.target !== canary.target) drop(this.#byTarget, known.target, canary.key);
    this.#canaries.set(canary.key, canary);
    add(this.#byTarget, canary.target, canary.key);
    return canary;
  }

  remove(key: string): IndexedCanary | undefined {
    const canary = this.#canaries.get(key);
    if (canary === undefined) return undefined;
    this.#canaries.delete(key);
    this.#count(canary.namespace, -1);
    drop(this.#byTarget, canary.target, key);
    this.concern(key, []);
    return canary;
  }

  /** Says which objects a Canary's passes look at. */
  concern(key: string, refs: readonly ObjectRef[]): void {
    const places = refs.map((ref) => placeOf(ref));
    for (const place of this.#places.get(key) ?? []) drop(this.#byPlace, place, key);
    if (places.length === 0) this.#places.delete(key);
    else this.#places.set(key, places);
    for (const place of places) add(this.#byPlace, place, key);
  }

  /** The Canaries that look at this object, in whatever version it is watched. */
  concerned(ref: ObjectRef): readonly string[] {
    const place = placeOf(ref);
    return [...(this.#byPlace.get(place) ?? []), ...(this.#byTarget.get(place) ?? [])];
  }

  /** The Canaries with the same target as this one, itself left out. */
  rivals(key: string): readonly IndexedCanary[] {
    const canary = this.#canaries.get(key);
    if (canary === undefined || canary.target === '') return [];
    return [...(this.#byTarget.get(canary.target) ?? [])].flatMap((other) => {
      const rival = this.#canaries.get(other);
      return rival === undefined || other === key ? [] : [rival];
    });
  }

  /** The older Canary that drives this one's target; undefined where that is this one. */
  senior(key: string): IndexedCanary | undefined {
    const canary = this.#canaries.get(key);
    if (canary === undefined) return undefined;
    return this.rivals(key).find((rival) => age(rival) < age(canary));
  }

  #count(namespace: string, change: number): void {
    this.#population.set(namespace, (this.#population.get(namespace) ?? 0) + change);
  }
}

function indexed({ metadata, ...object }: KubeObject): IndexedCanary {
  const { name, namespace = '', uid = '', creationTimestamp = '' } = metadata;
  const spec = membersOf(object['spec']);
  const target = membersOf(spec['targetRef']);
  const targetName = typeof target['name'] === 'string' ? target['name'] : '';
  const kind = typeof target['kind'] === 'string' ? target['kind'] : '';
  return {
    key: keyOf({ namespace, name }),
    uid,
    namespace,
    name,
    target: targetName === '' ? '' : placeOf({ kind, namespace, name: targetName }),
    targetName,
    createdAt: creationTimestamp,
  };
}

/** Sorts by age, then by name, so that two processes agree. */
function age({ createdAt, name }: IndexedCanary): string {
  return `${createdAt} ${name}`;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' ? { ...value } : {};
}

function add(map: Map<string, Set<string>>, place: string, key: string): void {
  const keys = map.get(place) ?? new Set<string>();
  keys.add(key);
  map.set(place, keys);
}

function drop(map: Map<string, Set<string>>, place: string, key: string): void {
  const keys = map.get(place);
  keys?.delete(key);
  if (keys?.size === 0) map.delete(place);
}
