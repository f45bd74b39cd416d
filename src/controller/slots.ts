/** At most so many at once. Waiting for a person or a test gives the slot back for that time. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  /** Runs `work` without holding the slot the caller has; it has one again afterwards. */
  async without<Value>(work: () => Promise<Value>): Promise<Value> {
    this.release();
    try {
      return await work();
    } finally {
      await this.acquire();
    }
  }
}
