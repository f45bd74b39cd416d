/** Keys in the order they are due, each at most once. A binary heap that knows where each key stands. */
import type { Instant } from '../shared/brand.ts';

interface Entry {
  readonly key: string;
  readonly due: Instant;
}

export class DueHeap {
  readonly #entries: Entry[] = [];
  readonly #places = new Map<string, number>();

  get size(): number {
    return this.#entries.length;
  }

  /** The entry due first; undefined when there is none. */
  get first(): Entry | undefined {
    return this.#entries[0];
  }

  /** Puts a key in; one that is there keeps the earlier time. */
  put(key: string, due: Instant): void {
    const place = this.#places.get(key);
    const known = place === undefined ? undefined : this.#entries[place];
    if (place === undefined || known === undefined) {
      this.#set(this.#entries.length, { key, due });
      this.#rise(this.#entries.length - 1);
    } else if (due < known.due) {
      this.#set(place, { key, due });
      this.#rise(place);
    }
  }

  remove(key: string): void {
    const place = this.#places.get(key);
    const last = this.#entries.pop();
    this.#places.delete(key);
    if (place === undefined) {
      if (last !== undefined) this.#entries.push(last);
      return;
    }
    if (last === undefined || last.key === key) return;
    this.#set(place, last);
    this.#rise(place);
    this.#sink(this.#places.get(last.key) ?? place);
  }

  #set(place: number, entry: Entry): void {
    this.#entries[place] = entry;
    this.#places.set(entry.key, place);
  }

  #swap(a: number, b: number): void {
    const [left, right] = [this.#entries[a], this.#entries[b]];
    if (left === undefined || right === undefined) return;
    this.#set(a, right);
    this.#set(b, left);
  }

  #due(place: number): number {
    return this.#entries[place]?.due ?? Number.POSITIVE_INFINITY;
  }

  #rise(from: number): void {
    for (let place = from; place > 0;) {
      const parent = (place - 1) >> 1;
      if (this.#due(parent) <= this.#due(place)) return;
      this.#swap(parent, place);
      place = parent;
    }
  }

  #sink(from: number): void {
    for (let place = from; ;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const smaller = this.#due(right) < this.#due(left) ? right : left;
      if (this.#due(smaller) >= this.#due(place)) return;
      this.#swap(place, smaller);
      place = smaller;
    }
  }
}
