import { describe, expect, it } from '@jest/globals';
import { WorkQueue } from '../../../src/controller/workqueue.ts';
import { millis } from '../../../src/shared/brand.ts';
import { HandClock, settle } from '../../support/clock.ts';

function aQueue(): {
  queue: WorkQueue;
  clock: HandClock;
  taken: string[];
  take: () => void;
  stop: AbortController;
} {
  const clock = new HandClock();
  const queue = new WorkQueue({
    clock,
    random: () => 1,
    firstBackOff: millis(1_000),
    longestBackOff: millis(8_000),
  });
  const taken: string[] = [];
  const stop = new AbortController();
  const take = (): void => {
    queue.take({ signal: stop.signal }).then(
      (key) => taken.push(key),
      () => undefined,
    );
  };
  return { queue, clock, taken, take, stop };
}

describe('the queue of Canaries', () => {
  it('asks once for a key that was asked for twice', async () => {
    const { queue, taken, take } = aQueue();
    queue.add('a');
    queue.add('a');
    take();
    take();
    await settle();
    expect(taken).toEqual(['a']);
    expect(queue.depth).toBe(0);
  });

  it('lets the earlier due time win, whichever was asked for first', async () => {
    const { queue, clock, taken, take } = aQueue();
    queue.add('a', millis(5_000));
    queue.add('a', millis(1_000));
    queue.add('a', millis(9_000));
    take();
    await clock.advance(999);
    expect(taken).toEqual([]);
    await clock.advance(1);
    expect(taken).toEqual(['a']);
  });

  it('hands keys out in the order they are due', async () => {
    const { queue, clock, taken, take } = aQueue();
    for (const [key, delay] of [
      ['c', 30],
      ['a', 10],
      ['d', 40],
      ['b', 20],
    ] as const) {
      queue.add(key, millis(delay));
    }
    await clock.advance(40);
    for (let count = 0; count < 4; count += 1) take();
    await settle();
    expect(taken).toEqual(['a', 'b', 'c', 'd']);
  });

  it('never gives one key to two workers, and remembers that it was asked for meanwhile', async () => {
    const { queue, taken, take } = aQueue();
    queue.add('a');
    take();
    await settle();
    queue.add('a');
    take();
    await settle();
    expect(taken).toEqual(['a']);
    queue.done('a', 'fine');
    await settle();
    expect(taken).toEqual(['a', 'a']);
  });

  it("forgets a key's failures on success", async () => {
    const { queue, clock, taken, take } = aQueue();
    queue.add('a');
    for (const outcome of ['failed', 'failed', 'fine'] as const) {
      take();
      await clock.advance(4_000);
      queue.done('a', outcome);
    }
    queue.add('a');
    take();
    await settle();
    queue.done('a', 'failed');
    take();
    await clock.advance(1_000);
    expect(taken).toHaveLength(5);
  });

  it('backs off per key up to the longest wait', async () => {
    const { queue, clock, taken, take } = aQueue();
    const starts: number[] = [];
    queue.add('a');
    for (let round = 0; round < 6; round += 1) {
      take();
      while (taken.length === round) await clock.advance(250);
      starts.push(clock.now());
      queue.done('a', 'failed');
    }
    const waits = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it('is not hurried by a change while a key backs off for having failed', async () => {
    const { queue, clock, taken, take } = aQueue();
    queue.add('a');
    take();
    await settle();
    queue.add('a');
    queue.done('a', 'failed');
    take();
    await clock.advance(999);
    expect(taken).toEqual(['a']);
    await clock.advance(1);
    expect(taken).toEqual(['a', 'a']);
  });

  it('forgets a key that is no longer of interest', async () => {
    const { queue, clock, taken, take } = aQueue();
    queue.add('a', millis(10));
    queue.add('b', millis(20));
    queue.forget('a');
    take();
    await clock.advance(20);
    expect(taken).toEqual(['b']);
  });

  it('holds one timer, however many keys wait', () => {
    const { queue, clock, take } = aQueue();
    for (let index = 0; index < 100; index += 1) queue.add(`key-${index}`, millis(1_000 + index));
    take();
    take();
    expect(clock.sleepers).toBe(1);
  });

  it('lets go of a worker that stops waiting', async () => {
    const { queue, taken, take, stop } = aQueue();
    take();
    stop.abort(new Error('stopping'));
    await settle();
    queue.add('a');
    await settle();
    expect(taken).toEqual([]);
    expect(queue.depth).toBe(1);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('keeps its delays when the time of day is set %s an hour', async (_where, by) => {
    const { queue, clock, taken, take } = aQueue();
    queue.add('a', millis(5_000));
    take();
    await clock.advance(1_000);
    clock.set(by);
    queue.add('b', millis(1_000));
    take();
    await clock.advance(1_000);
    expect(taken).toEqual(['b']);
    await clock.advance(2_999);
    expect(taken).toEqual(['b']);
    await clock.advance(1);
    expect(taken).toEqual(['b', 'a']);
    expect(queue.lag).toBe(0);
  });

  it('keeps order through thousands of keys that come, move and go', async () => {
    const { queue, clock, taken, take } = aQueue();
    const dues = new Map<string, number>();
    let seed = 7;
    const next = (bound: number): number => (seed = (seed * 48_271) % 2_147_483_647) % bound;
    for (let count = 0; count < 3_000; count += 1) {
      const key = `k${next(500)}`;
      if (next(4) === 0) {
        queue.forget(key);
        dues.delete(key);
      } else {
        const due = next(10_000);
        queue.add(key, millis(due));
        dues.set(key, Math.min(due, dues.get(key) ?? Infinity));
      }
    }
    await clock.advance(10_000);
    const meant = [...dues.values()].sort((a, b) => a - b);
    for (let count = 0; count < meant.length; count += 1) take();
    await settle();
    expect(taken.map((key) => dues.get(key))).toEqual(meant);
    expect(queue.depth).toBe(0);
  });
});
