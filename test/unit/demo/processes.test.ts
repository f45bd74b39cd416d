import { afterEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, type Child } from '../../../hack/demo/children.ts';
import { listen } from '../../../hack/demo/loopback.ts';
import { findProgram, startMetricsServer, type MetricsServer } from '../../../hack/demo/prometheus.ts';

let child: Child | undefined;
let server: MetricsServer | undefined;
afterEach(async () => {
  await child?.stop(0);
  await server?.stop();
  server = undefined;
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A Node process that runs a piece of code. */
function run(code: string, onLine?: (line: string) => void): Child {
  child = startChild(process.execPath, ['-e', code], onLine === undefined ? {} : { onLine });
  return child;
}

describe('a child process', () => {
  it('has ended when stop returns', async () => {
    const started = run('setInterval(() => undefined, 1000)');
    expect(isAlive(started.pid ?? 0)).toBe(true);
    await started.stop();
    expect(isAlive(started.pid ?? 0)).toBe(false);
    expect(await started.ended).toBe('ended by SIGTERM');
  });

  it('is killed when it does not want to end', async () => {
    const heard = new Promise<void>((resolve) => {
      run(
        "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); console.log('up')",
        () => resolve(),
      );
    });
    await heard;
    await child?.stop(1);
    expect(await child?.ended).toBe('ended by SIGKILL');
  });

  it('tells how it ended and what it complained about', async () => {
    const started = run("console.error('no port'); process.exit(3)");
    expect(await started.ended).toBe('ended with status 3');
    expect(started.complaint()).toBe('no port');
  });

  it('tells when there is no such program', async () => {
    child = startChild('/nowhere/at-all', []);
    expect(await child.ended).toMatch(/could not be started: .*ENOENT/);
  });
});

const prometheus = await findProgram('prometheus');

describe('the metrics server', () => {
  it('is found where the path says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'serin-path-'));
    await writeFile(join(folder, 'prometheus'), '');
    expect(await findProgram('prometheus', folder)).toBeUndefined();
    await chmod(join(folder, 'prometheus'), 0o755);
    expect(await findProgram('prometheus', `/nowhere:${folder}`)).toBe(join(folder, 'prometheus'));
    await rm(folder, { recursive: true });
  });

  it('is a stand-in that says so where there is no Prometheus', async () => {
    server = await startMetricsServer({
      program: undefined,
      scrape: 'http://127.0.0.1:1',
      otherwise: 'none',
      source: () => [],
    });
    expect(server.description).toContain('stand-in');
    const answer = await fetch(`${server.url}/api/v1/query?query=vector(1)`);
    expect(await answer.json()).toMatchObject({ status: 'success' });
  });

  it('is an error with its last words when a Prometheus does not start', async () => {
    const starting = startMetricsServer({
      program: process.execPath,
      scrape: 'http://127.0.0.1:1',
      otherwise: 'none',
      source: () => [],
    });
    await expect(starting).rejects.toThrow(/did not start: ended with status 9/);
  });

  (prometheus === undefined ? it.skip : it)(
    'is a real Prometheus where there is one, which leaves nothing behind',
    async () => {
      const before = await folders();
      const metrics = await listen((_, response) => response.end('demo_total 7\n'));
      server = await startMetricsServer({
        program: prometheus,
        scrape: metrics.url,
        otherwise: 'none',
        source: () => [],
      });
      const end = Date.now() + 20_000;
      let body = '';
      while (!body.includes('"7"') && Date.now() < end) {
        body = await (await fetch(`${server.url}/api/v1/query?query=demo_total`)).text();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(body).toContain('"7"');
      await server.stop();
      await metrics.stop();
      // Other demos on this machine come and go.
      expect((await folders()).filter((folder) => !before.includes(folder))).toEqual([]);
    },
    30_000,
  );
});

async function folders(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('serin-demo-prometheus-'));
}
