import { describe, expect, it } from '@jest/globals';

import { TokenBucket } from '../../../src/adapters/kubernetes/token-bucket.ts';
import { HandClock } from '../../support/clock.ts';

describe('the rate limit', () => {
  it('lets a burst through at once and the rest at its pace, in order', async () => {
    const clock = new HandClock();
    const bucket = new TokenBucket(clock, { perSecond: 10, burst: 3 });
    const { signal } = new AbortController();
    const through: number[] = [];
    for (let call = 1; call <= 6; call += 1) void bucket.take(signal).then(() => through.push(call));

    await clock.advance(0);
    expect(through).toEqual([1, 2, 3]);
    await clock.advance(100);
    expect(through).toEqual([1, 2, 3, 4]);
    await clock.advance(200);
    expect(through).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('saves up no more than a burst', async () => {
    const clock = new HandClock();
    const bucket = new TokenBucket(clock, { perSecond: 10, burst: 2 });
    const { signal } = new AbortController();
    await clock.advance(60_000);

    let through = 0;
    for (let call = 0; call < 5; call += 1) void bucket.take(signal).then(() => (through += 1));
    await clock.advance(0);

    expect(through).toBe(2);
  });

  it('gives back the place of somebody who left', async () => {
    const clock = new HandClock();
    const bucket = new TokenBucket(clock, { perSecond: 1, burst: 1 });
    const leaver = new AbortController();
    await bucket.take(leaver.signal);
    const left = bucket.take(leaver.signal);
    leaver.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');

    let through = false;
    void bucket.take(new AbortController().signal).then(() => (through = true));
    await clock.advance(1_000);

    expect(through).toBe(true);
  });
});
