/**
 * `npm run e2e -- [--cluster embedded|real] [--only NAME] [--parallel N] [--json]`: the scenarios of test/e2e/suite
 * played on a cluster, live, and a table at the end.
 */
import { parseArgs } from 'node:util';
import { goInside, isInside, openRealStage } from './e2e/real.ts';
import { openEmbedded } from '../test/e2e/suite/embedded/stage.ts';
import { playAll, type Outcome } from '../test/e2e/suite/play.ts';
import type { Scenario } from '../test/e2e/suite/scenario.ts';
import { SCENARIOS } from '../test/e2e/suite/scenarios.ts';
import { RISK_OF_A_RUN, type Share } from '../test/e2e/suite/shares.ts';
import type { Stage } from '../test/e2e/suite/stage.ts';
import { table } from './table.ts';

const USAGE = `npm run e2e -- [--cluster embedded|real] [--only NAME[,NAME…]] [--parallel N] [--json] [--list]

Plays every scenario of test/e2e/suite: rollouts with users who come through a router, and nothing they ask for may be
lost. Exit status: 0 if all passed, 1 if not, 2 for a mistake on the command line.

  --cluster   embedded (a cluster in memory, the default) or real: the one that KUBECONFIG names, else the one that
              \`npm run cluster -- up\` has made
  --only      these scenarios alone; \`traffic\` is all that count shares at 1, 10, 50 and 99 percent
  --parallel  how many at a time, 3 if not given
  --json      the last line is one JSON object
  --list      names the scenarios and plays none
`;
const INTERRUPTED = 130;
const HEAD = ['scenario', 'verdict', 'duration', 'requests', 'lost', 'measured shares, by weight'];

interface Options {
  readonly kind: Stage['kind'];
  readonly scenarios: readonly Scenario[];
  readonly parallel: number;
  readonly json: boolean;
}

process.exit(await main().catch(told));

/** Most of what stops a suite is about the cluster, as a sentence. */
function told(error: unknown): number {
  console.error(`e2e: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
}

async function main(): Promise<number> {
  const options = read();
  const began = performance.now();
  const say = (line: string): void => {
    const at = ((performance.now() - began) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${at}  ${line}\n`);
  };
  if (options.kind === 'real' && !isInside()) return goInside(say);
  let stopping: Promise<unknown> | undefined;
  const opened: Stage[] = [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The first takes the stage down in order, as far as there is one; a second does not wait.
      if (opened.length === 0 || stopping !== undefined) process.exit(INTERRUPTED);
      stopping = Promise.all(opened.map((one) => one.stop())).finally(() => process.exit(INTERRUPTED));
    });
  }
  const stage = await open(options.kind, say);
  opened.push(stage);
  try {
    for (const line of stage.about) say(line);
    const measured = SCENARIOS.reduce((sum, { measures }) => sum + measures, 0);
    say(
      `playing ${options.scenarios.map(({ name }) => name).join(', ')}; shares are judged at one false alarm in ${1 / RISK_OF_A_RUN} runs ` +
        `of up to ${measured} weights`,
    );
    const outcomes = await playAll(options.scenarios, stage, {
      measured,
      parallel: options.parallel,
      report: say,
      onEnd: (outcome) => tell(outcome, say),
    });
    return conclude(outcomes, options, stage);
  } finally {
    await stage.stop();
  }
}

function open(kind: Stage['kind'], say: (line: string) => void): Promise<Stage> {
  if (kind === 'real') return openRealStage(say);
  say('starting a cluster in memory …');
  return openEmbedded();
}

function tell({ name, seconds, lost, complaints }: Outcome, say: (line: string) => void): void {
  say(`${name}: ${complaints.length === 0 ? 'passed' : 'FAILED'} after ${seconds} s, ${lost} requests lost`);
  for (const complaint of complaints) say(`${name}: ${complaint}`);
}

// ---------------------------------------------------------------------------------------------------------- the end

function conclude(outcomes: readonly Outcome[], { json, scenarios, kind }: Options, stage: Stage): number {
  const failed = outcomes.filter(({ complaints }) => complaints.length > 0);
  console.log(`\n${tableOf(outcomes)}\n`);
  const counting = outcomes.filter(({ name }) => scenarios.some((one) => one.name === name && one.group));
  if (counting.length > 0) console.log(`${sharesOf(counting)}\n`);
  for (const { name, only } of scenarios) {
    if (only !== undefined && only.kind !== kind) console.log(`${name} was not played here: ${only.because}`);
  }
  for (const { name, complaints } of failed) console.log(`${name}: ${complaints.join('\n')}`);
  const lost = outcomes.reduce((sum, outcome) => sum + outcome.lost, 0);
  console.log(
    `${outcomes.length - failed.length} passed, ${failed.length} failed, ${lost} requests of users lost, ` +
      `on the ${stage.kind} cluster`,
  );
  if (json) console.log(JSON.stringify(summary(outcomes, failed.length, lost)));
  return failed.length === 0 ? 0 : 1;
}

function summary(outcomes: readonly Outcome[], failed: number, lostRequests: number): unknown {
  return {
    passed: outcomes.length - failed,
    failed,
    lostRequests,
    scenarios: outcomes.map(({ name, seconds, shares, complaints }) => ({
      name,
      seconds,
      passed: complaints.length === 0,
      shares: shares.map((share) => ({ ...share, percent: Number(percentOf(share)) })),
    })),
  };
}

function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ name, seconds, shares, requests, lost, complaints }) => [
    name,
    complaints.length === 0 ? 'passed' : 'FAILED',
    `${seconds} s`,
    String(requests),
    String(lost),
    shares.map((share) => `${share.weight}%: ${percentOf(share)}`).join(', ') || '-',
  ]);
  return table(HEAD, rows);
}

/** What each router made of each weight. */
function sharesOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ name, shares, lost }) =>
    shares.map((share) => [
      name,
      `${share.weight}%`,
      `${percentOf(share)}%`,
      String(share.requests),
      String(lost),
    ]),
  );
  return table(['router', 'weight set', 'share measured', 'requests counted', 'lost in its scenario'], rows);
}

function percentOf({ canary, requests }: Share): string {
  return ((100 * canary) / requests).toFixed(1);
}

// ------------------------------------------------------------------------------------------------------ command line

function read(): Options {
  try {
    const { values } = parseArgs({
      options: {
        cluster: { type: 'string', default: 'embedded' },
        only: { type: 'string' },
        parallel: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) leave(USAGE, 0);
    if (values.list) leave(SCENARIOS.map(({ name, title }) => `${name.padEnd(18)} ${title}`).join('\n'), 0);
    const { cluster: kind, json } = values;
    if (kind !== 'embedded' && kind !== 'real') {
      return leave(`e2e: --cluster is embedded or real, found ${kind}`, 2);
    }
    const parallel = Number(values.parallel);
    if (!Number.isInteger(parallel) || parallel < 1) leave('e2e: --parallel is a whole number from 1', 2);
    return { kind, parallel, json, scenarios: chosen(values.only, kind) };
  } catch (error) {
    return leave(`e2e: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}

function chosen(only: string | undefined, kind: Stage['kind']): readonly Scenario[] {
  const playable = SCENARIOS.filter((scenario) => scenario.only === undefined || scenario.only.kind === kind);
  if (only === undefined) return playable;
  const names = only.split(',');
  const isCalled = ({ name, group }: Scenario, word: string): boolean => name === word || group === word;
  const unknown = names.find((word) => !playable.some((scenario) => isCalled(scenario, word)));
  if (unknown !== undefined) leave(`e2e: no scenario is called ${unknown} on this cluster; see --list`, 2);
  return playable.filter((scenario) => names.some((word) => isCalled(scenario, word)));
}

function leave(text: string, status: number): never {
  (status === 0 ? console.log : console.error)(text);
  process.exit(status);
}
