/**
 * Keeps the objects of one kind in memory as they are in the cluster: lists, watches, and does both again however
 * a watch may end. It has no opinion on what a change means, and gives up only when stopped.
 *
 * Changes are delivered in the order of their versions, one at a time, each after it is in the store. A change that
 * happened while no watch was open is found by the next list, which compares keys and versions.
 */
import type { ApiError, KubeObject } from '../../api/objects.ts';
import { millis } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';
import { withDeadline } from '../deadline.ts';
import { describeError } from '../redact.ts';
import { Backoff } from './backoff.ts';
import { Expectations } from './expectations.ts';
import { listPage, openWatch, readOne, type Selection, type WatchEvent } from './list-watch.ts';
import { keyOf, ObjectStore, type Key, type Parsed } from './object-store.ts';
import type { Refusal } from './refusal.ts';
import type { Transport } from './transport.ts';

/** Watches are ended by the server after 5 to 10 minutes, at different times so that lists do not come in crowds. */
const WATCH_SECONDS = { least: 300, spread: 300 } as const;
/** A server that does not end the watch it promised to end is not there any more. */
const WATCH_GRACE_SECONDS = 5;
/** A watch that lasted this long was no failure, whether or not anything happened in it. */
const HEALTHY = millis(5_000);
/** After so many failed watches in a row the version itself may be what is wrong. */
const RELIST_AFTER = 5;

/** `absent`: the cluster does not serve the kind. It is looked for again from time to time. */
export type ReflectorState = 'starting' | 'watching' | 'retrying' | 'absent' | 'stopped';

export interface ReflectorOptions {
  readonly transport: Transport;
  readonly selection: Selection;
  readonly clock: Clock;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly log: Logger;
  readonly parsed: Parsed;
  /** The object as it is now, undefined when it is gone. What it throws is logged. */
  readonly onChange: (key: Key, object: KubeObject | undefined) => void;
}

type WatchEnd =
  | { readonly kind: 'ended' }
  /** The server no longer knows what happened since our version. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'failed'; readonly detail: string };

export class Reflector {
  readonly store: ObjectStore;
  readonly #options: ReflectorOptions;
  readonly #expectations = new Expectations();
  readonly #backoff: Backoff;
  readonly #stopped = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  readonly #refused = Promise.withResolvers<void>();
  #obstacle: ApiError | undefined;
  #state: ReflectorState = 'starting';
  #version = '';
  #running: Promise<void> | undefined;
  #lastComplaint = '';

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.store = new ObjectStore(options.parsed);
    this.#backoff = new Backoff(options);
  }

  get state(): ReflectorState {
    return this.#state;
  }

  /** Resolves once the store is as complete as the cluster, or the kind is known to be absent. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Resolves when the kind may not be listed; it is tried again all the same. */
  get refused(): Promise<void> {
    return this.#refused.promise;
  }

  /** Why the last list failed, until one works. */
  get obstacle(): ApiError | undefined {
    return this.#obstacle;
  }

  start(): void {
    if (this.#running !== undefined) throw new Error(`${this.#options.selection.kind} is watched already`);
    this.#running = this.#run(this.#stopped.signal);
  }

  /** Once this is called nothing is delivered any more; resolves when nothing is open any more either. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the reflector was stopped'));
    this.#state = 'stopped';
    await this.#running;
  }

  /** We wrote this object and were told this version. */
  expect(key: Key, version: string): void {
    const known = this.store.version(key);
    this.#expectations.note(nameOf(key), version);
    if (known !== undefined) this.#expectations.delivered(nameOf(key), known);
  }

  /** Has the store all that is expected of this key? */
  isCaughtUp(key: Key): boolean {
    return !this.#expectations.has(nameOf(key));
  }

  caughtUp(key: Key): Promise<void> {
    return this.#expectations.met(nameOf(key));
  }

  /** Reads one object past the watch and puts it into the store. A failure leaves everything as it is. */
  async fetch(key: Key, signal: AbortSignal): Promise<void> {
    const { transport, selection, log } = this.#options;
    const read = await readOne(transport, selection, key, { signal });
    if (this.#stopped.signal.aborted) return;
    if (!read.ok) {
      log.debug(
        { kind: selection.kind, ...key, detail: read.error.error.detail },
        'cannot read past the cache',
      );
      return;
    }
    if (read.value === undefined) this.#remove(key);
    else this.#put(read.value, false);
    this.#expectations.delivered(nameOf(key));
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await this.#list(signal)) await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        // A bug of ours must not leave a controller blind.
        await this.#pause(describeError(error), signal).catch(() => undefined);
      }
    }
  }

  /** Lists everything. False when that failed, after a pause. */
  async #list(signal: AbortSignal): Promise<boolean> {
    const { transport, selection } = this.#options;
    const number = this.#expectations.listBegins();
    const seen = new Set<string>();
    let next = '';
    let whole = false;
    for (;;) {
      const page = await listPage(transport, selection, { next, whole }, { signal });
      signal.throwIfAborted();
      if (!page.ok) {
        if (page.error.status === 410 && !whole) {
          // Pages expire when listing takes minutes; all at once cannot.
          [next, whole] = ['', true];
          seen.clear();
          continue;
        }
        await this.#listFailed(page.error, signal);
        return false;
      }
      for (const item of page.value.items) {
        seen.add(nameOf(keyOf(item)));
        this.#put(item, true);
        signal.throwIfAborted();
      }
      next = page.value.next;
      if (next !== '') continue;
      this.#listed(number, page.value.version, seen);
      return true;
    }
  }

  #listed(number: number, version: string, seen: ReadonlySet<string>): void {
    for (const key of this.store.keys()) if (!seen.has(nameOf(key))) this.#remove(key);
    this.#version = version;
    this.#expectations.listed(number);
    this.#obstacle = undefined;
    this.#healthy();
    this.#synced.resolve();
  }

  async #listFailed({ error, status }: Refusal, signal: AbortSignal): Promise<void> {
    if (error.kind !== 'no-such-kind' || status !== 404) {
      this.#obstacle = error;
      if (error.kind === 'forbidden') this.#refused.resolve();
      return this.#pause(error.detail, signal);
    }
    this.#obstacle = undefined;
    const { selection, log } = this.#options;
    if (this.#state !== 'absent') {
      log.info(
        { kind: selection.kind, apiVersion: selection.apiVersion },
        'the cluster does not serve this kind',
      );
    }
    this.#state = 'absent';
    for (const key of this.store.keys()) this.#remove(key);
    this.#expectations.listed(Number.POSITIVE_INFINITY);
    this.#synced.resolve();
    await this.#backoff.slowly(signal);
  }

  /** Watches from the version of the list on, until only another list can help. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let failures = 0; failures < RELIST_AFTER;) {
      const [from, at] = [this.#version, clock.steady()];
      const end = await this.#watch(signal);
      const progress = this.#version !== from || clock.steady() - at >= HEALTHY;
      if (progress) {
        failures = 0;
        this.#backoff.reset();
      }
      if (end.kind === 'expired') {
        // The first list is due at once; a server whose versions always expire is given time.
        if (this.#backoff.failures > 0) await this.#pause('the version has expired again', signal);
        else this.#backoff.count();
        return;
      }
      if (end.kind === 'ended' && progress) continue;
      failures += 1;
      await this.#pause(end.kind === 'failed' ? end.detail : 'the watch ended as soon as it began', signal);
    }
  }

  /** One watch, from opening to its end. */
  async #watch(signal: AbortSignal): Promise<WatchEnd> {
    const { transport, selection, clock, random } = this.#options;
    const seconds = WATCH_SECONDS.least + Math.floor(random() * (WATCH_SECONDS.spread + 1));
    const span = millis((seconds + WATCH_GRACE_SECONDS) * 1_000);
    try {
      const timed = await withDeadline({ clock, span, signal }, async (stop): Promise<WatchEnd> => {
        const from = { version: this.#version, seconds };
        const opened = await openWatch(transport, selection, from, { signal: stop });
        if (!opened.ok) return endOf(opened.error.status, opened.error.error.detail);
        this.#healthy();
        return this.#take(opened.value, stop);
      });
      return timed.kind === 'done' ? timed.value : { kind: 'ended' };
    } catch (error) {
      signal.throwIfAborted();
      return { kind: 'failed', detail: describeError(error) };
    }
  }

  async #take(events: AsyncIterable<WatchEvent>, stop: AbortSignal): Promise<WatchEnd> {
    for await (const event of events) {
      // A watch that was given up must not speak while its successor does.
      if (stop.aborted) break;
      switch (event.kind) {
        case 'put':
          this.#put(event.object, false);
          this.#version = event.object.metadata.resourceVersion ?? this.#version;
          break;
        case 'gone':
          this.#remove(keyOf(event.object), event.object.metadata.resourceVersion);
          this.#version = event.object.metadata.resourceVersion ?? this.#version;
          break;
        case 'bookmark':
          this.#version = event.version;
          break;
        case 'error':
          return endOf(event.status, event.detail);
      }
    }
    return { kind: 'ended' };
  }

  #put(object: KubeObject, force: boolean): void {
    const key = keyOf(object);
    const stored = this.store.put(object, { force });
    if (stored !== undefined) this.#deliver(key, stored);
    this.#expectations.delivered(nameOf(key), object.metadata.resourceVersion ?? '');
  }

  #remove(key: Key, version?: string): void {
    if (this.store.delete(key)) this.#deliver(key, undefined);
    if (version !== undefined) this.#expectations.delivered(nameOf(key), version);
  }

  #deliver(key: Key, object: KubeObject | undefined): void {
    const { onChange, selection, log } = this.#options;
    try {
      onChange(key, object);
    } catch (error) {
      log.error({ kind: selection.kind, ...key, error }, 'a listener failed');
    }
  }

  #healthy(): void {
    const { selection, log } = this.#options;
    if (this.#lastComplaint !== '') log.info({ kind: selection.kind }, 'watching again');
    this.#lastComplaint = '';
    if (this.#state !== 'stopped') this.#state = 'watching';
  }

  /** Waits longer each time; says why once per reason. */
  async #pause(detail: string, signal: AbortSignal): Promise<void> {
    const { selection, log } = this.#options;
    if (this.#state !== 'stopped') this.#state = 'retrying';
    if (detail !== this.#lastComplaint)
      log.warn({ kind: selection.kind, detail }, 'cannot watch, trying again');
    this.#lastComplaint = detail;
    await this.#backoff.wait(signal);
  }
}

function endOf(status: number, detail: string): WatchEnd {
  // A kind that is gone is found out by the list.
  return status === 410 || status === 404 ? { kind: 'expired' } : { kind: 'failed', detail };
}

function nameOf({ namespace, name }: Key): string {
  return `${namespace}/${name}`;
}
