/**
 * Which Canaries an object concerns. Canaries are known by key, `<namespace>/<name>`; of two with one target or one
 * Service the older drives it.
 */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, text } from '../api/tree.ts';

export interface IndexedCanary {
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** `<kind>/<namespace>/<name>` of the target, or '' where the spec names none. */
  readonly target: string;
  readonly targetName: string;
  /** What only one Canary can drive, written like `target`: its target first, then the Services it is reached by. */
  readonly claims: readonly string[];
  readonly createdAt: string;
}

/** An older Canary, and the object that it drives and another one wants. */
export interface Seniority {
  readonly canary: IndexedCanary;
  readonly over: 'target' | 'service';
  readonly name: string;
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
  readonly #byClaim = new Map<string, Set<string>>();
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

  /** Also says how it was, and which other Canaries it is in the way of now and was not, or was and is no more. */
  put(object: KubeObject): {
    readonly key: string;
    readonly before: IndexedCanary | undefined;
    readonly affected: readonly string[];
  } {
    const canary = indexed(object);
    const former = new Set(this.rivals(canary.key).map(({ key }) => key));
    const known = this.#canaries.get(canary.key);
    if (known === undefined) this.#count(canary.namespace, 1);
    for (const claim of known?.claims ?? []) drop(this.#byClaim, claim, canary.key);
    this.#canaries.set(canary.key, canary);
    for (const claim of canary.claims) add(this.#byClaim, claim, canary.key);
    const rivals = new Set(this.rivals(canary.key).map(({ key }) => key));
    const affected = [...new Set([...former, ...rivals])].filter(
      (key) => former.has(key) !== rivals.has(key),
    );
    return { key: canary.key, before: known, affected };
  }

  remove(key: string): IndexedCanary | undefined {
    const canary = this.#canaries.get(key);
    if (canary === undefined) return undefined;
    this.#canaries.delete(key);
    this.#count(canary.namespace, -1);
    for (const claim of canary.claims) drop(this.#byClaim, claim, key);
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
    const targeting = this.#claiming(place).filter(({ target }) => target === place);
    return [...(this.#byPlace.get(place) ?? []), ...targeting.map(({ key }) => key)];
  }

  /** Whether some Canary names this target, as `IndexedCanary` writes it. */
  isTargeted(target: string): boolean {
    return this.#claiming(target).some((canary) => canary.target === target);
  }

  /** The Canaries with the same target or a Service in common with this one, itself left out. */
  rivals(key: string): readonly IndexedCanary[] {
    const claims = this.#canaries.get(key)?.claims ?? [];
    const rivals = new Set(claims.flatMap((claim) => this.#claiming(claim)));
    return [...rivals].filter((rival) => rival.key !== key);
  }

  /** The older Canary that drives this one's target or its Services; undefined where that is this one. */
  senior(key: string): Seniority | undefined {
    const canary = this.#canaries.get(key);
    for (const claim of canary?.claims ?? []) {
      const older = this.#claiming(claim).find((rival) => canary !== undefined && age(rival) < age(canary));
      if (older === undefined) continue;
      const over = claim === canary?.target && claim === older.target ? 'target' : 'service';
      return { canary: older, over, name: claim.slice(claim.lastIndexOf('/') + 1) };
    }
    return undefined;
  }

  #claiming(claim: string): readonly IndexedCanary[] {
    return [...(this.#byClaim.get(claim) ?? [])].flatMap((key) => this.#canaries.get(key) ?? []);
  }

  #count(namespace: string, change: number): void {
    this.#population.set(namespace, (this.#population.get(namespace) ?? 0) + change);
  }
}

function indexed(canary: KubeObject): IndexedCanary {
  const { name, namespace = '', uid = '', creationTimestamp = '' } = canary.metadata;
  const targetName = text(at(canary, 'spec', 'targetRef', 'name')) ?? '';
  const kind = text(at(canary, 'spec', 'targetRef', 'kind')) ?? '';
  const target = targetName === '' ? '' : placeOf({ kind, namespace, name: targetName });
  const apex = text(at(canary, 'spec', 'service', 'name')) || targetName;
  const services = apex === '' ? [] : ['', '-primary', '-canary'].map((suffix) => `${apex}${suffix}`);
  return {
    key: keyOf({ namespace, name }),
    uid,
    namespace,
    name,
    target,
    targetName,
    claims: [
      ...(target === '' ? [] : [target]),
      ...services.map((service) => placeOf({ kind: 'Service', namespace, name: service })),
    ],
    createdAt: creationTimestamp,
  };
}

/** Sorts by age, then by name, so that two processes agree. */
function age({ createdAt, name }: IndexedCanary): string {
  return `${createdAt} ${name}`;
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
