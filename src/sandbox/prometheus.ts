/**
 * Stands in for Prometheus where none is installed: it samples counters of this process every second and
 * answers Serin's built-in queries at `/api/v1/query`. Anything else is refused in Prometheus's own format.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instant, millis, type Instant, type Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import type { Result } from '../shared/result.ts';
import { answer, type Vector } from './builtin-queries.ts';
import { CounterHistory, type Counter } from './counters.ts';

/** Longer than the longest window anybody puts into a manifest for a demonstration. */
const RETENTION = millis(15 * 60_000);
const EVERY_SECOND = millis(1_000);

export interface PrometheusStandIn {
  readonly url: string;
  /** Takes one sample now, beside those taken every `interval`. */
  sample(): void;
  stop(): Promise<void>;
}

export interface StandInOptions {
  /** What is exported now; called for every sample. */
  readonly source: () => readonly Counter[];
  readonly clock: Clock;
  readonly interval?: Millis;
}

/** Listens on a free port of 127.0.0.1 and samples until stopped. */
export async function startPrometheusStandIn(options: StandInOptions): Promise<PrometheusStandIn> {
  const history = new CounterHistory(RETENTION);
  const stopping = new AbortController();
  const sample = (): void => history.record(options.clock.now(), options.source());
  const server = createServer((request, response) => {
    void respond(request, response, history, options.clock.now());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sampling = sampleUntil(sample, options, stopping.signal);
  const { port } = server.address() as AddressInfo; // A server that listens on a port has an address with one.
  return {
    url: `http://127.0.0.1:${port}`,
    sample,
    stop: async () => {
      stopping.abort(new Error('the stand-in for Prometheus stops'));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sampling;
    },
  };
}

async function sampleUntil(sample: () => void, options: StandInOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    sample();
    await options.clock.sleep(options.interval ?? EVERY_SECOND, { signal }).catch(() => undefined);
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  history: CounterHistory,
  now: Instant,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://stand-in');
  const form = new URLSearchParams(await bodyOf(request));
  if (url === null) return send(response, 404, { status: 'error', error: 'no such path' });
  if (url.pathname === '/-/healthy' || url.pathname === '/-/ready') return send(response, 200, 'OK');
  if (url.pathname !== '/api/v1/query')
    return send(response, 404, { status: 'error', error: 'no such path' });
  const parameter = (name: string): string | undefined =>
    url.searchParams.get(name) ?? form.get(name) ?? undefined;
  const at = timeOf(parameter('time')) ?? now;
  const result = answer(parameter('query') ?? '', history.series(), at);
  send(response, result.ok ? 200 : 400, reply(result, at));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}

/** Seconds since 1970 or an RFC 3339 date, as Prometheus takes either. */
function timeOf(text: string | undefined): Instant | undefined {
  if (text === undefined || text === '') return undefined;
  const seconds = Number(text);
  const time = Number.isNaN(seconds) ? Date.parse(text) : seconds * 1_000;
  return Number.isNaN(time) ? undefined : instant(time);
}

function reply(result: Result<Vector, string>, at: Instant): unknown {
  if (!result.ok) return { status: 'error', errorType: 'bad_data', error: result.error };
  const elements =
    result.value === undefined ? [] : [{ metric: {}, value: [at / 1_000, written(result.value)] }];
  return { status: 'success', data: { resultType: 'vector', result: elements } };
}

function written(value: number): string {
  return value === Number.POSITIVE_INFINITY
    ? '+Inf'
    : value === Number.NEGATIVE_INFINITY
      ? '-Inf'
      : String(value);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
