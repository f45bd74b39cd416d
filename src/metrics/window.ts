/** How far back a query looks, for the systems that are told so beside the query. */
import { millis, type Instant, type Millis } from '../shared/brand.ts';
import { parseDuration } from '../shared/duration.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { MetricQuery } from './provider.ts';

/** Of a metric that names none. */
const USUAL_INTERVAL = '1m';
/** These systems are some minutes behind; one interval might hold nothing yet. */
const INTERVALS = 10;

export interface Window {
  /** Whole seconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Ten intervals back from now. */
export function windowOf(query: MetricQuery, now: Instant): Result<Window, string> {
  const interval = intervalOf(query);
  if (!interval.ok) return interval;
  const to = Math.trunc(now / 1_000);
  return ok({ from: Math.trunc((now - INTERVALS * interval.value) / 1_000), to });
}

/** The interval of a metric; one minute where it names none. */
export function intervalOf({ interval }: Pick<MetricQuery, 'interval'>): Result<Millis, string> {
  const span = parseDuration(interval || USUAL_INTERVAL);
  if (span !== undefined && span > 0) return ok(millis(span));
  return err(`the interval of the metric is ${JSON.stringify(interval)}, expected a span such as 30s or 1m`);
}
