/** Which of our own writes a cache has yet to see. */
import { reaches } from './object-store.ts';

interface Expectation {
  readonly version: string;
  /** The number of lists begun when it was noted; a list begun later has seen the write. */
  readonly lists: number;
  readonly waiters: Set<() => void>;
}

export class Expectations {
  readonly #open = new Map<string, Expectation>();
  #lists = 0;

  /** The object of this key will come in `version` or a later one. */
  note(key: string, version: string): void {
    const known = this.#open.get(key);
    if (known !== undefined && reaches(known.version, version) && known.version !== version) return;
    this.#open.set(key, { version, lists: this.#lists, waiters: known?.waiters ?? new Set() });
  }

  has(key: string): boolean {
    return this.#open.has(key);
  }

  /** Resolves when the expectation of this key is met, at once if there is none. */
  met(key: string): Promise<void> {
    const expectation = this.#open.get(key);
    if (expectation === undefined) return Promise.resolve();
    return new Promise((resolve) => expectation.waiters.add(resolve));
  }

  /** The cache has the object, or its end, in `version`; left out: in a version known to be new enough. */
  delivered(key: string, version?: string): void {
    const expectation = this.#open.get(key);
    if (expectation === undefined) return;
    if (version !== undefined && !reaches(version, expectation.version)) return;
    this.#open.delete(key);
    for (const wake of expectation.waiters) wake();
  }

  listBegins(): number {
    this.#lists += 1;
    return this.#lists;
  }

  /** The list of that number is in the cache, and with it every write from before it began. */
  listed(list: number): void {
    for (const [key, { lists }] of [...this.#open]) if (lists < list) this.delivered(key);
  }
}
