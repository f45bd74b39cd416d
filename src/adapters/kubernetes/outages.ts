/**
 * How long the API server was away, and until when that is felt. Whoever watches it doubles the time between its
 * attempts, as client-go's reflectors do (0.8 s, then twice as long, up to 30 s, each up to doubled at random): after an
 * outage a router comes back by as much later as the outage was long, twice that at most. Until then it does not know
 * which pods are ready, and of what was written it may see one half before the other.
 */
import { after, later, millis, shorter, until, type Instant } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';

/** A connection that is cut is opened again sooner. */
const LEAST = millis(2_000);
/** The longest that a reflector of client-go waits. */
const MOST = millis(60_000);

export class Outages {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Steady time of the first call without an answer, until one is granted. */
  #since: Instant | undefined;
  #settledAt: Instant | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** When everybody has seen again how things are; undefined while there has been no outage. */
  get settledAt(): Instant | undefined {
    return this.#settledAt;
  }

  /**
   * After each call, with the status of its answer, 0 without one. A server that begins answers for a while that it does
   * not know who may do what, or that it is not ready.
   */
  called(status: number): void {
    const now = this.#clock.steady();
    if (status === 0) this.#since ??= now;
    if (this.#since === undefined || !isInOrder(status)) return;
    const away = until(this.#since, now);
    this.#since = undefined;
    if (away < LEAST) return;
    const settled = after(this.#clock.now(), shorter(millis(2 * away), MOST));
    this.#settledAt = later(settled, this.#settledAt);
    this.#log.info(
      { seconds: Math.round(away / 1_000), until: new Date(this.#settledAt).toISOString() },
      'the API server is back; rollouts go on when routers have had time to hear of it',
    );
  }
}

function isInOrder(status: number): boolean {
  return status > 0 && status < 500 && status !== 401 && status !== 403;
}
