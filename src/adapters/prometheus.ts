/**
 * Instant queries by prometheus-query, behind `PrometheusPort`. The library makes the call; the answer is read
 * again here, because the library turns infinities into NaN and rejects with objects that carry the request.
 */
import { Agent } from 'node:https';
import { PrometheusDriver } from 'prometheus-query';

import type { MetricError, PrometheusEndpoint, PrometheusPort } from '../metrics/provider.ts';
import { millis, type Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { basicAuthorization, retryAfterOf } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { withDeadline } from './deadline.ts';
import { dropForeignHeaders } from './http.ts';
import { describeError, originOf, redact } from './redact.ts';

const TIMEOUT = millis(5_000);
/** An answer to an instant query is a few hundred bytes per series. */
const MAX_BYTES = 1024 * 1024;

export interface PrometheusOptions {
  readonly clock: Clock;
  readonly timeout?: Millis;
}

type Value = Result<number, MetricError>;

/** An answer as it came, before anybody has read it. */
interface Raw {
  readonly status: number;
  readonly statusText: string;
  readonly body: string;
  readonly retryAfter: Millis | undefined;
}

/** One port serves every Prometheus; certificates that are not to be verified share one agent. */
export function createPrometheus({ clock, timeout = TIMEOUT }: PrometheusOptions): PrometheusPort {
  const insecure = new Agent({ rejectUnauthorized: false, keepAlive: true, timeout: 4_000 });
  return {
    async query(endpoint, query, { signal }): Promise<Value> {
      const where = originOf(endpoint.address);
      try {
        const timed = await withDeadline({ clock, span: timeout, signal }, (stop) =>
          fetchRaw(endpoint, query, clock, { signal: stop, agent: insecure }),
        );
        if (timed.kind === 'done') return read(timed.value);
        return err({ kind: 'unreachable', detail: `${where}: no answer within ${timeout} ms` });
      } catch (error) {
        signal.throwIfAborted();
        if (isTooLarge(error)) return malformed(`${where}: answered with more than ${MAX_BYTES} bytes`);
        return err({ kind: 'unreachable', detail: `${where}: ${describeThrown(error)}` });
      }
    },
  };
}

async function fetchRaw(
  endpoint: PrometheusEndpoint,
  query: string,
  clock: Clock,
  { signal, agent }: { readonly signal: AbortSignal; readonly agent: Agent },
): Promise<Raw> {
  let raw: Raw | undefined;
  const headers = headersOf(endpoint);
  const driver = new PrometheusDriver({
    endpoint: endpoint.address,
    headers,
    requestInterceptor: {
      onFulfilled: (config) => {
        config.signal = signal;
        config.responseType = 'text';
        config.transformResponse = [(body: unknown) => body];
        config.validateStatus = () => true;
        config.maxContentLength = MAX_BYTES;
        config.timeout = 0;
        config.beforeRedirect = (next, _response, from) => dropForeignHeaders(headers, next, from.url);
        if (endpoint.insecureSkipVerify) config.httpsAgent = agent;
        return config;
      },
    },
    responseInterceptor: {
      onFulfilled: (response) => {
        const { status, statusText } = response;
        const asked: unknown = response.headers['retry-after'];
        const retryAfter = typeof asked === 'string' ? retryAfterOf(asked, clock.now()) : undefined;
        raw = { status, statusText, body: String(response.data), retryAfter };
        return response;
      },
    },
  });
  try {
    await driver.instantQuery(query, new Date(clock.now()));
  } catch (error) {
    // The library cannot make sense of text; that an answer came is what matters.
    if (raw === undefined) throw error;
  }
  if (raw === undefined) throw new Error('answered nothing');
  return raw;
}

function headersOf({ headers, auth }: PrometheusEndpoint): Record<string, string | string[]> {
  const own = Object.entries(headers).map(([name, values]): [string, string[]] => [name, [...values]]);
  switch (auth.kind) {
    case 'none':
      return Object.fromEntries(own);
    case 'bearer':
      return { ...Object.fromEntries(own), Authorization: `Bearer ${auth.token}` };
    case 'basic':
      return { ...Object.fromEntries(own), Authorization: basicAuthorization(auth.username, auth.password) };
  }
}

/** The library rejects with plain objects; of those only the words are ours to repeat. */
function describeThrown(error: unknown): string {
  if (error instanceof Error || typeof error !== 'object' || error === null) return describeError(error);
  const { original, error: message } = error as { readonly original?: unknown; readonly error?: unknown };
  if (original instanceof Error) return describeError(original);
  return typeof message === 'string' ? redact(message) : 'failed without an error';
}

/** As axios says it. */
function isTooLarge(error: unknown): boolean {
  return describeThrown(error).startsWith('maxContentLength');
}

function read(raw: Raw): Value {
  const answer = parse(raw.body);
  if (raw.status >= 400) {
    const said = isRecord(answer) && typeof answer['error'] === 'string' ? answer['error'] : raw.body;
    const detail = `error response: Status ${raw.status} ${raw.statusText}: ${redact(said)}`;
    const { status, retryAfter } = raw;
    return err({ kind: 'rejected', status, detail, ...(retryAfter !== undefined && { retryAfter }) });
  }
  if (!isRecord(answer) || !isRecord(answer['data']))
    return malformed(`the answer is not a query result: ${redact(raw.body)}`);
  const { resultType, result } = answer['data'];
  if (resultType === 'scalar') return numberOf(result);
  if (resultType === 'matrix') return malformed('multiple values returned');
  if (resultType !== 'vector' || !Array.isArray(result))
    return malformed(`unexpected result of type ${String(resultType)}`);
  return lastOf(result);
}

/** The last series that has a number counts, as it always has for Canaries written for Flagger. */
function lastOf(series: readonly unknown[]): Value {
  const values = series.map((entry) => (isRecord(entry) ? entry['value'] : undefined));
  const last = values.findLast((value) => Array.isArray(value) && typeof value[1] === 'string');
  return last === undefined ? err({ kind: 'no-data' }) : numberOf(last);
}

/** `[time, "1.5"]`, where the text may be `NaN`, `+Inf` or `-Inf`. No number means no data, infinity is a value. */
function numberOf(sample: unknown): Value {
  const text: unknown = Array.isArray(sample) ? sample[1] : undefined;
  if (typeof text !== 'string' || text === '') return malformed('a sample without a value');
  if (text === '+Inf') return ok(Number.POSITIVE_INFINITY);
  if (text === '-Inf') return ok(Number.NEGATIVE_INFINITY);
  const value = Number(text);
  if (text !== 'NaN' && Number.isNaN(value)) return malformed(`a sample with the value ${redact(text)}`);
  return Number.isNaN(value) ? err({ kind: 'no-data' }) : ok(value);
}

function malformed(detail: string): Value {
  return err({ kind: 'malformed', detail });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
