/**
 * How long the API server was away, and until when that is felt. Whoever watches it doubles the time between its
 * attempts, as client-go's reflectors do (0.8 s, then twice as long, up to 30 s, each up to doubled at random): after an
 * outage a router comes back by as much later as the outage was long, twice that at most. Until then it does not know
 * which pods are ready, and of what was written it may see one half before the other.
 */
import { after, later, millis, shorter, until, type Instant } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';

/** A connection that is cut is opened again sooner. */
const LEAST = millis(2_000);
/** The longest that a reflector of client-go waits. */
const MOST = millis(60_000);

export class Outages {
  readonly #clock: Clock;
  /** Steady time of the first call without an answer, until there is one. */
  #since: Instant | undefined;
  #settledAt: Instant | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When everybody has seen again how things are; undefined while there has been no outage. */
  get settledAt(): Instant | undefined {
    return this.#settledAt;
  }

  /** After each call. `answered`: whatever the answer was. */
  called(answered: boolean): void {
    const now = this.#clock.steady();
    if (!answered) {
      this.#since ??= now;
      return;
    }
    if (this.#since === undefined) return;
    const away = until(this.#since, now);
    this.#since = undefined;
    if (away < LEAST) return;
    const settled = after(this.#clock.now(), shorter(millis(2 * away), MOST));
    this.#settledAt = later(settled, this.#settledAt);
  }
}
