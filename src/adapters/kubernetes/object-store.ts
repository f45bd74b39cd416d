/**
 * Objects of one kind in memory, as text. A parsed object costs three to four times its JSON, and most objects are
 * looked at once an interval or never; so they are parsed when asked for, and the last few hundred stay parsed.
 *
 * The arithmetic: a Canary with a long status is some 1,800 bytes of JSON without `managedFields`, one byte per
 * character as long as every character is below U+0100. Slot and key in the map and the entry with its version add
 * 150 bytes: measured, 50,000 such Canaries take 97 MB of heap.
 */
import type { KubeObject } from '../../api/objects.ts';

export interface Key {
  /** '' for what is in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

interface Entry {
  readonly text: string;
  readonly version: string;
}

/** What was parsed last, for all kinds together. Entries are never changed, so nothing in here can be outdated. */
export class Parsed {
  readonly #limit: number;
  readonly #objects = new Map<Entry, KubeObject>();

  constructor(limit = 512) {
    this.#limit = limit;
  }

  get(entry: Entry): KubeObject {
    // Texts are made from objects, by `put` below.
    const object = this.#objects.get(entry) ?? (JSON.parse(entry.text) as KubeObject);
    this.#keep(entry, object);
    return object;
  }

  /** The object if it happens to be here; leaves the order alone. */
  peek(entry: Entry): KubeObject {
    return this.#objects.get(entry) ?? (JSON.parse(entry.text) as KubeObject);
  }

  #keep(entry: Entry, object: KubeObject): void {
    this.#objects.delete(entry);
    this.#objects.set(entry, object);
    if (this.#objects.size <= this.#limit) return;
    const [oldest] = this.#objects.keys();
    if (oldest !== undefined) this.#objects.delete(oldest);
  }
}

export class ObjectStore {
  readonly #parsed: Parsed;
  readonly #namespaces = new Map<string, Map<string, Entry>>();
  #size = 0;

  constructor(parsed: Parsed) {
    this.#parsed = parsed;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Stores the object and returns it as it will be seen from now on; undefined where the store already has this
   * version or, unless `force` says that the world may have gone back, a newer one.
   */
  put(object: KubeObject, { force }: { readonly force: boolean }): KubeObject | undefined {
    const { namespace, name } = keyOf(object);
    const version = object.metadata.resourceVersion ?? '';
    const names = this.#namespaces.get(namespace) ?? new Map<string, Entry>();
    const known = names.get(name);
    if (known !== undefined) {
      if (known.version === version) return undefined;
      if (!force && !reaches(version, known.version)) return undefined;
    } else {
      this.#size += 1;
    }
    const lean = withoutManagedFields(object);
    const entry = { text: JSON.stringify(lean), version };
    this.#namespaces.set(namespace, names.set(name, entry));
    return lean;
  }

  delete({ namespace, name }: Key): boolean {
    const names = this.#namespaces.get(namespace);
    if (names?.delete(name) !== true) return false;
    this.#size -= 1;
    if (names.size === 0) this.#namespaces.delete(namespace);
    return true;
  }

  get(key: Key): KubeObject | undefined {
    const entry = this.#entry(key);
    return entry === undefined ? undefined : this.#parsed.get(entry);
  }

  version(key: Key): string | undefined {
    return this.#entry(key)?.version;
  }

  /** Parses every object of the namespace, or of all: not for every pass. */
  list(namespace?: string): readonly KubeObject[] {
    return this.keys(namespace).flatMap((key) => {
      const entry = this.#entry(key);
      return entry === undefined ? [] : [this.#parsed.peek(entry)];
    });
  }

  keys(namespace?: string): readonly Key[] {
    const namespaces = namespace === undefined ? [...this.#namespaces.keys()] : [namespace];
    return namespaces.flatMap((space) =>
      [...(this.#namespaces.get(space)?.keys() ?? [])].map((name) => ({ namespace: space, name })),
    );
  }

  #entry({ namespace, name }: Key): Entry | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }
}

export function keyOf({ metadata }: KubeObject): Key {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}

/**
 * Is version `a` the same as `b` or later? Versions are decimal numbers that grow; of others nothing is known, and
 * then whatever comes last counts as later.
 */
export function reaches(a: string, b: string): boolean {
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return true;
  return a.length === b.length ? a >= b : a.length > b.length;
}

/** Who set which field is half of an object, and nobody here asks. A replace without it keeps the server's. */
function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata['managedFields'] === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
