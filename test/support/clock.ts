/** A clock that stands still until somebody turns it. Its time of day can be set as well, which wakes nobody. */
import { instant, type Instant, type Millis } from '../../src/shared/brand.ts';
import type { Clock } from '../../src/shared/clock.ts';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

export class HandClock implements Clock {
  #now: number;
  /** How far the time of day is ahead of the time that passes. */
  #ahead = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): Instant {
    return instant(this.#now + this.#ahead);
  }

  steady(): Instant {
    return instant(this.#now);
  }

  /** Somebody sets the time of day, forward or back. */
  set(by: number): void {
    this.#ahead += by;
  }

  sleep(span: Millis, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper: Sleeper = { due: this.#now + span, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** How many are asleep. A test that waits for "everybody has gone to sleep" polls this with `settle`. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** When the next sleeper is due; undefined when nobody sleeps. */
  get nextDue(): Instant | undefined {
    const dues = [...this.#sleepers].map(({ due }) => due);
    return dues.length === 0 ? undefined : instant(Math.min(...dues));
  }

  /**
   * Turns the clock, waking sleepers one by one in the order they are due, each at its own time. What a woken
   * sleeper does without waiting for the outside has happened before the next one wakes and before this resolves;
   * so one who sleeps again within the span is woken again.
   */
  async advance(span: number): Promise<void> {
    const end = this.#now + span;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.due);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.due <= end && (first === undefined || sleeper.due < first.due)) first = sleeper;
    }
    return first;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for something the outside world does, such as a byte on a socket; gives up loudly after five seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const giveUp = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > giveUp) throw new Error(`has not come true in five seconds: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
