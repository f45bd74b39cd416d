/**
 * `npm run e2e:faults`: rollouts on the real cluster while parts of it are killed, stopped, or taken away. Each has to
 * end as its undisturbed twin, or, where its evidence is taken away, as its policy for that names.
 */
import { parseArgs } from 'node:util';
import { Changes } from '../test/e2e/harness/changes.ts';
import { startReceiver, type Receiver } from '../test/e2e/harness/receiver.ts';
import type { Act } from '../test/e2e/suite/act.ts';
import { uninstall } from '../test/e2e/suite/real/install.ts';
import type { Stage } from '../test/e2e/suite/stage.ts';
import { NODE_ADDRESS } from './cluster/network.ts';
import type { Outcome } from './crash/comparison.ts';
import { seeded } from './crash/random.ts';
import { goInside, isElsewhere, isInside, openRealStage, RELEASES, untilGone } from './e2e/real.ts';
import { AT_ONCE, deploymentsOf, FAULTS, NODE, type Fault } from './faults/catalogue.ts';
import { Controllers } from './faults/controllers.ts';
import { NAMESPACES, openLane, type Lane, type LaneName } from './faults/lanes.ts';
import { Loans } from './faults/loans.ts';
import { release } from './faults/release.ts';
import { isRight, lastOf, sentencesOf, summary, table, type Report } from './faults/report.ts';
import { nextRelease, PATIENCE, runFault } from './faults/run.ts';
import type { Scene } from './faults/scene.ts';
import { blunders, isUndisturbed } from './faults/verdict.ts';

const USAGE = `npm run e2e:faults -- [--only NAME[,NAME…]] [--attempts N] [--seed N] [--json] [--list]

Takes parts of the cluster that \`npm run cluster -- up\` has made away, or kills them, while rollouts run, and puts them
back. Each rollout has to end as the same one did undisturbed, tell the same, and lose no request of a user; where its
evidence is taken away, it has to end as its onInconclusive says. Exit status: 0 if all did, 1 if not, 2 for a mistake on
the command line.

  --only      these faults alone
  --attempts  does what was wrong once more, up to so many times in all: a machine that is busy with other things makes
              pods unready by itself; 1 if left out
  --seed      repeats the choice of moments
  --json      the last line is one JSON object
  --list      names the faults and does nothing
`;
const INTERRUPTED = 130;
/** So many attempts at an undisturbed one. */
const TWINS = 3;

/** A killed leader cannot give its lease away, and a minute each time would make half an hour of it. */
const SHORT_LEASE = { leaseDuration: '4s', renewDeadline: '3s', retryPeriod: '500ms' };

interface Options {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly attempts: number;
  readonly json: boolean;
}

/** Everything that has to be undone, as it comes into being. */
interface Made {
  readonly loans: Loans;
  readonly acts: Act[];
  web?: Receiver;
  stage?: Stage;
}

process.exit(await main());

async function main(): Promise<number> {
  const options = read();
  const say = clocked();
  if (isElsewhere()) {
    console.error(
      'faults: only the cluster of `npm run cluster` can be hurt; KUBECONFIG names another one, unset it',
    );
    return 2;
  }
  if (!isInside()) return goInside(say);
  const made: Made = { loans: new Loans(), acts: [] };
  const interrupted = Promise.withResolvers<number>();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => interrupted.resolve(INTERRUPTED));
  try {
    return await Promise.race([suite(options, made, say), interrupted.promise]);
  } catch (error) {
    console.error(`faults: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await undo(made, say);
  }
}

function clocked(): (line: string) => void {
  const began = performance.now();
  return (line) => {
    const at = ((performance.now() - began) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${at}  ${line}\n`);
  };
}

async function suite(
  { faults, seed, attempts, json }: Options,
  made: Made,
  say: (line: string) => void,
): Promise<number> {
  say(`seed ${seed}; repeat with: npm run e2e:faults -- --seed ${seed}`);
  const scene = await open(faults, seed, made, say);
  const reports = await inTurn(faults, scene, attempts);
  console.log(`\n${table(reports)}\n`);
  for (const report of reports)
    for (const text of sentencesOf(report)) console.log(`${report.fault}: ${text}`);
  const counting = lastOf(reports);
  const wrong = counting.filter((report) => !isRight(report)).length;
  const more = reports.length - counting.length;
  const again = more === 0 ? '' : `, ${more} of them more than once`;
  console.log(
    `${counting.length - wrong} of ${counting.length} faults were borne as they should be${again}, seed ${seed}`,
  );
  if (json) console.log(JSON.stringify(summary(reports, seed)));
  return wrong === 0 && counting.length === faults.length ? 0 : 1;
}

/** Serin, its Canaries, and their twins. */
async function open(
  faults: readonly Fault[],
  seed: number,
  made: Made,
  say: (line: string) => void,
): Promise<Scene> {
  // A run that was cut off may have left the node asleep, or Deployments without pods.
  await NODE.putBack();
  const web = (made.web = await startReceiver(new Changes(), NODE_ADDRESS));
  const stage = (made.stage = await openRealStage(say, {
    leaderElection: { replicaCount: 2, ...SHORT_LEASE },
    eventWebhook: `${web.url}/events`,
    slack: { url: `${web.url}/slack`, channel: 'general' },
  }));
  for (const line of stage.about) say(line);
  for (const loan of deploymentsOf({ stage })) await loan.putBack();
  for (const kind of ['HTTPRoute', 'TraefikService'] as const) await stage.cluster.watch(kind);
  const names = [...new Set(faults.flatMap((fault) => fault.lanes))];
  const { acts, loans } = made;
  const opened = await Promise.all(names.map((name) => openLane(name, { stage, web, say }, acts)));
  const lanes = new Map(opened.map((lane) => [lane.name, lane]));
  say('all Canaries are initialized; the undisturbed twins …');
  const twins = await twinsOf(opened, web, say);
  return {
    stage,
    web,
    controllers: new Controllers(stage.cluster),
    loans,
    random: seeded(seed),
    acts,
    lanes,
    twins,
    say,
  };
}

/** @throws where one does not end as its revision should */
async function twinsOf(
  lanes: readonly Lane[],
  web: Receiver,
  say: (line: string) => void,
): Promise<ReadonlyMap<LaneName, Outcome>> {
  const twins = await Promise.all(
    lanes.map(async (lane) => [lane.name, await twinOf(lane, web, say)] as const),
  );
  const wrong = twins.flatMap(([name, twin]) => blunders(twin).map((text) => `${name}: ${text}`));
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  for (const [name, twin] of twins) say(`undisturbed, ${name} ends as ${String(twin.end['phase'])}`);
  return new Map(twins);
}

async function twinOf(lane: Lane, web: Receiver, say: (line: string) => void): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const twin = await release(lane, web, nextRelease(), PATIENCE);
    if (isUndisturbed(twin) || attempt === TWINS) return twin;
    say(
      `${lane.name} was halted, or its primary had no ready pod, although nothing disturbed it; once more …`,
    );
  }
}

async function inTurn(faults: readonly Fault[], scene: Scene, attempts: number): Promise<readonly Report[]> {
  const reports: Report[] = [];
  const groups = [
    ...faults.filter(isApart).map((fault) => [fault]),
    faults.filter((fault) => !isApart(fault)),
  ];
  for (const group of groups) {
    if (group.length === 0) continue;
    await scene.controllers.refresh();
    for (const { name, title } of group) scene.say(`${name}: ${title}`);
    reports.push(...(await Promise.all(group.map((fault) => tried(fault, scene, attempts)))).flat());
  }
  return reports;
}

/** None of its lanes belongs to a fault that happens at the same time. */
function isApart({ name }: Fault): boolean {
  return !AT_ONCE.includes(name);
}

async function tried(fault: Fault, scene: Scene, attempts: number): Promise<readonly Report[]> {
  const reports: Report[] = [];
  do {
    // Controllers that have died often start ever later.
    if (reports.length > 0 && isApart(fault)) await scene.controllers.refresh();
    reports.push(await reported(fault, scene, reports.length + 1));
  } while (reports.length < attempts && !reports.some(isRight));
  return reports;
}

async function reported(fault: Fault, scene: Scene, attempt: number): Promise<Report> {
  if (attempt > 1) scene.say(`${fault.name}: once more`);
  const report = await runFault(fault, scene, attempt);
  scene.say(
    `${fault.name}: ${isRight(report) ? 'right' : 'WRONG'} after ${report.seconds} s, ${report.lost} requests lost`,
  );
  for (const text of sentencesOf(report)) scene.say(`${fault.name}: ${text}`);
  if (!isRight(report)) await sayLastWords(scene);
  return report;
}

async function sayLastWords({ stage, say }: Scene): Promise<void> {
  const words = await stage.lastWords().catch((error: unknown) => String(error));
  for (const line of words.split('\n')) say(`  ${line}`);
}

/** Puts back what was taken away, then removes what was made. Whoever comes next finds nothing of it. */
async function undo({ loans, acts, web, stage }: Made, say: (line: string) => void): Promise<void> {
  say('putting everything back …');
  for (const complaint of await loans.settle()) say(complaint);
  await Promise.all(acts.map((act) => act.curtain()));
  await Promise.all(acts.map((act) => act.clear()));
  if (stage !== undefined) {
    await Promise.all(RELEASES.map(uninstall));
    for (const { namespace: name } of RELEASES) await stage.cluster.remove('Namespace', { name });
    await untilGone(stage.cluster, isOurs);
    await stage.stop();
  }
  await web?.close();
}

function isOurs(namespace: string): boolean {
  return namespace.startsWith(NAMESPACES) || RELEASES.some((release) => release.namespace === namespace);
}

// ------------------------------------------------------------------------------------------------------ command line

function read(): Options {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        seed: { type: 'string' },
        attempts: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) leave(USAGE, 0);
    if (values.list) leave(FAULTS.map(({ name, title }) => `${name.padEnd(18)} ${title}`).join('\n'), 0);
    const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
    if (!Number.isInteger(seed) || seed < 0)
      leave(`faults: --seed is a whole number from 0, found ${values.seed}`, 2);
    const attempts = Number(values.attempts);
    if (!Number.isInteger(attempts) || attempts < 1)
      leave(`faults: --attempts is a whole number from 1, found ${values.attempts}`, 2);
    return { faults: chosen(values.only), seed, attempts, json: values.json };
  } catch (error) {
    return leave(`faults: ${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2);
  }
}

function chosen(only: string | undefined): readonly Fault[] {
  if (only === undefined) return FAULTS;
  const names = only.split(',');
  const unknown = names.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) leave(`faults: no fault is called ${unknown}; see --list`, 2);
  return FAULTS.filter(({ name }) => names.includes(name));
}

function leave(text: string, status: number): never {
  (status === 0 ? console.log : console.error)(text);
  process.exit(status);
}
