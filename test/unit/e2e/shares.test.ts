import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundsOf, isSurprising, RISK_OF_A_RUN } from '../../e2e/suite/shares.ts';

/** Logarithms of factorials. */
const LOG_FACTORIALS = [0];
for (let n = 1; n <= 1_000; n += 1) LOG_FACTORIALS.push((LOG_FACTORIALS[n - 1] ?? 0) + Math.log(n));

/** The chance of at most k successes, from factorials: another way than the one under test. */
function atMost(k: number, n: number, p: number): number {
  const log = (count: number): number => LOG_FACTORIALS[count] ?? Number.NaN;
  let sum = 0;
  for (let count = 0; count <= k; count += 1) {
    const ways = log(n) - log(count) - log(n - count);
    sum += Math.exp(ways + count * Math.log(p) + (n - count) * Math.log(1 - p));
  }
  return sum;
}

describe('the bounds of a measured share', () => {
  it('leave out no more than the level, and would with one count more', () => {
    const weights = fc.integer({ min: 1, max: 99 });
    const counts = fc.integer({ min: 500, max: 900 });
    fc.assert(
      fc.property(weights, counts, fc.integer({ min: 1, max: 60 }), (weight, requests, measured) => {
        const { least, most } = boundsOf({ weight, requests }, measured);
        const tail = RISK_OF_A_RUN / measured / 2;
        const p = weight / 100;
        expect(atMost(least - 1, requests, p)).toBeLessThanOrEqual(tail * 1.0001);
        expect(atMost(least, requests, p)).toBeGreaterThan(tail * 0.9999);
        expect(atMost(requests - most - 1, requests, 1 - p)).toBeLessThanOrEqual(tail * 1.0001);
        expect(atMost(requests - most, requests, 1 - p)).toBeGreaterThan(tail * 0.9999);
      }),
      { numRuns: 30 },
    );
  });

  it('tell 30 percent from 42 with five hundred requests, and are content with 28', () => {
    expect(isSurprising({ weight: 30, requests: 500, canary: 210 }, 30)).toBe(true);
    expect(isSurprising({ weight: 30, requests: 500, canary: 140 }, 30)).toBe(false);
  });

  it('let nobody pass at nothing and everybody at a hundred percent', () => {
    expect(boundsOf({ weight: 0, requests: 500 }, 10)).toEqual({ least: 0, most: 0 });
    expect(boundsOf({ weight: 100, requests: 500 }, 10)).toEqual({ least: 500, most: 500 });
  });
});
