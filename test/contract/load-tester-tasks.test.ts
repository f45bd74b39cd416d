/** Kinds of task that need others: programs, or servers, which here answer as their documentation says. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { findHelm } from '../../hack/charts/helm.ts';
import { TASK_TYPES } from '../../src/load-tester/tasks/registry.ts';
import { post, startTester, task, until, type Tester } from '../support/load-tester.ts';
import { readText, serve, type Loopback } from '../support/loopback.ts';

/** A process starts in a second, on a busy machine in several. */
jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'load-tester-tasks-'));
const KEY = join(folder, 'api-key');
writeFileSync(KEY, 'the-key\n');
afterAll(() => rmSync(folder, { recursive: true }));

let tester: Tester;
let shut: Tester;
/** With a short time for each task. */
let hasty: Tester;
beforeAll(async () => {
  for (const name of ['helm', 'kubectl']) fake(name);
  const PATH = [folder, '/usr/sbin', '/bin'].join(delimiter);
  [tester, shut, hasty] = await Promise.all([
    startTester(['-allow-shell'], { PATH }),
    startTester([]),
    startTester(['-allow-shell', '-timeout', '300ms'], { PATH: dirname(process.execPath) }),
  ]);
});
afterAll(() => Promise.all([tester, shut, hasty].map((each) => each.stop())));

const open: Loopback[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A program that says what it was called with, an argument a line, and fails where the first one says so. */
function fake(name: string): void {
  writeFileSync(join(folder, name), '#!/bin/sh\nprintf "%s\\n" "$@"\n[ "$1" != fail ]\n');
  chmodSync(join(folder, name), 0o755);
}

const programs = [
  ['helm', 'helm'],
  ['helmv3', 'helm'],
  ['kubectl', 'kubectl'],
] as const;

describe.each(programs)('type %s', (type, program) => {
  const run = (cmd: string): Promise<readonly [number, string]> =>
    post(tester.url, task({ type, cmd, returnCmdOutput: 'true' }));

  it(`F6.3 runs ${program} with arguments split at blanks, without a shell`, async () => {
    const cmd = "  get pods\t-l 'a=b c'  $HOME;id ";
    expect(await run(cmd)).toEqual([200, "get\npods\n-l\n'a=b\nc'\n$HOME;id\n"]);
    const silent = await post(tester.url, task({ type, cmd: 'get pods' }));
    expect(silent).toEqual([200, '']);
  });

  it('F6.3 answers 500 with the output where it fails', async () => {
    expect(await run('fail now')).toEqual([500, 'command fail now failed: fail\nnow\n: exit status 1']);
  });

  it('F6.3 wants a cmd, and -allow-shell', async () => {
    expect(await post(tester.url, task({ type }))).toEqual([400, 'cmd not found in metadata']);
    expect(await post(shut.url, task({ type, cmd: 'version' }))).toEqual([
      403,
      `${program} is not hey; the load tester runs commands only when it is started with -allow-shell`,
    ]);
  });
});

it('a program that is not installed is said to be missing', async () => {
  expect(await post(hasty.url, task({ type: 'helm', cmd: 'version' }))).toEqual([
    500,
    'command version failed: : helm is not installed here',
  ]);
});

const programsHere: Readonly<Record<string, string | undefined>> = {
  helm: findHelm(),
  kubectl: which('kubectl'),
};
const found = Object.entries(programsHere).filter(([, path]) => path !== undefined);

function which(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((at) => join(at, program)).find((path) => existsSync(path));
}

(found.length === 0 ? describe.skip : describe)('the real programs of this machine', () => {
  let here: Tester;
  beforeAll(async () => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    for (const [name, path = ''] of found) symlinkSync(path, join(bin, name));
    here = await startTester(['-allow-shell'], { PATH: bin });
  });
  afterAll(() => here.stop());

  const asked = [
    { type: 'helmv3', program: 'helm', cmd: 'version --short', prints: /^v3\./ },
    { type: 'kubectl', program: 'kubectl', cmd: 'version --client', prints: /^Client Version: v1\./ },
  ];
  it.each(asked.filter(({ program }) => programsHere[program] !== undefined))(
    'F6.3 type $type answers with what $program prints',
    async ({ type, cmd, prints }) => {
      const [status, text] = await post(here.url, task({ type, cmd, returnCmdOutput: 'true' }));
      expect([status, prints.test(text)]).toEqual([200, true]);
    },
  );
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Answers requests one by one, the last answer for ever. */
async function aServer(...answers: readonly (readonly [number, unknown])[]): Promise<{
  readonly url: string;
  readonly seen: Seen[];
}> {
  const seen: Seen[] = [];
  const record = async (request: IncomingMessage): Promise<void> => {
    const { method, url, headers } = request;
    const body = await readText(request);
    seen.push({
      method,
      url,
      authorization: headers.authorization,
      contentType: headers['content-type'],
      body,
    });
  };
  const server = await serve((request, response) => {
    void record(request).then(() => {
      const [status, body] = answers[Math.min(seen.length, answers.length) - 1] ?? [404, {}];
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  open.push(server);
  return { url: server.url, seen };
}

const concord = (fields: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  type: 'concord',
  server: 'http://127.0.0.1:1',
  org: 'shop',
  project: 'podinfo',
  repo: 'tests',
  entrypoint: 'smoke',
  apiKeyPath: KEY,
  endpoint: 'http://podinfo-canary.test',
  pollInterval: '20ms',
  ...fields,
});
const without = (key: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(concord()).filter(([name]) => name !== key));

describe('type concord', () => {
  it.each(['server', 'org', 'project', 'repo', 'entrypoint', 'apiKeyPath', 'endpoint'])(
    'F10.6 load tester: concord argument checks: %s is required',
    async (key) => {
      expect(await post(tester.url, task(without(key)))).toEqual([
        400,
        `\`${key}\` is required with type concord`,
      ]);
    },
  );

  it.each([
    [{ server: 'concord' }, 'metadata.server is no URL that begins with http:// or https://'],
    [{ server: 'http://a/?b=c' }, 'metadata.server has more than a host and a path'],
    [
      { 'arguments.endpoint': 'x' },
      'metadata["arguments.endpoint"] is not allowed, write it as metadata.endpoint',
    ],
    [
      { pollInterval: 'soon' },
      'metadata.pollInterval is "soon", allowed are seconds such as 5, or 5s or 1m30s',
    ],
    [{ pollTimeout: '0' }, 'metadata.pollTimeout is "0", allowed are seconds such as 5, or 5s or 1m30s'],
  ])('F10.6 load tester: concord argument checks: %j is refused', async (fields, sentence) => {
    expect(await post(tester.url, task(concord(fields)))).toEqual([400, sentence]);
  });

  it('F10.6 load tester: concord argument checks: a key file that is missing is named', async () => {
    expect(await post(tester.url, task(concord({ apiKeyPath: '/nowhere' })))).toEqual([
      500,
      'concord shop podinfo tests smoke failed: : the file metadata.apiKeyPath, /nowhere, cannot be read',
    ]);
  });

  it('M60 sends no file of ours to anybody without -allow-shell', async () => {
    const { url, seen } = await aServer([200, {}]);
    expect((await post(shut.url, task(concord({ server: url }))))[0]).toBe(403);
    expect(seen).toEqual([]);
  });

  it('F6.3 starts a process by a form, and waits until it is FINISHED', async () => {
    const { url, seen } = await aServer(
      [200, { ok: true, instanceId: 'a-b' }],
      [200, { instanceId: 'a-b', status: 'RUNNING' }],
      [200, { instanceId: 'a-b', status: 'FINISHED' }],
    );
    expect(await post(tester.url, task(concord({ server: `${url}/`, 'arguments.user': 'me' })))).toEqual([
      200,
      '',
    ]);
    expect(seen.map(({ method, url: path, authorization }) => [method, path, authorization])).toEqual([
      ['POST', '/api/v1/process', 'the-key'],
      ['GET', '/api/v1/process/a-b', 'the-key'],
      ['GET', '/api/v1/process/a-b', 'the-key'],
    ]);
    const [{ body = '', contentType = '' } = {}] = seen;
    const form = await new Response(body, { headers: { 'Content-Type': contentType } }).formData();
    expect(Object.fromEntries(form)).toEqual({
      org: 'shop',
      project: 'podinfo',
      repo: 'tests',
      entryPoint: 'smoke',
      'arguments.endpoint': 'http://podinfo-canary.test',
      'arguments.user': 'me',
    });
  });

  it.each([
    [
      [
        [200, { ok: true, instanceId: 'x' }],
        [200, { status: 'FAILED' }],
      ],
      'concord process x ended as FAILED',
    ],
    [
      [
        [200, { ok: true, instanceId: 'x' }],
        [200, { status: 'CANCELLED' }],
      ],
      'concord process x ended as CANCELLED',
    ],
    [
      [
        [200, { ok: true, instanceId: 'x' }],
        [200, { status: 'RUNNING' }],
      ],
      'concord process x has not finished within 0.1 seconds: its status is RUNNING',
    ],
    [[[200, { ok: false }]], 'concord started no process'],
    [[[401, 'who are you?']], 'POST /api/v1/process was answered with status 401: who are you?'],
    [[[200, 'hello']], 'POST /api/v1/process was answered with something that is not JSON'],
  ] as const)('F6.3 %j fails', async (answers, sentence) => {
    const { url } = await aServer(...answers);
    expect(await post(tester.url, task(concord({ server: url, pollTimeout: '100ms' })))).toEqual([
      500,
      `concord shop podinfo tests smoke failed: : ${sentence}`,
    ]);
  });

  it('F6.3 ends with the longest time for a task', async () => {
    const { url } = await aServer([200, { ok: true, instanceId: 'x' }], [200, { status: 'RUNNING' }]);
    const [, text] = await post(hasty.url, task(concord({ server: url, pollTimeout: '1h' })));
    expect(text).toMatch(/stopped after 300ms$/);
  });
});

const ngrinder = (fields: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  type: 'ngrinder',
  server: 'http://127.0.0.1:1',
  clone: '960',
  username: 'admin',
  passwd: Buffer.from('pass:word').toString('base64'),
  pollInterval: '20ms',
  ...fields,
});
const status = (id: string): readonly [number, unknown] => [200, { status: [{ id: 961, status_id: id }] }];
const STARTED = [200, { id: 961, status: 'READY' }] as const;

describe('type ngrinder', () => {
  it.each([
    [
      { clone: '', passwd: '' },
      'server, clone, username and passwd are required metadata, missing: clone, passwd',
    ],
    [{ clone: 'nine' }, 'metadata.clone is "nine", allowed is the number of a test'],
    [{ passwd: 'pass:word' }, 'metadata.passwd is not in base64'],
    [{ server: 'ftp://x' }, 'metadata.server is no URL that begins with http:// or https://'],
    [{ pollInterval: '-1' }, 'metadata.pollInterval is "-1", allowed are seconds such as 5, or 5s or 1m30s'],
  ])('F6.3 %j is refused', async (fields, sentence) => {
    expect(await post(tester.url, task(ngrinder(fields)))).toEqual([400, sentence]);
  });

  it('F10.6 load tester: ngrinder flow: a copy is started and followed to its end', async () => {
    const { url, seen } = await aServer(STARTED, status('TESTING'), [503, 'busy'], status('FINISHED'));
    expect(await post(tester.url, task(ngrinder({ server: url })))).toEqual([202, '']);
    await until(() => seen.length === 4);
    const authorization = `Basic ${Buffer.from('admin:pass:word').toString('base64')}`;
    expect(seen.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'POST /perftest/api/960/clone_and_start',
      'GET /perftest/api/961/status',
      'GET /perftest/api/961/status',
      'GET /perftest/api/961/status',
    ]);
    expect(new Set(seen.map((request) => request.authorization))).toEqual(new Set([authorization]));
    expect(await post(tester.url, task(ngrinder({ server: url })))).toEqual([202, '']);
  });

  it.each([
    [[STARTED, status('STOP_BY_ERROR')], 'ngrinder test 961 ended as STOP_BY_ERROR'],
    [[STARTED, status('CANCELED')], 'ngrinder test 961 ended as CANCELED'],
    [[STARTED, status('UNKNOWN')], 'ngrinder test 961 ended as UNKNOWN'],
    [[[200, { success: false, message: 'no agent' }]], 'ngrinder refused: no agent'],
    [[[200, {}]], 'ngrinder started no test'],
  ] as const)('M60 ngrinder that answers %j fails the next check', async (answers, sentence) => {
    const { url, seen } = await aServer(...answers);
    const call = (): Promise<readonly [number, string]> => post(tester.url, task(ngrinder({ server: url })));
    expect(await call()).toEqual([202, '']);
    await until(() => seen.length === answers.length);
    await until(() => tester.lines().includes(sentence));
    expect(await call()).toEqual([424, `failed since the last call: ${sentence}`]);
  });

  it('F6.3 stops its test when its time is over', async () => {
    const { url, seen } = await aServer(STARTED, status('TESTING'));
    await post(hasty.url, task(ngrinder({ server: `${url}/ngrinder-controller` })));
    await until(() => seen.at(-1)?.method === 'PUT');
    expect(seen.at(-1)?.url).toBe('/ngrinder-controller/perftest/api/961?action=stop');
  });
});

it('every kind of task has a line in the documentation', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/load-tester.md'), 'utf8');
  const [, table = ''] = page.split('## Tasks');
  const listed = [...table.matchAll(/^\| (`\w+`[^|]*)\|/gm)].flatMap(([, names = '']) => names.match(/\w+/g));
  expect(Object.keys(TASK_TYPES).filter((name) => !listed.includes(name))).toEqual([]);
});
