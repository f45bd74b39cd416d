/** The latest changes of each kind, for watches that begin in the past. */
import { expired } from './refusal.ts';
import type { StoredObject } from './store.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The kind, as `deployments.apps`. */
  readonly key: string;
  /** As it is after the change; as it last was, under a new version, if it is deleted. */
  readonly object: StoredObject;
  readonly previous: StoredObject | undefined;
  readonly version: number;
}

export class History {
  readonly #window: number;
  readonly #changes = new Map<string, Change[]>();
  /** The oldest version a watch may begin from, per kind. */
  readonly #floors = new Map<string, number>();
  #floor = 0;

  constructor(window: number) {
    this.#window = window;
  }

  add(change: Change): void {
    const changes = this.#changes.get(change.key) ?? [];
    this.#changes.set(change.key, changes);
    changes.push(change);
    // Trimmed in bulk: cutting one off the front at every change would cost the whole window each time.
    if (changes.length < 2 * this.#window) return;
    const dropped = changes.splice(0, changes.length - this.#window);
    this.#floors.set(change.key, dropped.at(-1)?.version ?? 0);
  }

  since(key: string, version: number, current: number): readonly Change[] {
    const floor = Math.max(this.#floor, this.#floors.get(key) ?? 0);
    if (version < floor) throw expired(`too old resource version: ${version} (${current})`);
    const changes = this.#changes.get(key) ?? [];
    return changes.slice(firstLater(changes, version));
  }

  forget(version: number): void {
    this.#floor = version;
    this.#changes.clear();
  }
}

function firstLater(changes: readonly Change[], version: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.version ?? 0) <= version) low = middle + 1;
    else high = middle;
  }
  return low;
}
