import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import { Announcer, type Aside, type Messenger } from '../../../src/controller/announcer.ts';
import type { Announcement, News, Status } from '../../../src/core/model.ts';
import { revision, type Instant } from '../../../src/shared/brand.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { HandClock, settle } from '../../support/clock.ts';
import { aParsedCanary } from '../../support/canary-object.ts';

/** Writes down what it is told, and waits before each message until it is let go on. */
class SlowMessenger implements Messenger {
  readonly told: string[] = [];
  hold = false;
  fail = false;
  /** What is put aside of every message, by receiver; it ends when the test says so. */
  readonly aside = new Map<string, { end: () => void; done: string[] }>();
  #release: (() => void) | undefined;

  async announce(_: Canary, { sequence }: Announcement, signal: AbortSignal, aside: Aside): Promise<void> {
    await this.#pause(signal);
    this.#putAside(`#${sequence}`, signal, aside);
    if (this.fail) throw new Error('the messenger is confused');
    this.told.push(`#${sequence}`);
  }

  async notice(_: Canary, news: News, __: Instant, signal: AbortSignal, aside: Aside): Promise<void> {
    const text = news.kind === 'action-failed' ? news.detail : news.kind;
    this.#putAside(text, signal, aside);
    this.told.push(text);
  }

  #putAside(text: string, signal: AbortSignal, aside: Aside): void {
    for (const [receiver, state] of this.aside) {
      aside(receiver, async () => {
        await new Promise<void>((resolve, reject) => {
          state.end = resolve;
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          if (receiver === 'alive') resolve();
        });
        state.done.push(text);
      });
    }
  }

  release(): void {
    this.#release?.();
  }

  #pause(signal: AbortSignal): Promise<void> {
    if (!this.hold) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#release = resolve;
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

function aLane(): {
  announcer: Announcer;
  messenger: SlowMessenger;
  clock: HandClock;
  canary: Canary;
  told: { count: number };
  stop: AbortController;
  tell: (sequences: readonly number[], notices?: readonly News[]) => void;
} {
  const clock = new HandClock();
  const messenger = new SlowMessenger();
  const told = { count: 0 };
  const onTold = (): void => {
    told.count += 1;
  };
  const announcer = new Announcer({ messenger, clock, log: silentLogger, onTold });
  const canary = aParsedCanary();
  const stop = new AbortController();
  return {
    announcer,
    messenger,
    clock,
    canary,
    told,
    stop,
    tell: (sequences, notices = []) =>
      announcer.tell(canary, aStatus(canary, sequences, clock), notices, stop.signal),
  };
}

function aStatus({ status }: Canary, sequences: readonly number[], clock: HandClock): Status {
  const outbox = sequences.map((sequence) => anAnnouncement(sequence, clock));
  return { ...status, outbox };
}

function anAnnouncement(sequence: number, clock: HandClock): Announcement {
  return {
    sequence,
    at: clock.now(),
    phase: 'Progressing',
    revision: revision('r'),
    news: { kind: 'new-revision' },
  };
}

describe('the announcer', () => {
  it('tells news in the order of the outbox, each once', async () => {
    const { messenger, tell } = aLane();
    tell([0, 1]);
    tell([0, 1, 2]);
    await settle();
    tell([1, 2, 3]);
    await settle();
    expect(messenger.told).toEqual(['#0', '#1', '#2', '#3']);
  });

  it('returns at once and keeps the order while a messenger is slow', async () => {
    const { messenger, tell } = aLane();
    messenger.hold = true;
    tell([0, 1]);
    await settle();
    expect(messenger.told).toEqual([]);
    messenger.hold = false;
    messenger.release();
    await settle();
    expect(messenger.told).toEqual(['#0', '#1']);
  });

  it('says what was told, so that it is crossed off, and says when all is', async () => {
    const { announcer, canary, clock, told, tell } = aLane();
    const { outbox } = aStatus(canary, [0, 1], clock);
    expect(announcer.untold(canary.uid, outbox)).toHaveLength(2);
    tell([0, 1]);
    await settle();
    expect(announcer.untold(canary.uid, outbox)).toEqual([]);
    expect(told.count).toBe(1);
  });

  it('crosses off nothing that is still being told', async () => {
    const { announcer, messenger, canary, clock, told, tell } = aLane();
    const { outbox } = aStatus(canary, [0, 1], clock);
    tell([0]);
    await settle();
    messenger.hold = true;
    tell([0, 1]);
    await settle();
    expect(announcer.untold(canary.uid, outbox).map(({ sequence }) => sequence)).toEqual([1]);
    expect(told.count).toBe(1);
  });

  it('forgets numbers once they are crossed off, so that it does not grow', async () => {
    const { announcer, canary, clock, tell } = aLane();
    tell([0]);
    await settle();
    tell([]);
    expect(announcer.untold(canary.uid, aStatus(canary, [0], clock).outbox)).toHaveLength(1);
  });

  it('leaves in the outbox what a process that stops has not told', async () => {
    const { announcer, messenger, canary, clock, stop, tell } = aLane();
    messenger.hold = true;
    tell([0, 1]);
    await settle();
    stop.abort(new Error('stopping'));
    await announcer.drained();
    expect(messenger.told).toEqual([]);
    expect(announcer.untold(canary.uid, aStatus(canary, [0, 1], clock).outbox)).toHaveLength(2);
  });

  it('goes on after a messenger that throws', async () => {
    const { messenger, tell } = aLane();
    messenger.fail = true;
    tell([0]);
    await settle();
    messenger.fail = false;
    tell([0, 1]);
    await settle();
    expect(messenger.told).toEqual(['#1']);
  });

  it('sends a notice at once when it is new, and once per interval while it stays', async () => {
    const { messenger, clock, canary, tell } = aLane();
    // Passes that are an interval apart tell a little more or less than that apart.
    const quiet = canary.spec.interval * 0.9;
    const refused: News = { kind: 'action-failed', detail: 'refused' };
    tell([], [refused]);
    tell([], [refused]);
    await settle();
    expect(messenger.told).toEqual(['refused']);
    tell([], [{ kind: 'action-failed', detail: 'refused again' }]);
    await clock.advance(quiet - 1);
    // Neither makes it longer or shorter that somebody sets the time of day.
    clock.set(3_600_000);
    tell([], [refused]);
    await settle();
    expect(messenger.told).toEqual(['refused', 'refused again']);
    clock.set(-7_200_000);
    await clock.advance(1);
    tell([], [refused]);
    await settle();
    expect(messenger.told).toEqual(['refused', 'refused again', 'refused']);
  });

  it('does not let notices pile up behind a messenger that hangs, ahead of news that matters', async () => {
    const { messenger, clock, canary, tell } = aLane();
    messenger.hold = true;
    tell([0]);
    for (let minute = 0; minute < 100; minute += 1) {
      tell([0], [{ kind: 'action-failed', detail: `refused ${minute}` }]);
      await clock.advance(canary.spec.interval);
    }
    tell([0, 1]);
    messenger.hold = false;
    messenger.release();
    await settle();
    expect(messenger.told).toEqual(['#0', 'refused 0', 'refused 1', 'refused 2', 'refused 3', '#1']);
    tell([0, 1], [{ kind: 'action-failed', detail: 'refused at last' }]);
    await settle();
    expect(messenger.told.at(-1)).toBe('refused at last');
  });

  it('delays nothing but the receiver who does not answer, and keeps his order', async () => {
    const { announcer, messenger, canary, clock, told, tell } = aLane();
    const [dead, alive] = ['dead', 'alive'].map((receiver) => {
      const state = { end: (): void => undefined, done: [] };
      messenger.aside.set(receiver, state);
      return state;
    });
    tell([0, 1, 2]);
    await settle();
    expect(messenger.told).toEqual(['#0', '#1', '#2']);
    expect([alive?.done, dead?.done]).toEqual([['#0', '#1', '#2'], []]);
    const { outbox } = aStatus(canary, [0, 1, 2], clock);
    expect(announcer.untold(canary.uid, outbox)).toHaveLength(3);

    dead?.end();
    await settle();
    expect(dead?.done).toEqual(['#0']);
    expect(announcer.untold(canary.uid, outbox).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(told.count).toBe(0);
    dead?.end();
    await settle();
    dead?.end();
    await announcer.drained();
    expect(dead?.done).toEqual(['#0', '#1', '#2']);
    expect(announcer.untold(canary.uid, outbox)).toEqual([]);
    expect(told.count).toBe(1);
  });

  it('leaves in the outbox what a receiver was not told when the process stops', async () => {
    const { announcer, messenger, canary, clock, stop, tell } = aLane();
    messenger.aside.set('dead', { end: () => undefined, done: [] });
    tell([0, 1]);
    await settle();
    stop.abort(new Error('stopping'));
    await announcer.drained();
    expect(messenger.told).toEqual(['#0', '#1']);
    expect(announcer.untold(canary.uid, aStatus(canary, [0, 1], clock).outbox)).toHaveLength(2);
  });

  it('holds news for a receiver who does not answer no longer than others can bear to be told again', async () => {
    const { announcer, messenger, canary, clock, told, stop, tell } = aLane();
    const dead = { end: (): void => undefined, done: [] };
    messenger.aside.set('dead', dead);
    tell([0, 1]);
    const { outbox } = aStatus(canary, [0, 1], clock);
    await clock.advance(19_999);
    expect(announcer.untold(canary.uid, outbox)).toHaveLength(2);
    await clock.advance(1);
    expect(announcer.untold(canary.uid, outbox)).toEqual([]);
    expect(told.count).toBe(1);

    dead.end();
    await settle();
    expect(dead.done).toEqual(['#0']);
    stop.abort(new Error('stopping'));
    await announcer.drained();
    expect(announcer.untold(canary.uid, outbox)).toEqual([]);
  });

  it('does not let notices pile up for a receiver who does not answer', async () => {
    const { messenger, clock, canary, tell } = aLane();
    const dead = { end: (): void => undefined, done: [] };
    messenger.aside.set('dead', dead);
    for (let minute = 0; minute < 50; minute += 1) {
      tell([], [{ kind: 'action-failed', detail: `refused ${minute}` }]);
      await clock.advance(canary.spec.interval);
    }
    for (let turn = 0; turn < 10; turn += 1) {
      dead.end();
      await settle();
    }
    expect(dead.done).toEqual(['refused 0', 'refused 1', 'refused 2', 'refused 3']);
    expect(messenger.told).toHaveLength(50);
  });

  it('tells news that arrives at the very moment the lane has run empty', async () => {
    const clock = new HandClock();
    const messenger = new SlowMessenger();
    const canary = aParsedCanary();
    const { signal } = new AbortController();
    const tell = (sequences: readonly number[]): void =>
      announcer.tell(canary, aStatus(canary, sequences, clock), [], signal);
    const onTold = (): void => queueMicrotask(() => tell([0, 1]));
    const announcer = new Announcer({ messenger, clock, log: silentLogger, onTold });
    tell([0]);
    await settle();
    expect(messenger.told).toEqual(['#0', '#1']);
  });
});
