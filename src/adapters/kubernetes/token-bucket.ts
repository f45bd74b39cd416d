/** A rate limit that lets short bursts through: `burst` calls at once, `perSecond` in the long run, in order. */
import { millis } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';

export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor(clock: Clock, { perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = clock.steady();
  }

  /** Resolves when it is this caller's turn. Who gives up while waiting gives the place back. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#refill();
    // Below zero stand those who wait; each knows its own turn, so nobody needs a queue.
    this.#tokens -= 1;
    if (this.#tokens >= 0) return;
    try {
      await this.#clock.sleep(millis((-this.#tokens / this.#perSecond) * 1_000), { signal });
    } catch (error) {
      this.#tokens += 1;
      throw error;
    }
  }

  #refill(): void {
    const now = this.#clock.steady();
    const gained = (Math.max(0, now - this.#filledAt) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#filledAt = now;
  }
}
