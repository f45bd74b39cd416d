/** `npm run simulation`: searches every slice and prints what was reached; `-- NAME…` searches those whose name holds a NAME. */
import { INVARIANTS } from '../test/simulation/invariants.ts';
import { search, type Found } from '../test/simulation/search.ts';
import { SLICES } from '../test/simulation/slices.ts';

const names = process.argv.slice(2);
const chosen = SLICES.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
const invariants = Object.keys(INVARIANTS).length + 1;

console.log(`${'slice'.padEnd(30)} ${'states'.padStart(8)} ${'passes'.padStart(10)} ${'to rest'.padStart(8)} ${'invariants'.padStart(11)} ${'seconds'.padStart(8)}`);
const found: Found[] = [];
for (const slice of chosen) {
  const result = await search(slice);
  found.push(result);
  const held = result.failures.length === 0 ? `${invariants} held` : 'BROKEN';
  console.log(
    `${slice.name.padEnd(30)} ${String(result.states).padStart(8)} ${String(result.passes).padStart(10)} ${String(result.farthest).padStart(8)} ${held.padStart(11)} ${result.seconds.toFixed(1).padStart(8)}`,
  );
  for (const failure of result.failures.slice(0, 1)) console.log(`\n${failure}\n`);
}
const total = (of: (one: Found) => number): number => found.reduce((sum, one) => sum + of(one), 0);
const bad = found.filter(({ failures }) => failures.length > 0).length;
console.log(
  `\n${total(({ states }) => states)} states, ${total(({ passes }) => passes)} passes, ${invariants} invariants ${bad === 0 ? 'held everywhere' : `broken in ${bad} slices`}, ${total(({ seconds }) => seconds).toFixed(0)} s`,
);
process.exit(bad === 0 ? 0 : 1);
