/** Runs a command in a shell, with everything it starts, and ends all of it when told to. */
import { spawn, type ChildProcess } from 'node:child_process';

/** Kept of a command's output; the rest is dropped. */
const MAX_OUTPUT = 1024 * 1024;

export interface Outcome {
  /** Standard output and error, as they came. */
  readonly output: string;
  /** Why it failed; undefined where it did not. */
  readonly error: string | undefined;
}

export type Run = (command: string, options: { readonly signal: AbortSignal }) => Promise<Outcome>;

/** `sh -c` or `bash -c`. Never rejects. */
export function inShell(shell: 'sh' | 'bash'): Run {
  return (command, { signal }) =>
    new Promise((resolve) => {
      // A group of its own, so that what the shell started ends with it.
      const child = spawn(shell, ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const output: Buffer[] = [];
      let length = 0;
      const keep = (chunk: Buffer): void => {
        if (length < MAX_OUTPUT) output.push(chunk.subarray(0, MAX_OUTPUT - length));
        length += chunk.length;
      };
      const kill = (): void => killGroup(child);
      const end = (error: string | undefined): void => {
        signal.removeEventListener('abort', kill);
        resolve({ output: Buffer.concat(output).toString('utf8'), error });
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.on('error', (error) => end(error.message));
      child.on('close', (code, killed) => end(reasonOf(code, killed, signal)));
      signal.addEventListener('abort', kill, { once: true });
      if (signal.aborted) kill();
    });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

function reasonOf(code: number | null, killed: string | null, signal: AbortSignal): string | undefined {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason.message : 'stopped';
  if (killed !== null) return `signal: ${killed}`;
  return code === 0 ? undefined : `exit status ${code}`;
}
