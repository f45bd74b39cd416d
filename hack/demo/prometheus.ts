/** Where the demo's metrics come from: a real Prometheus if there is one on the path, else the sandbox's stand-in. */
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Counter } from '../../src/sandbox/counters.ts';
import { startPrometheusStandIn } from '../../src/sandbox/prometheus.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { startChild, type Child } from './children.ts';
import { freePort } from './loopback.ts';

export interface MetricsServer {
  readonly url: string;
  /** For the terminal: which one it is. */
  readonly description: string;
  /** Resolves once it has taken a sample: a Prometheus looks around for some seconds before it begins. */
  readonly sampling: Promise<void>;
  stop(): Promise<void>;
}

export interface MetricsOptions {
  /** The program, or undefined to use the stand-in. */
  readonly program: string | undefined;
  /** Why there is no program, for the description of the stand-in. */
  readonly otherwise: string;
  /** Where counters are exported in Prometheus's text format. */
  readonly scrape: string;
  /** The same counters, for the stand-in. */
  readonly source: () => readonly Counter[];
}

const READY_WITHIN = 15_000;

/** Starts one or the other; throws if a Prometheus that is there does not start. */
export async function startMetricsServer(options: MetricsOptions): Promise<MetricsServer> {
  if (options.program !== undefined) return startPrometheus(options.program, options.scrape);
  const standIn = await startPrometheusStandIn({ source: options.source, clock: systemClock });
  const description = "a stand-in for Prometheus that answers only Serin's built-in queries";
  return {
    url: standIn.url,
    description: `${description} (${options.otherwise})`,
    sampling: Promise.resolve(),
    stop: () => standIn.stop(),
  };
}

/** The path of a program on the path, if it is there and may be run. */
export async function findProgram(
  name: string,
  path = process.env['PATH'] ?? '',
): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}

async function startPrometheus(program: string, scrape: string): Promise<MetricsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'serin-demo-prometheus-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, 'prometheus.yml'), configuration(new URL(scrape).host));
  const child = startChild(program, [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ]);
  const stop = async (): Promise<void> => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const failure = await ready(url, child);
  const description = `Prometheus (${program}), scraping every second`;
  if (failure === undefined) return { url, description, sampling: firstSample(url, child), stop };
  await stop();
  throw new Error(`${program} did not start: ${failure} ${child.complaint()}`);
}

function configuration(target: string): string {
  return [
    'global: { scrape_interval: 1s, scrape_timeout: 1s }',
    'scrape_configs:',
    '  - job_name: mesh',
    `    static_configs: [{ targets: ['${target}'] }]`,
    '',
  ].join('\n');
}

/** Resolves to undefined once it answers, to a reason when it does not. */
async function ready(url: string, child: Child): Promise<string | undefined> {
  const end = Date.now() + READY_WITHIN;
  while (child.running() && Date.now() < end) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok === true) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child.running() ? `not ready after ${READY_WITHIN / 1_000}s` : child.ended;
}

async function firstSample(url: string, child: Child): Promise<void> {
  while (child.running()) {
    const answer = await fetch(`${url}/api/v1/query?query=up`).catch(() => undefined);
    if ((await answer?.text())?.includes('"value"') === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
