/**
 * What every metric provider promises, asked of each over real sockets. What its system hears and answers is on record
 * among the fixtures; the promises are the same for all.
 */
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { verify } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { z } from 'zod';

import { createHttp } from '../../src/adapters/http.ts';
import { createPrometheus } from '../../src/adapters/prometheus.ts';
import { instant, millis } from '../../src/shared/brand.ts';
import { systemClock, type Clock } from '../../src/shared/clock.ts';
import type { Http, HttpRequest } from '../../src/shared/http.ts';
import { err, ok, type Result } from '../../src/shared/result.ts';
import { signedForAws } from '../../src/metrics/aws-signature.ts';
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
import { HEARD_AT, keyPair, metricAnswers, metricCredentials } from '../support/metric-fixture.ts';

const TYPES = Object.keys(METRIC_PROVIDERS);
/** Keptn has no server of its own: it is asked through the cluster's. */
const SERVED = TYPES.filter((type) => type !== 'keptn');
const { signal } = new AbortController();
const clock: Clock = { ...systemClock, now: () => instant(Date.parse(HEARD_AT)) };
const client = createHttp({ clock });
/** Nobody, unless a test says otherwise: what is asked by a template is asked with its own credentials. */
const identity: MetricContext['identity'] = {
  google: async () => err('nobody is asked for the controller’s own token'),
  aws: async () => err('nobody is asked for the controller’s own keys'),
};
const context: MetricContext = {
  http: client.http,
  prometheus: createPrometheus({ clock }),
  identity,
  objects: { read: unused, create: unused, delete: unused },
  paths: { get: unused },
  random: unused,
  clock,
};

function unused(): never {
  throw new Error('what is asked over HTTP is not asked of the cluster');
}

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
    aBackend({ type, credentials: metricCredentials(type), region: 'us-west-2', ...backend }),
    context,
  );
  if (!provider.ok) throw new Error(provider.error);
  return provider.value;
}

/** What the provider makes of an answer; whatever goes wrong, nothing that was told in confidence is in it. */
async function asked(type: string, listener: RequestListener): Promise<Result<number, MetricError>> {
  const { query } = metricAnswers(type);
  const shown: string[] = [];
  const address = await served((request, response) => {
    const { authorization = '' } = request.headers;
    shown.push(
      ...authorization
        .split(/ |Signature=/u)
        .slice(-1)
        .filter(Boolean),
    );
    listener(request, response);
  });
  const result = await made(type, { address }).query({ query, interval: '1m' }, { signal });
  const told = JSON.stringify(result);
  expect(told).not.toContain('hunter2');
  expect(shown.filter((proof) => told.includes(proof))).toEqual([]);
  return result;
}

describe.each(SERVED)('%s', (type) => {
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
    ['what is not a number', 'no-data', respond(200, answers['not-a-number'] ?? answers.empty)],
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
    const result = metricProvider(
      aBackend({ type, region: 'us-west-2', credentials: { unrelated: 'hunter2' } }),
      context,
    );
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

describe('the identity of the controller', () => {
  const keys = {
    accessKeyId: 'AKID',
    secretAccessKey: 'hunter2-own-key',
    sessionToken: 'hunter2-own-session',
  };
  const own: MetricContext['identity'] = {
    google: async () => ok('hunter2-own-token'),
    aws: async () => ok(keys),
  };
  const sent = async (backend: Partial<MetricBackend>): Promise<HttpRequest | string> => {
    let heard: HttpRequest | undefined;
    const http: Http = async (request) => {
      heard = request;
      return ok({ status: 401, body: JSON.stringify(request.headers), elapsed: millis(1) });
    };
    const provider = metricProvider(aBackend({ address: '', ...backend }), {
      ...context,
      http,
      identity: own,
    });
    if (!provider.ok) return provider.error;
    const result = await provider.value.query({ query: '[]', interval: '1m' }, { signal });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    if (heard === undefined) throw new Error('nothing was sent');
    return heard;
  };
  const google = { type: 'stackdriver', credentials: { project: 'acme' } } as const;
  const aws = { type: 'cloudwatch', region: 'us-west-2' } as const;

  it('goes to the vendor’s own host, whatever a manifest says (M34)', async () => {
    const more = { headers: { 'X-More': ['1'] }, insecureSkipVerify: true };

    expect(await sent({ ...google, ...more })).toMatchObject({
      url: 'https://monitoring.googleapis.com/v3/projects/acme/timeSeries:query',
      headers: { Authorization: 'Bearer hunter2-own-token', 'Content-Type': 'application/json' },
      insecure: false,
    });
    const amazon = await sent({ ...aws, ...more });
    expect(amazon).toMatchObject({
      url: 'https://monitoring.us-west-2.amazonaws.com/',
      headers: { 'x-amz-security-token': 'hunter2-own-session' },
      insecure: false,
    });
    expect(JSON.stringify([await sent({ ...google, ...more }), amazon])).not.toContain('X-More');
    expect(await sent({ ...aws, region: 'cn-north-1' })).toMatchObject({
      url: 'https://monitoring.cn-north-1.amazonaws.com.cn/',
    });
  });

  it.each([
    [
      { ...google, address: 'https://evil.example.com' },
      'the secret of a stackdriver provider with an address lacks the key serviceAccountKey; the credentials of the controller go to https://monitoring.googleapis.com alone',
    ],
    [
      { ...aws, address: 'https://evil.example.com' },
      'the secret of a cloudwatch provider with an address lacks the key aws_access_key_id and aws_secret_access_key; the credentials of the controller go to https://monitoring.us-west-2.amazonaws.com alone',
    ],
    [
      { ...aws, region: 'x.evil.example.com/' },
      'a cloudwatch provider needs a region such as us-west-2, found "x.evil.example.com/"',
    ],
    [{ ...aws, region: '' }, 'a cloudwatch provider needs a region such as us-west-2, found none'],
  ])('goes nowhere with %j (M34)', async (backend, sentence) => {
    expect(await sent(backend)).toBe(sentence);
  });

  it('stays in the path it was made for, whatever the project is called', async () => {
    const credentials = { project: 'acme/../../v1/projects' };
    expect(await sent({ ...google, credentials })).toMatchObject({
      url: 'https://monitoring.googleapis.com/v3/projects/acme%2F..%2F..%2Fv1%2Fprojects/timeSeries:query',
    });
  });

  it('is told as missing where the controller is nobody', async () => {
    const provider = metricProvider(aBackend({ ...aws, address: '' }), context);
    expect(provider.ok && (await provider.value.query({ query: '[]', interval: '1m' }, { signal }))).toEqual(
      err({ kind: 'unreachable', detail: 'nobody is asked for the controller’s own keys' }),
    );
  });
});

describe('stackdriver alone', () => {
  const asked = async (serviceAccountKey: string): Promise<HttpRequest | MetricError | undefined> => {
    let heard: HttpRequest | undefined;
    const http: Http = async (request) => {
      heard = request;
      return ok({ status: 200, body: '{}', elapsed: millis(1) });
    };
    const credentials = { project: 'acme', serviceAccountKey };
    const provider = metricProvider(aBackend({ type: 'stackdriver', address: '', credentials }), {
      ...context,
      http,
    });
    const result = provider.ok && (await provider.value.query({ query: 'q', interval: '1m' }, { signal }));
    return heard ?? (result !== false && !result.ok ? result.error : undefined);
  };

  it('sends a token that the service account has signed for this very host', async () => {
    const heard = await asked(metricCredentials('stackdriver')['serviceAccountKey'] ?? '');
    if (heard === undefined || 'kind' in heard) throw new Error('nothing was sent');
    const token = String(heard.headers?.['Authorization']).replace('Bearer ', '');
    const [head = '', claims = '', signature = ''] = token.split('.');
    const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    const now = Date.parse(HEARD_AT) / 1_000;

    expect(decoded(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'abc123' });
    expect(decoded(claims)).toEqual({
      iss: 'serin@acme.iam.gserviceaccount.com',
      sub: 'serin@acme.iam.gserviceaccount.com',
      aud: 'https://monitoring.googleapis.com/',
      iat: now,
      exp: now + 600,
    });
    const signed = [Buffer.from(`${head}.${claims}`), Buffer.from(signature, 'base64url')] as const;
    expect(verify('sha256', signed[0], keyPair().publicKey, signed[1])).toBe(true);
  });

  it.each([
    ['hunter2', 'is not JSON'],
    ['{"type":"hunter2"}', 'is not the key of a service account'],
    ['{"client_email":"a@b","private_key":"hunter2"}', ': the private key cannot be read'],
  ])('refuses the key %s, without a word of it', async (key, why) => {
    const detail = `the key serviceAccountKey of the secret of a stackdriver provider${why.startsWith(':') ? why : ` ${why}`}`;
    expect(await asked(key)).toEqual({ kind: 'unreachable', detail });
  });
});

describe('cloudwatch alone', () => {
  it.each([
    ['period: 60', 'found text that is not JSON'],
    ['{"Id":"m1"}', 'found JSON of another kind'],
  ])('refuses the query %s', async (query, found) => {
    const result = await made('cloudwatch', {}).query({ query, interval: '1m' }, { signal });
    const detail = `the query of a cloudwatch provider is a JSON list of metric data queries, ${found}`;
    expect(result).toEqual(err({ kind: 'malformed', detail }));
  });

  it('does not take a refusal of who asks for a working service', async () => {
    const address = await served(respond(400, { __type: 'UnrecognizedClientException' }));
    expect(await made('cloudwatch', { address }).check({ signal })).toMatchObject({
      ok: false,
      error: { kind: 'rejected', status: 400 },
    });
  });

  it('signs as Amazon’s own example does', () => {
    const ask = {
      method: 'GET',
      url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    } as const;
    const keys = {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    };
    const now = instant(Date.parse('2015-08-30T12:36:00Z'));
    const { headers } = signedForAws(ask, keys, { region: 'us-east-1', service: 'iam', now });
    expect(headers?.['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
        'SignedHeaders=content-type;host;x-amz-date, ' +
        'Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
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
