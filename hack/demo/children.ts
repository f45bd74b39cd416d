/** Child processes of the demo: each is known by its pid from start to end, and none outlives the demo. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with every line of stdout and of stderr. */
  readonly onLine?: (line: string) => void;
}

export interface Child {
  readonly pid: number | undefined;
  /** Resolves once the process has ended, with a sentence fragment that says how. Never rejects. */
  readonly ended: Promise<string>;
  running(): boolean;
  /** The last lines it wrote to stderr. */
  complaint(): string;
  /** Asks it to end, insists after `patience` milliseconds, and waits for it. */
  stop(patience?: number): Promise<void>;
}

/** If the demo itself breaks down, nothing it started stays behind. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

const PATIENCE = 5_000;
const KEPT_LINES = 5;

/** Starts a program with its arguments, without a shell. */
export function startChild(program: string, args: readonly string[], options: ChildOptions = {}): Child {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  // A child that ends before it has read its input is no fault of ours.
  child.stdin.on('error', () => undefined);
  const complaints: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => options.onLine?.(line));
  createInterface({ input: child.stderr }).on('line', (line) => {
    options.onLine?.(line);
    complaints.push(line);
    complaints.splice(0, complaints.length - KEPT_LINES);
  });
  return managed(child, complaints);
}

function managed(child: ChildProcess, complaints: readonly string[]): Child {
  let running = true;
  living.add(child);
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      running = false;
      living.delete(child);
      resolve(how);
    };
    child.once('error', (error) => end(`could not be started: ${error.message}`));
    child.once('close', (code, signal) =>
      end(signal === null ? `ended with status ${code}` : `ended by ${signal}`),
    );
  });
  return {
    pid: child.pid,
    ended,
    running: () => running,
    complaint: () => complaints.join('\n'),
    stop: async (patience = PATIENCE) => {
      if (!running) return;
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(insist);
    },
  };
}
