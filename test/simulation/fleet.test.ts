/** A slice of `npm run rehearsal`: a day of a few Canaries, each with releases and faults, under every invariant. */
import { describe, expect, it } from '@jest/globals';
import { playFleet, type Played } from '../../hack/rehearsal/fleet.ts';
import { complaintsOf, HEAP_MAY_GROW, STATUS_MAY_HAVE } from '../../hack/rehearsal/verdict.ts';
import { tallyBy } from '../../hack/rehearsal/tally.ts';

const PATIENCE = 120_000;
const CANARIES = 24;
const SMALL = { days: 1, canaries: 4, seed: 1 };

describe('a day of many Canaries', () => {
  it(
    'ends with every one at rest on the last release, and nothing broken on the way',
    async () => {
      const seed = Math.floor(Math.random() * 1e6);
      const played = await playFleet({ days: 1, canaries: CANARIES, seed });
      expect({ seed, complaints: complaintsOf(played) }).toEqual({ seed, complaints: [] });
      expect(played.atRest).toBe(CANARIES);
      expect(played.tally.promoted).toBeGreaterThan(CANARIES);
      expect(Object.keys(played.faults).length).toBeGreaterThan(20);
    },
    PATIENCE,
  );

  it(
    'is the same for the same seed',
    async () => {
      const [one, other] = [await playFleet(SMALL), await playFleet(SMALL)];
      expect(other.tally).toEqual(one.tally);
      expect(other.faults).toEqual(one.faults);
      expect((await playFleet({ ...SMALL, seed: 2 })).tally).not.toEqual(one.tally);
    },
    PATIENCE,
  );
});

describe('a week is complained of', () => {
  it('for nothing where there is nothing', () => {
    expect(complaintsOf(aWeek())).toEqual([]);
  });

  it('where the heap grows', () => {
    const [complaint] = complaintsOf(aWeek({ heaps: [10_000_000, 10_000_000 + HEAP_MAY_GROW + 1] }));
    expect(complaint).toMatch(/^the heap has grown by 4.0 MiB since the end of day 1/);
    expect(complaintsOf(aWeek({ heaps: [90_000_000, 10_000_000, 90_000_000] }))).toEqual([]);
  });

  it('where a status grows, even for a day', () => {
    expect(complaintsOf(aWeek({ statuses: [500, STATUS_MAY_HAVE + 1, 500] }))).toEqual([
      'a status has 4097 bytes; 4096 are allowed',
    ]);
  });

  it('where a run is lost', () => {
    expect(complaintsOf(aWeek({ promoted: 9 }))).toEqual(['10 runs began and 9 ended']);
  });

  it('where anything is not at rest or broken', () => {
    expect(complaintsOf({ ...aWeek(), failures: ['Canary 3 a pass is due yet'] })).toEqual([
      'Canary 3 a pass is due yet',
    ]);
  });
});

interface Week {
  readonly heaps?: readonly number[];
  readonly statuses?: readonly number[];
  readonly promoted?: number;
}

function aWeek({ heaps = [10_000_000], statuses = [500], promoted = 10 }: Week = {}): Played {
  const ends: Readonly<Record<string, number>> = { runs: 10, promoted };
  const tally = tallyBy((name) => ends[name] ?? 0);
  const days = Array.from({ length: Math.max(heaps.length, statuses.length) }, (_, index) => ({
    day: index + 1,
    tally,
    heap: heaps[index] ?? heaps.at(-1) ?? 0,
    status: statuses[index] ?? 500,
  }));
  return { days, faults: {}, tally, failures: [], atRest: 1 };
}
