import { describe, expect, it } from '@jest/globals';
import { seeded } from '../../../hack/crash/random.ts';
import { killsOf, momentWithin } from '../../../hack/faults/moments.ts';

describe('the moments of faults', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(killsOf(20, 2_500, seeded(7))).toEqual(killsOf(20, 2_500, seeded(7)));
    expect(killsOf(20, 2_500, seeded(7))).not.toEqual(killsOf(20, 2_500, seeded(8)));
  });

  it('are within the span, early ones and late ones', () => {
    const moments = killsOf(200, 2_500, seeded(7)).map(({ after }) => after);

    expect(Math.min(...moments)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...moments)).toBeLessThan(2_500);
    expect(moments.some((moment) => moment < 250)).toBe(true);
    expect(moments.some((moment) => moment > 2_250)).toBe(true);
  });

  it('mostly hit the leader, and at times one that waits', () => {
    const whom = killsOf(200, 2_500, seeded(7)).map((kill) => kill.whom);
    const standbys = whom.filter((one) => one === 'standby').length;

    expect(standbys).toBeGreaterThan(10);
    expect(standbys).toBeLessThan(60);
  });

  it('are whole milliseconds', () => {
    expect(Number.isInteger(momentWithin(6_000, seeded(3)))).toBe(true);
  });
});
