/**
 * Recognises and answers the queries of Serin's built-in metrics for the Istio, Traefik and HTTP observers, and
 * `vector(1)`. It is not PromQL: a query of any other shape is refused, so that nobody mistakes it for one.
 */
import type { Instant, Millis } from '../shared/brand.ts';
import { parseDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { histogramQuantile, rate, type Bucket, type Series } from './counters.ts';

export const REFUSAL = "the stand-in answers only Serin's built-in queries";

/** The value of a vector with one element, or undefined for an empty vector. */
export type Vector = number | undefined;

const TRAEFIK = 'traefik_service_request_duration_seconds_bucket';
// Traefik's requests are those of the last bucket.
const REQUESTS = new Set(['istio_requests_total', 'http_request_duration_seconds_count', TRAEFIK]);
const DURATIONS = new Set([
  'istio_request_duration_milliseconds_bucket',
  'http_request_duration_seconds_bucket',
  TRAEFIK,
]);

const SELECTION = String.raw`sum\(rate\((\w+)\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}\[(\w+)\]\)\)`;
const RATIO = new RegExp(`^${SELECTION}/${SELECTION}\\*100$`);
const TOTAL = new RegExp(`^${SELECTION}$`);
const QUANTILE = new RegExp(`^histogram_quantile\\((0?\\.\\d+),${SELECTION}by\\(le\\)\\)$`);
const MATCHER = /(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"(?:,|$)/gy;

interface Selection {
  readonly metric: string;
  readonly accepts: (labels: Series['labels']) => boolean;
  readonly window: Millis;
}

/** Answers one query about the series as they were at `now`; refuses what it does not know with a sentence. */
export function answer(query: string, series: readonly Series[], now: Instant): Result<Vector, string> {
  const text = withoutSpaces(query);
  if (text === 'vector(1)') return ok(1);
  const ratio = RATIO.exec(text);
  if (ratio !== null) return successRate(ratio, series, now);
  const total = TOTAL.exec(text);
  if (total !== null) return requestRate(total, series, now);
  const quantile = QUANTILE.exec(text);
  if (quantile !== null) return duration(quantile, series, now);
  return err(REFUSAL);
}

function successRate(
  found: RegExpExecArray,
  series: readonly Series[],
  now: Instant,
): Result<Vector, string> {
  const good = selection(found.slice(1, 4), REQUESTS);
  const all = selection(found.slice(4, 7), REQUESTS);
  if (good === undefined || all === undefined) return err(REFUSAL);
  const part = sumOfRates(good, series, now);
  const whole = sumOfRates(all, series, now);
  return ok(part === undefined || whole === undefined ? undefined : (part / whole) * 100);
}

function requestRate(
  found: RegExpExecArray,
  series: readonly Series[],
  now: Instant,
): Result<Vector, string> {
  const all = selection(found.slice(1, 4), REQUESTS);
  return all === undefined ? err(REFUSAL) : ok(sumOfRates(all, series, now));
}

function duration(found: RegExpExecArray, series: readonly Series[], now: Instant): Result<Vector, string> {
  const chosen = selection(found.slice(2, 5), DURATIONS);
  if (chosen === undefined) return err(REFUSAL);
  const buckets = bucketsOf(chosen, series, now);
  return ok(buckets.length === 0 ? undefined : histogramQuantile(Number(found[1]), buckets));
}

function bucketsOf(chosen: Selection, series: readonly Series[], now: Instant): readonly Bucket[] {
  const counts = new Map<number, number>();
  for (const [{ labels }, perSecond] of rates(chosen, series, now)) {
    const upper = upperBound(labels['le'] ?? '');
    counts.set(upper, (counts.get(upper) ?? 0) + perSecond);
  }
  return [...counts].map(([upper, count]) => ({ upper, count }));
}

function upperBound(le: string): number {
  return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
}

function sumOfRates(chosen: Selection, series: readonly Series[], now: Instant): Vector {
  const all = rates(chosen, series, now);
  return all.length === 0 ? undefined : all.reduce((sum, [, perSecond]) => sum + perSecond, 0);
}

function rates(
  chosen: Selection,
  series: readonly Series[],
  now: Instant,
): readonly (readonly [Series, number])[] {
  return series.flatMap((one) => {
    if (one.name !== chosen.metric || !chosen.accepts(one.labels)) return [];
    const perSecond = rate(one.samples, now, chosen.window);
    return perSecond === undefined ? [] : [[one, perSecond] as const];
  });
}

function selection(
  parts: readonly (string | undefined)[],
  known: ReadonlySet<string>,
): Selection | undefined {
  const [metric = '', matchers = '', length = ''] = parts;
  const accepts = acceptor(matchers);
  const window = parseDuration(length);
  if (!known.has(metric) || accepts === undefined || window === undefined || window === 0) return undefined;
  return { metric, accepts, window };
}

/** All matchers must agree; a label that is absent counts as empty, and expressions match whole values. */
function acceptor(matchers: string): Selection['accepts'] | undefined {
  const tests: Selection['accepts'][] = [];
  MATCHER.lastIndex = 0;
  let end = 0;
  for (let part = MATCHER.exec(matchers); part !== null; part = MATCHER.exec(matchers)) {
    const [, label = '', operator = '', value = ''] = part;
    const test = matcher(operator, unescape(value));
    if (test === undefined) return undefined;
    tests.push((labels) => test(labels[label] ?? ''));
    end = MATCHER.lastIndex;
  }
  if (end !== matchers.length) return undefined;
  return (labels) => tests.every((test) => test(labels));
}

function matcher(operator: string, wanted: string): ((found: string) => boolean) | undefined {
  if (operator === '=') return (found) => found === wanted;
  if (operator === '!=') return (found) => found !== wanted;
  const expression = wholeValue(wanted);
  if (expression === undefined) return undefined;
  return (found) => expression.test(found) === (operator === '=~');
}

function wholeValue(expression: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch {
    return undefined;
  }
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}

/** Spaces mean nothing outside quotes in the queries known here. */
function withoutSpaces(query: string): string {
  return query.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, (_, quoted?: string) => quoted ?? '');
}
