/**
 * `npm run e2e:crash`: releases with a controller that is killed at any moment, beside the same releases with one that
 * is not. Every release has to end as its undisturbed twin, and nothing it has to tell may be lost.
 *
 * `-- --seed N` repeats the choice of revisions and moments, `-- --rollouts N` sets how many there are.
 */
import { Rollout } from '../test/e2e/harness/rollout.ts';
import { World } from '../test/e2e/harness/world.ts';
import { optionsOf } from './arguments.ts';
import { Killer } from './crash/killer.ts';
import { CONFIGURED, fateOf, lanesIn, type Lane } from './crash/lanes.ts';
import { differences, type Outcome } from './crash/comparison.ts';
import { release, settings, type Release } from './crash/outcome.ts';
import { seeded, type Random } from './crash/random.ts';

/** A killed leader cannot give its lease away, and a minute each time would make an hour of it. */
const SHORT_LEASE = [
  '-leader-election-lease-duration=2s',
  '-leader-election-renew-deadline=1500ms',
  '-leader-election-retry-period=500ms',
];
const TWIN_PATIENCE = 60_000;
const STORM_PATIENCE = 180_000;
const INTERRUPTED = 130;
const WIDTHS = [8, 16, 6, 6, 10, 10, 8, 8];

interface Place {
  readonly world: World;
  readonly lane: Lane;
  readonly rollout: Rollout;
}

interface Tally {
  right: number;
  wrong: number;
}

process.on('SIGINT', () => process.exit(INTERRUPTED));
process.on('SIGTERM', () => process.exit(INTERRUPTED));
process.exit(await main());

async function main(): Promise<number> {
  const { seed, rollouts } = options();
  const began = Date.now();
  console.log(
    `seed ${seed}, ${rollouts} rollouts; repeat with: npm run e2e:crash -- --seed ${seed} --rollouts ${rollouts}`,
  );
  const [calm, storm] = await Promise.all([World.start(), World.start()]);
  const killer = new Killer(storm, seeded(seed + 1), flagsOf(storm));
  try {
    await calm.leader(flagsOf(calm));
    const raging = killer.rage();
    row('rollout', 'kind', 'fate', 'kills', 'end', 'twin', 'events', 'alerts', 'verdict');
    const tally = await runLanes(calm, storm, killer, seed, rollouts);
    killer.stop();
    await raging;
    console.log(
      `\n${tally.right} of ${tally.right + tally.wrong} rollouts ended as their undisturbed twins and lost nothing; ` +
        `${killer.kills} kills, ${killer.deserters} controllers ended by themselves, ${seconds(began)}, seed ${seed}`,
    );
    return tally.wrong === 0 && tally.right === rollouts ? 0 : 1;
  } finally {
    killer.stop();
    await Promise.all([calm.stop(), storm.stop()]);
  }
}

function options(): { readonly seed: number; readonly rollouts: number } {
  const values = optionsOf({ seed: { type: 'string' }, rollouts: { type: 'string' } });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  const rollouts = Number(values.rollouts ?? 100);
  if (Number.isInteger(seed) && Number.isInteger(rollouts) && rollouts > 0) return { seed, rollouts };
  console.error('crash: --seed and --rollouts are whole numbers, rollouts from 1');
  process.exit(2);
}

function flagsOf({ web }: World): readonly string[] {
  return [
    ...SHORT_LEASE,
    `-event-webhook=${web.url}/events`,
    `-slack-url=${web.url}/slack`,
    '-slack-channel=general',
  ];
}

/** All lanes at the same time, the releases of one lane after each other. */
async function runLanes(
  calm: World,
  storm: World,
  killer: Killer,
  seed: number,
  rollouts: number,
): Promise<Tally> {
  const tally: Tally = { right: 0, wrong: 0 };
  const twins = lanesIn(calm);
  await Promise.all(
    lanesIn(storm).map(async (lane, index) => {
      const count = Math.floor(rollouts / twins.length) + (index < rollouts % twins.length ? 1 : 0);
      const twin = twins[index];
      if (twin === undefined || count === 0) return;
      const places = await Promise.all([install(calm, twin), install(storm, lane)]);
      await runLane(places, seeded(seed + 100 * index), count, killer, tally);
    }),
  );
  return tally;
}

async function install(world: World, lane: Lane): Promise<Place> {
  if (lane.kind === CONFIGURED) world.apply(settings(0));
  await world.eventually('the definitions are there', () =>
    world.get('CustomResourceDefinition', 'canaries.flagger.app'),
  );
  const rollout = Rollout.apply(world, lane.wish);
  await rollout.rests('Initialized', { within: STORM_PATIENCE });
  return { world, lane, rollout };
}

async function runLane(
  [twin, storm]: readonly [Place, Place],
  random: Random,
  count: number,
  killer: Killer,
  tally: Tally,
): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const what: Release = { number, fate: fateOf(storm.lane, random) };
    const before = killer.kills;
    const [wanted, found] = await Promise.all([
      release(twin.world, twin.lane, twin.rollout, what, TWIN_PATIENCE),
      release(storm.world, storm.lane, storm.rollout, what, STORM_PATIENCE),
    ]);
    const wrong = [...blunders(wanted), ...differences(wanted, found)];
    if (wrong.length === 0) tally.right += 1;
    else tally.wrong += 1;
    report(
      `${tally.right + tally.wrong}`,
      storm.lane.kind,
      what,
      killer.kills - before,
      wanted,
      found,
      wrong,
    );
  }
}

/** Twins that go wrong would prove nothing. */
function blunders({ end }: Outcome): readonly string[] {
  return end['stuck'] === undefined ? [] : ['the undisturbed twin did not come to rest'];
}

function report(
  number: string,
  kind: string,
  { fate }: Release,
  kills: number,
  wanted: Outcome,
  found: Outcome,
  wrong: readonly string[],
): void {
  const verdict = wrong.length === 0 ? 'same' : 'DIFFERENT';
  const of = (a: readonly string[], b: readonly string[]): string => `${a.length}/${b.length}`;
  const [end, twin] = [String(found.end['phase']), String(wanted.end['phase'])];
  row(
    number,
    kind,
    fate,
    String(kills),
    end,
    twin,
    of(found.events, wanted.events),
    of(found.alerts, wanted.alerts),
    verdict,
  );
  for (const sentence of wrong) console.log(`         ${sentence}`);
}

function row(...cells: readonly string[]): void {
  console.log(cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(' '));
}

function seconds(since: number): string {
  return `${Math.round((Date.now() - since) / 1_000)} s`;
}
