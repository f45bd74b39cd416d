/** The processes as they are shipped: built when the sources are newer than what was built before. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../build.ts';

const ROOT = join(import.meta.dirname, '../..');

export const CONTROLLER = join(ROOT, 'dist/main.js');
export const LOAD_TESTER = join(ROOT, 'dist/load-tester/main.js');
/** Not shipped: the imitation of podinfo each pod runs. */
export const WORKLOAD = join(import.meta.dirname, 'workload.ts');

/** Makes sure that controller and load tester are built from the sources as they are now. */
export async function ensureBuilt(): Promise<void> {
  const built = await Promise.all([changedAt(CONTROLLER), changedAt(LOAD_TESTER)]);
  const sources = await Promise.all(
    (await readdir(join(ROOT, 'src'), { recursive: true })).map((file) => changedAt(join(ROOT, 'src', file))),
  );
  if (Math.min(...built) < Math.max(...sources)) await build().catch(explain);
}

function explain(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new Error(`Serin could not be built into dist/, which has to be writable: ${reason}`);
}

/** Milliseconds since 1970; 0 for a file that is not there. */
async function changedAt(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
