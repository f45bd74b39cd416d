/** The shipped programs as real processes, each known by its pid from start to end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuilt } from '../../../hack/demo/shipped.ts';
import type { Changes } from './changes.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LOCK = join(ROOT, '.cache/build.lock');
/** A lock this old was left behind by somebody who was killed. */
const STALE = 60_000;

/** If the tests break down, nothing they started stays behind. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface Program {
  readonly pid: number;
  /** Everything it has written to stdout and stderr. */
  text(): string;
  /** The lines of it; a line that is not JSON is its `msg`. */
  lines(): readonly LogLine[];
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly running: boolean;
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string>;
}

/** Builds what is shipped unless that was done; of several test processes one builds and the others wait. */
export async function built(): Promise<void> {
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  while (!(await locked())) await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    await ensureBuilt();
  } finally {
    await rmdir(LOCK);
  }
}

async function locked(): Promise<boolean> {
  try {
    await mkdir(LOCK);
    return true;
  } catch {
    const made = await stat(LOCK).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > STALE) await rmdir(LOCK).catch(() => undefined);
    return false;
  }
}

/** Starts a file below the root with the Node that runs the tests. */
export function startProgram(
  file: string,
  args: readonly string[],
  changes: Changes,
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [join(ROOT, file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  living.add(child);
  const log = new Log(changes);
  child.stdout.on('data', (chunk: Buffer) => log.add(chunk));
  child.stderr.on('data', (chunk: Buffer) => log.add(chunk));
  let running = true;
  const ended = new Promise<number | string>((resolve) => {
    const end = (how: number | string): void => {
      running = false;
      living.delete(child);
      resolve(how);
      changes.happened();
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(signal ?? code ?? 'nothing'));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    text: () => log.text,
    lines: () => log.lines,
    get running() {
      return running;
    },
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

class Log {
  readonly #changes: Changes;
  readonly lines: LogLine[] = [];
  text = '';
  #rest = '';

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  add(chunk: Buffer): void {
    this.text += chunk.toString();
    const parts = (this.#rest + chunk.toString()).split('\n');
    this.#rest = parts.pop() ?? '';
    this.lines.push(...parts.map(lineOf));
    this.#changes.happened();
  }
}

function lineOf(text: string): LogLine {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line === 'object' && line !== null && 'msg' in line) return { ...line, msg: String(line.msg) };
  } catch {
    // A complaint of Node itself, as it stands.
  }
  return { msg: text };
}
