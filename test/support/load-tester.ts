/** The load tester's process, and what webhooks send it. For contract tests. */
import { afterAll } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { millis } from '../../src/shared/brand.ts';
import { loopbackHttp } from './loopback.ts';

const MAIN = new URL('../../src/load-tester/main.ts', import.meta.url).pathname;
/** Without the user's hey, so that our own generator is what is tested. */
const PATH = '/usr/sbin:/bin';

export interface Tester {
  readonly url: string;
  readonly process: ChildProcess;
  readonly lines: () => string;
  stop(): Promise<number | null>;
}

/** None outlives the tests, whatever becomes of them. */
const living = new Set<ChildProcess>();
afterAll(() => living.forEach((child) => child.kill('SIGKILL')));

/** Resolves when it listens; rejects with what it said where it ends instead. */
export async function startTester(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Tester> {
  const child = spawn(process.execPath, [MAIN, '-port', '0', ...flags], {
    env: { ...process.env, PATH, NODE_OPTIONS: '', ...env },
    stdio: 'pipe',
  });
  living.add(child);
  let lines = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  void ended.then(() => living.delete(child));
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

/** Status and text of the answer. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly [number, string]> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const call = { method: 'POST', url, headers, body: text, timeout: millis(20_000) } as const;
  const answer = await loopbackHttp(call, { signal });
  return answer.ok ? [answer.value.status, answer.value.body] : [0, answer.error.detail];
}

export const CANARY = { name: 'podinfo', namespace: 'test' };

export function task(metadata: Readonly<Record<string, string>>): unknown {
  return { ...CANARY, metadata };
}

/** Longer than a process has to wait for a busy machine, and shorter than a test may take. */
const PATIENCE = 50_000;

/** Resolves when it has come true. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`has not come true in ${PATIENCE} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
