/** Waiting for what a running system does: a condition is looked at again whenever something has happened. */

/** Seconds a busy machine may need for what takes a moment. */
const PATIENCE = 30_000;

/** Also looked at this often, for conditions that depend on the time alone. */
const HEARTBEAT = 500;

export interface WaitOptions {
  /** Milliseconds. */
  readonly within?: number;
}

/** Something that happens: whoever waits is woken by `happened`. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  happened(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * The first value that is neither undefined nor false. A condition that throws has not come true. Gives up with
   * what was waited for, the last complaint, and what `confess` adds.
   */
  async eventually<Value>(
    what: string,
    condition: () => Value | undefined | false | Promise<Value | undefined | false>,
    { within = PATIENCE }: WaitOptions = {},
    confess: () => string = () => '',
  ): Promise<Value> {
    const giveUp = Date.now() + within;
    let complaint: unknown;
    for (;;) {
      const next = this.#next();
      try {
        const value = await condition();
        if (value !== undefined && value !== false) return value;
      } catch (error) {
        complaint = error;
      }
      const said = complaint instanceof Error ? `: ${complaint.message}` : '';
      if (Date.now() > giveUp) throw new Error(`gave up waiting until ${what}${said}\n${confess()}`);
      await next;
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, HEARTBEAT);
      this.#waiting.add(wake);
    });
  }
}
