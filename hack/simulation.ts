/**
 * `npm run simulation`: searches every slice, on two cores, and prints what was reached; `-- NAME…` searches those
 * whose name holds a NAME.
 */
import { misused } from './arguments.ts';
import { INVARIANTS } from '../test/simulation/invariants.ts';
import type { Found } from '../test/simulation/search.ts';
import { startSearcher } from '../test/simulation/searcher.ts';
import { SLICES } from '../test/simulation/slices.ts';

const CORES = 2;
/** The numbered ones, and that every state comes to rest. */
const INVARIANT_COUNT = Object.keys(INVARIANTS).length + 1;

await supervise();

async function supervise(): Promise<void> {
  const parts = process.argv.slice(2);
  const names = SLICES.map(({ name }) => name);
  const queue = names.filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)));
  if (queue.length === 0) misused(`no slice is called ${parts.join(' or ')}; there are ${names.join(', ')}`);
  const began = performance.now();
  const found: Found[] = [];
  console.log(line('slice', 'states', 'passes', 'to rest', 'invariants', 'seconds'));
  await Promise.all(Array.from({ length: CORES }, () => work(queue, found)));
  const sum = (of: (one: Found) => number): number => found.reduce((total, one) => total + of(one), 0);
  const bad = found.filter(({ failures }) => failures.length > 0).length;
  const states = `${sum((one) => one.states)} states, ${sum((one) => one.passes)} passes`;
  const held = bad === 0 ? 'held everywhere' : `broken in ${bad} slices`;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(`\n${states}, ${INVARIANT_COUNT} invariants ${held}, ${seconds} s`);
  process.exitCode = bad === 0 && found.length > 0 ? 0 : 1;
}

/** Takes one slice after the other until none is left. */
async function work(queue: string[], found: Found[]): Promise<void> {
  const searcher = startSearcher();
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const result = await searcher.search(name);
    found.push(result);
    report(result);
  }
  await searcher.stop();
}

function report({ slice, states, passes, farthest, failures, seconds }: Found): void {
  const held = failures.length === 0 ? `${INVARIANT_COUNT} held` : 'BROKEN';
  console.log(line(slice, `${states}`, `${passes}`, `${farthest}`, held, seconds.toFixed(1)));
  const [first] = failures;
  if (first !== undefined) console.log(`\n${first}\n`);
}

function line(name: string, ...columns: readonly string[]): string {
  return [name.padEnd(30), ...columns.map((column) => column.padStart(11))].join(' ');
}
