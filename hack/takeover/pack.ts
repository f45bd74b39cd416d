/**
 * Makes `test/fixtures/takeover` from a folder of recordings: one folder a story, in it one List of objects a state.
 * `node hack/run.cjs hack/takeover/pack.ts FOLDER`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pack, readFolder } from './recordings.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('name the folder with the recordings');
for (const entry of readdirSync(folder, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  const states = readFolder(join(folder, entry.name));
  pack(entry.name, states);
  console.log(`${entry.name}: ${states.length} states`);
}
