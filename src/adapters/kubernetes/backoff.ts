/** Waiting longer after each failure, never exactly as long as somebody else. */
import { millis } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';

const FIRST = 1_000;
const LONGEST = 30_000;
/** For what will not change by itself: somebody has to install something first. */
const SLOW = 60_000;

export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: () => number }) {
    this.#clock = clock;
    this.#random = random;
  }

  get failures(): number {
    return this.#failures;
  }

  count(): void {
    this.#failures += 1;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** Between half of and all of 1 s, 2 s, 4 s … 30 s. */
  async wait(signal: AbortSignal): Promise<void> {
    const span = Math.min(LONGEST, FIRST * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    await this.#sleep(span, signal);
  }

  /** Between half a minute and a minute. */
  async slowly(signal: AbortSignal): Promise<void> {
    await this.#sleep(SLOW, signal);
  }

  #sleep(span: number, signal: AbortSignal): Promise<void> {
    return this.#clock.sleep(millis(Math.round((span * (1 + this.#random())) / 2)), { signal });
  }
}
