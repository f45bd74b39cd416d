/** Searches the slice of this exact name; fails if it finds something or the slice does not exist. */
import { search } from '../test/simulation/search.ts';
import { SLICES } from '../test/simulation/slices.ts';

/** Kept apart from a crash, which proves nothing about the rules. */
const FOUND = 3;

const slice = SLICES.find(({ name }) => name === process.argv[2]);
const found = slice && (await search(slice));
for (const failure of found?.failures ?? []) console.log(failure);
process.exitCode = found === undefined ? 1 : found.failures.length === 0 ? 0 : FOUND;
