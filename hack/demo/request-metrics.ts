/** Requests counted as routers and applications export them: a histogram of durations and, for some, a counter. */
import type { Counter } from '../../src/sandbox/counters.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Family {
  /** Name of a counter of requests beside the histogram; undefined where there is none. */
  readonly requests?: string;
  /** Name of the histogram, without `_bucket`. */
  readonly durations: string;
  /** Upper bounds of its buckets, in its own unit. */
  readonly bounds: readonly number[];
  /** Of its unit in a millisecond. */
  readonly perMillisecond: number;
}

export const ISTIO: Family = {
  requests: 'istio_requests_total',
  durations: 'istio_request_duration_milliseconds',
  bounds: [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000],
  perMillisecond: 1,
};

/** With the bounds that `--metrics.prometheus.buckets` is often given: Traefik's own have nothing between 0.3 and 1.2. */
export const TRAEFIK: Family = {
  durations: 'traefik_service_request_duration_seconds',
  bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  perMillisecond: 0.001,
};

/** What the example application counts itself. */
export const APPLICATION: Family = {
  durations: 'http_request_duration_seconds',
  bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  perMillisecond: 0.001,
};

interface Durations {
  readonly labels: Labels;
  readonly buckets: number[];
  sum: number;
  count: number;
}

export class RequestMetrics {
  readonly #family: Family;
  readonly #series = new Map<string, Durations>();

  constructor(family: Family) {
    this.#family = family;
  }

  /** Begins a series at zero, so that the first request already is an increase. */
  announce(labels: Labels): void {
    this.#seriesOf(labels);
  }

  count(labels: Labels, milliseconds: number): void {
    const series = this.#seriesOf(labels);
    const duration = milliseconds * this.#family.perMillisecond;
    series.sum += duration;
    series.count += 1;
    this.#family.bounds.forEach((bound, index) => {
      if (duration <= bound) series.buckets[index] = (series.buckets[index] ?? 0) + 1;
    });
  }

  counters(): readonly Counter[] {
    const { requests } = this.#family;
    const all = [...this.#series.values()];
    const counts = all.map(({ labels, count }) => ({ name: requests ?? '', labels, value: count }));
    return [
      ...(requests === undefined ? [] : counts),
      ...all.flatMap((series) => histogram(this.#family, series)),
    ];
  }

  #seriesOf(labels: Labels): Durations {
    const key = JSON.stringify(labels);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const fresh = { labels, buckets: this.#family.bounds.map(() => 0), sum: 0, count: 0 };
    this.#series.set(key, fresh);
    return fresh;
  }
}

function histogram({ durations, bounds }: Family, series: Durations): readonly Counter[] {
  const { labels, buckets, sum, count } = series;
  const bucket = (le: string, value: number): Counter => ({
    name: `${durations}_bucket`,
    labels: { ...labels, le },
    value,
  });
  return [
    ...bounds.map((bound, index) => bucket(String(bound), buckets[index] ?? 0)),
    bucket('+Inf', count),
    { name: `${durations}_sum`, labels, value: sum },
    { name: `${durations}_count`, labels, value: count },
  ];
}

/** The counters in Prometheus's text format. */
export function exposition(counters: readonly Counter[]): string {
  const familyOf = ({ name }: Counter): string => name.replace(/_(bucket|sum|count)$/, '');
  const families = Map.groupBy(counters, familyOf);
  const lines = [...families].flatMap(([family, members]) => [
    `# TYPE ${family} ${members.some(({ name }) => name !== family) ? 'histogram' : 'counter'}`,
    ...members.map(line),
  ]);
  return `${lines.join('\n')}\n`;
}

function line({ name, labels, value }: Counter): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${written.join(',')}} ${value}`;
}
