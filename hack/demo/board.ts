/**
 * The live table: one line per position of the rollout, with what was measured while it held. A line is final
 * when the next one begins; until then it is rewritten on a terminal, and repeated now and then elsewhere.
 */
import type { Measured, Meter } from './measure.ts';
import type { Screen } from './screen.ts';

export interface Position {
  readonly phase: string;
  readonly weight: number;
  readonly failedChecks: number;
  readonly waitingFor: string;
}

export const HEADER =
  ' time    phase         weight  measured share     success      p99  fails  waiting for';

/** What it waits for often changes for an instant; only what lasts deserves a line of its own. */
const LASTING = 300;
/** Without a terminal, a sign of life at least so often. */
const SIGN_OF_LIFE = 10_000;

export class Board {
  readonly #screen: Screen;
  readonly #meter: Meter;
  /** Milliseconds since the story began. */
  readonly #elapsed: () => number;
  #current: Position | undefined;
  #since = 0;
  #printed = 0;
  #candidate: { readonly waitingFor: string; readonly since: number } | undefined;

  constructor(screen: Screen, meter: Meter, elapsed: () => number) {
    this.#screen = screen;
    this.#meter = meter;
    this.#elapsed = elapsed;
  }

  /** Tells the board how things stand; call it often. */
  update(next: Position): void {
    const now = this.#elapsed();
    if (this.#current === undefined) return this.#begin(next, now);
    if (moved(this.#current, next) || this.#lasts(next, now)) {
      this.#screen.print(this.#line());
      this.#begin(next, now);
    } else if (!this.#screen.interactive && now - this.#printed >= SIGN_OF_LIFE) {
      this.#printed = now;
      this.#screen.print(this.#line());
    }
    this.#screen.live(this.#line());
  }

  /** Prints the line that is still open. */
  close(): void {
    if (this.#current !== undefined) this.#screen.print(this.#line());
    this.#current = undefined;
    this.#screen.settle();
  }

  #begin(position: Position, now: number): void {
    this.#current = position;
    this.#since = now;
    this.#printed = now;
    this.#candidate = undefined;
    this.#meter.reset();
  }

  #lasts({ waitingFor }: Position, now: number): boolean {
    if (waitingFor === this.#current?.waitingFor) {
      this.#candidate = undefined;
      return false;
    }
    if (this.#candidate?.waitingFor !== waitingFor) this.#candidate = { waitingFor, since: now };
    return now - this.#candidate.since >= LASTING;
  }

  #line(): string {
    return this.#current === undefined ? '' : lineOf(this.#current, this.#since, this.#meter.read());
  }
}

/** One line of the table. */
export function lineOf(position: Position, since: number, measured: Measured): string {
  const { requests, share, success, p99 } = measured;
  const seen = share === undefined ? 'no requests' : `${share.toFixed(1)}% of ${requests}`;
  return [
    seconds(since).padStart(7),
    position.phase.padEnd(14),
    `${position.weight}%`.padStart(4),
    seen.padStart(16),
    (success === undefined ? '–' : `${success.toFixed(1)}%`).padStart(10),
    (p99 === undefined ? '–' : `${p99.toFixed(p99 < 10 ? 1 : 0)} ms`).padStart(7),
    String(position.failedChecks).padStart(5),
    position.waitingFor,
  ].join('  ');
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)}s`;
}

function moved(a: Position, b: Position): boolean {
  return a.phase !== b.phase || a.weight !== b.weight || a.failedChecks !== b.failedChecks;
}
