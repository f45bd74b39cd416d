/** Runs a program, with everything it starts, and ends all of it when told to. */
import { spawn, type ChildProcess } from 'node:child_process';

import { at } from '../api/tree.ts';
import { stopOf, type Outcome, type Run } from './tasks/task.ts';

/** Kept of a program's output; the rest is dropped. */
const MAX_OUTPUT = 1024 * 1024;
/** Time to tidy up after SIGTERM; helm, for one, leaves a release locked if it is killed. */
const GRACE_MS = 3_000;

/** `sh -c` or `bash -c`. Never rejects. */
export function inShell(shell: 'sh' | 'bash', command: string): Run {
  return program(shell, ['-c', command]);
}

/** A program without a shell. Never rejects. */
export function program(file: string, args: readonly string[]): Run {
  return ({ signal }) =>
    new Promise((resolve) => {
      // A group of its own, so that what it started ends with it.
      const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const output: Buffer[] = [];
      let length = 0;
      const keep = (chunk: Buffer): void => {
        if (length < MAX_OUTPUT) output.push(chunk.subarray(0, MAX_OUTPUT - length));
        length += chunk.length;
      };
      const ending = endingOf(child);
      const end = (failure: string | undefined): void => {
        signal.removeEventListener('abort', ending.begin);
        ending.over();
        resolve({ output: Buffer.concat(output).toString('utf8'), failure });
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.on('error', (error) => end(isMissing(error) ? `${file} is not installed here` : error.message));
      child.on('close', (code, killed) => end(reasonOf(code, killed, signal)));
      signal.addEventListener('abort', ending.begin, { once: true });
      if (signal.aborted) ending.begin();
    });
}

/** Asks its group to end, and ends what does not. Whoever left the group may keep the pipes: they are cut. */
function endingOf(child: ChildProcess): { readonly begin: () => void; readonly over: () => void } {
  let kill: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      signalGroup(child, 'SIGTERM');
      kill = setTimeout(() => {
        signalGroup(child, 'SIGKILL');
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, GRACE_MS);
    },
    over: () => clearTimeout(kill),
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

function isMissing(error: Error): boolean {
  return at(error, 'code') === 'ENOENT';
}

function reasonOf(code: number | null, killed: string | null, signal: AbortSignal): Outcome['failure'] {
  if (signal.aborted) return stopOf(signal);
  if (killed !== null) return `signal: ${killed}`;
  return code === 0 ? undefined : `exit status ${code}`;
}
