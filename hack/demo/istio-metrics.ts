/** What a mesh's proxies would report about requests, under Istio's metric names. */
import type { Counter } from '../../src/sandbox/counters.ts';

/** One request that reached a pod. */
export interface Delivery {
  readonly namespace: string;
  readonly workload: string;
  readonly status: number;
  readonly milliseconds: number;
}

const REQUESTS = 'istio_requests_total';
const DURATION = 'istio_request_duration_milliseconds';
const BOUNDS = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000];

interface Durations {
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: number[];
  sum: number;
  count: number;
}

export class IstioMetrics {
  readonly #requests = new Map<
    string,
    { readonly labels: Readonly<Record<string, string>>; value: number }
  >();
  readonly #durations = new Map<string, Durations>();

  /** Begins a workload's series at zero, so that the first request already is an increase. */
  announce(namespace: string, workload: string): void {
    this.#requestsOf(namespace, workload, 200);
    this.#durationsOf(namespace, workload, 200);
  }

  count({ namespace, workload, status, milliseconds }: Delivery): void {
    this.#requestsOf(namespace, workload, status).value += 1;
    const durations = this.#durationsOf(namespace, workload, status);
    durations.sum += milliseconds;
    durations.count += 1;
    BOUNDS.forEach((bound, index) => {
      if (milliseconds <= bound) durations.buckets[index] = (durations.buckets[index] ?? 0) + 1;
    });
  }

  counters(): readonly Counter[] {
    const requests = [...this.#requests.values()].map(({ labels, value }) => ({
      name: REQUESTS,
      labels,
      value,
    }));
    return [...requests, ...[...this.#durations.values()].flatMap(histogram)];
  }

  #requestsOf(namespace: string, workload: string, status: number): { value: number } {
    const key = `${namespace}/${workload}/${status}`;
    const known = this.#requests.get(key) ?? { labels: labelsFor(namespace, workload, status), value: 0 };
    this.#requests.set(key, known);
    return known;
  }

  #durationsOf(namespace: string, workload: string, status: number): Durations {
    const key = `${namespace}/${workload}/${status}`;
    const known = this.#durations.get(key) ?? {
      labels: labelsFor(namespace, workload, status),
      buckets: BOUNDS.map(() => 0),
      sum: 0,
      count: 0,
    };
    this.#durations.set(key, known);
    return known;
  }
}

/** The counters in Prometheus's text format. */
export function exposition(counters: readonly Counter[]): string {
  const names = new Set(counters.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
  const lines = [...names].flatMap((family) => [
    `# TYPE ${family} ${family === REQUESTS ? 'counter' : 'histogram'}`,
    ...counters.filter(({ name }) => name.replace(/_(bucket|sum|count)$/, '') === family).map(line),
  ]);
  return `${lines.join('\n')}\n`;
}

function line({ name, labels, value }: Counter): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${written.join(',')}} ${value}`;
}

function labelsFor(namespace: string, workload: string, status: number): Readonly<Record<string, string>> {
  return {
    reporter: 'destination',
    destination_workload_namespace: namespace,
    destination_workload: workload,
    response_code: String(status),
  };
}

function histogram({ labels, buckets, sum, count }: Durations): readonly Counter[] {
  const bucket = (le: string, value: number): Counter => ({
    name: `${DURATION}_bucket`,
    labels: { ...labels, le },
    value,
  });
  return [
    ...BOUNDS.map((bound, index) => bucket(String(bound), buckets[index] ?? 0)),
    bucket('+Inf', count),
    { name: `${DURATION}_sum`, labels, value: sum },
    { name: `${DURATION}_count`, labels, value: count },
  ];
}
