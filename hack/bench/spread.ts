/** How measured times are spread. */
export interface Spread {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly samples: number;
}

export function spread(values: readonly number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((ascending[Math.ceil(share * ascending.length) - 1] ?? 0).toFixed(1));
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), samples: ascending.length };
}
