/** A slice as a test: it fails with the shortest way to what is wrong. */
import { expect, it } from '@jest/globals';
import { search, type Slice } from './search.ts';

/** Searching takes seconds alone, and longer where everything runs at once. */
const PATIENCE = 240_000;

export function searchAll(slices: readonly Slice[]): void {
  it.each(slices)(
    'nothing reachable is wrong: $name',
    async (slice) => {
      const { failures, states, passes } = await search(slice);
      expect(failures).toEqual([]);
      // A search that hardly begins proves nothing.
      expect(states).toBeGreaterThan(slice.most / 2);
      expect(passes).toBeGreaterThan(states);
    },
    PATIENCE,
  );
}
