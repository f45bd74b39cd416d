/** A slice as a test: it fails with the shortest way to what is wrong. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Slice } from './search.ts';
import { startSearcher, type Searcher } from './searcher.ts';

/** Searching takes seconds alone, and longer where everything runs at once. */
const PATIENCE = 240_000;

export function searchAll(slices: readonly Slice[]): void {
  let searcher: Searcher;
  beforeAll(() => {
    searcher = startSearcher();
  });
  afterAll(() => searcher.stop());

  it.each(slices)(
    'nothing reachable is wrong: $name',
    async (slice) => {
      const { failures, states, passes } = await searcher.search(slice.name);
      expect(failures).toEqual([]);
      // A search that hardly begins proves nothing.
      expect(states).toBeGreaterThan(slice.most / 2);
      expect(passes).toBeGreaterThan(states);
    },
    PATIENCE,
  );
}
