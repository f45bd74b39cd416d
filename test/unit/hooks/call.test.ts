import { afterEach, describe, expect, it } from '@jest/globals';

import { callHook, type HookCall } from '../../../src/hooks/call.ts';
import { hookPayload } from '../../../src/hooks/payload.ts';
import { instant, millis } from '../../../src/shared/brand.ts';
import type { Clock } from '../../../src/shared/clock.ts';
import type { Http, HttpRequest } from '../../../src/shared/http.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';
import { loopbackHttp, serve, type Loopback } from '../../support/loopback.ts';

const payload = hookPayload({
  name: 'podinfo',
  namespace: 'test',
  phase: 'Progressing',
  checksum: '1-a',
  metadata: {},
});

const aHook = (hook: Partial<HookCall> = {}): HookCall => ({
  name: 'load-test',
  url: 'http://user:hunter2@tester.test:8080/gate/check?token=hunter3#x',
  timeout: millis(10_000),
  retries: 0,
  disableTLS: false,
  ...hook,
});

type Step = number | readonly [number, string, number?] | Error | 'timeout' | 'too-large';

/** Answers each attempt with the next step, and keeps what was asked and how long was waited. */
function aTester(...steps: readonly Step[]): {
  http: Http;
  clock: Clock;
  requests: HttpRequest[];
  waits: number[];
} {
  const requests: HttpRequest[] = [];
  const waits: number[] = [];
  const http: Http = async (request) => {
    const step = steps[requests.length];
    requests.push(request);
    if (step === undefined) throw new Error('asked more often than expected');
    if (step instanceof Error) return err({ kind: 'unreachable', detail: step.message });
    if (typeof step === 'string') return err({ kind: step, detail: '' });
    const [status, body, after] = typeof step === 'number' ? [step, ''] : step;
    return ok({
      status,
      body,
      elapsed: millis(1),
      ...(after !== undefined && { retryAfter: millis(after) }),
    });
  };
  const clock: Clock = {
    now: () => instant(0),
    steady: () => instant(0),
    sleep: async (span, { signal }) => {
      signal.throwIfAborted();
      waits.push(span);
    },
  };
  return { http, clock, requests, waits };
}

const { signal } = new AbortController();
const callTester = (hook: HookCall, ...steps: readonly Step[]): ReturnType<typeof callHook> =>
  callHook(hook, payload, { ...aTester(...steps), signal });

/** With the sentence alone. */
async function call(hook: HookCall, ...steps: readonly Step[]): Promise<Result<undefined, string>> {
  const called = await callTester(hook, ...steps);
  return called.ok ? called : err(called.error.detail);
}

describe('consent', () => {
  it.each([200, 201, 202, 204, 299])('is status %d', async (status) => {
    expect(await call(aHook(), status)).toEqual(ok());
  });

  it('survives an error when there are retries left', async () => {
    expect(await call(aHook({ retries: 1 }), 500, 200)).toEqual(ok());
  });
});

describe('the request', () => {
  it('is one POST of JSON with the limits of the hook', async () => {
    const tester = aTester(200);
    await callHook(aHook({ disableTLS: true }), payload, { ...tester, signal });
    expect(tester.requests).toEqual([
      {
        method: 'POST',
        url: 'http://user:hunter2@tester.test:8080/gate/check?token=hunter3#x',
        headers: { 'Content-Type': 'application/json' },
        body: '{"name":"podinfo","namespace":"test","phase":"Progressing","checksum":"1-a"}',
        timeout: 10_000,
        insecure: true,
        maxBytes: 1024 * 1024,
      },
    ]);
  });
});

describe('refusal', () => {
  it.each([
    ['with words, in those words', [403, 'Forbidden'], 'Forbidden'],
    [
      'without words, by its status',
      403,
      'POST http://tester.test:8080/gate/check was answered with status 403',
    ],
    ['on 501, which no retry will change', [501, 'no helm here'], 'no helm here'],
    [
      'with an error, with the status and its words',
      [500, 'command false failed: \u001b[31mexit\u0000 1\n'],
      'POST http://tester.test:8080/gate/check giving up after 1 attempt(s): status 500: command false failed: [31mexit 1',
    ],
    [
      'on a connection that fails',
      new Error('connect ECONNREFUSED'),
      'POST http://tester.test:8080/gate/check giving up after 1 attempt(s): connect ECONNREFUSED',
    ],
    [
      'on silence, with the hook and its limit',
      'timeout',
      'POST http://tester.test:8080/gate/check giving up after 1 attempt(s): hook load-test gave no answer within 10s',
    ],
    [
      'on an answer without end',
      'too-large',
      'POST http://tester.test:8080/gate/check: hook load-test answered with more than 1048576 bytes',
    ],
  ] satisfies [string, Step, string][])('is told %s', async (_, step, sentence) => {
    expect(await call(aHook(), step)).toEqual(err(sentence));
  });

  it('is cut to what fits an event', async () => {
    const result = await call(aHook(), [400, 'x'.repeat(10_000)]);
    expect(result).toEqual(err('x'.repeat(300)));
  });

  it.each<Step>([400, 429, 500, 501, new Error('reset'), 'timeout'])(
    'never tells a secret (%s)',
    async (step) => {
      expect(JSON.stringify(await call(aHook(), step))).not.toMatch(/hunter|token/);
    },
  );

  it.each<readonly [string, boolean, Step]>([
    ['no answer in time', true, 'timeout'],
    ['a connection that fails', true, new Error('connect ECONNREFUSED')],
    ['a gateway that finds nobody', true, 503],
    ['a test that failed', false, [500, 'command false failed']],
    ['a gate that is closed', false, 403],
    ['an answer without end', false, 'too-large'],
  ])('%s is silence: %s', async (_, silent, step) => {
    const called = await callTester(aHook(), step);
    expect(called.ok ? undefined : called.error.silent).toBe(silent);
  });

  it('of a hook without a URL makes no call', async () => {
    expect(await call(aHook({ url: 'tester/hunter2' }))).toEqual(
      err('the url of hook load-test does not begin with http:// or https://'),
    );
  });
});

describe('trying again', () => {
  it('waits as long as it is asked to, never more than half a minute', async () => {
    const asked = [500, 7_000, 3_600_000].map((after) => [429, '', after] as const);
    const tester = aTester(...asked, 200);
    await callHook(aHook({ retries: 3 }), payload, { ...tester, signal });
    expect(tester.waits).toEqual([1_000, 7_000, 30_000]);
  });

  it('waits twice as long each time, never more than half a minute', async () => {
    const tester = aTester(...Array.from<Step>({ length: 8 }).fill(503));
    const result = await callHook(aHook({ retries: 7 }), payload, { ...tester, signal });
    expect(tester.waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(result).toMatchObject({
      error: { detail: expect.stringContaining('giving up after 8 attempt(s)') },
    });
  });

  it.each([400, 403, 404, 501])('is not done on %d', async (status) => {
    expect(await call(aHook({ retries: 3 }), status)).toMatchObject({ ok: false });
  });

  it.each<Step>([429, 500, 503, new Error('reset'), 'timeout'])('is done on %s', async (step) => {
    expect(await call(aHook({ retries: 1 }), step, 200)).toEqual(ok());
  });

  it('ends with the reason when the process stops', async () => {
    const controller = new AbortController();
    const reason = new Error('stopping');
    const tester = aTester(503);
    const http: Http = async (request, options) => {
      controller.abort(reason);
      return tester.http(request, options);
    };
    const caller = { ...tester, http, signal: controller.signal };
    await expect(callHook(aHook({ retries: 1 }), payload, caller)).rejects.toBe(reason);
  });
});

describe('over a real connection', () => {
  let server: Loopback | undefined;
  afterEach(async () => server?.close());

  it('a hook that hangs ends with its time', async () => {
    server = await serve(() => undefined);
    const hook = aHook({ url: server.url, timeout: millis(50) });
    const result = await callHook(hook, payload, { ...aTester(), http: loopbackHttp, signal });
    expect(result).toMatchObject({
      error: { detail: expect.stringContaining('hook load-test gave no answer within 50ms') },
    });
  });

  it.each([
    [200, ok()],
    [
      400,
      { error: { detail: expect.stringMatching(/hook load-test answered with more than 1048576 bytes$/) } },
    ],
  ])('ten megabytes with status %d are cut off, and the status counts', async (status, expected) => {
    server = await serve((_, response) => response.writeHead(status).end('y'.repeat(10 * 1024 * 1024)));
    const hook = aHook({ url: server.url });
    const result = await callHook(hook, payload, { ...aTester(), http: loopbackHttp, signal });
    expect(result).toMatchObject(expected);
  });
});
