/** The processes of a benchmark, and what the operating system says about them. Linux only: it reads `/proc`. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Request } from './protocol.ts';

/** Kernels of every architecture we ship for count in these. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;

/** Whatever happens to the benchmark, nothing it started stays behind. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export interface Usage {
  readonly rssMiB: number;
  /** Processor time since the process began. */
  readonly cpuSeconds: number;
}

export function usageOf(pid: number): Usage {
  const [, resident = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  // The name in front of the last bracket may hold anything; the state follows it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { rssMiB: (Number(resident) * PAGE_BYTES) / 2 ** 20, cpuSeconds: ticks / TICKS_PER_SECOND };
}

export interface Running {
  readonly pid: number;
  /** Asks it to end and waits for it. */
  stop(): Promise<void>;
}

/** A process whose output goes to a file. Should it end by itself, its last words are printed. */
export function start(program: string, args: readonly string[], log: string): Running {
  const output = openSync(log, 'w');
  const child = spawn(program, args, { stdio: ['ignore', output, output] });
  child.once('exit', (code) => {
    closeSync(output);
    if (code !== 0) process.stderr.write(`${readFileSync(log, 'utf8').slice(-1_000)}\n`);
  });
  return running(child);
}

export class Cluster {
  readonly #child: ChildProcess;
  readonly #running: Running;

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'cluster.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#running = running(this.#child);
  }

  /** Puts one request; requests are answered one after the other. Throws what the cluster complains of. */
  async ask<Kind extends Answer['kind']>(request: Request, kind: Kind): Promise<Answer & { kind: Kind }> {
    const answered = heard<Answer>(this.#child);
    this.#child.send(request);
    const answer = await answered;
    if (isOf(answer, kind)) return answer;
    throw new Error(`the cluster, asked for ${request.kind}: ${JSON.stringify(answer)}`);
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }
}

/** The process the controller is compared with; resolves when it knows every object. */
export async function startBare(url: string, token: string, ca: string): Promise<Running> {
  const child = fork(join(import.meta.dirname, 'bare.ts'), [url, token, ca], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await heard(child);
  return running(child);
}

function isOf<Kind extends Answer['kind']>(answer: Answer, kind: Kind): answer is Answer & { kind: Kind } {
  return answer.kind === kind;
}

function heard<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the process has ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Message); // Both ends are ours.
    });
  });
}

function running(child: ChildProcess): Running {
  living.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      living.delete(child);
      resolve();
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${child.spawnfile} could not be started`);
  return {
    pid,
    stop: async () => {
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(insist);
    },
  };
}
