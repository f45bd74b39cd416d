import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { millis } from '../../../src/shared/brand.ts';
import { systemClock } from '../../../src/shared/clock.ts';

const DAY = 86_400_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('a sleep', () => {
  it('lasts longer than one timer can count', async () => {
    let over = false;
    const { signal } = new AbortController();
    const slept = systemClock.sleep(millis(60 * DAY), { signal }).then(() => (over = true));
    await jest.advanceTimersByTimeAsync(60 * DAY - 1);
    expect(over).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await slept;
  });

  it('ends with its signal, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const slept = systemClock.sleep(millis(60 * DAY), { signal: stop.signal });
    await jest.advanceTimersByTimeAsync(30 * DAY);
    stop.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    expect(jest.getTimerCount()).toBe(0);
  });
});
