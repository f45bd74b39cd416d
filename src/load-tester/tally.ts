/** Counts answers while they come, in a space that does not grow with them, and sums them up for people. */

/** Latencies are counted in classes of 2 %: finer than any network is steady. */
const CLASS = 1.02;
const QUANTILES = [10, 25, 50, 75, 90, 95, 99] as const;

export class Tally {
  readonly #statuses = new Map<number, number>();
  readonly #errors = new Map<string, number>();
  readonly #classes = new Map<number, number>();
  #answers = 0;
  #bytes = 0;
  #total = 0;
  #fastest = Number.POSITIVE_INFINITY;
  #slowest = 0;

  /** `elapsed` in milliseconds. */
  answered(status: number, elapsed: number, bytes: number): void {
    count(this.#statuses, status);
    count(this.#classes, Math.ceil(Math.log(Math.max(elapsed, 0.001)) / Math.log(CLASS)));
    this.#answers += 1;
    this.#bytes += bytes;
    this.#total += elapsed;
    this.#fastest = Math.min(this.#fastest, elapsed);
    this.#slowest = Math.max(this.#slowest, elapsed);
  }

  failed(reason: string): void {
    count(this.#errors, reason);
  }

  get statuses(): ReadonlyMap<number, number> {
    return this.#statuses;
  }

  get errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  /** The summary `hey` prints; `elapsed` is the length of the run in milliseconds. */
  summary(elapsed: number): string {
    const { total, answered } = this.#numbers();
    const lines = ['', 'Summary:', `  Total:\t${seconds(elapsed)} secs`];
    if (answered) {
      lines.push(
        `  Slowest:\t${seconds(this.#slowest)} secs`,
        `  Fastest:\t${seconds(this.#fastest)} secs`,
        `  Average:\t${seconds(this.#total / this.#answers)} secs`,
      );
    }
    lines.push(`  Requests/sec:\t${(total / Math.max(elapsed / 1_000, 0.001)).toFixed(4)}`);
    if (answered) lines.push('', `  Total data:\t${this.#bytes} bytes`, ...this.#latencies());
    if (answered) lines.push('', 'Status code distribution:', ...sorted(this.#statuses).map(statusLine));
    if (this.#errors.size > 0) lines.push('', 'Error distribution:', ...sorted(this.#errors).map(errorLine));
    return `${lines.join('\n')}\n`;
  }

  #numbers(): { readonly total: number; readonly answered: boolean } {
    const errors = [...this.#errors.values()].reduce((sum, times) => sum + times, 0);
    return { total: this.#answers + errors, answered: this.#answers > 0 };
  }

  #latencies(): readonly string[] {
    const lines = QUANTILES.map((percent) => `  ${percent}% in ${seconds(this.#quantile(percent))} secs`);
    return ['', 'Latency distribution:', ...lines];
  }

  /** The upper end of the class the quantile falls into, never more than was measured. */
  #quantile(percent: number): number {
    let left = Math.ceil((this.#answers * percent) / 100);
    for (const [index, times] of sorted(this.#classes)) {
      left -= times;
      if (left <= 0) return Math.min(CLASS ** index, this.#slowest);
    }
    return this.#slowest;
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted<Key extends number | string>(counts: ReadonlyMap<Key, number>): readonly [Key, number][] {
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(4);
}

function statusLine([status, times]: readonly [number, number]): string {
  return `  [${status}]\t${times} responses`;
}

function errorLine([reason, times]: readonly [string, number]): string {
  return `  [${times}]\t${reason}`;
}
