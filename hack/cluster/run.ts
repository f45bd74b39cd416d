/** Other programs, started without a shell and waited for. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer | Readable;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program wrote and its exit status; 127 where it cannot be started. Never rejects. */
export function outcome(command: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.once('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    // A program that ends before it has read its input says so by its status.
    child.stdin.on('error', () => undefined);
    if (typeof options.input === 'object' && 'pipe' in options.input) options.input.pipe(child.stdin);
    else child.stdin.end(options.input);
  });
}

/** What a program wrote to stdout. @throws with its complaint where it fails. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await outcome(command, options);
  if (code === 0) return stdout;
  const complaint = (stderr.trim() || stdout.trim()).split('\n').slice(-15).join('\n');
  throw new Error(`${command.slice(0, 6).join(' ')} … ended with status ${code}\n${complaint}`);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
