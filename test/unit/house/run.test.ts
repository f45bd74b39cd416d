import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Each test starts processes, which take their time where everything runs at once. */
jest.setTimeout(60_000);

/** A checkout of which `zod` 4.0.0 is the only dependency, and an npm that takes notes instead of installing. */
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'serin-run-'));
  for (const folder of ['hack', 'bin', 'node_modules/zod'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(new URL('../../../hack/run.cjs', import.meta.url), join(root, 'hack/run.cjs'));
  writeFileSync(join(root, 'hello.cjs'), `console.log('hello', ...process.argv.slice(2));`);
  lock('package-lock.json', '4.0.0');
  lock('node_modules/.package-lock.json', '4.0.0');
  writeFileSync(join(root, 'node_modules/zod/package.json'), '{}');
  npm('echo "$@" > notes');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function lock(file: string, version: string): void {
  writeFileSync(join(root, file), JSON.stringify({ packages: { 'node_modules/zod': { version } } }));
}

function npm(script: string): void {
  writeFileSync(join(root, 'bin/npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function start(): ReturnType<typeof spawn> {
  return spawn(process.execPath, [join(root, 'hack/run.cjs'), 'hello.cjs', 'you'], {
    env: { PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function ended(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('close', resolve);
  });
}

async function run(): Promise<{ status: number | null; output: string; notes: string | undefined }> {
  const child = start();
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await ended(child);
  const notes = join(root, 'notes');
  return { status, output, notes: existsSync(notes) ? readFileSync(notes, 'utf8') : undefined };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a command in a checkout', () => {
  it('runs at once when its dependencies are there, with only its own output on stdout', async () => {
    expect(await run()).toEqual({ status: 0, output: 'hello you\n', notes: undefined });
  });

  it.each<[string, () => void]>([
    ['nothing is installed', () => rmSync(join(root, 'node_modules'), { recursive: true })],
    ['a package was deleted', () => rmSync(join(root, 'node_modules/zod'), { recursive: true })],
    ['another version is installed', () => lock('node_modules/.package-lock.json', '3.0.0')],
    [
      'an installation was cut off',
      () => writeFileSync(join(root, 'node_modules/.package-lock.json'), '{"packages"'),
    ],
  ])('installs first when %s', async (_case, spoil) => {
    spoil();
    const { status, output, notes } = await run();
    expect({ status, output }).toEqual({ status: 0, output: 'hello you\n' });
    expect(notes).toMatch(/^ci /u);
  });

  it('that a signal ended has the status a shell gives it', async () => {
    writeFileSync(
      join(root, 'hello.cjs'),
      `process.kill(process.pid, 'SIGINT'); setTimeout(() => {}, 60_000);`,
    );
    expect((await run()).status).toBe(130);
  });

  it('does not go on when the installation fails, and passes its status on', async () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    npm('exit 7');
    expect(await run()).toMatchObject({ status: 7, output: '' });
  });

  it('that is ended while it installs ends the installation too', async () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    npm('echo $$ > notes.part; mv notes.part notes; echo begun >&2; exec sleep 60');
    const child = start();
    let said = '';
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('begun')) resolve();
      });
    });
    child.kill('SIGTERM');
    const status = await ended(child);
    expect(status).toBe(130);
    const installation = Number(readFileSync(join(root, 'notes'), 'utf8'));
    // A busy machine takes its time over what it was told to end; left alone it would sleep for a minute.
    while (isThere(installation)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
