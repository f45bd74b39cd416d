/**
 * What a fleet's checks do to a Prometheus, through the one way to metric systems and without it: a thousand Canaries
 * with two metrics each, the built-in success rate and one that is the same for all of them. First they all fall due
 * together, as after a restart, then each in its own time.
 */
import { createHttp } from '../../src/adapters/http.ts';
import { createPrometheus } from '../../src/adapters/prometheus.ts';
import type { ApiError } from '../../src/api/objects.ts';
import { renderTemplate } from '../../src/api/template.ts';
import { QueryPath } from '../../src/controller/query-path.ts';
import { builtinQueries, measureBuiltin } from '../../src/metrics/builtin.ts';
import type { MetricBackend, MetricContext, MetricProvider } from '../../src/metrics/provider.ts';
import { metricProvider } from '../../src/metrics/registry.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { err, type Result } from '../../src/shared/result.ts';
import { listen } from '../demo/loopback.ts';
import { findProgram, startMetricsServer } from '../demo/prometheus.ts';
import { spread, type Spread } from './spread.ts';

export interface Stretch {
  /** What the Canaries asked, and of that what was sent. */
  readonly asked: number;
  readonly sent: number;
  readonly sentPerSecond: number;
  readonly mostAtATime: number;
  readonly withoutNumber: number;
  /** From question to answer. */
  readonly latency: Spread;
  /** Of Prometheus, in all. */
  readonly cpuSeconds: number;
}

export interface Path {
  readonly together: Stretch;
  readonly paced: Stretch;
}

export interface Metrics {
  readonly canaries: number;
  readonly withPath: Path;
  readonly without: Path;
  readonly ratios: Readonly<Record<string, number>>;
}

const INTERVAL = 10_000;
/** A range of a minute needs more than one sample. */
const SAMPLES = 5_000;
/** The same for everybody, and no small sum. */
const OF_ALL =
  'sum(rate(istio_requests_total{response_code!~"5.*"}[1m])) / sum(rate(istio_requests_total[1m])) * 100';

/** Undefined where there is no Prometheus on the path. */
export async function measureMetrics(canaries: number, seconds: number): Promise<Metrics | undefined> {
  const program = await findProgram('prometheus');
  if (program === undefined) return undefined;
  const mesh = await listen((_, response) => response.end(exposition(canaries)));
  const server = await startMetricsServer({ program, otherwise: '', scrape: mesh.url, source: () => [] });
  const http = createHttp({ clock: systemClock });
  try {
    await server.sampling;
    await pass(SAMPLES);
    const measured = async (way: Way): Promise<Path> => {
      const fleet = new Fleet(server.url, way, http.http);
      const together = await fleet.stretch(canaries, 0);
      await pass(1_000);
      return { together, paced: await fleet.stretch(canaries, seconds) };
    };
    const withPath = await measured('path');
    const without = await measured('bare');
    return { canaries, withPath, without, ratios: ratiosOf(withPath, without) };
  } finally {
    http.close();
    await server.stop();
    await mesh.stop();
  }
}

/** What the sidecars of as many workloads count, always growing. */
function exposition(canaries: number): string {
  const count = Math.floor(performance.now());
  const series = Array.from({ length: canaries }, (_, index) => {
    const labels = `reporter="destination",destination_workload_namespace="test",destination_workload="app-${index}"`;
    return ['200', '500'].map(
      (code) =>
        `istio_requests_total{${labels},response_code="${code}"} ${code === '200' ? 99 * count : count}`,
    );
  });
  return `${series.flat().join('\n')}\n`;
}

const absent = async (): Promise<Result<never, ApiError>> =>
  err({ kind: 'unavailable', detail: 'there is no cluster' });
/** What a Prometheus is asked without. */
const NOBODY = {
  identity: { google: async () => err('nobody'), aws: async () => err('nobody') },
  objects: { read: absent, create: absent, delete: absent },
  paths: { get: absent },
  random: () => 0.5,
};

type Way = 'path' | 'bare';

class Fleet {
  readonly #url: string;
  readonly #provider: MetricProvider;
  #asked = 0;
  #sent = 0;
  #now = 0;
  #most = 0;
  #failed = 0;
  #latencies: number[] = [];

  constructor(url: string, way: Way, http: MetricContext['http']) {
    this.#url = url;
    const context: MetricContext = {
      ...NOBODY,
      http,
      prometheus: this.#counted(createPrometheus({ clock: systemClock })),
      clock: systemClock,
    };
    const backend: MetricBackend = {
      type: 'prometheus',
      address: url,
      headers: {},
      region: '',
      insecureSkipVerify: false,
      credentials: {},
    };
    const provider =
      way === 'path' ? new QueryPath(context).provider(backend) : metricProvider(backend, context);
    if (!provider.ok) throw new Error(provider.error);
    this.#provider = provider.value;
  }

  /** Every Canary once at the same time where it is no time at all, or every interval, each in its own time. */
  async stretch(canaries: number, seconds: number): Promise<Stretch> {
    [this.#asked, this.#sent, this.#most, this.#failed, this.#latencies] = [0, 0, 0, 0, []];
    const before = await this.#cpu();
    const from = performance.now();
    const end = from + seconds * 1_000;
    await Promise.all(
      Array.from({ length: canaries }, async (_, index) => {
        if (seconds === 0) return this.#check(index);
        await pass((index / canaries) * INTERVAL);
        for (let due = performance.now(); due < end; due += INTERVAL) {
          await pass(Math.max(0, due - performance.now()));
          await this.#check(index);
        }
      }),
    );
    const took = (performance.now() - from) / 1_000;
    return {
      asked: this.#asked,
      sent: this.#sent,
      sentPerSecond: rounded(this.#sent / took),
      mostAtATime: this.#most,
      withoutNumber: this.#failed,
      latency: spread(this.#latencies),
      cpuSeconds: rounded((await this.#cpu()) - before),
    };
  }

  /** Both metrics of one Canary, one after the other as a pass asks them. */
  async #check(index: number): Promise<void> {
    const { signal } = new AbortController();
    const names = { namespace: 'test', target: `app-${index}`, interval: '1m' };
    const call = {
      metric: 'request-success-rate',
      queries: builtinQueries('istio', 'Deployment'),
      interval: '1m',
      render: (text: string): Result<string, string> => renderTemplate(text, names),
    } as const;
    await this.#timed(() => measureBuiltin(call, this.#provider, { signal }));
    await this.#timed(() => this.#provider.query({ query: OF_ALL, interval: '1m' }, { signal }));
  }

  async #timed(ask: () => Promise<Result<number, unknown>>): Promise<void> {
    this.#asked += 1;
    const from = performance.now();
    const answer = await ask();
    this.#latencies.push(performance.now() - from);
    if (!answer.ok) this.#failed += 1;
  }

  #counted(port: MetricContext['prometheus']): MetricContext['prometheus'] {
    return {
      query: async (...question) => {
        this.#sent += 1;
        this.#now += 1;
        this.#most = Math.max(this.#most, this.#now);
        try {
          return await port.query(...question);
        } finally {
          this.#now -= 1;
        }
      },
    };
  }

  /** Seconds of processor time that Prometheus says it has taken. */
  async #cpu(): Promise<number> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const found = /^process_cpu_seconds_total (\S+)$/mu.exec(text)?.[1];
    if (found === undefined) throw new Error('Prometheus does not say how much it computes');
    return Number(found);
  }
}

/** Of the way to going without it, in this very run. */
function ratiosOf(withPath: Path, without: Path): Metrics['ratios'] {
  const ratio = (of: (path: Path) => number): number =>
    rounded(of(withPath) / Math.max(of(without), 0.01), 3);
  return {
    sentTogether: ratio(({ together }) => together.sent),
    sentPaced: ratio(({ paced }) => paced.sent),
    p99Together: ratio(({ together }) => together.latency.p99Ms),
    p99Paced: ratio(({ paced }) => paced.latency.p99Ms),
    mostTogether: ratio(({ together }) => together.mostAtATime),
    cpuTogether: ratio(({ together }) => together.cpuSeconds),
    cpuPaced: ratio(({ paced }) => paced.cpuSeconds),
  };
}

function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

function pass(span: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span));
}
