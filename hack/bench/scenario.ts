/** What is measured, one function a figure; what is good enough is not decided here. */
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROLLER } from '../demo/shipped.ts';
import { Cluster, start, startBare, usageOf, type Running } from './processes.ts';
import type { Counts } from './protocol.ts';
import { spread, type Spread } from './spread.ts';

export interface Idle {
  readonly canaries: number;
  readonly requestsPerCanaryPerMinute: number;
  /** The lease's, and watches that the server ended in time and that were opened again. */
  readonly upkeepRequestsPerMinute: number;
  readonly rssMiB: number;
  readonly cpuPercent: number;
  /** From the start of the process until it had nothing to do any more. */
  readonly startSeconds: number;
  /** What it asked for before it rested. */
  readonly startRequests: number;
}

export interface Step {
  readonly writes: number;
  readonly reads: number;
  /** Calls per step, by `verb resource`. */
  readonly calls: Counts;
}

export interface Stage {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly url: string;
  readonly token: string;
  readonly ca: string;
}

const POLL = 500;
/** Nothing asked for and next to nothing computed for this long is rest. */
const QUIET_POLLS = 6;
const QUIET_SHARE = 0.1;

/** A cluster with as many settled Canaries; all but two are copies of what the controller made of the first. */
export async function openStage(folder: string, canaries: number): Promise<Stage> {
  const cluster = new Cluster();
  const { text, ...access } = await cluster.ask({ kind: 'begin' }, 'kubeconfig');
  const stage = { cluster, folder, ...access };
  writeFileSync(join(folder, 'kubeconfig'), text, { mode: 0o600 });
  const controller = startController(stage, 'first');
  await cluster.ask({ kind: 'initialized' }, 'done');
  await rest(stage, controller);
  await controller.stop();
  await cluster.ask({ kind: 'populate', from: 1, to: canaries - 1 }, 'done');
  return stage;
}

/** Puts the build with what belongs to it into the folder: a build that begins meanwhile shall not disturb. */
export function install(folder: string): void {
  const root = join(import.meta.dirname, '../..');
  mkdirSync(join(folder, 'dist'));
  copyFileSync(CONTROLLER, join(folder, 'dist/main.js'));
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  cpSync(join(root, 'crds'), join(folder, 'crds'), { recursive: true });
}

/** As it is shipped, with the defaults; only the shortest interval is lower, for the steps to be counted. */
export function startController({ folder }: Stage, name: string): Running {
  const flags = ['-port=0', '-mesh-provider=istio', '-minimum-analysis-interval=1s'];
  const log = join(folder, `controller-${name}.log`);
  return start(
    process.execPath,
    [join(folder, 'dist/main.js'), `-kubeconfig=${join(folder, 'kubeconfig')}`, ...flags],
    log,
  );
}

/** Resolves when the process neither asks nor computes; says how long that took and what was asked. */
export async function rest(
  { cluster }: Stage,
  { pid }: Running,
): Promise<{ readonly seconds: number; readonly requests: number }> {
  const from = performance.now();
  const before = sum((await cluster.ask({ kind: 'counts' }, 'counts')).counts, isWork);
  let [requests, cpu, since] = [before, usageOf(pid).cpuSeconds, from];
  for (let quiet = 0; quiet < QUIET_POLLS;) {
    await pass(POLL);
    const now = sum((await cluster.ask({ kind: 'counts' }, 'counts')).counts, isWork);
    const { cpuSeconds } = usageOf(pid);
    const idle = now === requests && cpuSeconds - cpu <= (POLL / 1_000) * QUIET_SHARE && now > 0;
    if (!idle) since = performance.now();
    quiet = idle ? quiet + 1 : 0;
    [requests, cpu] = [now, cpuSeconds];
  }
  return { seconds: (since - from) / 1_000, requests: requests - before };
}

/** What the controller takes while nothing happens, for `seconds`. */
export async function measureIdle(
  stage: Stage,
  controller: Running,
  canaries: number,
  seconds: number,
): Promise<Idle> {
  const started = await rest(stage, controller);
  const before = (await stage.cluster.ask({ kind: 'counts' }, 'counts')).counts;
  const from = usageOf(controller.pid);
  const most = await mostMemory(controller, seconds);
  const to = usageOf(controller.pid);
  const after = (await stage.cluster.ask({ kind: 'counts' }, 'counts')).counts;
  const asked = difference(after, before);
  return {
    canaries,
    requestsPerCanaryPerMinute: rounded((sum(asked, isWork) / canaries / seconds) * 60, 4),
    upkeepRequestsPerMinute: rounded((sum(asked, (call) => !isWork(call)) / seconds) * 60, 1),
    rssMiB: rounded(most, 1),
    cpuPercent: rounded(((to.cpuSeconds - from.cpuSeconds) / seconds) * 100, 2),
    startSeconds: rounded(started.seconds, 1),
    startRequests: started.requests,
  };
}

/** The most it held in the window, not what was left at a good moment. */
async function mostMemory({ pid }: Running, seconds: number): Promise<number> {
  let most = 0;
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    most = Math.max(most, usageOf(pid).rssMiB);
    await pass(POLL);
  }
  return most;
}

/** What a process takes that only knows the same objects. */
export async function measureBare(
  stage: Stage,
  seconds: number,
): Promise<{ readonly rssMiB: number; readonly cpuPercent: number; readonly echo: Spread }> {
  const bare = await startBare(stage.url, stage.token, stage.ca);
  await pass(2_000);
  const from = usageOf(bare.pid);
  const most = await mostMemory(bare, seconds);
  const spent = usageOf(bare.pid).cpuSeconds - from.cpuSeconds;
  const { each } = await stage.cluster.ask({ kind: 'echo', times: 200, pause: 20 }, 'milliseconds');
  await bare.stop();
  return { rssMiB: rounded(most, 1), cpuPercent: rounded((spent / seconds) * 100, 2), echo: spread(each) };
}

/** New templates at the pace of a busy organisation: ten a second. */
export async function measureReactions({ cluster }: Stage, indexes: readonly number[]): Promise<Spread> {
  const { each } = await cluster.ask({ kind: 'react', indexes, pause: 100 }, 'milliseconds');
  return spread(each);
}

/** What one weight step costs, from the second weight to the last: with the first one the analysis begins, which is news. */
export async function measureSteps({ cluster }: Stage): Promise<Step> {
  const { weights } = await cluster.ask({ kind: 'step' }, 'weights');
  const [, first] = weights;
  const last = weights.at(-1);
  if (first === undefined || last === undefined) throw new Error('fewer than two weights were set');
  const total = difference(last.counts, first.counts);
  const steps = weights.length - 2;
  const calls = Object.fromEntries(
    Object.entries(total)
      .filter(([call]) => isWork(call))
      .map(([call, count]) => [call, rounded(count / steps, 2)]),
  );
  const writes = sum(calls, (call) => !isRead(call));
  return { writes: rounded(writes, 2), reads: rounded(sum(calls, isRead), 2), calls };
}

function isRead(call: string): boolean {
  return /^(get|list) /.test(call);
}

/** Everything but what keeps a controller at work at all. */
function isWork(call: string): boolean {
  return !call.startsWith('watch ') && !call.includes('leases.coordination');
}

function sum(counts: Counts, counted: (call: string) => boolean): number {
  return Object.entries(counts).reduce((total, [call, count]) => total + (counted(call) ? count : 0), 0);
}

function difference(after: Counts, before: Counts): Counts {
  const entries = Object.entries(after).map(([call, count]): [string, number] => [
    call,
    count - (before[call] ?? 0),
  ]);
  return Object.fromEntries(entries.filter(([, count]) => count !== 0));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function pass(span: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span));
}
