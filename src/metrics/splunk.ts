/** Splunk Observability Cloud: a SignalFlow program over ten intervals, answered as a stream of events that ends. */
import { z } from 'zod';

import { millis } from '../shared/brand.ts';
import { ok, type Result } from '../shared/result.ts';
import { urlOf } from './address.ts';
import type { MetricBackend, MetricError, MetricProviderFactory } from './provider.ts';
import { excerpt, httpMetricProvider, malformed, numeric, valueOr } from './recipe.ts';
import { windowOf } from './window.ts';

const TOKEN = 'sf_token_key';

const Points = z.object({ data: z.array(z.object({ value: numeric.nullable() })) });
const Events = z.array(z.object({ event: z.string(), data: z.unknown() }));

/** Of one time series the newest value counts. */
export const splunk: MetricProviderFactory = httpMetricProvider({
  credentials: [TOKEN],
  timeout: millis(15_000),
  request: (query, backend, now) => {
    const window = windowOf(query, now);
    if (!window.ok) return window;
    const start = String(window.value.from * 1_000);
    const stop = String(window.value.to * 1_000);
    // Without `immediate` the computation waits for what has yet to come.
    const url = urlOf(streamOf(backend.address), '/v2/signalflow/execute', {
      start,
      stop,
      immediate: 'true',
    });
    const headers = { ...tokenOf(backend), Accept: 'text/event-stream', 'Content-Type': 'text/plain' };
    return ok({ method: 'POST', url, headers, body: query.query });
  },
  check: (backend) => ({
    method: 'GET',
    url: urlOf(backend.address, '/v2/metric', { limit: '1' }),
    headers: tokenOf(backend),
  }),
  parse: eventsIn,
  body: Events,
  value: (events) => {
    const failure = events.find(({ event }) => event === 'error');
    if (failure !== undefined) return malformed(excerpt(JSON.stringify(failure.data)));
    const points = events.flatMap(({ event, data }) => (event === 'data' ? [Points.safeParse(data)] : []));
    if (points.some(({ success }) => !success))
      return malformed('an event with data has an unexpected shape');
    const values = points.map(({ data }) => data?.data ?? []);
    const most = Math.max(0, ...values.map(({ length }) => length));
    if (most > 1) return malformed(`multiple values returned: ${most} time series, expected one`);
    return valueOr(values.flat().findLast(({ value }) => value !== null)?.value);
  },
});

/** Programs run on a host of their own: `stream.us1…` for `api.us1…`. */
function streamOf(address: string): string {
  return address.replace(/^(https?:\/\/)api\./iu, '$1stream.');
}

function tokenOf({ credentials }: MetricBackend): Readonly<Record<string, string>> {
  return { 'X-SF-Token': credentials[TOKEN] ?? '' };
}

/** Server-sent events: lines of `event:` and `data:`, an empty line after each event. */
function eventsIn(text: string): Result<unknown, MetricError> {
  const events: unknown[] = [];
  for (const block of text.split(/\r?\n\r?\n/u)) {
    const event = fieldOf(block, 'event');
    if (event === '') continue;
    try {
      const data: unknown = JSON.parse(fieldOf(block, 'data') || 'null');
      events.push({ event, data });
    } catch {
      return malformed(`an event of the answer is not JSON: ${excerpt(block)}`);
    }
  }
  return events.length > 0 ? ok(events) : malformed(`the answer is not a stream of events: ${excerpt(text)}`);
}

function fieldOf(block: string, name: string): string {
  const lines = [...block.matchAll(new RegExp(`^${name}:(.*)$`, 'gmu'))];
  return lines.map(([, value = '']) => value.trim()).join('\n');
}
