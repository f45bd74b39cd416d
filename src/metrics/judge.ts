/**
 * A measured value against what the metric allows. "It was bad", "there is no data" and "it could not be asked"
 * are three different facts; what the last two mean for a rollout is decided elsewhere.
 */
import type { MetricSpec } from '../api/model.ts';
import type { Answer, CheckFailure, MetricSource } from '../core/model.ts';
import type { Result } from '../shared/result.ts';
import type { MetricError } from './provider.ts';

export interface JudgeContext {
  /** Who was asked, as in `istio` or `datadog`. */
  readonly observer: string;
}

/**
 * yes within the range, no outside it, inconclusive where there is no number. Bounds belong to the range. Infinity, as
 * of a division by nothing, may be outside it and is never within.
 */
export function judge(
  metric: MetricSpec,
  source: MetricSource,
  result: Result<number, MetricError>,
  context: JudgeContext,
): Answer {
  if (!result.ok) return { kind: 'inconclusive', failure: unanswered(metric, source, result.error, context) };
  if (Number.isNaN(result.value)) {
    return { kind: 'inconclusive', failure: unanswered(metric, source, { kind: 'no-data' }, context) };
  }
  const kind = failureKind(metric, source);
  const value = kind === 'duration' ? Math.trunc(result.value) : result.value;
  const range = bounds(metric, kind);
  const allowed = kind === 'duration' ? wholeMillis(range) : range;
  const breach = breached(value, allowed);
  if (breach === undefined && !Number.isFinite(value)) {
    const detail = `the answer is ${value > 0 ? '+Inf' : '-Inf'}, which is no value to pass with`;
    return { kind: 'inconclusive', failure: { kind: 'query-failed', metric: metric.name, source, detail } };
  }
  const measured = { value: finite(value), ...allowed, unit: UNITS[kind] };
  if (breach === undefined) return { kind: 'yes', measured };
  return { kind: 'no', failure: { kind, metric: metric.name, value: finite(value), ...breach }, measured };
}

type ValueKind = 'success-rate' | 'duration' | 'metric';

const UNITS = { 'success-rate': 'percent', duration: 'milliseconds', metric: 'plain' } as const;

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Only the built-in queries are known to be percents and milliseconds; a user's own may reuse their names. */
function failureKind(metric: MetricSpec, source: MetricSource): ValueKind {
  if (source !== 'builtin') return 'metric';
  if (metric.name === 'request-success-rate') return 'success-rate';
  return metric.name === 'request-duration' ? 'duration' : 'metric';
}

/** Without a range the old `threshold` counts: a minimum for the success rate, a maximum for all else. */
function bounds(metric: MetricSpec, kind: ValueKind): Bounds {
  if (metric.thresholdRange !== undefined) return metric.thresholdRange;
  return kind === 'success-rate' ? { min: metric.threshold } : { max: metric.threshold };
}

function wholeMillis({ min, max }: Bounds): Bounds {
  return {
    ...(min === undefined ? {} : { min: Math.trunc(min) }),
    ...(max === undefined ? {} : { max: Math.trunc(max) }),
  };
}

function breached(
  value: number,
  { min, max }: Bounds,
): { readonly bound: number; readonly side: 'min' | 'max' } | undefined {
  if (min !== undefined && value < min) return { bound: min, side: 'min' };
  if (max !== undefined && value > max) return { bound: max, side: 'max' };
  return undefined;
}

/** A failure is remembered as JSON, which has no infinity. */
function finite(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

function unanswered(
  { name }: MetricSpec,
  source: MetricSource,
  error: MetricError,
  { observer }: JudgeContext,
): CheckFailure {
  if (error.kind === 'no-data') {
    // The sentences about an in-line query and about the duration of requests have always ended where they do.
    const bare = source === 'query' || (source === 'builtin' && name === 'request-duration');
    const detail = bare ? '' : 'no values found';
    return { kind: 'no-values', metric: name, source, provider: observer, detail };
  }
  return { kind: 'query-failed', metric: name, source, detail: error.detail };
}
