/**
 * `npm run takeover`: every recorded state of a real Flagger is taken over in an embedded cluster, and what was read,
 * decided and reached is printed, one line a state.
 *
 * `-- --story 07b` takes the stories whose names begin so, `--state 09` the states, `--idle 1h` leaves the cluster
 * alone that long before, `--log` prints what the controller logs, `--json` one JSON object last. `--cluster` loads one
 * state of each story into the cluster of `npm run cluster` instead, with real pods.
 */
import { millis } from '../src/shared/brand.ts';
import { parseDuration } from '../src/shared/duration.ts';
import type { Logger } from '../src/shared/logger.ts';
import { silentLogger } from '../src/shared/logger.ts';
import { optionsOf } from './arguments.ts';
import { goInside, isInside, isSomeonesOwn } from './e2e/real.ts';
import { attempt } from './takeover/attempt.ts';
import { isSample, takeOverReal } from './takeover/real.ts';
import { recordedStates } from './takeover/recordings.ts';
import { reportOn, type Report } from './takeover/report.ts';

const values = optionsOf({
  story: { type: 'string', multiple: true, default: [] },
  state: { type: 'string', default: '' },
  idle: { type: 'string', default: '0s' },
  cluster: { type: 'boolean', default: false },
  log: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});
const OWN_ONLY =
  'the pods of the cluster that KUBECONFIG names cannot ask hooks of this process; unset it to use that of npm run cluster';
process.exitCode = await main().catch(told);

/** What stops it is about the cluster or the command line, as a sentence. */
function told(error: unknown): number {
  console.error(`takeover: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
}

async function main(): Promise<number> {
  if (values.cluster) return onCluster();
  const idle = parseDuration(values.idle);
  if (idle === undefined) throw new Error(`--idle is a duration such as 30s or 1h, found ${values.idle}`);
  const states = recordedStates(values.story);
  const chosen = states.filter(({ name }) => name.startsWith(values.state));
  if (chosen.length === 0) throw new Error('no recorded state has such a name');
  const reports: Report[] = [];
  for (const state of chosen) {
    const story = states.filter((other) => other.story === state.story);
    const before = story.slice(0, story.indexOf(state) + 1);
    const report = reportOn(state, await attempt(state, before, { idle: millis(idle), log: logger() }));
    print(report, reports.at(-1)?.story !== report.story);
    reports.push(report);
  }
  return conclude(reports);
}

async function onCluster(): Promise<number> {
  const began = performance.now();
  const say = (line: string): void => {
    process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(1).padStart(6)}  ${line}\n`);
  };
  if (isSomeonesOwn()) throw new Error(OWN_ONLY);
  if (!isInside()) return goInside(say);
  const states = recordedStates(values.story).filter(isSample);
  if (states.length === 0) throw new Error('no recorded story has such a name');
  const reports: Report[] = [];
  await takeOverReal(states, {
    say,
    onEnd: (report) => {
      print(report, true);
      reports.push(report);
    },
  });
  return conclude(reports);
}

function conclude(reports: readonly Report[]): number {
  const wrong = reports.filter((report) => report.wrong.length > 0).length;
  console.log(`\n${reports.length - wrong} of ${reports.length} states came to their right end`);
  if (values.json) console.log(JSON.stringify({ states: reports.length, wrong, reports }));
  return wrong === 0 ? 0 : 1;
}

function print(report: Report, begins: boolean): void {
  const { story, state, read, decided, ended, rule, seconds, dark, next, wrong } = report;
  if (begins) console.log(`\n${story}`);
  console.log(`${wrong.length === 0 ? '✓' : '✗'} ${state} (${rule})`);
  console.log(`    read     ${read}`);
  console.log(`    decided  ${decided}`);
  const shadow = dark > 0 ? `, ${dark} s of it with traffic to a workload without pods` : '';
  console.log(`    ended    ${ended}, after ${seconds} s${shadow}`);
  if (next !== undefined) console.log(`    next     ${next}`);
  for (const text of wrong) console.log(`    wrong    ${text}`);
}

function logger(): Logger {
  if (!values.log) return silentLogger;
  const say = (fields: object, message: string): void =>
    console.log(`    log      ${message} ${JSON.stringify(fields)}`);
  return { debug: say, info: say, warn: say, error: say };
}
