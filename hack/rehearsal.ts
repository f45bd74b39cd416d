/**
 * `npm run rehearsal -- [--days N] [--canaries N] [--seed N]`: days of releases and faults in virtual time, every pass
 * held against every invariant, and a table of what became of them and of the memory.
 */
import { optionsOf, misused } from './arguments.ts';
import { playFleet, type Progress } from './rehearsal/fleet.ts';
import {
  complaintsOf,
  daysText,
  faultsText,
  HEAP_MAY_GROW,
  mib,
  STATUS_MAY_HAVE,
} from './rehearsal/verdict.ts';

const USAGE = `npm run rehearsal -- [--days N] [--canaries N] [--seed N]

A fleet of Canaries goes through days of releases in virtual time: the controller's own passes before a cluster in memory,
with a clock that jumps from one due pass to the next. Each Canary gets a release every 40 minutes to three hours, and
six of ten meet something: metrics beyond their bounds, gates that stay closed, workloads that do not come up, an API
server that refuses, controllers that die, objects that somebody deletes or edits. In the last six hours nobody does
anything, but for one last good release.

  --days      how many, 7 if not given
  --canaries  how many, 200 if not given; every strategy, with and without gates, cookies, autoscaler and finalizer
  --seed      repeats a run; a random one if not given

Exit status: 0 if every pass kept the invariants of test/simulation/invariants.ts, every run ended, every Canary is at
rest on the last release in the end, no status is larger than ${STATUS_MAY_HAVE} bytes, and the heap at the end of the last day is at
most ${mib(HEAP_MAY_GROW)} above that at the end of the first; 1 if not; 2 for a mistake on the command line. 7 days of 200
Canaries are some 450,000 passes, two minutes on a core of its own.
`;
/** Enough to see what is wrong. */
const SHOWN = 20;

const options = optionsOf({
  days: { type: 'string', default: '7' },
  canaries: { type: 'string', default: '200' },
  seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
  help: { type: 'boolean', short: 'h', default: false },
});
if (options.help) console.log(USAGE);
else process.exitCode = await main();

async function main(): Promise<number> {
  const [days, canaries] = [whole('days', 1), whole('canaries', 1)];
  const seed = whole('seed', 0);
  const began = performance.now();
  console.log(
    `${days} days of ${canaries} Canaries; repeat with: npm run rehearsal -- --days ${days} --canaries ${canaries} --seed ${seed}`,
  );
  const played = await playFleet({ days, canaries, seed, report: (progress) => tell(progress, began) });
  const complaints = complaintsOf(played);
  console.log(`\n${faultsText(played.faults)}\n\n${daysText(played.days)}\n`);
  for (const complaint of complaints.slice(0, SHOWN)) console.log(complaint);
  if (complaints.length > SHOWN) console.log(`and ${complaints.length - SHOWN} more`);
  console.log(
    `${played.atRest} of ${canaries} Canaries at rest on the last release, ${played.tally.passes} passes, ` +
      `${complaints.length === 0 ? 'nothing wrong' : `WRONG: ${complaints.length}`}, ${seconds(began)}, seed ${seed}`,
  );
  return complaints.length === 0 ? 0 : 1;
}

function whole(name: 'days' | 'canaries' | 'seed', least: number): number {
  const value = Number(options[name]);
  return Number.isSafeInteger(value) && value >= least
    ? value
    : misused(`rehearsal: --${name} is a whole number from ${least}, found ${options[name]}`);
}

function tell({ hours, tally }: Progress, began: number): void {
  const [day, hour] = [Math.floor((hours - 1) / 24) + 1, ((hours - 1) % 24) + 1];
  process.stderr.write(
    `day ${day}, ${String(hour).padStart(2)} h: ${tally.runs} runs, ${tally.promoted} promoted, ` +
      `${tally['rolled back']} rolled back, ${tally.passes} passes, ${seconds(began)}\n`,
  );
}

function seconds(began: number): string {
  return `${((performance.now() - began) / 1_000).toFixed(0)} s`;
}
