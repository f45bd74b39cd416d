/** What the days have to look like, and how they are told. Pure, so that its own mistakes have tests. */
import { table } from '../table.ts';
import type { DayEnd, Played } from './fleet.ts';
import { COUNTS, tallyBy, type Tally } from './tally.ts';

const MIB = 1_048_576;
/** How much more may be held at the end of the last day than at that of the first, when all code is warm. */
export const HEAP_MAY_GROW = 4 * MIB;
/** Bytes that a status may have. A week in which it forgets nothing is far beyond. */
export const STATUS_MAY_HAVE = 4_096;

/** Every sentence about what is wrong; none where the week is as it should be. */
export function complaintsOf({ days, failures, tally }: Played): readonly string[] {
  return [...failures, ...grown(days), ...swollen(days), ...lost(tally)];
}

function grown(days: readonly DayEnd[]): readonly string[] {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return ['no day has ended'];
  const more = last.heap - first.heap;
  if (more <= HEAP_MAY_GROW) return [];
  return [`the heap has grown by ${mib(more)} since the end of day 1; ${mib(HEAP_MAY_GROW)} are allowed`];
}

function swollen(days: readonly DayEnd[]): readonly string[] {
  const largest = Math.max(...days.map(({ status }) => status));
  if (largest <= STATUS_MAY_HAVE) return [];
  return [`a status has ${largest} bytes; ${STATUS_MAY_HAVE} are allowed`];
}

/** Every run that began has ended somehow. */
function lost({ runs, ...tally }: Tally): readonly string[] {
  const ended = tally.promoted + tally['rolled back'] + tally.reverted + tally.replaced + tally.deleted;
  return runs === ended ? [] : [`${runs} runs began and ${ended} ended`];
}

/** Each day by itself, and all of them. */
export function daysText(days: readonly DayEnd[]): string {
  const rows = days.map(({ day, tally, heap, status }, index) => {
    const before = days[index - 1]?.tally;
    const counted = tallyBy((name) => tally[name] - (before?.[name] ?? 0));
    return [String(day), ...cellsOf(counted), mib(heap), `${status} bytes`];
  });
  const all = days.slice(-1).map(({ tally }) => ['all', ...cellsOf(tally)]);
  return table(['day', ...COUNTS, 'heap', 'largest status'], [...rows, ...all]);
}

function cellsOf(tally: Tally): readonly string[] {
  return COUNTS.map((name) => String(tally[name]));
}

/** How often each thing went wrong, the most frequent first. */
export function faultsText(faults: Played['faults']): string {
  const rows = Object.entries(faults)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => [String(count), name]);
  return table(['times', 'what went wrong, or was done'], rows);
}

export function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
