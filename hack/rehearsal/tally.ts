/** What is counted of the rollouts of a fleet. */

/** By what a column is called. */
export const COUNTS = [
  'runs',
  'promoted',
  'rolled back',
  'reverted',
  'replaced',
  'deleted',
  'passes',
  'writes',
  'deaths',
] as const;

/**
 * Runs by how they ended: `reverted` where the promoted revision was applied again, `replaced` by a newer revision,
 * `deleted` with their Canary. And what they took: passes, writes, and deaths of the controller.
 */
export type Tally = Record<(typeof COUNTS)[number], number>;

/** One number for each, which `of` knows. */
export function tallyBy(of: (name: keyof Tally) => number): Tally {
  const tally = {
    runs: 0,
    promoted: 0,
    'rolled back': 0,
    reverted: 0,
    replaced: 0,
    deleted: 0,
    passes: 0,
    writes: 0,
    deaths: 0,
  };
  for (const name of COUNTS) tally[name] = of(name);
  return tally;
}
