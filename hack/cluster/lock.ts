/** One command at a time changes the cluster, whichever clone it comes from. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { STATE, state } from './paths.ts';
import { say } from './progress.ts';
import { isAlive, processOf, type ProcessRecord } from './record.ts';
import { sleep } from './run.ts';

/** Waits until no other command holds the lock, then works under it. A holder that was killed holds it no longer. */
export async function locked<Value>(work: () => Promise<Value>): Promise<Value> {
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  let told = false;
  while (!taken()) {
    const holder = holderOf();
    if (holder === undefined || !isAlive(holder)) rmSync(state.lock, { force: true });
    else {
      if (!told) say(`waiting for another command that changes the cluster (pid ${holder.pid}) …`);
      told = true;
      await sleep(200);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(state.lock, { force: true });
  }
}

function taken(): boolean {
  try {
    writeFileSync(state.lock, JSON.stringify(processOf(process.pid)), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(state.lock, 'utf8')) as ProcessRecord;
  } catch {
    return undefined;
  }
}
