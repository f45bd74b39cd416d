/** The load tester's process, as webhooks and people with curl meet it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { millis } from '../../src/shared/brand.ts';
import { loopbackHttp, serve, type Loopback } from '../support/loopback.ts';

const MAIN = new URL('../../src/load-tester/main.ts', import.meta.url).pathname;

interface Tester {
  readonly url: string;
  readonly process: ChildProcess;
  readonly lines: () => string;
  stop(): Promise<number | null>;
}

async function start(...flags: readonly string[]): Promise<Tester> {
  // Without the user's hey, so that our own generator is what is tested.
  const env = { ...process.env, PATH: '/usr/sbin:/bin', NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [MAIN, '-port', '0', ...flags], { env, stdio: 'pipe' });
  let lines = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const port = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      lines += chunk.toString();
      const [, found] = /"port":(\d+)/.exec(lines) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`the load tester ended: ${lines}`)));
  });
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { url: `http://127.0.0.1:${port}`, process: child, lines: () => lines, stop };
}

const { signal } = new AbortController();

async function post(url: string, body: unknown): Promise<readonly [number, string]> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await loopbackHttp({ method: 'POST', url, body: text, timeout: millis(20_000) }, { signal });
  return answer.ok ? [answer.value.status, answer.value.body] : [0, answer.error.detail];
}

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

const canary = { name: 'podinfo', namespace: 'test' };
const task = (metadata: Readonly<Record<string, string>>): unknown => ({ ...canary, metadata });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
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
    tester = await start('-namespace-regexp', '^test');
  });
  afterAll(() => tester.stop());

  it.each([
    ['/healthz', '', 200, 'OK'],
    ['/gate/approve', 'anything', 200, 'OK'],
    ['/gate/halt', 'anything', 403, 'Forbidden'],
    [
      '/gate/check',
      'not JSON',
      400,
      'the body is not a webhook payload: JSON with name, namespace, metadata',
    ],
    ['/gate/check', {}, 403, 'Forbidden'],
    ['/gate/check', { namespace: 'test' }, 400, 'name and namespace of the canary are missing'],
    ['/gate/open', { name: 'podinfo', namespace: 'prod' }, 403, 'Forbidden'],
    ['/', { name: 'podinfo', namespace: 'prod', metadata: { cmd: 'hey x' } }, 403, 'Forbidden'],
    ['/', canary, 400, 'metadata not found in payload'],
    ['/', task({}), 400, 'metadata not found in payload'],
    ['/any/path', task({ type: 'cmd' }), 400, 'cmd not found in metadata'],
    ['/', task({ type: 'bats', cmd: 'x' }), 400, 'unknown task type'],
    ['/', task({ type: 'constructor', cmd: 'x' }), 400, 'unknown task type'],
    ['/', task({ type: 'helmv3', cmd: 'test x' }), 501, 'helmv3 tasks are not served; use type bash'],
  ])('%s with %j answers %d', async (path, body, status, text) => {
    expect(await post(`${tester.url}${path}`, body)).toEqual([status, text]);
  });

  it('keeps one gate per canary, closed until it is opened', async () => {
    const gate = (verb: string, name = 'gated'): Promise<readonly [number, string]> =>
      post(`${tester.url}/gate/${verb}`, { ...canary, name });
    expect(await gate('check')).toEqual([403, 'Forbidden']);
    expect(await gate('open')).toEqual([202, '']);
    expect(await gate('check')).toEqual([200, 'Approved']);
    expect(await gate('check', 'other')).toEqual([403, 'Forbidden']);
    expect(await gate('close')).toEqual([202, '']);
    expect(await gate('check')).toEqual([403, 'Forbidden']);
  });

  it('keeps rollback gates apart from gates', async () => {
    const rollback = (verb: string): Promise<readonly [number, string]> =>
      post(`${tester.url}/rollback/${verb}`, { ...canary, name: 'rolling' });
    await post(`${tester.url}/gate/open`, { ...canary, name: 'rolling' });
    expect(await rollback('check')).toEqual([403, 'Forbidden']);
    expect(await rollback('open')).toEqual([202, '']);
    expect(await rollback('check')).toEqual([200, 'Approved']);
    await rollback('close');
    expect(await rollback('check')).toEqual([403, 'Forbidden']);
  });

  it('runs a hey line by itself and answers at once', async () => {
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

  it.each(['cmd', 'bash'])('refuses any other command of type %s and says how to allow it', async (type) => {
    const refused = await post(tester.url, task({ type, cmd: 'rm -rf /' }));
    expect(refused).toEqual([
      403,
      '"rm" is not hey; the load tester runs commands only when it is started with -allow-shell',
    ]);
  });

  it('refuses a body without end', async () => {
    expect((await post(tester.url, 'x'.repeat(2 * 1024 * 1024)))[0]).toBe(413);
  });

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
  });
});

describe('with a shell', () => {
  let tester: Tester;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'load-tester-'));
    tester = await start('-allow-shell', '-timeout', '2s');
  });
  afterAll(async () => {
    await tester.stop();
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ cmd: 'echo hi; exit 0' }, 200, ''],
    [{ cmd: 'echo hi >&2', returnCmdOutput: 'true' }, 200, 'hi\n'],
    [{ cmd: 'echo hi; exit 3' }, 500, 'command echo hi; exit 3 failed: hi\n: exit status 3'],
  ])('bash %j answers %d', async (metadata, status, body) => {
    expect(await post(tester.url, task({ type: 'bash', ...metadata }))).toEqual([status, body]);
  });

  it('runs the same command for the same canary once at a time', async () => {
    const log = join(folder, 'once');
    const cmd = `echo run >> ${log}; sleep 0.3; echo end >> ${log}`;
    for (let n = 0; n < 3; n += 1) expect(await post(tester.url, task({ cmd }))).toEqual([202, '']);
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('end'));
    expect(readFileSync(log, 'utf8')).toBe('run\nend\n');
    expect(tester.lines()).toContain('command skipped');
  });

  it('ends a command that takes too long, and what it started', async () => {
    const cmd = 'sleep 60 | cat';
    const [status, body] = await post(tester.url, task({ type: 'bash', cmd }));
    expect([status, body]).toEqual([500, 'command sleep 60 | cat failed: : stopped after 2s']);
  });

  it('logs the output of a command only when asked', async () => {
    await post(tester.url, task({ cmd: 'echo quiet-$((1+1))' }));
    await post(tester.url, task({ cmd: 'echo loud-$((1+1))', logCmdOutput: 'true' }));
    await until(() => tester.lines().includes('loud-2'));
    expect(tester.lines()).not.toContain('quiet-2');
  });
});

describe('the process', () => {
  it('says what is wrong with a flag, and ends', async () => {
    await expect(start('-prot', '1')).rejects.toThrow(/unknown flag -prot, known are/);
  });

  it('lets a running test finish when told to stop, and ends load nobody waits for', async () => {
    const tester = await start('-allow-shell');
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
