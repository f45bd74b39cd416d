/** Programs of the machine: whether they are there, and how they are run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Something a person can see to, in one sentence. Whatever else is thrown is a bug. */
export class Trouble extends Error {}

/** Programs, and the Debian packages they come in. */
const NEEDED: Readonly<Record<string, string>> = {
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  runc: 'runc',
  git: 'git',
  tar: 'tar',
};

export interface Machine {
  readonly platform: string;
  readonly root: boolean;
  readonly has: (program: string) => boolean;
}

/** What keeps images from being built here, as one sentence with its remedy; undefined where nothing does. */
export function obstacle({ platform, root, has }: Machine): string | undefined {
  if (platform !== 'linux' || !root) {
    return (
      'Building without a container registry takes root on Linux; elsewhere run: ' +
      'docker buildx build -f hack/images/Dockerfile --target controller -t serin .'
    );
  }
  const missing = Object.entries(NEEDED).filter(([program]) => !has(program));
  if (missing.length === 0) return undefined;
  const programs = missing.map(([program]) => program).join(', ');
  const packages = missing.map(([, name]) => name).join(' ');
  return `Not found: ${programs}; run: apt-get install --yes --no-install-recommends ${packages}`;
}

export function thisMachine(): Machine {
  return { platform: process.platform, root: process.getuid?.() === 0, has: onPath };
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const KEPT_LINES = 25;

/** If we ourselves are ended, nothing we started goes on. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGTERM');
});

/** Runs a program at the root of the repository to its end and returns what it printed; throws its last lines where it fails. */
export async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  living.add(child);
  const printed: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => printed.push(part) && all.push(part));
  child.stderr.on('data', (part: Buffer) => all.push(part));
  const status = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  }).finally(() => living.delete(child));
  if (status === 0) return Buffer.concat(printed).toString('utf8').trim();
  const last = Buffer.concat(all).toString('utf8').trimEnd().split('\n').slice(-KEPT_LINES).join('\n');
  throw new Trouble(`${last}\n${program} ${args[0] ?? ''} failed (${status}); its last lines are above`);
}

/** Does a piece of work; where it takes its time, says so on stderr while it lasts. */
export async function step<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  const began = Date.now();
  let said = '';
  const ticking = setInterval(() => {
    const more = said === '' ? `${name}…` : '.';
    said += more;
    process.stderr.write(more);
  }, 1_500);
  try {
    return await work();
  } finally {
    clearInterval(ticking);
    if (said !== '') process.stderr.write(` ${((Date.now() - began) / 1_000).toFixed(1)} s\n`);
  }
}
