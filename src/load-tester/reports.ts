/**
 * What became of tasks nobody waits for, until the webhook that began them calls again. A failure is told once, and
 * only to the run of a rollout it belongs to: not to another revision, and not to a later run of the same one. A run
 * has no name here; it is known by its calls, which come at a steady pace.
 */
import { millis, type Instant, type Millis } from '../shared/brand.ts';

/** A pause of more than so many times the longest one before is the end of a run. */
const PACES = 2;
/** How long the second call of a run may let wait for itself. */
const FIRST_PAUSE = millis(120_000);
/** What is older is dropped. */
const FORGOTTEN = millis(86_400_000);

interface Caller {
  readonly at: Instant;
  /** The longest pause between two calls of this run; undefined until the second. */
  readonly pace: Millis | undefined;
  readonly failure: Failure | undefined;
}

interface Failure {
  readonly checksum: string;
  readonly reason: string;
}

export class Reports {
  readonly #callers = new Map<string, Caller>();

  /** Notes a call for the revision with this checksum; why the task before failed, if it is this call's to know. */
  called(key: string, checksum: string, at: Instant): string | undefined {
    const last = this.#callers.get(key);
    const pause = last === undefined ? undefined : millis(Math.max(0, at - last.at));
    const patience = last?.pace === undefined ? FIRST_PAUSE : millis(PACES * last.pace);
    const goesOn = pause !== undefined && pause <= patience;
    const pace = goesOn ? millis(Math.max(pause, last?.pace ?? 0)) : undefined;
    this.#callers.delete(key);
    this.#forget(at);
    this.#callers.set(key, { at, pace, failure: undefined });
    return goesOn && last?.failure?.checksum === checksum ? last.failure.reason : undefined;
  }

  /** Keeps the failure for the next call. */
  failed(key: string, failure: Failure): void {
    const caller = this.#callers.get(key);
    if (caller !== undefined) this.#callers.set(key, { ...caller, failure });
  }

  /** Those who called longest ago come first. */
  #forget(now: Instant): void {
    for (const [key, { at }] of this.#callers) {
      if (now - at < FORGOTTEN) return;
      this.#callers.delete(key);
    }
  }
}
