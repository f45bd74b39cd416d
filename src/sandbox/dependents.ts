/** Who owns whom, by uid. Kept beside the objects so that a deletion does not search them all. */
import { listAt, textAt } from './json.ts';
import type { StoredObject } from './store.ts';

interface Place {
  readonly key: string;
  readonly id: string;
}

export class Dependents {
  readonly #places = new Map<string, Place>();
  readonly #owned = new Map<string, Map<string, Place>>();

  /** Takes note of an object's new state; undefined if it is gone. */
  note(place: Place, next: StoredObject | undefined, previous: StoredObject | undefined): void {
    const address = `${place.key} ${place.id}`;
    for (const uid of ownerUids(previous)) this.#forget(uid, address);
    for (const uid of ownerUids(next)) {
      const owned = this.#owned.get(uid) ?? new Map<string, Place>();
      this.#owned.set(uid, owned.set(address, place));
    }
    if (next !== undefined) this.#places.set(next.metadata.uid, place);
    else if (previous !== undefined) this.#places.delete(previous.metadata.uid);
  }

  of(uid: string): readonly Place[] {
    return [...(this.#owned.get(uid)?.values() ?? [])];
  }

  isAlive(uid: string): boolean {
    return this.#places.has(uid);
  }

  ownersOf(object: StoredObject): readonly Place[] {
    return ownerUids(object).flatMap((uid) => this.#places.get(uid) ?? []);
  }

  /** Names owners, none of which exists. */
  isOrphan(object: StoredObject): boolean {
    const owners = ownerUids(object);
    return owners.length > 0 && !owners.some((uid) => this.isAlive(uid));
  }

  #forget(uid: string, address: string): void {
    const owned = this.#owned.get(uid);
    if (owned?.delete(address) === true && owned.size === 0) this.#owned.delete(uid);
  }
}

function ownerUids(object: StoredObject | undefined): readonly string[] {
  if (object === undefined) return [];
  return listAt(object, 'metadata', 'ownerReferences').map((owner) => textAt(owner, 'uid'));
}
