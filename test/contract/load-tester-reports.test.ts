/** What becomes of load that nobody waits for, as the webhook that keeps calling for it is told. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CANARY, post, startTester, task, until, type Tester } from '../support/load-tester.ts';
import { serve, type Loopback } from '../support/loopback.ts';

/** A process starts in a second, on a busy machine in several. */
jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'load-tester-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

let tester: Tester;
let narrow: Tester;
beforeAll(async () => {
  [tester, narrow] = await Promise.all([
    startTester(['-allow-shell']),
    startTester(['-allow-shell', '-max-tasks', '1']),
  ]);
});
afterAll(() => Promise.all([tester.stop(), narrow.stop()]));

const open: Loopback[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** Answers with these statuses in turn. */
async function aService(...statuses: readonly number[]): Promise<string> {
  let count = 0;
  const server = await serve((_, response) => {
    response.statusCode = statuses[count % statuses.length] ?? 200;
    count += 1;
    response.end();
  });
  open.push(server);
  return server.url;
}

/** Where nobody listens. */
async function nowhere(): Promise<string> {
  const server = await serve(() => undefined);
  await server.close();
  return server.url;
}

const times = (text: string): number => tester.lines().split(text).length - 1;
const ended = (): number => times('command finished') + times('command failed');

/** Calls, and resolves with the answer when what the call has begun is over. */
async function call(
  metadata: Readonly<Record<string, string>>,
  checksum = 'one',
): Promise<readonly [number, string]> {
  const before = ended();
  const answer = await post(tester.url, { ...CANARY, checksum, metadata });
  await until(() => ended() > before);
  return answer;
}

describe('load that failed', () => {
  it('M60 fails the next check with the reason, once, and is begun again', async () => {
    const cmd = `hey -n 4 -c 2 ${await nowhere()}/`;
    expect(await call({ cmd })).toEqual([202, '']);
    const told = [424, 'failed since the last call: none of 4 requests was answered: ECONNREFUSED'];
    expect(await call({ cmd })).toEqual(told);
    expect(await call({ cmd })).toEqual(told);
  });

  it('M60 is told for any command that ends with another status than 0', async () => {
    const cmd = 'exit 3 # --user me:secret';
    expect(await call({ cmd })).toEqual([202, '']);
    expect(await call({ cmd })).toEqual([424, 'failed since the last call: exit status 3']);
  });

  it('is not told to another revision', async () => {
    const cmd = 'exit 4';
    await call({ cmd }, 'one');
    expect(await call({ cmd }, 'two')).toEqual([202, '']);
    expect((await call({ cmd }, 'two'))[0]).toBe(424);
  });

  it('is not told where it is to be ignored', async () => {
    const metadata = { cmd: 'exit 5', ignoreFailure: 'true' };
    await call(metadata);
    expect(await call(metadata)).toEqual([202, '']);
  });

  it('is not told to another Canary', async () => {
    const cmd = 'exit 6';
    await call({ cmd });
    const before = ended();
    expect(await post(tester.url, { ...CANARY, name: 'other', checksum: 'one', metadata: { cmd } })).toEqual([
      202,
      '',
    ]);
    await until(() => ended() > before);
  });
});

describe('minSuccessRate', () => {
  it.each([
    ['75', [202, '']],
    ['75.1', '3 of 4 requests were answered with a status below 500, minSuccessRate asks for 75.1%'],
  ])('of %s with one error in four answers %j', async (minSuccessRate, expected) => {
    const cmd = `hey -n 4 -c 1 ${await aService(200, 404, 302, 503)}/`;
    const metadata = { cmd, minSuccessRate };
    await call(metadata);
    const answer = typeof expected === 'string' ? [424, `failed since the last call: ${expected}`] : expected;
    expect(await call(metadata)).toEqual(answer);
  });

  it('makes a bash task fail as well', async () => {
    const cmd = `hey -n 2 -c 1 ${await aService(500)}/`;
    const [status, text] = await post(tester.url, task({ type: 'bash', cmd, minSuccessRate: '1' }));
    expect([status, text.split('\n').at(-1)]).toEqual([
      500,
      ': 0 of 2 requests were answered with a status below 500, minSuccessRate asks for 1%',
    ]);
    expect((await post(tester.url, task({ type: 'bash', cmd })))[0]).toBe(200);
  });

  it.each(['all', '101', '-1', ''])('of %j is refused', async (minSuccessRate) => {
    expect(await post(tester.url, task({ cmd: 'hey http://a/', minSuccessRate }))).toEqual([
      400,
      `metadata.minSuccessRate is ${JSON.stringify(minSuccessRate)}, allowed are percents from 0 to 100 such as 99.5`,
    ]);
  });
});

describe('as many tasks as are allowed', () => {
  it('run, others are refused with a sentence until one has ended', async () => {
    const full = [429, '1 tasks are running, which is all -max-tasks allows; call again'];
    const bash = task({ type: 'bash', cmd: 'true' });
    const release = join(folder, 'release');
    const slow = task({ cmd: `until [ -e ${release} ]; do sleep 0.05; done` });
    expect(await post(narrow.url, slow)).toEqual([202, '']);
    expect(await post(narrow.url, slow)).toEqual([202, '']);
    expect(await post(narrow.url, bash)).toEqual(full);
    expect(await post(narrow.url, task({ cmd: 'true' }))).toEqual(full);
    writeFileSync(release, '');
    await until(() => narrow.lines().includes('command finished'));
    expect(await post(narrow.url, bash)).toEqual([200, '']);
    expect((await post(`${narrow.url}/metrics`, ''))[1]).toContain('path="task",status="429"} 2');
  });
});
