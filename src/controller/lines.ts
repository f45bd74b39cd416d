/**
 * Who is waited for: at most so many calls to one address at a time, in the order in which they came, and none while the
 * address asks to be left alone or does not answer. It is tried with one call after a while; once it answers, everybody
 * goes on. What one caller is told of an address is thereby of use to all.
 */
import {
  after,
  instant,
  longer,
  millis,
  shorter,
  until,
  type Instant,
  type Millis,
} from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { formatDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';

export interface LinesOptions {
  readonly clock: Clock;
  /** Calls to one address at a time. */
  readonly width: number;
  /** How long a caller waits for an address that answers nobody. */
  readonly patience: Millis;
  /** How long he waits for one that answers others: he has more to do than this. */
  readonly longestWait: Millis;
  /** Before an address that failed is tried again; doubled with each failure. */
  readonly firstPause: Millis;
  readonly longestPause: Millis;
  /** The most an address is left alone where it asks for it. */
  readonly longestAsked: Millis;
}

/** What a call says of its address, whatever it says to its caller. */
export type Health =
  | { readonly kind: 'well' }
  /** It cannot just now, and says when it can, where `retryAfter` is known. */
  | { readonly kind: 'busy'; readonly retryAfter: Millis | undefined }
  /** Nobody answers, or somebody on the way does. */
  | { readonly kind: 'silent' };

interface Waiting {
  readonly go: () => void;
}

interface Line {
  readonly waiting: Set<Waiting>;
  calls: number;
  failures: number;
  /** Nobody calls before. */
  quietUntil: Instant;
  /** When it last answered somebody. */
  heardAt: Instant;
  /** Ends the sleep until then. */
  alarm: AbortController | undefined;
}

export class Lines {
  readonly #options: LinesOptions;
  readonly #lines = new Map<string, Line>();

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  /**
   * Makes the call when it is its turn; `healthOf` reads from what it yields how its address is. A sentence where the
   * turn never came. Rejects with the reason of `signal`, and with what the call rejects with.
   */
  async take<Value>(
    address: string,
    signal: AbortSignal,
    call: () => Promise<Value>,
    healthOf: (value: Value) => Health,
  ): Promise<Result<Value, string>> {
    const line = this.#lineOf(address);
    const refusal = await this.#turn(line, signal);
    if (refusal !== undefined) return err(refusal);
    const from = this.#options.clock.steady();
    try {
      const value = await call();
      this.#learn(line, healthOf(value), from);
      return ok(value);
    } finally {
      line.calls -= 1;
      this.#next(line);
    }
  }

  #lineOf(address: string): Line {
    const known = this.#lines.get(address);
    if (known !== undefined) return known;
    const now = this.#options.clock.steady();
    for (const [other, line] of this.#lines) {
      if (line.calls === 0 && line.waiting.size === 0 && line.quietUntil <= now) this.#lines.delete(other);
    }
    const line: Line = {
      waiting: new Set(),
      calls: 0,
      failures: 0,
      quietUntil: now,
      heardAt: now,
      alarm: undefined,
    };
    this.#lines.set(address, line);
    return line;
  }

  /** Resolves when it is the caller's turn, which is counted already; with a sentence where patience has ended. */
  async #turn(line: Line, signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    const over = new AbortController();
    const turn = new Promise<string | undefined>((resolve, reject) => {
      const leave = (): void => {
        line.waiting.delete(waiting);
        if (line.waiting.size === 0) silence(line);
        signal.removeEventListener('abort', abort);
        over.abort();
      };
      const abort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        go: () => {
          leave();
          resolve(undefined);
        },
      };
      line.waiting.add(waiting);
      signal.addEventListener('abort', abort, { once: true });
      this.#next(line);
      if (!line.waiting.has(waiting)) return;
      this.#patience(line, over.signal).then(
        (refusal) => {
          leave();
          resolve(refusal);
        },
        () => undefined, // it was the caller's turn before
      );
    });
    return turn;
  }

  /** Resolves when the address has answered nobody for too long, or not this caller for very long, with a sentence. */
  async #patience(line: Line, signal: AbortSignal): Promise<string> {
    const { clock, patience, longestWait } = this.#options;
    const last = after(clock.steady(), longestWait);
    for (let since = clock.steady(); ; since = line.heardAt) {
      const end = Math.min(after(since, patience), last);
      await clock.sleep(until(clock.steady(), instant(end)), { signal });
      if (clock.steady() >= last)
        return `not asked, since others were before for ${formatDuration(longestWait)}`;
      if (line.heardAt <= since)
        return `not asked, since it has answered nobody for ${formatDuration(patience)}`;
    }
  }

  /** Lets go whoever may. */
  #next(line: Line): void {
    const { clock, width } = this.#options;
    for (const waiting of line.waiting) {
      if (line.calls >= (line.failures > 0 ? 1 : width)) return;
      if (clock.steady() < line.quietUntil) {
        this.#setAlarm(line);
        return;
      }
      line.calls += 1;
      waiting.go();
    }
  }

  #setAlarm(line: Line): void {
    if (line.alarm !== undefined) return;
    const { clock } = this.#options;
    line.alarm = new AbortController();
    clock.sleep(until(clock.steady(), line.quietUntil), { signal: line.alarm.signal }).then(
      () => {
        line.alarm = undefined;
        this.#next(line);
      },
      () => undefined, // nobody waits any more
    );
  }

  /** `from`: when the call was made. An address that has answered somebody since is not at fault for one silence. */
  #learn(line: Line, health: Health, from: Instant): void {
    const { clock, firstPause, longestPause, longestAsked } = this.#options;
    const now = clock.steady();
    if (health.kind === 'well') {
      line.failures = 0;
      line.heardAt = now;
      return;
    }
    if (health.kind === 'silent' && line.heardAt > from) return;
    if (health.kind === 'busy') line.heardAt = now;
    // Calls that were on their way when an address fell silent are one failure together.
    if (from >= line.quietUntil || line.failures === 0) line.failures += 1;
    const own = millis(Math.min(firstPause * 2 ** (line.failures - 1), longestPause));
    const asked = (health.kind === 'busy' ? health.retryAfter : undefined) ?? own;
    line.quietUntil = after(now, longer(own, shorter(asked, longestAsked)));
  }
}

/** Nobody waits any more: a process that stops is not kept by an address that is left alone. */
function silence(line: Line): void {
  line.alarm?.abort();
  line.alarm = undefined;
}
