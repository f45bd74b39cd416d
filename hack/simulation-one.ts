/** Searches the slice of this exact name; fails if it finds something or the slice does not exist. */
import { search } from '../test/simulation/search.ts';
import { SLICES } from '../test/simulation/slices.ts';

const slice = SLICES.find(({ name }) => name === process.argv[2]);
const found = slice && (await search(slice));
for (const failure of found?.failures ?? []) console.log(failure);
process.exitCode = found?.failures.length === 0 ? 0 : 1;
