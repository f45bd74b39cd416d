/** Requests as the router served them, summed up over a stretch of time. */
import type { Served } from './router.ts';

export interface Measured {
  readonly requests: number;
  /** Percent of the requests that went to the canary; undefined without requests. */
  readonly share: number | undefined;
  /** About the canary's requests if it had any, else about all. */
  readonly success: number | undefined;
  /** 99th percentile in milliseconds, of the same requests. */
  readonly p99: number | undefined;
}

export class Meter {
  readonly #canary: string;
  #served: Served[] = [];

  /** `canary` is the name of the workload under analysis. */
  constructor(canary: string) {
    this.#canary = canary;
  }

  /** Copies made by mirroring are no requests of a client. */
  count(served: Served): void {
    if (!served.mirrored) this.#served.push(served);
  }

  /** What was counted since the last reset. */
  read(): Measured {
    const all = this.#served;
    const canary = all.filter(({ workload }) => workload === this.#canary);
    const judged = canary.length > 0 ? canary : all;
    return {
      requests: all.length,
      share: all.length === 0 ? undefined : (100 * canary.length) / all.length,
      success: judged.length === 0 ? undefined : (100 * judged.filter(isGood).length) / judged.length,
      p99: quantile(
        0.99,
        judged.map(({ milliseconds }) => milliseconds),
      ),
    };
  }

  reset(): void {
    this.#served = [];
  }
}

export function isGood({ status }: Served): boolean {
  return status < 500;
}

/** The smallest value that is not below the share `q` of all. */
export function quantile(q: number, values: readonly number[]): number | undefined {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(q * ascending.length) - 1)];
}
