/**
 * What every metric provider promises, asked of each over real sockets. What its system hears and answers is on record
 * among the fixtures; the promises are the same for all.
 */
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, RequestListener } from 'node:http';
import { z } from 'zod';

import { createHttp } from '../../src/adapters/http.ts';
import { createPrometheus } from '../../src/adapters/prometheus.ts';
import { instant } from '../../src/shared/brand.ts';
import { systemClock, type Clock } from '../../src/shared/clock.ts';
import type { Http } from '../../src/shared/http.ts';
import { err, ok, type Result } from '../../src/shared/result.ts';
import type {
  MetricBackend,
  MetricContext,
  MetricError,
  MetricProvider,
  MetricProviderFactory,
  PrometheusPort,
} from '../../src/metrics/provider.ts';
import { httpMetricProvider, numeric, valueOr } from '../../src/metrics/recipe.ts';
import { METRIC_PROVIDERS, metricProvider } from '../../src/metrics/registry.ts';
import { readText, serve, type Loopback } from '../support/loopback.ts';
import { HEARD_AT, metricAnswers, metricCredentials } from '../support/metric-fixture.ts';

const TYPES = Object.keys(METRIC_PROVIDERS);
const { signal } = new AbortController();
const clock: Clock = { ...systemClock, now: () => instant(Date.parse(HEARD_AT)) };
const client = createHttp({ clock });
const context: MetricContext = { http: client.http, prometheus: createPrometheus({ clock }), clock };

const open: Loopback[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => client.close());

function aBackend(backend: Partial<MetricBackend>): MetricBackend {
  return {
    type: 'prometheus',
    address: 'http://127.0.0.1:1',
    headers: {},
    region: '',
    insecureSkipVerify: false,
    credentials: {},
    ...backend,
  };
}

function respond(status: number, body: unknown, headers: Record<string, string> = {}): RequestListener {
  return (_, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

async function served(listener: RequestListener): Promise<string> {
  const server = await serve(listener);
  open.push(server);
  return server.url;
}

function made(type: string, backend: Partial<MetricBackend>): MetricProvider {
  const provider = metricProvider(
    aBackend({ type, credentials: metricCredentials(type), ...backend }),
    context,
  );
  if (!provider.ok) throw new Error(provider.error);
  return provider.value;
}

/** What the provider makes of an answer; whatever goes wrong, nothing that was told in confidence is in it. */
async function asked(type: string, listener: RequestListener): Promise<Result<number, MetricError>> {
  const { query } = metricAnswers(type);
  const provider = made(type, { address: await served(listener) });
  const result = await provider.query({ query, interval: '1m' }, { signal });
  expect(confided(type).filter((secret) => JSON.stringify(result).includes(secret))).toEqual([]);
  return result;
}

function confided(type: string): readonly string[] {
  const { username, password, ...others } = metricCredentials(type);
  const pair =
    password === undefined ? [] : [password, Buffer.from(`${username}:${password}`).toString('base64')];
  return [...Object.values(others).filter((value) => value.startsWith('hunter2')), ...pair];
}

describe.each(TYPES)('%s', (type) => {
  const answers = metricAnswers(type);

  it('sends its credentials and the query, for the window of the metric', async () => {
    const heard: unknown[] = [];
    await asked(type, (request, response) => {
      void readText(request).then((body) => {
        heard.push(`${request.method} ${request.url}`, request.headers, body);
        respond(200, answers.empty)(request, response);
      });
    });

    expect(heard).toEqual([answers.asked, expect.objectContaining(answers.headers), bodyOf(answers.body)]);
  });

  it('gives the value, and of several the one that has always counted', async () => {
    const { value, several } = answers;
    expect(await asked(type, respond(200, value.answer))).toEqual(ok(value.gives));
    expect(await asked(type, respond(200, several.answer))).toEqual(
      'gives' in several ? ok(several.gives) : err({ kind: 'malformed', detail: several.tells }),
    );
  });

  it.each([
    ['no data', 'no-data', respond(200, answers.empty)],
    ['what is not a number', 'no-data', respond(200, answers['not-a-number'])],
    ['credentials that are refused and repeated', 'rejected', repeating],
    ['a server error', 'rejected', respond(500, 'oops')],
    [
      'a web page',
      'malformed',
      (request, response) => respond(200, `<html>${said(request)}`)(request, response),
    ],
    ['another shape', 'malformed', respond(200, { surprise: true })],
    ['an answer without end', 'malformed', respond(200, 'x'.repeat(1024 * 1024 + 1))],
    ['a connection that is cut', 'unreachable', (request) => request.socket.destroy()],
    [
      'too many questions, for a long while',
      'rejected',
      respond(429, 'slow down', { 'retry-after': '3600' }),
    ],
  ] satisfies [string, string, RequestListener][])('tells %s', async (_situation, kind, listener) => {
    expect(await asked(type, listener)).toMatchObject({ ok: false, error: { kind } });
  });

  it.each(answers.refusals)('tells $tells', async ({ status, answer, tells }) => {
    expect(await asked(type, respond(status, answer))).toMatchObject({ ok: false, error: { detail: tells } });
  });

  it('asks once more where the system asks for a moment', async () => {
    const listeners = [respond(429, 'slow down', { 'retry-after': '0' }), respond(200, answers.value.answer)];
    expect(await asked(type, (...call) => listeners.shift()?.(...call))).toEqual(ok(answers.value.gives));
  });

  it('tells a system that is not there', async () => {
    const server = await serve(respond(200, ''));
    await server.close();
    const result = await made(type, { address: server.url }).query(
      { query: answers.query, interval: '1m' },
      { signal },
    );
    expect(result).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });

  it('gives up a slow answer when told to, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('the lease is lost');
    const address = await served(() => controller.abort(reason));
    const answer = made(type, { address }).query(
      { query: answers.query, interval: '1m' },
      { signal: controller.signal },
    );
    await expect(answer).rejects.toBe(reason);
  });

  it('refuses a secret without the keys it needs', () => {
    const result = metricProvider(aBackend({ type, credentials: { unrelated: 'hunter2' } }), context);
    expect(result).toMatchObject({ ok: false, error: expect.stringMatching(/secret .* key/u) });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('is available when its own check says so', async () => {
    const heard: string[] = [];
    const up = await served((request, response) => {
      heard.push(`${request.method} ${request.url}`);
      respond(answers['works-status'], answers.works)(request, response);
    });
    expect(await made(type, { address: up }).check({ signal })).toEqual(ok());
    if (answers.check !== undefined) expect(heard).toEqual([answers.check]);
    const down = await served(respond(503, ''));
    expect(await made(type, { address: down }).check({ signal })).toMatchObject({
      ok: false,
      error: { kind: 'rejected', status: 503 },
    });
  });
});

/** Refuses with every header it was sent. */
function repeating(request: IncomingMessage, response: Parameters<RequestListener>[1]): void {
  respond(401, said(request))(request, response);
}

function said({ headers }: IncomingMessage): string {
  return JSON.stringify(headers);
}

function bodyOf(body: unknown): unknown {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

describe('a recipe', () => {
  /** A made-up system, for what no real one needs at once. */
  const factory: MetricProviderFactory = httpMetricProvider({
    request: ({ query }, { address }) =>
      ok({ method: 'GET', url: `${address}/q?${query}`, headers: { 'x-own': 'own' } }),
    check: ({ address }) => ({ method: 'GET', url: `${address}/check` }),
    body: z.object({ point: numeric.nullable() }),
    value: ({ point }) => valueOr(point),
  });
  const provider = async (
    listener: RequestListener,
    backend: Partial<MetricBackend> = {},
  ): Promise<MetricProvider> => {
    const result = factory(aBackend({ address: await served(listener), ...backend }), context);
    if (!result.ok) throw new Error(result.error);
    return result.value;
  };

  it('sends the headers of the manifest, and repeats none of their values', async () => {
    let heard: unknown;
    const one = await provider(
      (request, response) => {
        heard = request.headers;
        respond(401, said(request))(request, response);
      },
      { headers: { 'X-Scope-OrgID': ['hunter2-team'] } },
    );
    const result = await one.query({ query: 'a', interval: '1m' }, { signal });

    expect(heard).toMatchObject({ 'x-scope-orgid': 'hunter2-team', 'x-own': 'own' });
    expect(result).toMatchObject({ ok: false, error: { kind: 'rejected' } });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('does not mind a slash at the end of an address', async () => {
    let heard: unknown;
    const address = await served((request, response) => {
      heard = request.url;
      respond(200, { point: '1' })(request, response);
    });
    const one = await provider(respond(200, ''), { address: `${address}/` });
    expect(await one.query({ query: 'a', interval: '1m' }, { signal })).toEqual(ok(1));
    expect(heard).toBe('/q?a');
  });
});

describe('the window of a metric', () => {
  const urlFor = async (interval: string): Promise<Result<number, MetricError> | string> => {
    let heard = '';
    const address = await served((request, response) => {
      heard = request.url ?? '';
      respond(200, metricAnswers('datadog').value.answer)(request, response);
    });
    const result = await made('datadog', { address }).query({ query: 'q', interval }, { signal });
    return result.ok ? heard : result;
  };

  it.each([
    ['30s', 300],
    ['', 600],
    ['1h', 36_000],
  ])('is ten intervals of %j', async (interval, seconds) => {
    const to = Date.parse(HEARD_AT) / 1_000;
    expect(await urlFor(interval)).toBe(`/api/v1/query?query=q&from=${to - seconds}&to=${to}`);
  });

  it.each(['soon', '0s'])('is refused where the interval is %s', async (interval) => {
    const detail = `the interval of the metric is "${interval}", expected a span such as 30s or 1m`;
    expect(await urlFor(interval)).toEqual(err({ kind: 'malformed', detail }));
  });
});

describe('prometheus alone', () => {
  const endpointOf = (backend: Partial<MetricBackend>): Promise<readonly unknown[]> =>
    new Promise((resolve) => {
      const port: PrometheusPort = {
        query: async (endpoint, query) => {
          resolve([endpoint, query]);
          return ok(1);
        },
      };
      const made = metricProvider(aBackend(backend), { ...context, prometheus: port });

      if (made.ok) void made.value.query({ query: ' sum(\n\t up\n)', interval: '1m' }, { signal });
    });

  it('sends the query on one line', async () => {
    expect(await endpointOf({})).toEqual([expect.anything(), 'sum( up )']);
  });

  it('prefers a token to a password, and uses neither when there is none', async () => {
    const both = { token: 't', username: 'u', password: 'p' };
    const [token] = await endpointOf({ credentials: both });
    const [basic] = await endpointOf({ credentials: { username: 'u', password: 'p' } });
    const [none] = await endpointOf({});
    expect(token).toMatchObject({ auth: { kind: 'bearer', token: 't' } });
    expect(basic).toMatchObject({ auth: { kind: 'basic', username: 'u', password: 'p' } });
    expect(none).toMatchObject({ auth: { kind: 'none' } });
  });

  it('leaves the headers it was given as they were', async () => {
    const headers = Object.freeze({ 'X-Scope-OrgID': ['team'] });
    const [endpoint] = await endpointOf({ headers, credentials: { token: 't' } });
    expect(endpoint).toMatchObject({ headers: { 'X-Scope-OrgID': ['team'] } });
    expect(headers).toEqual({ 'X-Scope-OrgID': ['team'] });
  });
});

describe('splunk alone', () => {
  it.each([
    ['https://api.us1.signalfx.com', 'https://stream.us1.signalfx.com/v2/signalflow/execute'],
    ['https://stream.eu0.signalfx.com/', 'https://stream.eu0.signalfx.com/v2/signalflow/execute'],
    ['https://proxy.example.com/api.x', 'https://proxy.example.com/api.x/v2/signalflow/execute'],
  ])('sends the program for %s to the host that runs it', async (address, where) => {
    const heard: string[] = [];
    const http: Http = async ({ url }) => {
      heard.push(url.split('?')[0] ?? '');
      return err({ kind: 'timeout', detail: 'nobody there' });
    };
    const backend = aBackend({ type: 'splunk', address, credentials: metricCredentials('splunk') });
    const provider = metricProvider(backend, { ...context, http });
    if (provider.ok) await provider.value.query({ query: 'q', interval: '1m' }, { signal });
    expect(heard).toEqual([where]);
  });
});

describe('the registry', () => {
  const NOT_A_URL = 'the address of a prometheus provider does not begin with http:// or https://';

  it.each([
    [{ type: 'promethues' }, `unknown metric provider type "promethues", known are ${TYPES.join(', ')}`],
    [{ type: 'toString' }, `unknown metric provider type "toString", known are ${TYPES.join(', ')}`],
    [{ address: '' }, 'the address of a prometheus provider is missing'],
    [{ address: 'prometheus:9090' }, NOT_A_URL],
    [{ address: 'user:hunter2@host' }, NOT_A_URL],
    [{ address: 'here' }, NOT_A_URL],
  ])('refuses %j with a sentence', (backend, sentence) => {
    expect(metricProvider(aBackend(backend), context)).toEqual(err(sentence));
  });
});
