import { describe, expect, it } from '@jest/globals';

import type { MetricSpec } from '../../../src/api/model.ts';
import type { MetricSource } from '../../../src/core/model.ts';
import { judge } from '../../../src/metrics/judge.ts';
import { err, ok } from '../../../src/shared/result.ts';

const aMetric = (metric: Partial<MetricSpec>): MetricSpec => ({
  name: 'errors',
  interval: '1m',
  thresholdRange: undefined,
  threshold: 0,
  query: undefined,
  templateRef: undefined,
  templateVariables: {},
  ...metric,
});

const successRate = (metric: Partial<MetricSpec> = {}): MetricSpec =>
  aMetric({ name: 'request-success-rate', thresholdRange: { min: 99 }, ...metric });
const duration = (metric: Partial<MetricSpec> = {}): MetricSpec =>
  aMetric({ name: 'request-duration', thresholdRange: { max: 500 }, ...metric });

const judged = (metric: MetricSpec, source: MetricSource, value: number): unknown =>
  judge(metric, source, ok(value), { observer: 'istio' });

describe('a value within the range', () => {
  it.each([
    ['a success rate on its minimum', successRate(), 'builtin', 99, { value: 99, min: 99, unit: 'percent' }],
    ['a duration on its maximum', duration(), 'builtin', 500, { value: 500, max: 500, unit: 'milliseconds' }],
    [
      'a duration that is over by less than a millisecond',
      duration(),
      'builtin',
      500.9,
      { value: 500, max: 500, unit: 'milliseconds' },
    ],
    [
      'a value between min and max',
      aMetric({ thresholdRange: { min: 1, max: 3 } }),
      'template',
      2,
      { value: 2, min: 1, max: 3, unit: 'plain' },
    ],
    [
      'a value without any bound',
      aMetric({ thresholdRange: {} }),
      'template',
      1e9,
      { value: 1e9, unit: 'plain' },
    ],
    [
      'an old success rate above its threshold',
      successRate({ thresholdRange: undefined, threshold: 95 }),
      'builtin',
      96,
      { value: 96, min: 95, unit: 'percent' },
    ],
    [
      'an old custom metric on its threshold',
      aMetric({ threshold: 5 }),
      'query',
      5,
      { value: 5, max: 5, unit: 'plain' },
    ],
    [
      'nothing, where nothing is the default threshold',
      aMetric({}),
      'template',
      0,
      { value: 0, max: 0, unit: 'plain' },
    ],
  ] as const)('%s passes', (_, metric, source, value, measured) => {
    expect(judged(metric, source, value)).toEqual({ kind: 'yes', measured });
  });
});

describe('a value outside the range', () => {
  it.each([
    [
      'a success rate below its minimum',
      successRate(),
      'builtin',
      98.99,
      { kind: 'success-rate', value: 98.99, bound: 99, side: 'min' },
      { value: 98.99, min: 99, unit: 'percent' },
    ],
    [
      'a success rate above its maximum',
      successRate({ thresholdRange: { max: 50 } }),
      'builtin',
      51,
      { kind: 'success-rate', value: 51, bound: 50, side: 'max' },
      { value: 51, max: 50, unit: 'percent' },
    ],
    [
      'a duration a millisecond over',
      duration(),
      'builtin',
      501.7,
      { kind: 'duration', value: 501, bound: 500, side: 'max' },
      { value: 501, max: 500, unit: 'milliseconds' },
    ],
    [
      'a duration bound with a fraction counts whole',
      duration({ thresholdRange: { max: 500.9 } }),
      'builtin',
      501,
      { kind: 'duration', value: 501, bound: 500, side: 'max' },
      { value: 501, max: 500, unit: 'milliseconds' },
    ],
    [
      'an old success rate below its threshold',
      successRate({ thresholdRange: undefined, threshold: 95 }),
      'builtin',
      94,
      { kind: 'success-rate', value: 94, bound: 95, side: 'min' },
      { value: 94, min: 95, unit: 'percent' },
    ],
    [
      'an old duration above its threshold',
      duration({ thresholdRange: undefined, threshold: 500 }),
      'builtin',
      600,
      { kind: 'duration', value: 600, bound: 500, side: 'max' },
      { value: 600, max: 500, unit: 'milliseconds' },
    ],
    [
      'anything above the default threshold',
      aMetric({}),
      'template',
      0.1,
      { kind: 'metric', value: 0.1, bound: 0, side: 'max' },
      { value: 0.1, max: 0, unit: 'plain' },
    ],
    [
      "a query under a built-in name is nobody's percent",
      successRate({ query: 'up', thresholdRange: undefined, threshold: 1 }),
      'query',
      2,
      { kind: 'metric', value: 2, bound: 1, side: 'max' },
      { value: 2, max: 1, unit: 'plain' },
    ],
  ] as const)('%s fails', (_, metric, source, value, failure, measured) => {
    expect(judged(metric, source, value)).toEqual({
      kind: 'no',
      failure: { metric: metric.name, ...failure },
      measured,
    });
  });

  it('is remembered as a number even when it has no end', () => {
    const answer = judged(aMetric({ thresholdRange: { max: 1 } }), 'template', Number.POSITIVE_INFINITY);
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  });
});

describe('infinity', () => {
  it.each([
    ['above a minimum', { min: 1 }, '+Inf'],
    ['below a maximum', { max: 1 }, '-Inf'],
    ['without bounds', {}, '+Inf'],
  ] as const)('%s is no value to pass with', (_, thresholdRange, found) => {
    const value = found === '+Inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const detail = `the answer is ${found}, which is no value to pass with`;
    expect(judged(aMetric({ thresholdRange }), 'query', value)).toEqual({
      kind: 'inconclusive',
      failure: { kind: 'query-failed', metric: 'errors', source: 'query', detail },
    });
  });

  it('beyond a bound fails, as a percentile beyond the last bucket does', () => {
    expect(judged(duration(), 'builtin', Number.POSITIVE_INFINITY)).toMatchObject({ kind: 'no' });
  });
});

describe('a check without a number', () => {
  it.each([
    ['NaN', ok(Number.NaN)],
    ['no data', err({ kind: 'no-data' } as const)],
  ])('%s is no evidence, neither good nor bad', (_, result) => {
    expect(judge(successRate(), 'builtin', result, { observer: 'istio' })).toEqual({
      kind: 'inconclusive',
      failure: {
        kind: 'no-values',
        metric: 'request-success-rate',
        source: 'builtin',
        provider: 'istio',
        detail: 'no values found',
      },
    });
  });

  it.each([
    [duration(), 'builtin', ''],
    [aMetric({ query: 'errors' }), 'query', ''],
    [duration(), 'template', 'no values found'],
  ] as const)('is told with the reason where that has always been so: %#', (metric, source, detail) => {
    const answer = judge(metric, source, err({ kind: 'no-data' }), { observer: 'istio' });
    expect(answer).toMatchObject({ kind: 'inconclusive', failure: { kind: 'no-values', detail } });
  });

  it.each([
    [{ kind: 'unreachable', detail: 'connect refused' } as const, 'connect refused'],
    [{ kind: 'malformed', detail: 'not JSON' } as const, 'not JSON'],
    [
      { kind: 'rejected', status: 400, detail: 'error response: Status 400: no' } as const,
      'error response: Status 400: no',
    ],
  ])('an unanswered query says why: %j', (error, detail) => {
    expect(judge(aMetric({}), 'template', err(error), { observer: 'datadog' })).toEqual({
      kind: 'inconclusive',
      failure: { kind: 'query-failed', metric: 'errors', source: 'template', detail },
    });
  });
});
