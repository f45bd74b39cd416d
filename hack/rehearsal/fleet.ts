/** All Canaries through all days, on one clock. */
import { seeded } from '../../src/rehearsal/fate.ts';
import { instant } from '../../src/shared/brand.ts';
import { canaryOf } from './canaries.ts';
import { heapInUse } from './heap.ts';
import { Member } from './member.ts';
import { DAY, drawShared, drawStory, HOUR } from './story.ts';
import { tallyBy, type Tally } from './tally.ts';

export interface FleetOptions {
  readonly days: number;
  readonly canaries: number;
  readonly seed: number;
  /** Told every six hours of theirs. */
  readonly report?: (progress: Progress) => void;
}

export interface Progress {
  readonly hours: number;
  readonly tally: Tally;
}

/** What there is at the end of a day, since the beginning. */
export interface DayEnd {
  readonly day: number;
  readonly tally: Tally;
  /** Bytes, after all that nobody holds has been collected. */
  readonly heap: number;
  /** Bytes of the largest status. */
  readonly status: number;
}

export interface Played {
  readonly days: readonly DayEnd[];
  readonly faults: Readonly<Record<string, number>>;
  readonly tally: Tally;
  /** Broken invariants and Canaries that are not at rest, each with its Canary's number. */
  readonly failures: readonly string[];
  readonly atRest: number;
}

const REPORT = 6;

/** The same options always give the same, apart from the heap. */
export async function playFleet({ days, canaries, seed, report }: FleetOptions): Promise<Played> {
  const span = days * DAY;
  const shared = drawShared(span, seeded(seed));
  const faults: Record<string, number> = {};
  const members = Array.from({ length: canaries }, (_, number) => {
    const random = seeded(seed + 1 + number);
    const spec = canaryOf(number);
    const draft = drawStory(spec, span, random, shared);
    for (const name of draft.faults) faults[name] = (faults[name] ?? 0) + 1;
    return new Member(spec, draft.story, random);
  });
  const ends: DayEnd[] = [];
  for (let hours = 1; hours <= days * 24; hours += 1) {
    for (const member of members) await member.runUntil(instant(hours * HOUR));
    if (hours % REPORT === 0) report?.({ hours, tally: sumOf(members) });
    if (hours % 24 === 0) ends.push(endOf(hours / 24, members));
  }
  return { days: ends, faults, tally: sumOf(members), ...judged(members) };
}

function endOf(day: number, members: readonly Member[]): DayEnd {
  const status = Math.max(...members.map(({ bytes }) => bytes));
  return { day, tally: sumOf(members), heap: heapInUse(), status };
}

function judged(members: readonly Member[]): Pick<Played, 'failures' | 'atRest'> {
  const unrest = members.map((member) => member.unrest);
  const failures = members.flatMap((member, number) =>
    [...member.failures, ...(unrest[number] ?? [])].map((what) => `Canary ${number} ${what}`),
  );
  return { failures, atRest: unrest.filter(({ length }) => length === 0).length };
}

function sumOf(members: readonly Member[]): Tally {
  return tallyBy((name) => members.reduce((sum, { tally }) => sum + tally[name], 0));
}
