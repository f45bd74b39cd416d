/**
 * `npm run bench`: what the controller takes at rest, how soon it reacts and what a weight step costs, measured from
 * outside on the build that is shipped, against a cluster in a process of its own; and what a fleet's metrics cost a real
 * Prometheus. `--json` prints everything once more on the last line; `--quick` measures fewer Canaries for a shorter time;
 * `--only metrics` or `--only controller` is one of the two. It prints, and fails nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { misused, optionsOf } from './arguments.ts';
import {
  install,
  measureBare,
  measureIdle,
  measureReactions,
  measureSteps,
  openStage,
  startController,
  type Idle,
  type Step,
} from './bench/scenario.ts';
import { measureMetrics, type Metrics, type Stretch } from './bench/metrics.ts';
import type { Spread } from './bench/spread.ts';
import { ensureBuilt } from './demo/shipped.ts';

const values = optionsOf({
  json: { type: 'boolean' },
  quick: { type: 'boolean' },
  keep: { type: 'boolean' },
  only: { type: 'string' },
});
if (!['metrics', 'controller', undefined].includes(values.only)) {
  misused(`--only is ${values.only}, allowed are metrics and controller`);
}
const size =
  values.quick === true
    ? { few: 100, many: 500, seconds: 5, reactions: 50, metrics: 20 }
    : { few: 1_000, many: 5_000, seconds: 60, reactions: 300, metrics: 40 };
/** However quick: what matters is how many there are. */
const METRIC_CANARIES = 1_000;
const folder = mkdtempSync(join(tmpdir(), 'serin-bench-'));

interface Bare {
  readonly rssMiB: number;
  readonly cpuPercent: number;
  readonly echo: Spread;
}

interface Report {
  readonly quick: boolean;
  readonly idle: Idle;
  readonly idle5000: Idle;
  readonly react: Spread;
  readonly step: Step;
  readonly bare: Bare;
  readonly ratios: Readonly<Record<string, number>>;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** At rest, then reacting, then stepping: what comes later may disturb what would come after it. */
async function few(): Promise<Pick<Report, 'idle' | 'react' | 'step' | 'bare'>> {
  say(`${size.few} canaries: preparing the cluster…`);
  const stage = await openStage(folder, size.few);
  try {
    say(`a process that only watches, for ${size.seconds} s…`);
    const bare = await measureBare(stage, size.seconds);
    const controller = startController(stage, 'few');
    say(`the controller at rest, for ${size.seconds} s…`);
    const idle = await measureIdle(stage, controller, size.few, size.seconds);
    say('weight steps…');
    const step = await measureSteps(stage);
    say(`${size.reactions} new templates…`);
    const indexes = Array.from({ length: size.reactions }, (_, index) => index + 1);
    const react = await measureReactions(
      stage,
      indexes.filter((index) => index < size.few - 1),
    );
    await controller.stop();
    return { idle, react, step, bare };
  } finally {
    await stage.cluster.stop();
  }
}

async function many(): Promise<Idle> {
  say(`${size.many} canaries: preparing the cluster…`);
  const stage = await openStage(folder, size.many);
  try {
    const controller = startController(stage, 'many');
    say(`the controller at rest, for ${size.seconds} s…`);
    const idle = await measureIdle(stage, controller, size.many, size.seconds);
    await controller.stop();
    return idle;
  } finally {
    await stage.cluster.stop();
  }
}

function report(parts: Omit<Report, 'quick' | 'ratios'>): Report {
  const { idle, idle5000, react, bare } = parts;
  const ratio = (a: number, b: number): number => Number((a / Math.max(b, 0.01)).toFixed(2));
  return {
    quick: values.quick === true,
    ...parts,
    ratios: {
      rssToBare: ratio(idle.rssMiB, bare.rssMiB),
      reactToEcho: ratio(react.p50Ms, bare.echo.p50Ms),
      rssManyToFew: ratio(idle5000.rssMiB, idle.rssMiB),
    },
  };
}

function print({ quick, idle, idle5000, react, step, bare, ratios }: Report): void {
  const rows: readonly (readonly [string, string])[] = [
    ...[idle, idle5000].flatMap((at): [string, string][] => [
      [
        `at rest, ${at.canaries} canaries: requests per canary and minute`,
        `${at.requestsPerCanaryPerMinute}`,
      ],
      ['  upkeep (lease, watches opened again), per minute', `${at.upkeepRequestsPerMinute}`],
      ['  memory at most, MiB', `${at.rssMiB}`],
      ['  one core, percent', `${at.cpuPercent}`],
      ['  from start to rest', `${at.startSeconds} s, ${at.startRequests} requests`],
    ]),
    [
      `new template to Progressing, ms (of ${react.samples})`,
      `p50 ${react.p50Ms}, p99 ${react.p99Ms}, most ${react.maxMs}`,
    ],
    ['one weight step, writes and reads', `${step.writes} and ${step.reads}`],
    ...Object.entries(step.calls).map(([call, count]): [string, string] => [`  ${call}`, `${count}`]),
    [
      `a process that only watches ${idle.canaries} canaries, MiB and percent`,
      `${bare.rssMiB}, ${bare.cpuPercent}`,
    ],
    ['  watch to write, ms', `p50 ${bare.echo.p50Ms}, p99 ${bare.echo.p99Ms}`],
    ['ratios: memory and reaction to that process; memory of many to few', Object.values(ratios).join(', ')],
  ];
  if (quick) console.log('quick: fewer canaries and a shorter time than the figures in docs/performance.md');
  for (const [what, value] of rows) console.log(`${what.padEnd(66)} ${value}`);
}

function printMetrics({ canaries, withPath, without, ratios }: Metrics): void {
  const line = ({ sent, sentPerSecond, mostAtATime, latency, withoutNumber, cpuSeconds }: Stretch): string =>
    [
      `${sent} sent, ${sentPerSecond}/s, at most ${mostAtATime} at a time`,
      `p50 ${latency.p50Ms} and p99 ${latency.p99Ms} ms, ${withoutNumber} without a number`,
      `Prometheus ${cpuSeconds} s`,
    ].join('; ');
  console.log(`${canaries} canaries with two metrics, one of them the same for all`);
  console.log(`  due together, ${withPath.together.asked} asked:        ${line(withPath.together)}`);
  console.log(`    each on its own:                ${line(without.together)}`);
  console.log(`  every ten seconds, ${withPath.paced.asked} asked:   ${line(withPath.paced)}`);
  console.log(`    each on its own:                ${line(without.paced)}`);
  console.log(`  ratios: ${JSON.stringify(ratios)}`);
}

async function metrics(): Promise<Metrics | undefined> {
  say(`what ${METRIC_CANARIES} canaries ask a Prometheus, twice ${size.metrics} s and more…`);
  const measured = await measureMetrics(METRIC_CANARIES, size.metrics);
  if (measured === undefined) say('there is no prometheus on the path, so metrics are left out');
  return measured;
}

async function controller(): Promise<Report> {
  await ensureBuilt();
  install(folder);
  return report({ ...(await few()), idle5000: await many() });
}

try {
  const measured = values.only === 'metrics' ? undefined : await controller();
  const asked = values.only === 'controller' ? undefined : await metrics();
  if (measured !== undefined) print(measured);
  if (asked !== undefined) printMetrics(asked);
  if (values.json === true)
    console.log(
      JSON.stringify({ quick: values.quick === true, ...measured, ...(asked && { metrics: asked }) }),
    );
} finally {
  if (values.keep === true) say(`logs are in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
