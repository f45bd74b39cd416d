/**
 * Searches slices in a thread of its own, one after the other. A search is millions of passes, and Jest's sandbox makes
 * each of them twice as slow.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { search, type Found } from './search.ts';
import { SLICES } from './slices.ts';

export interface Searcher {
  /** Rejects when the search throws. */
  search(name: string): Promise<Found>;
  stop(): Promise<void>;
}

export function startSearcher(): Searcher {
  // Most of what a pass makes is gone after it: young objects need room, or collecting them takes a sixth of the time.
  const worker = new Worker(import.meta.filename, { resourceLimits: { maxYoungGenerationSizeMb: 256 } });
  return {
    async search(name) {
      worker.postMessage(name);
      // Rejects when the worker fails instead.
      const [found] = (await once(worker, 'message')) as [Found];
      return found;
    },
    async stop() {
      await worker.terminate();
    },
  };
}

async function searchFor(name: string): Promise<void> {
  const slice = SLICES.find((one) => one.name === name);
  if (slice === undefined) throw new Error(`no slice is called ${name}`);
  parentPort?.postMessage(await search(slice));
}

if (!isMainThread) parentPort?.on('message', (name: string) => void searchFor(name));
