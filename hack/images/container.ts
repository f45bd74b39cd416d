/**
 * Runs the files of an image as a node of a cluster would under the `restricted` profile: its own user, read-only
 * root, no capabilities, process 1 in its own process namespace. It shares the machine's network.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Archive } from './archive.ts';
import { run, Trouble } from './tools.ts';

export interface ContainerOptions {
  readonly archive: Archive;
  /** For what belongs to this container alone. */
  readonly folder: string;
  readonly args: readonly string[];
  /** Files of this machine, by where the container sees them. */
  readonly mounts?: Readonly<Record<string, string>>;
}

export interface Container {
  /** All it has printed so far. */
  readonly output: () => string;
  /** The status it ends with. */
  readonly ended: Promise<number>;
  /** Sends SIGTERM to process 1 and resolves when it has ended; insists after a while. */
  stop(): Promise<{ readonly status: number; readonly ms: number }>;
  /** Nothing of it is left afterwards, whatever became of it. */
  remove(): void;
}

/** Milliseconds; far longer than it takes even on a machine with better things to do. */
const PATIENCE = 60_000;
let started = 0;

/** If we ourselves are ended, no container stays behind. */
const living = new Set<() => void>();
process.on('exit', () => {
  for (const remove of living) remove();
});

/** Whether it works shows later. */
export function startContainer({ archive, folder, args, mounts = {} }: ContainerOptions): Container {
  const bundle = join(folder, `container-${(started += 1)}`);
  const id = `serin-images-${process.pid}-${started}`;
  const runc = ['--root', join(folder, 'runc')];
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(specOf(archive, args, mounts)));
  const child = spawn('runc', [...runc, 'run', '--bundle', bundle, id], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => printed.push(part));
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const remove = (): void => {
    living.delete(remove);
    spawnSync('runc', [...runc, 'delete', '--force', id]);
  };
  living.add(remove);
  return {
    output: () => Buffer.concat(printed).toString('utf8'),
    ended,
    stop: async () => {
      const began = performance.now();
      await run('runc', [...runc, 'kill', id, 'TERM']);
      const insist = setTimeout(remove, PATIENCE);
      const status = await ended;
      clearTimeout(insist);
      return { status, ms: performance.now() - began };
    },
    remove,
  };
}

/** Milliseconds until `url` answers 200; throws what the container printed where it ends before or takes too long. */
export async function untilAnswered(container: Container, url: string): Promise<number> {
  const began = performance.now();
  let over = false;
  void container.ended.then(() => (over = true));
  while (!over && performance.now() - began < PATIENCE) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Trouble(`${container.output()}\nthe container did not answer on ${url}; its output is above`);
}

function specOf(archive: Archive, args: readonly string[], mounts: Readonly<Record<string, string>>): object {
  const { config, root } = archive;
  const [uid = 0, gid = 0] = config.User.split(':').map(Number);
  const nothing = ['nosuid', 'noexec', 'nodev'];
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: [...config.Entrypoint, ...args],
      env: config.Env,
      cwd: config.WorkingDir,
      capabilities: { bounding: [], effective: [], permitted: [], ambient: [] },
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    hostname: 'serin',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...nothing, 'ro'] },
      ...Object.entries(mounts).map(([destination, source]) => ({
        destination,
        type: 'bind',
        source,
        options: ['bind', 'ro', ...nothing],
      })),
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
}
