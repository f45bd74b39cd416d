/** How long the images take until they are of use, and whether they end when they are asked to. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '../../src/sandbox/server.ts';
import { freePort } from '../demo/loopback.ts';
import type { Archive } from './archive.ts';
import { startContainer, untilAnswered, type Container } from './container.ts';
import { Trouble } from './tools.ts';

/** Milliseconds. */
export interface StartUp {
  readonly ready: number;
  readonly stopped: number;
}

const RUNS = 3;

/** From the start of the container until /readyz answers 200: connected, definitions applied, caches filled. */
export async function measureController(archive: Archive, folder: string): Promise<StartUp> {
  const sandbox = await startSandbox();
  try {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, sandbox.kubeconfig());
    chmodSync(kubeconfig, 0o644);
    return await median(async () => {
      const port = await freePort();
      const args = ['-kubeconfig=/run/kubeconfig', `-port=${port}`];
      const container = startContainer({ archive, folder, args, mounts: { '/run/kubeconfig': kubeconfig } });
      return timesOf(container, `http://127.0.0.1:${port}/readyz`);
    });
  } finally {
    await sandbox.stop();
  }
}

/** From the start of the container until /healthz answers 200. */
export async function measureLoadTester(archive: Archive, folder: string): Promise<StartUp> {
  return median(async () => {
    const port = await freePort();
    const container = startContainer({ archive, folder, args: ['-port', String(port)] });
    return timesOf(container, `http://127.0.0.1:${port}/healthz`);
  });
}

async function timesOf(container: Container, url: string): Promise<StartUp> {
  try {
    const ready = await untilAnswered(container, url);
    const { status, ms } = await container.stop();
    if (status === 0) return { ready, stopped: ms };
    throw new Trouble(
      `${container.output()}\nasked to end, it ended with status ${status}; its output is above`,
    );
  } finally {
    container.remove();
  }
}

/** A machine with other work to do makes single figures worthless. */
async function median(measure: () => Promise<StartUp>): Promise<StartUp> {
  const found: StartUp[] = [];
  for (let time = 0; time < RUNS; time += 1) found.push(await measure());
  const middle = (of: (times: StartUp) => number): number =>
    found.map(of).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
  return { ready: middle(({ ready }) => ready), stopped: middle(({ stopped }) => stopped) };
}
