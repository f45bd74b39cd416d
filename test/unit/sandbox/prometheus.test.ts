import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { builtinQueries } from '../../../src/metrics/builtin.ts';
import { answer, REFUSAL } from '../../../src/sandbox/builtin-queries.ts';
import {
  CounterHistory,
  histogramQuantile,
  rate,
  type Counter,
  type Series,
} from '../../../src/sandbox/counters.ts';
import { startPrometheusStandIn, type PrometheusStandIn } from '../../../src/sandbox/prometheus.ts';
import { instant, millis, type Instant } from '../../../src/shared/brand.ts';
import type { Clock } from '../../../src/shared/clock.ts';

const MINUTE = millis(60_000);
const START = instant(1_700_000_000_000);

function at(seconds: number): Instant {
  return instant(START + seconds * 1_000);
}

function samples(...points: readonly (readonly [seconds: number, value: number])[]): Series['samples'] {
  return points.map(([seconds, value]) => ({ at: at(seconds), value }));
}

/** A built-in query of an observer, filled in for `podinfo` in `prod`. */
function query(provider: string, which: 'successRate' | 'duration' | 'requestRate', interval = '1m'): string {
  return builtinQueries(provider, 'Deployment')
    [which].replaceAll('{{ namespace }}', 'prod')
    .replaceAll('{{ target }}', 'podinfo')
    .replaceAll('{{ interval }}', interval);
}

function requests(code: string, value: number, workload = 'podinfo'): Counter {
  const labels = {
    reporter: 'destination',
    destination_workload_namespace: 'prod',
    destination_workload: workload,
    response_code: code,
  };
  return { name: 'istio_requests_total', labels, value };
}

function latency(le: string, value: number): Counter {
  const { labels } = requests('200', 0);
  return { name: 'istio_request_duration_milliseconds_bucket', labels: { ...labels, le }, value };
}

/** Ten good and one bad request per second for 30 seconds, most within 5 ms; another workload fails throughout. */
function half(seconds: number): readonly Counter[] {
  return [
    requests('200', seconds * 10),
    requests('503', seconds),
    requests('500', seconds * 50, 'podinfo-primary'),
    latency('1', seconds * 2),
    latency('5', seconds * 10),
    latency('10', seconds * 10.9),
    latency('+Inf', seconds * 11),
  ];
}

function recorded(counters: (seconds: number) => readonly Counter[], until: number): readonly Series[] {
  const history = new CounterHistory(millis(600_000));
  for (let seconds = 0; seconds <= until; seconds += 1) history.record(at(seconds), counters(seconds));
  return history.series();
}

describe('the rate of a counter', () => {
  it('is the increase per second where samples fill the window', () => {
    expect(rate(samples([0, 0], [30, 60], [60, 120]), at(60), MINUTE)).toBeCloseTo(2);
  });

  it('needs two samples', () => {
    expect(rate(samples([59, 5]), at(60), MINUTE)).toBeUndefined();
  });

  it('leaves out what is older than the window or newer than the question', () => {
    const all = samples([-30, 0], [0, 900], [30, 960], [60, 1_020], [90, 9_000]);
    expect(rate(all, at(60), MINUTE)).toBeCloseTo(2);
  });

  it('counts on after a restart of the counter', () => {
    expect(rate(samples([0, 100], [20, 120], [40, 10], [60, 30]), at(60), MINUTE)).toBeCloseTo(50 / 60);
  });

  it('goes on for half a step where the samples begin late', () => {
    // 10 in 10 s, 5 s further back; the window is a minute.
    expect(rate(samples([50, 100], [60, 110]), at(60), MINUTE)).toBeCloseTo(15 / 60);
  });

  it('ends half a step after samples that end early', () => {
    // A sample a second until the 50th second; two steps would be too far to guess.
    const points = Array.from({ length: 51 }, (_, second) => [second, second] as const);
    expect(rate(samples(...points), at(52), MINUTE)).toBeCloseTo(50.5 / 60);
  });

  it('does not go back beyond the moment the counter was zero', () => {
    expect(rate(samples([50, 2], [60, 12]), at(60), MINUTE)).toBeCloseTo(12 / 60);
  });
});

describe('the history of counters', () => {
  it('forgets samples that are too old, and lets a series that ended grow no more', () => {
    const history = new CounterHistory(millis(10_000));
    for (let second = 0; second <= 30; second += 1)
      history.record(at(second), second < 25 ? [requests('200', 1)] : []);
    expect(
      history.series().map((series) => series.samples.map((sample) => (sample.at - START) / 1_000)),
    ).toEqual([[20, 21, 22, 23, 24]]);
  });
});

describe('the quantile of a histogram', () => {
  const INFINITE = Number.POSITIVE_INFINITY;

  it('lies within its bucket in proportion', () => {
    const buckets = [
      { upper: 100, count: 50 },
      { upper: 200, count: 100 },
      { upper: INFINITE, count: 100 },
    ];
    expect(histogramQuantile(0.75, buckets)).toBeCloseTo(150);
  });

  it('is the bound of a bucket that is reached exactly', () => {
    const buckets = [
      { upper: 100, count: 50 },
      { upper: 200, count: 50 },
      { upper: 300, count: 100 },
      { upper: INFINITE, count: 100 },
    ];
    expect(histogramQuantile(0.5, buckets)).toBe(100);
  });

  it('is the highest finite bound where it lies above all of them', () => {
    const buckets = [
      { upper: 100, count: 1 },
      { upper: INFINITE, count: 100 },
    ];
    expect(histogramQuantile(0.99, buckets)).toBe(100);
  });

  it('is not a number without observations or without a bucket for the rest', () => {
    expect(
      histogramQuantile(0.99, [
        { upper: 1, count: 0 },
        { upper: INFINITE, count: 0 },
      ]),
    ).toBeNaN();
    expect(
      histogramQuantile(0.99, [
        { upper: 1, count: 5 },
        { upper: 2, count: 5 },
      ]),
    ).toBeNaN();
  });
});

describe("the stand-in's answers", () => {
  it('is the success rate of the canary, and of no other workload', () => {
    const result = answer(query('istio', 'successRate'), recorded(half, 30), at(30));
    expect(result).toEqual({ ok: true, value: expect.closeTo((10 / 11) * 100, 6) });
  });

  it('is the 99th percentile of the durations', () => {
    const result = answer(query('istio', 'duration'), recorded(half, 30), at(30));
    // Rank 10.89 of 11 lies 0.89 of 0.9 into the bucket from 5 to 10.
    expect(result).toEqual({ ok: true, value: expect.closeTo(5 + 5 * (0.89 / 0.9), 6) });
  });

  it('is the number of requests per second', () => {
    const result = answer(query('istio', 'requestRate', '10s'), recorded(half, 30), at(30));
    expect(result).toEqual({ ok: true, value: expect.closeTo(11, 6) });
  });

  it('is empty where there are no series, and not a number where there were no requests', () => {
    expect(answer(query('istio', 'successRate'), [], at(30))).toEqual({ ok: true, value: undefined });
    const idle = recorded(() => [requests('200', 7)], 10);
    expect(answer(query('istio', 'successRate'), idle, at(10))).toEqual({ ok: true, value: Number.NaN });
  });

  it('counts what pods report themselves for the HTTP observer', () => {
    const counter = (pod: string, status: string, value: number): Counter => ({
      name: 'http_request_duration_seconds_count',
      labels: { kubernetes_namespace: 'prod', kubernetes_pod_name: pod, status },
      value,
    });
    const series = recorded(
      (seconds) => [
        counter('podinfo-5d4f-x2x', '200', seconds * 3),
        counter('podinfo-5d4f-x2x', '502', seconds),
        counter('podinfo-primary-77-abc-x', '500', seconds * 100),
      ],
      20,
    );
    const result = answer(query('kubernetes', 'successRate'), series, at(20));
    expect(result).toEqual({ ok: true, value: expect.closeTo(75, 6) });
  });

  it('reads a query written over several lines with a comma too many', () => {
    const text = `sum(
      rate(istio_requests_total{ reporter="destination", response_code!~"5.*", }[1m]) )
      / sum( rate( istio_requests_total{reporter="destination"}[1m])) * 100`;
    expect(answer(text, recorded(half, 30), at(30)).ok).toBe(true);
  });

  it.each([
    'up',
    'rate(istio_requests_total[1m])',
    'sum(rate(my_own_total{a="b"}[1m])) / sum(rate(my_own_total{a="b"}[1m])) * 100',
    'sum(rate(istio_requests_total{response_code!~"("}[1m]))',
    'sum(rate(istio_requests_total{response_code}[1m]))',
    'vector(2)',
  ])('is a refusal of %s', (text) => {
    expect(answer(text, recorded(half, 30), at(30))).toEqual({ ok: false, error: REFUSAL });
  });
});

describe('the stand-in over HTTP', () => {
  let standIn: PrometheusStandIn | undefined;
  afterEach(() => standIn?.stop());

  let seconds = 0;
  const clock: Clock = {
    now: () => at(seconds),
    steady: () => at(seconds),
    sleep: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  };

  async function ask(text: string, options?: RequestInit): Promise<unknown> {
    const answer = await fetch(`${standIn?.url}/api/v1/query?query=${encodeURIComponent(text)}`, options);
    return [answer.status, await answer.json()];
  }

  it('answers as Prometheus does about what it sampled', async () => {
    seconds = 0;
    standIn = await startPrometheusStandIn({ source: () => half(seconds), clock });
    for (seconds = 1; seconds <= 20; seconds += 1) standIn.sample();
    seconds = 20;
    expect(await ask('vector(1)')).toEqual([
      200,
      {
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: {}, value: [at(20) / 1_000, '1'] }] },
      },
    ]);
    const element = { metric: {}, value: [at(20) / 1_000, expect.stringMatching(/^90\.909/)] };
    expect(await ask(query('istio', 'successRate'))).toEqual([
      200,
      { status: 'success', data: { resultType: 'vector', result: [element] } },
    ]);
  });

  it('says what it is when asked for more', async () => {
    standIn = await startPrometheusStandIn({ source: () => [], clock });
    expect(await ask('up')).toEqual([400, { status: 'error', errorType: 'bad_data', error: REFUSAL }]);
  });
});

const prometheus = await installed('promtool');

(prometheus === undefined ? describe.skip : describe)('beside a real Prometheus', () => {
  /** Sums of two workloads with a restart and a gap, as promtool writes series: start, step and count. */
  function uneven(seconds: number): readonly Counter[] {
    const good = seconds < 13 ? 3 + seconds * 7 : (seconds - 13) * 5;
    const slow = Math.floor(seconds / 4);
    return [
      requests('200', good),
      requests('500', Math.floor(seconds / 3)),
      latency('1', Math.floor(seconds / 2)),
      latency('5', seconds * 3),
      latency('25', seconds * 3 + slow),
      latency('+Inf', seconds * 3 + slow),
    ];
  }

  it('says the same about the same samples', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'serin-promtool-'));
    const series = recorded(uneven, 45);
    const cases = ['successRate', 'duration', 'requestRate'].flatMap((which) =>
      // No sample lies on the edge of these windows: Prometheus 2 and 3 disagree about those.
      ['10500ms', '61500ms'].map((interval) => query('istio', which as 'duration', interval)),
    );
    const tests = cases.map((expr) => {
      const result = answer(expr, series.map(shifted), instant(45_000));
      const value = result.ok ? Math.round((result.value ?? Number.NaN) * 1e6) : undefined;
      return { expr: `round(1e6 * ${expr})`, eval_time: '45s', exp_samples: [{ labels: '{}', value }] };
    });
    const input = series.map(({ name, labels, samples: points }) => ({
      series: `${name}{${Object.entries(labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(',')}}`,
      values: points.map(({ value }) => value).join(' '),
    }));
    await writeFile(
      join(folder, 'test.yml'),
      JSON.stringify({
        evaluation_interval: '1s',
        tests: [{ interval: '1s', input_series: input, promql_expr_test: tests }],
      }),
    );
    const run = promisify(execFile)(prometheus ?? '', ['test', 'rules', join(folder, 'test.yml')]);
    await expect(run.then(({ stdout }) => stdout)).resolves.toContain('SUCCESS');
    await rm(folder, { recursive: true });
  }, 60_000);

  /** promtool counts time from zero. */
  function shifted(series: Series): Series {
    return {
      ...series,
      samples: series.samples.map((sample) => ({ ...sample, at: instant(sample.at - START) })),
    };
  }
});

async function installed(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await access(join(folder, name)).then(
      () => true,
      () => false,
    );
    if (found) return join(folder, name);
  }
  return undefined;
}
