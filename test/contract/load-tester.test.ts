/** The load tester's process, as webhooks and people with curl meet it. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createHttp } from '../../src/adapters/http.ts';
import { callHook } from '../../src/hooks/call.ts';
import { millis } from '../../src/shared/brand.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { CANARY, post, startTester, task, until, type Tester } from '../support/load-tester.ts';
import { serve, type Loopback } from '../support/loopback.ts';

/** A process starts in a second, on a busy machine in several. */
jest.setTimeout(60_000);

/** The status of the answer to a target that no client would send by itself. */
function get(url: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    call.on('error', reject).end();
  });
}

const open: Loopback[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A service under load that counts. */
async function aService(): Promise<{ readonly url: string; readonly count: () => number }> {
  let count = 0;
  const server = await serve((_, response) => {
    count += 1;
    response.end('ok');
  });
  open.push(server);
  return { url: server.url, count: () => count };
}

describe('without a shell', () => {
  let tester: Tester;
  beforeAll(async () => {
    tester = await startTester(['-namespace-regexp', '^test']);
  });
  afterAll(() => tester.stop());

  it.each([
    ['/healthz', '', 200, 'OK'],
    ['/gate/approve', 'anything', 200, 'OK'],
    ['/gate/halt', 'anything', 403, 'Forbidden'],
    ['/gate/approve', { name: 'podinfo', namespace: 'prod' }, 200, 'OK'],
    [
      '/gate/check',
      'not JSON',
      400,
      'the body is not JSON, allowed is JSON with name, namespace and metadata',
    ],
    ['/gate/check', {}, 403, 'Forbidden'],
    ['/gate/check', { namespace: 'test' }, 400, 'name and namespace of the canary are missing'],
    ['/gate/open', { name: 'podinfo', namespace: 'prod' }, 403, 'Forbidden'],
    ['/', { name: 'podinfo', namespace: 'prod', metadata: { cmd: 'hey x' } }, 403, 'Forbidden'],
    ['/', CANARY, 400, 'metadata not found in payload'],
    ['/', task({}), 400, 'metadata not found in payload'],
    ['/any/path', task({ type: 'cmd' }), 400, 'cmd not found in metadata'],
    ['/', { ...CANARY, metadata: { cmd: 7 } }, 400, 'metadata.cmd is 7, a number, allowed is text in quotes'],
  ])('F6.3 %s with %j answers %d', async (path, body, status, text) => {
    expect(await post(`${tester.url}${path}`, body)).toEqual([status, text]);
  });

  it('F6.3 keeps one gate per canary, closed until it is opened', async () => {
    const gate = (verb: string, name = 'gated'): Promise<readonly [number, string]> =>
      post(`${tester.url}/gate/${verb}`, { ...CANARY, name });
    expect(await gate('check')).toEqual([403, 'Forbidden']);
    expect(await gate('open')).toEqual([202, '']);
    expect(await gate('check')).toEqual([200, 'Approved']);
    expect(await gate('check', 'other')).toEqual([403, 'Forbidden']);
    expect(await gate('close')).toEqual([202, '']);
    expect(await gate('check')).toEqual([403, 'Forbidden']);
  });

  it('F6.3 keeps rollback gates apart from gates', async () => {
    const rollback = (verb: string): Promise<readonly [number, string]> =>
      post(`${tester.url}/rollback/${verb}`, { ...CANARY, name: 'rolling' });
    await post(`${tester.url}/gate/open`, { ...CANARY, name: 'rolling' });
    expect(await rollback('check')).toEqual([403, 'Forbidden']);
    expect(await rollback('open')).toEqual([202, '']);
    expect(await rollback('check')).toEqual([200, 'Approved']);
    expect(await rollback('close')).toEqual([202, '']);
    expect(await rollback('check')).toEqual([403, 'Forbidden']);
  });

  it('F6.3 looks at no method', async () => {
    const gate = (verb: string, method: string): Promise<Response> => {
      const body = JSON.stringify({ ...CANARY, name: 'put' });
      return fetch(`${tester.url}/gate/${verb}`, { method, ...(method !== 'GET' && { body }) });
    };
    expect((await gate('open', 'PUT')).status).toBe(202);
    expect((await gate('check', 'PATCH')).status).toBe(200);
    expect((await gate('approve', 'GET')).status).toBe(200);
    expect((await gate('check', 'GET')).status).toBe(400);
  });

  it('F6.3 type cmd runs a hey line by itself and answers at once', async () => {
    const service = await aService();
    const cmd = `hey -n 10 -c 2 -H 'x-a: b' ${service.url}/`;
    expect(await post(tester.url, task({ cmd }))).toEqual([202, '']);
    await until(() => service.count() === 10);
  });

  it('returns the summary when somebody waits for it', async () => {
    const service = await aService();
    const cmd = `hey -n 4 -c 2 ${service.url}/`;
    const [status, body] = await post(tester.url, task({ type: 'bash', cmd, returnCmdOutput: 'true' }));
    expect(status).toBe(200);
    expect(body).toContain('[200]\t4 responses');
  });

  it.each(['cmd', 'bash'])(
    'M60 refuses any other command of type %s and says how to allow it',
    async (type) => {
      const refused = await post(tester.url, task({ type, cmd: 'rm -rf /' }));
      expect(refused).toEqual([
        403,
        '"rm" is not hey; the load tester runs commands only when it is started with -allow-shell',
      ]);
    },
  );

  it('refuses a body of 10 MiB with a sentence', async () => {
    expect(await post(tester.url, 'x'.repeat(10 * 1024 * 1024))).toEqual([
      413,
      'the body has 10485760 bytes, allowed are 1048576',
    ]);
  });

  it.each(['bats', 'constructor', ''])(
    'M60 answers a task of the unknown type %j with a sentence, and lives',
    async (type) => {
      const [status, text] = await post(tester.url, task({ type, cmd: 'x' }));
      expect([status, text.replace(/; bats.*/, '')]).toEqual([
        400,
        `unknown task type: metadata.type is ${JSON.stringify(type)}, allowed are cmd, bash, helm, helmv3, kubectl, concord, ngrinder`,
      ]);
      expect(await post(`${tester.url}/healthz`, '')).toEqual([200, 'OK']);
    },
  );

  it.each(['//', 'http://[', '/%'])(
    'answers a request for %s, which is no path, and lives',
    async (target) => {
      expect(await get(tester.url, target)).toBe(400);
      expect((await post(`${tester.url}/healthz`, ''))[0]).toBe(200);
    },
  );

  it('counts its answers for Prometheus', async () => {
    const [status, text] = await post(`${tester.url}/metrics`, '');
    expect(status).toBe(200);
    expect(text).toContain('serin_loadtester_answers_total{path="/gate/halt",status="403"} 1');
    expect(text).toContain('serin_loadtester_tasks_total{type="bash",result="succeeded"} 1');
    expect(text).toContain('serin_loadtester_tasks_running{type="bash"} 0');
    expect(text).toContain('serin_loadtester_task_seconds_count{type="bash"} 1');
  });
});

describe('with a shell', () => {
  let tester: Tester;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'load-tester-'));
    tester = await startTester(['-allow-shell', '-timeout', '2s']);
  });
  afterAll(async () => {
    await tester.stop();
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ cmd: 'echo hi; exit 0' }, 200, ''],
    [{ cmd: 'echo hi >&2', returnCmdOutput: 'true' }, 200, 'hi\n'],
    [{ cmd: 'echo hi; exit 3' }, 500, 'command echo hi; exit 3 failed: hi\n: exit status 3'],
  ])('F10.6 load tester: bash %j answers %d', async (metadata, status, body) => {
    expect(await post(tester.url, task({ type: 'bash', ...metadata }))).toEqual([status, body]);
  });

  it('F10.6 load tester: a duplicate cmd for the same canary runs once', async () => {
    const log = join(folder, 'once');
    const cmd = `echo run >> ${log}; sleep 0.3; echo end >> ${log}`;
    for (let n = 0; n < 3; n += 1) expect(await post(tester.url, task({ cmd }))).toEqual([202, '']);
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('end'));
    expect(readFileSync(log, 'utf8')).toBe('run\nend\n');
    expect(tester.lines()).toContain('command skipped');
  });

  it('F6.3 ends a command that takes too long, and what it started', async () => {
    const cmd = 'sleep 25 | cat';
    const [status, body] = await post(tester.url, task({ type: 'bash', cmd }));
    expect([status, body]).toEqual([500, 'command sleep 25 | cat failed: : stopped after 2s']);
  });

  it('ends load that takes too long, which has then failed', async () => {
    const service = await aService();
    const cmd = `hey -z 1h -q 10 -c 1 ${service.url}`;
    const [status, body] = await post(tester.url, task({ type: 'bash', cmd }));
    expect([status, body.split('\n').at(-1)]).toEqual([500, ': stopped after 2s']);
    expect(body).toContain('Status code distribution:');
  });

  it('ends a command that does not want to, and one that has left for another group', async () => {
    const stubborn = "trap '' TERM; sleep 25 & wait; wait";
    const gone = 'setsid sleep 25';
    const answers = await Promise.all(
      [stubborn, gone].map((cmd) => post(tester.url, task({ type: 'bash', cmd }))),
    );
    expect(answers.map(([status, text]) => [status, text.slice(-16)])).toEqual([
      [500, 'stopped after 2s'],
      [500, 'stopped after 2s'],
    ]);
  });

  it('F6.3 logs the output of a command only when asked', async () => {
    await post(tester.url, task({ cmd: 'echo quiet-$((1+1))' }));
    await post(tester.url, task({ cmd: 'echo loud-$((1+1))', logCmdOutput: 'true' }));
    await until(() => tester.lines().includes('loud-2'));
    expect(tester.lines()).not.toContain('quiet-2');
  });
});

describe('what outlives a restart', () => {
  it('M60 gates that were opened are open, and those that were closed are closed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'load-tester-gates-'));
    const flags = ['-gates-dir', join(folder, 'gates')];
    const gate = (tester: Tester, path: string, name: string): Promise<readonly [number, string]> =>
      post(`${tester.url}/${path}`, { ...CANARY, name });
    const before = await startTester(flags);
    for (const path of ['gate/open', 'rollback/open']) await gate(before, path, 'opened');
    await gate(before, 'gate/open', 'closed');
    await gate(before, 'gate/close', 'closed');
    // Killed, as a machine that loses its power is.
    before.process.kill('SIGKILL');
    const after = await startTester(flags);
    expect(await gate(after, 'gate/check', 'opened')).toEqual([200, 'Approved']);
    expect(await gate(after, 'rollback/check', 'opened')).toEqual([200, 'Approved']);
    expect(await gate(after, 'gate/check', 'closed')).toEqual([403, 'Forbidden']);
    expect(await gate(after, 'rollback/check', 'closed')).toEqual([403, 'Forbidden']);
    await after.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('with a token', () => {
  let tester: Tester;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'load-tester-token-'));
    writeFileSync(join(folder, 'token'), 'old-secret\nnew-secret\n');
    tester = await startTester(['-token-file', join(folder, 'token')]);
  });
  afterAll(async () => {
    await tester.stop();
    rmSync(folder, { recursive: true });
  });

  const paths = ['/', '/gate/open', '/gate/check', '/gate/approve', '/gate/halt', '/rollback/open'];
  it.each(paths)('M60 %s is refused to whoever has none, or a wrong one', async (path) => {
    for (const headers of [{}, { Authorization: 'Bearer wrong' }, { Authorization: 'new-secret' }]) {
      const [status, text] = await post(tester.url + path, CANARY, headers);
      expect(status).toBe(401);
      expect(text).toMatch(/^the token is missing or wrong: .* Authorization: Bearer <token>$/);
    }
  });

  it.each([
    ['Bearer new-secret', 200],
    ['bearer old-secret', 200],
    [`Basic ${Buffer.from('hook:new-secret').toString('base64')}`, 200],
    [`Basic ${Buffer.from('new-secret:').toString('base64')}`, 401],
    ['Bearer new-secret2', 401],
    ['Bearer', 401],
  ])('%s answers %d', async (Authorization, expected) => {
    expect((await post(`${tester.url}/gate/approve`, '', { Authorization }))[0]).toBe(expected);
  });

  it('may stand in the URL of a webhook', async () => {
    const client = createHttp({ clock: systemClock });
    const url = `${tester.url.replace('http://', 'http://hook:new-secret@')}/gate/approve`;
    const hook = { name: 'approval', url, timeout: millis(20_000), retries: 0, disableTLS: false };
    const payload = { ...CANARY, phase: 'Progressing', checksum: '1' } as const;
    const { signal } = new AbortController();
    const caller = { http: client.http, clock: systemClock, signal };
    expect(await callHook(hook, payload, caller)).toEqual({ ok: true });
    const wrong = { ...hook, url: url.replace('new-secret', 'wrong-secret') };
    const refused = await callHook(wrong, payload, caller);
    expect(refused).toMatchObject({ ok: false, error: { silent: false } });
    expect(JSON.stringify(refused)).not.toContain('wrong-secret');
    client.close();
  });

  it('is not asked of probes and of Prometheus', async () => {
    for (const path of ['/healthz', '/metrics']) expect((await post(tester.url + path, ''))[0]).toBe(200);
  });

  it('is exchanged without a restart, and without tokens nobody is let in', async () => {
    const headers = { Authorization: 'Bearer next-secret' };
    const status = async (): Promise<number> => (await post(`${tester.url}/gate/approve`, '', headers))[0];
    expect(await status()).toBe(401);
    writeFileSync(join(folder, 'token'), 'next-secret');
    expect(await status()).toBe(200);
    writeFileSync(join(folder, 'token'), '\n');
    expect(await status()).toBe(401);
    rmSync(join(folder, 'token'));
    expect(await status()).toBe(500);
    expect(tester.lines()).not.toContain('secret');
  });
});

describe('the process', () => {
  it('says what is wrong with a flag, and ends', async () => {
    await expect(startTester(['-prot', '1'])).rejects.toThrow(/unknown flag -prot, known are/);
  });

  it('F6.3 lets a running test finish when told to stop, and ends load nobody waits for', async () => {
    const tester = await startTester(['-allow-shell']);
    const service = await aService();
    await post(tester.url, task({ cmd: `hey -z 1h -c 1 -q 100 ${service.url}` }));
    await until(() => service.count() > 0);
    const answer = post(
      tester.url,
      task({ type: 'bash', cmd: 'sleep 0.5; echo done', returnCmdOutput: 'true' }),
    );
    const before = service.count();
    await until(() => service.count() > before + 5);
    const code = tester.stop();
    expect(await answer).toEqual([200, 'done\n']);
    expect(await code).toBe(0);
  });
});
