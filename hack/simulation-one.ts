/**
 * Searches the slice of this exact name, for one broken invariant where its number is given; fails if it finds
 * something or the slice does not exist.
 */
import { search } from '../test/simulation/search.ts';
import { SLICES } from '../test/simulation/slices.ts';

/** Kept apart from a crash, which proves nothing about the rules. */
const FOUND = 3;

const [, , name, number] = process.argv;
const only = number === undefined ? undefined : Number(number);
const slice = SLICES.find((one) => one.name === name);
const failures = slice && (await search(slice, only)).failures;
const sought = failures?.filter((what) => only === undefined || what.startsWith(`${only} `));
for (const failure of sought ?? []) console.log(failure);
process.exitCode = sought === undefined ? 1 : sought.length === 0 ? 0 : FOUND;
