/**
 * Which Canary is to be looked at next, and when. It holds keys, never events: asking twice asks once, the earlier
 * time wins, and a key that is being worked on is remembered and comes again afterwards.
 */
import { after, instant, millis, until, type Instant, type Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { DueHeap } from './due-heap.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** From 0 up to 1; spreads what failed together. */
  readonly random: () => number;
  readonly firstBackOff: Millis;
  readonly longestBackOff: Millis;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #heap = new DueHeap();
  readonly #working = new Set<string>();
  /** Asked for while being worked on, with the time they are then due. */
  readonly #again = new Map<string, Instant>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string) => void)[] = [];
  /** Ends the sleep of the one timer. */
  #alarm: AbortController | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** How many keys wait, due or not. */
  get depth(): number {
    return this.#heap.size + this.#again.size;
  }

  /** How many keys are being worked on. */
  get working(): number {
    return this.#working.size;
  }

  /** How long the key that has waited longest is overdue. */
  get lag(): Millis {
    const first = this.#heap.first;
    return millis(first === undefined ? 0 : Math.max(0, this.#options.clock.steady() - first.due));
  }

  /** Asks for a key to be worked on after `delay`, or sooner if that was asked for before. */
  add(key: string, delay: Millis = millis(0)): void {
    const due = after(this.#options.clock.steady(), delay);
    if (this.#working.has(key)) {
      const known = this.#again.get(key);
      this.#again.set(key, known === undefined || due < known ? due : known);
      return;
    }
    this.#heap.put(key, due);
    this.#serve();
  }

  /** The next key that is due, for this caller alone until it says `done`. Rejects when `signal` aborts. */
  take({ signal }: { readonly signal: AbortSignal }): Promise<string> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const give = (key: string): void => {
        signal.removeEventListener('abort', leave);
        resolve(key);
      };
      const leave = (): void => {
        this.#takers.splice(this.#takers.indexOf(give), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#takers.push(give);
      this.#serve();
    });
  }

  /** A failed key comes again by itself, later each time; any other is forgiven. */
  done(key: string, outcome: 'fine' | 'failed'): void {
    this.#working.delete(key);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (outcome === 'fine') this.#failures.delete(key);
    const due = outcome === 'failed' ? this.#backOff(key) : again;
    if (due !== undefined) this.#heap.put(key, due);
    this.#serve();
  }

  /** The key is no longer of interest. One that is being worked on is not interrupted. */
  forget(key: string): void {
    this.#heap.remove(key);
    this.#again.delete(key);
    this.#failures.delete(key);
  }

  /** Ends the timer. Keys stay where they are. */
  stop(): void {
    this.#alarm?.abort();
    this.#alarm = undefined;
  }

  #backOff(key: string): Instant {
    const { clock, random, firstBackOff, longestBackOff } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const span = Math.min(firstBackOff * 2 ** failures, longestBackOff);
    return instant(clock.steady() + span * (0.5 + random() / 2));
  }

  #serve(): void {
    const now = this.#options.clock.steady();
    for (;;) {
      const first = this.#heap.first;
      if (first === undefined || first.due > now || this.#takers.length === 0) break;
      this.#heap.remove(first.key);
      this.#working.add(first.key);
      this.#takers.shift()?.(first.key);
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    this.#alarm?.abort();
    this.#alarm = undefined;
    const first = this.#heap.first;
    if (first === undefined || this.#takers.length === 0) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    const { clock } = this.#options;
    clock.sleep(until(clock.steady(), first.due), { signal: alarm.signal }).then(
      () => {
        if (this.#alarm === alarm) this.#serve();
      },
      () => undefined, // aborted, since another time is the next
    );
  }
}
