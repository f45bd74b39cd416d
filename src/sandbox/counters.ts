/**
 * Counters over time, and the two pieces of arithmetic Prometheus does with them: the rate of a counter in a
 * window and a quantile of a histogram. The results equal Prometheus's for the same samples.
 */
import type { Instant, Millis } from '../shared/brand.ts';

/** One counter as exported: its name is a label like the others in Prometheus, and apart here. */
export interface Counter {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
}

/** Cumulative counts below an upper bound, as `le` buckets have them. */
export interface Bucket {
  readonly upper: number;
  readonly count: number;
}

interface Growing extends Series {
  readonly samples: Sample[];
}

export class CounterHistory {
  readonly #series = new Map<string, Growing>();
  readonly #retention: Millis;

  constructor(retention: Millis) {
    this.#retention = retention;
  }

  /** Adds what the counters say at `at`, which is later than every sample before, and forgets what is too old. */
  record(at: Instant, counters: readonly Counter[]): void {
    for (const { name, labels, value } of counters) {
      this.#of(name, labels).samples.push({ at, value });
    }
    for (const { samples } of this.#series.values()) {
      const kept = samples.findIndex((sample) => sample.at >= at - this.#retention);
      samples.splice(0, kept < 0 ? samples.length : kept);
    }
  }

  series(): readonly Series[] {
    return [...this.#series.values()];
  }

  #of(name: string, labels: Counter['labels']): Growing {
    const key = JSON.stringify([name, ...Object.entries(labels).sort()]);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const series = { name, labels, samples: [] };
    this.#series.set(key, series);
    return series;
  }
}

/**
 * Increase per second in the window that ends at `now`, counter resets undone, carried to the edges of the
 * window where the samples come near enough; undefined with fewer than two samples.
 */
export function rate(samples: readonly Sample[], now: Instant, window: Millis): number | undefined {
  const inside = samples.filter(({ at }) => at >= now - window && at <= now);
  const first = inside[0];
  const last = inside.at(-1);
  if (first === undefined || last === undefined || inside.length < 2) return undefined;
  const sampled = last.at - first.at;
  const covered = sampled + extrapolation(inside, first, last, now, window);
  return (increase(inside) * (covered / sampled)) / (window / 1_000);
}

function increase(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }, index) => {
    const before = samples[index - 1];
    if (before === undefined) return total;
    return total + (value < before.value ? value : value - before.value);
  }, 0);
}

/** How far beyond the samples the increase is assumed to go on: to the window's edge if that is close, else half a step. */
function extrapolation(
  samples: readonly Sample[],
  first: Sample,
  last: Sample,
  now: Instant,
  window: Millis,
): number {
  const sampled = last.at - first.at;
  const step = sampled / (samples.length - 1);
  const reach = (gap: number): number => (gap < step * 1.1 ? gap : step / 2);
  const grown = increase(samples);
  // A counter was never below zero: do not go back further than where it would have been.
  const sinceZero =
    grown > 0 && first.value >= 0 ? sampled * (first.value / grown) : Number.POSITIVE_INFINITY;
  const before = Math.min(first.at - (now - window), sinceZero);
  return reach(before) + reach(now - last.at);
}

/** The value below which the share `q` of the observations lies, by linear interpolation within a bucket. */
export function histogramQuantile(q: number, buckets: readonly Bucket[]): number {
  const ascending = monotonic([...buckets].sort((a, b) => a.upper - b.upper));
  const last = ascending.at(-1);
  if (last === undefined || last.upper !== Number.POSITIVE_INFINITY || ascending.length < 2)
    return Number.NaN;
  if (last.count === 0 || Number.isNaN(last.count)) return Number.NaN;
  const rank = q * last.count;
  const index = ascending.findIndex(({ count }) => count >= rank);
  if (index === ascending.length - 1) return ascending.at(-2)?.upper ?? Number.NaN;
  return interpolate(ascending, index, rank);
}

function interpolate(ascending: readonly Bucket[], index: number, rank: number): number {
  const bucket = ascending[index];
  if (bucket === undefined) return Number.NaN;
  if (index === 0 && bucket.upper <= 0) return bucket.upper;
  const below = ascending[index - 1] ?? { upper: 0, count: 0 };
  return below.upper + (bucket.upper - below.upper) * ((rank - below.count) / (bucket.count - below.count));
}

/** Rates of neighbouring buckets differ by rounding; a bucket holds at least what the one below it holds. */
function monotonic(buckets: readonly Bucket[]): readonly Bucket[] {
  let most = Number.NEGATIVE_INFINITY;
  return buckets.map(({ upper, count }) => {
    most = Math.max(most, count);
    return { upper, count: most };
  });
}
