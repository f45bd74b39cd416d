/**
 * What every metric provider promises, asked of each over real sockets. An entry says how its system would
 * answer; the promises are the same for all.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { z } from 'zod';

import { createPrometheus } from '../../src/adapters/prometheus.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { err, ok, type Result } from '../../src/shared/result.ts';
import type {
  MetricBackend,
  MetricError,
  MetricProvider,
  MetricProviderFactory,
  PrometheusPort,
} from '../../src/metrics/provider.ts';
import { httpMetricProvider } from '../../src/metrics/recipe.ts';
import { METRIC_PROVIDERS, metricProvider } from '../../src/metrics/registry.ts';
import { loopbackHttp, serve, type Loopback } from '../support/loopback.ts';

const SECRET = 'hunter2-very-secret';

interface Promised {
  readonly factory: MetricProviderFactory;
  readonly credentials: Readonly<Record<string, string>>;
  readonly value: (value: string) => unknown;
  readonly noData: unknown;
  /** The header or query that carries the credentials. */
  readonly authorized: (headers: Readonly<Record<string, unknown>>) => boolean;
}

const prometheusAnswer = (result: readonly unknown[]): unknown => ({
  status: 'success',
  data: { resultType: 'vector', result },
});

/** A made-up system, for the recipe that the HTTP providers are written in. */
const recipe = httpMetricProvider({
  credentials: ['key'],
  request: ({ query }, { address, credentials }) => ({
    method: 'GET',
    url: `${address}/q?${new URLSearchParams({ query }).toString()}`,
    headers: { 'x-key': credentials['key'] ?? '' },
  }),
  check: ({ address, credentials }) => ({
    method: 'GET',
    url: `${address}/check`,
    headers: { 'x-key': credentials['key'] ?? '' },
  }),
  body: z.object({ points: z.array(z.string().transform(Number)) }),
  value: ({ points }) => points[0],
});

const PROMISED: Readonly<Record<string, Promised>> = {
  prometheus: {
    factory: (backend, context) => metricProvider(backend, context),
    credentials: { token: SECRET },
    value: (value) => prometheusAnswer([{ metric: {}, value: [1, value] }]),
    noData: prometheusAnswer([]),
    authorized: (headers) => headers['authorization'] === `Bearer ${SECRET}`,
  },
  'a recipe': {
    factory: recipe,
    credentials: { key: SECRET },
    value: (value) => ({ points: [value] }),
    noData: { points: [] },
    authorized: (headers) => headers['x-key'] === SECRET,
  },
};

const open: Loopback[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const respond =
  (status: number, body: unknown): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const aBackend = (backend: Partial<MetricBackend>): MetricBackend => ({
  type: 'prometheus',
  address: 'http://127.0.0.1:1',
  headers: {},
  region: '',
  insecureSkipVerify: false,
  credentials: {},
  ...backend,
});

const context = {
  http: loopbackHttp,
  prometheus: createPrometheus({ clock: systemClock }),
  clock: systemClock,
};

it('every registered provider has promised', () => {
  expect(Object.keys(PROMISED)).toEqual(expect.arrayContaining(Object.keys(METRIC_PROVIDERS)));
});

describe.each(Object.entries(PROMISED))('%s', (_, promised) => {
  const providerFor = async (listener: RequestListener): Promise<MetricProvider> => {
    const server = await serve(listener);
    open.push(server);
    const made = promised.factory(
      aBackend({ address: server.url, credentials: promised.credentials }),
      context,
    );
    if (!made.ok) throw new Error(made.error);
    return made.value;
  };
  const asked = async (
    listener: RequestListener,
    signal = new AbortController().signal,
  ): Promise<Result<number, MetricError>> =>
    (await providerFor(listener)).query({ query: 'errors', interval: '1m' }, { signal });
  const failure = async (listener: RequestListener): Promise<string> => {
    const result = await asked(listener);
    expect(JSON.stringify(result)).not.toContain(SECRET);
    return result.ok ? 'a value' : result.error.kind;
  };

  it('gives the value', async () => {
    expect(await asked(respond(200, promised.value('99.5')))).toEqual(ok(99.5));
  });

  it('sends its credentials and the query', async () => {
    let seen: unknown;
    await asked((request, response) => {
      seen = [promised.authorized(request.headers), request.url?.includes('query=errors')];
      respond(200, promised.noData)(request, response);
    });
    expect(seen).toEqual([true, true]);
  });

  it.each([
    ['no data', 'no-data', respond(200, promised.noData)],
    ['not a number', 'no-data', respond(200, promised.value('NaN'))],
    ['credentials refused', 'rejected', respond(401, { message: `bad key ${SECRET}` })],
    ['a server error', 'rejected', respond(500, 'oops')],
    ['not JSON', 'malformed', respond(200, `<html>${SECRET}`)],
    ['another shape', 'malformed', respond(200, { surprise: true })],
    ['a connection that is cut', 'unreachable', (request) => request.socket.destroy()],
  ] satisfies [string, string, RequestListener][])('tells %s', async (_situation, kind, listener) => {
    expect(await failure(listener)).toBe(kind);
  });

  it('tells a system that is not there', async () => {
    const server = await serve(respond(200, ''));
    await server.close();
    const made = promised.factory(
      aBackend({ address: server.url, credentials: promised.credentials }),
      context,
    );
    const { signal } = new AbortController();
    const result = made.ok && (await made.value.query({ query: 'errors', interval: '1m' }, { signal }));
    expect(result).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });

  it('gives up a slow answer when told to, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('the lease is lost');
    const answer = asked(() => controller.abort(reason), controller.signal);
    await expect(answer).rejects.toBe(reason);
  });

  it('refuses a secret without the keys it needs', () => {
    const made = promised.factory(aBackend({ credentials: { unrelated: SECRET } }), context);
    expect(made).toMatchObject({ ok: false, error: expect.stringMatching(/secret .* key/) });
    expect(JSON.stringify(made)).not.toContain(SECRET);
  });

  it('is available when its own check says so', async () => {
    const { signal } = new AbortController();
    const up = await providerFor(respond(200, promised.value('1')));
    expect(await up.check({ signal })).toEqual(ok());
    const down = await providerFor(respond(503, ''));
    expect(await down.check({ signal })).toMatchObject({
      ok: false,
      error: { kind: 'rejected', status: 503 },
    });
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
      const { signal } = new AbortController();
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

describe('the registry', () => {
  const NOT_A_URL = 'the address of a prometheus provider does not begin with http:// or https://';

  it.each([
    [{ type: 'promethues' }, 'unknown metric provider type "promethues", known are prometheus'],
    [{ type: 'toString' }, 'unknown metric provider type "toString", known are prometheus'],
    [{ address: '' }, 'the address of a prometheus provider is missing'],
    [{ address: 'prometheus:9090' }, NOT_A_URL],
    [{ address: 'user:hunter2@host' }, NOT_A_URL],
    [{ address: 'here' }, NOT_A_URL],
  ])('refuses %j with a sentence', (backend, sentence) => {
    expect(metricProvider(aBackend(backend), context)).toEqual(err(sentence));
  });
});
