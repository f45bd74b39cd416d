/** How the cluster is. */
import { apiAnswers, health } from './faults.ts';
import { leftovers } from './leftovers.ts';
import { isAlive, readRecord } from './record.ts';

/** Prints it; the exit status says up (0), down (3) or neither (1). */
export async function status(): Promise<number> {
  const record = readRecord();
  if (record === undefined || !isAlive(record.anchor)) return tellLeftovers(await leftovers());
  const parts = health();
  for (const { component, running } of parts)
    console.log(`${component.padEnd(24)}${running ? 'running' : 'ended'}`);
  const answers = record.complete && (await apiAnswers());
  console.log(`${'API server answers'.padEnd(24)}${answers ? 'yes' : 'no'}`);
  console.log(`${'add-ons'.padEnd(24)}${record.addOns ? 'applied' : 'not applied'}`);
  return answers && parts.every(({ running }) => running) ? 0 : 1;
}

function tellLeftovers(found: readonly string[]): number {
  if (found.length === 0) console.log('no cluster is running, and nothing is left of one');
  else console.log(`no cluster is running, but there is left of one:\n${found.join('\n')}`);
  return found.length === 0 ? 3 : 1;
}
