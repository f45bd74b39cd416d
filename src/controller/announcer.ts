/**
 * Tells people what happened, in order and beside the rollout, which never waits for it. News comes from the
 * committed outbox and is told at least once; what this process has told is remembered until it is crossed off.
 * How something is told is the messenger's business.
 */
import type { Canary } from '../api/model.ts';
import type { Announcement, News, Status } from '../core/model.ts';
import { after, millis, type Instant, type Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { canonicalJson } from '../shared/digest.ts';
import type { Logger } from '../shared/logger.ts';

/**
 * Queues what is to be done for one receiver of this Canary's news, behind what is queued for that receiver already and
 * beside everything else: who does not answer delays nobody but himself.
 */
export type Aside = (receiver: string, work: () => Promise<unknown>) => void;

export interface Messenger {
  /** Tells it for a limited time, then gives up; rejects only when `signal` aborts. So does what it puts aside. */
  announce(canary: Canary, announcement: Announcement, signal: AbortSignal, aside: Aside): Promise<void>;
  notice(canary: Canary, news: News, at: Instant, signal: AbortSignal, aside: Aside): Promise<void>;
}

/** Notices that may wait in a lane, or for a receiver, at a time: what they say is soon outdated, and news waits behind them. */
const WAITING_NOTICES = 4;

/**
 * How long news stays in the status for those who do not answer. After that a restart would tell everybody else once
 * more, so it counts as told, and whoever is left is tried by this process alone.
 */
const HELD = millis(20_000);

export interface AnnouncerOptions {
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a Canary's news has all been told, so that it can be crossed off. */
  readonly onTold: (canary: Canary) => void;
}

interface Lane {
  readonly queue: Message[];
  /** Sequence numbers that were handed over: queued, being told, or told. */
  readonly seen: Set<number>;
  readonly told: Set<number>;
  /** When a notice was last sent, by what it says. */
  readonly noticed: Map<string, Instant>;
  /** By receiver. */
  readonly asides: Map<string, Queue>;
  /** Messages of which something is still to be done aside. */
  unfinished: number;
  busy: boolean;
}

interface Queue {
  last: Promise<unknown>;
  waiting: number;
}

interface Message {
  readonly canary: Canary;
  readonly what:
    | { readonly kind: 'announcement'; readonly announcement: Announcement }
    | { readonly kind: 'notice'; readonly news: News; readonly at: Instant };
}

export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #lanes = new Map<string, Lane>();
  /** Also of Canaries that are gone. */
  readonly #working = new Set<Promise<void>>();

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Hands over the outbox of a committed status and the notices of a wait; returns at once. */
  tell(canary: Canary, status: Status, notices: readonly News[], signal: AbortSignal): void {
    if (status.outbox.length === 0 && notices.length === 0 && !this.#lanes.has(canary.uid)) return;
    const lane = this.#laneOf(canary.uid);
    for (const announcement of status.outbox) {
      if (lane.seen.has(announcement.sequence)) continue;
      lane.seen.add(announcement.sequence);
      lane.queue.push({ canary, what: { kind: 'announcement', announcement } });
    }
    this.#queueNotices(lane, canary, notices);
    forgetCrossedOff(lane, status);
    if (lane.queue.length > 0 && !lane.busy) this.#start(lane, signal);
  }

  /** What remains of an outbox once what was told is crossed off. */
  untold(uid: string, outbox: readonly Announcement[]): readonly Announcement[] {
    const told = this.#lanes.get(uid)?.told;
    return told === undefined || told.size === 0
      ? outbox
      : outbox.filter(({ sequence }) => !told.has(sequence));
  }

  /** The Canary is gone; what is still queued for it is told all the same. */
  forget(uid: string): void {
    this.#lanes.delete(uid);
  }

  /** Resolves when nothing is being told. */
  async drained(): Promise<void> {
    await Promise.allSettled([...this.#working]);
  }

  #laneOf(uid: string): Lane {
    const known = this.#lanes.get(uid);
    if (known !== undefined) return known;
    const lane: Lane = {
      queue: [],
      seen: new Set(),
      told: new Set(),
      noticed: new Map(),
      asides: new Map(),
      unfinished: 0,
      busy: false,
    };
    this.#lanes.set(uid, lane);
    return lane;
  }

  /** At once when it is new, and about once per interval while it stays the same; left out while others still wait. */
  #queueNotices(lane: Lane, canary: Canary, notices: readonly News[]): void {
    const { clock } = this.#options;
    const [at, now] = [clock.now(), clock.steady()];
    const fresh = (sent: Instant): boolean => now < after(sent, quiet(canary));
    for (const [said, sent] of lane.noticed) if (!fresh(sent)) lane.noticed.delete(said);
    let waiting = lane.queue.filter(({ what }) => what.kind === 'notice').length;
    for (const news of notices) {
      const said = canonicalJson(news);
      if (lane.noticed.has(said) || waiting >= WAITING_NOTICES) continue;
      waiting += 1;
      lane.noticed.set(said, now);
      lane.queue.push({ canary, what: { kind: 'notice', news, at } });
    }
  }

  #start(lane: Lane, signal: AbortSignal): void {
    lane.busy = true;
    this.#track(this.#work(lane, signal));
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#working.delete(tracked));
    this.#working.add(tracked);
  }

  async #work(lane: Lane, signal: AbortSignal): Promise<void> {
    let message = lane.queue.shift();
    while (message !== undefined && (await this.#finish(lane, message, signal))) {
      message = lane.queue.shift();
    }
    // In one breath with finding the queue empty, so that nobody adds to a lane that seems busy and is not.
    lane.busy = false;
  }

  /** False where the process stops, or leads no more. */
  async #finish(lane: Lane, message: Message, signal: AbortSignal): Promise<boolean> {
    const beside: Promise<boolean>[] = [];
    const aside: Aside = (receiver, work) =>
      void beside.push(this.#queueAside(lane, receiver, message, () => this.#attempt(message, work, signal)));
    if (!(await this.#attempt(message, () => this.#deliver(message, signal, aside), signal))) {
      this.#putBack(lane, message);
      return false;
    }
    if (beside.length === 0) this.#told(lane, message);
    else this.#track(this.#await(lane, message, beside));
    return true;
  }

  async #await(lane: Lane, message: Message, beside: readonly Promise<boolean>[]): Promise<void> {
    lane.unfinished += 1;
    const answered = new AbortController();
    const all = Promise.all(beside);
    const held = this.#options.clock.sleep(HELD, { signal: answered.signal });
    const done = await Promise.race([all.then((each) => each.every(Boolean)), held.then(() => true)]);
    answered.abort();
    held.catch(() => undefined); // nobody waits for it any more
    lane.unfinished -= 1;
    if (done) this.#told(lane, message);
    else unsee(lane, message);
    await all;
  }

  #told(lane: Lane, { canary, what }: Message): void {
    if (what.kind === 'announcement') lane.told.add(what.announcement.sequence);
    if (lane.queue.length === 0 && lane.unfinished === 0 && lane.told.size > 0) this.#options.onTold(canary);
  }

  #queueAside(
    lane: Lane,
    receiver: string,
    { what }: Message,
    work: () => Promise<boolean>,
  ): Promise<boolean> {
    const queue = lane.asides.get(receiver) ?? { last: Promise.resolve(), waiting: 0 };
    if (what.kind === 'notice' && queue.waiting >= WAITING_NOTICES) return Promise.resolve(true);
    lane.asides.set(receiver, queue);
    queue.waiting += 1;
    const done = queue.last.then(work).finally(() => {
      queue.waiting -= 1;
      if (queue.waiting === 0) lane.asides.delete(receiver);
    });
    queue.last = done;
    return done;
  }

  /** False where it was given up because the process stops, or leads no more. */
  async #attempt({ canary }: Message, work: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return false;
      this.#options.log.error({ canary: `${canary.name}.${canary.namespace}`, error }, 'telling news failed');
    }
    return true;
  }

  async #deliver({ canary, what }: Message, signal: AbortSignal, aside: Aside): Promise<void> {
    const { messenger } = this.#options;
    if (what.kind === 'announcement') await messenger.announce(canary, what.announcement, signal, aside);
    else await messenger.notice(canary, what.news, what.at, signal, aside);
  }

  /** The process stops, or leads no more: what was not told is in the status, for whoever comes next. */
  #putBack(lane: Lane, message: Message): void {
    for (const untold of [message, ...lane.queue]) unsee(lane, untold);
    lane.queue.length = 0;
  }
}

/** Not told: it is in the status, and will be handed over again. */
function unsee(lane: Lane, { what }: Message): void {
  if (what.kind === 'announcement') lane.seen.delete(what.announcement.sequence);
}

/** Numbers that are no longer in the outbox will not come again. */
function forgetCrossedOff(lane: Lane, status: Status): void {
  const open = new Set(status.outbox.map(({ sequence }) => sequence));
  for (const sequence of lane.told) {
    if (open.has(sequence)) continue;
    lane.told.delete(sequence);
    lane.seen.delete(sequence);
  }
}

/** A little less than an interval, so that what is said every interval is not kept back by a pass that was quick. */
function quiet(canary: Canary): Millis {
  return millis(canary.spec.interval * 0.9);
}
