/**
 * Keeps the passes going: what changes is queued, what is queued is looked at, some at once, one Canary never twice
 * at a time. A pass that throws is logged and tried again later; the others do not notice.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { parseCanary, type CanaryContext, type ParsedCanary } from '../api/canary.ts';
import type { Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { conditionPatch, waitPatch } from '../api/status.ts';
import { at } from '../api/tree.ts';
import type { Status } from '../core/model.ts';
import { flaggerRuns } from '../core/wording.ts';
import { instant, millis, unreachable, type Instant, type Millis } from '../shared/brand.ts';
import { Announcer } from './announcer.ts';
import { CanaryIndex, keyOf, refOfKey, titleOfKey, type IndexedCanary } from './canary-index.ts';
import { CanaryPorts } from './canary-ports.ts';
import { BlindError, ConfigShelf } from './configs.ts';
import { doubtsOf } from './doubts.ts';
import { Flaggers } from './flaggers.ts';
import { noMemory, type Memory } from './memory.ts';
import { createMessenger } from './messenger.ts';
import { FINALIZER } from './observe.ts';
import { noticing, standing } from './permissions.ts';
import type { ActionError, ReconcileResult } from './ports.ts';
import { reconcile } from './reconcile.ts';
import { Slots } from './slots.ts';
import { standAside, takeUp, type Aside } from './standing-aside.ts';
import type { Tools } from './tools.ts';
import type { PassOutcome } from './vitals.ts';
import { lasts, telling, waitedFor, type Waited } from './waiting.ts';
import { WorkQueue } from './workqueue.ts';

const CONCURRENT_PASSES = 8;
/** Every Canary is looked at from the caches this often, whatever the watches say. */
const RESYNC = 30 * 60_000;
const FIRST_BACK_OFF = millis(1_000);
const LONGEST_BACK_OFF = millis(300_000);
/** After a write of ours was refused as stale; the watch usually brings the newer version before. */
const AFTER_CONFLICT = millis(1_000);
/** Where something has been due and no pass has begun or ended for this long, the queue is not merely busy. */
const STANDSTILL = 5 * 60_000;
/** Phases in which nothing is on its way, so that news may be crossed off by a commit of its own. */
const AT_REST: ReadonlySet<unknown> = new Set<Status['phase']>([
  'Initialized',
  'Succeeded',
  'Failed',
  'Waiting',
  'WaitingPromotion',
]);

export interface ManagerOptions {
  readonly tools: Tools;
  readonly canaries: CanaryContext;
}

export class Manager {
  readonly #tools: Tools;
  readonly #canaries: CanaryContext;
  readonly #queue: WorkQueue;
  #announcer: Announcer;
  readonly #index = new CanaryIndex();
  readonly #slots = new Slots(CONCURRENT_PASSES);
  readonly #shelf = new ConfigShelf();
  readonly #memories = new Map<string, Memory>();
  readonly #passes = new Set<Promise<void>>();
  readonly #flaggers = new Flaggers();
  /** Ends the passes on their way, but no news: when leading ends, and when a Flagger comes. */
  #interrupt = new AbortController();
  #leading = false;
  /** When a pass last began or ended. */
  #movedAt: Instant = instant(0);

  constructor({ tools, canaries }: ManagerOptions) {
    this.#tools = tools;
    this.#canaries = canaries;
    this.#queue = new WorkQueue({
      clock: tools.clock,
      random: tools.random,
      firstBackOff: FIRST_BACK_OFF,
      longestBackOff: LONGEST_BACK_OFF,
    });
    this.#announcer = this.#anAnnouncer();
    tools.watched.onChange((ref, object) => this.#changed(ref, object));
  }

  /** A sentence about a queue that stands still; undefined while it moves. */
  get standstill(): string | undefined {
    const still = Math.min(this.#queue.lag, this.#tools.clock.steady() - this.#movedAt);
    if (!this.#leading || still < STANDSTILL) return undefined;
    return `no pass has begun or ended for ${Math.round(still / 1_000)}s although a Canary is due`;
  }

  /** Brings the gauges up to date. */
  measure(): void {
    const { vitals } = this.#tools;
    vitals.queue(this.#queue);
    for (const [namespace, count] of this.#index.population) vitals.population(namespace, count);
  }

  /** Who keeps the Lease of this namespace from us; '' for nobody. */
  leaseHeldBy(holder: string, namespace: string): void {
    if (this.#flaggers.holds(holder, namespace)) this.#reconsider();
  }

  /** Until `signal` aborts, while somebody else leads: acts on nothing, and says so where that is a Flagger. */
  async standBy(signal: AbortSignal): Promise<void> {
    await this.#work(signal, (key) => this.#watchOn(key, signal));
  }

  /**
   * Works until `signal` aborts; resolves when the last pass has ended and nothing is being told. May be called again:
   * what was remembered of Canaries is forgotten first, since somebody else may have led meanwhile.
   */
  async lead(signal: AbortSignal): Promise<void> {
    this.#memories.clear();
    this.#announcer = this.#anAnnouncer();
    this.#interrupt = new AbortController();
    this.#leading = true;
    this.#movedAt = this.#tools.clock.steady();
    const interrupt = (): void => this.#interrupt.abort(signal.reason);
    signal.addEventListener('abort', interrupt);
    for (const key of this.#index.keys) this.#queue.add(key);
    try {
      await this.#work(signal, (key) => this.#pass(key, signal));
    } finally {
      signal.removeEventListener('abort', interrupt);
      this.#leading = false;
      await this.#announcer.drained();
    }
  }

  #anAnnouncer(): Announcer {
    const { clock, log } = this.#tools;
    return new Announcer({
      messenger: createMessenger(this.#tools),
      clock,
      log,
      onTold: (canary) => this.#queue.add(keyOf(canary)),
    });
  }

  async #work(signal: AbortSignal, work: (key: string) => Promise<void>): Promise<void> {
    try {
      for (;;) {
        await this.#slots.acquire();
        const key = await this.#queue.take({ signal });
        // A pass that finds all in order waits for nothing: thousands in a row would keep the lease and probes waiting.
        await eventLoopTurn();
        const pass = work(key).finally(() => {
          this.#slots.release();
          this.#passes.delete(pass);
        });
        this.#passes.add(pass);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#slots.release();
      this.#queue.stop();
      await Promise.allSettled(this.#passes);
    }
  }

  // ------------------------------------------------------------------------------------------------------- changes

  #changed(ref: ObjectRef, object: KubeObject | undefined): void {
    if (ref.kind === 'Deployment' && this.#flaggers.seen(ref, object)) this.#reconsider();
    if (ref.kind !== 'Canary') {
      if (object === undefined) this.#shelf.forget(ref);
      for (const key of this.#index.concerned(ref)) this.#queue.add(key);
    } else if (object === undefined) {
      this.#removed(keyOf(ref));
    } else {
      const { key, before, affected } = this.#index.put(object);
      if (before !== undefined && before.target !== this.#index.get(key)?.target) this.#uncount(before);
      for (const one of [key, ...affected]) this.#queue.add(one);
    }
  }

  #removed(key: string): void {
    const rivals = this.#index.rivals(key);
    const canary = this.#index.remove(key);
    this.#memories.delete(key);
    this.#queue.forget(key);
    for (const rival of rivals) this.#queue.add(rival.key);
    if (canary === undefined) return;
    this.#announcer.forget(canary.uid);
    this.#uncount(canary);
  }

  /** Series are named after the target, so another Canary that has it goes on using them. */
  #uncount({ target, targetName, namespace }: IndexedCanary): void {
    if (!this.#index.isTargeted(target)) this.#tools.vitals.forget({ target: targetName, namespace });
  }

  // ------------------------------------------------------------------------------------------------------ Flaggers

  /** A Flagger has come or gone, so who drives what is asked anew. What is under way is not finished beside one. */
  #reconsider(): void {
    const { log } = this.#tools;
    const { running } = this.#flaggers;
    if (running.length === 0) log.info({}, 'no Flagger runs any more');
    for (const flagger of running) {
      log.warn({ detail: flaggerRuns(flagger).text }, 'a Flagger runs, and its Canaries are left alone');
    }
    if (running.length > 0) {
      const interrupted = this.#interrupt;
      this.#interrupt = new AbortController();
      interrupted.abort(new Error('a Flagger runs'));
    }
    for (const key of this.#index.keys) this.#queue.add(key);
  }

  async #watchOn(key: string, signal: AbortSignal): Promise<void> {
    const { watched, log } = this.#tools;
    const ref = refOfKey(key);
    try {
      const flagger = this.#flaggers.leads ? this.#flaggers.driving(ref) : undefined;
      if (flagger === undefined) return;
      await watched.caughtUp([ref], { signal });
      const object = watched.get(ref);
      if (object === undefined) return;
      this.#aside(key, await standAside(this.#tools, ref, object, flagger, signal));
    } catch (error) {
      if (!signal.aborted)
        log.error({ canary: titleOfKey(key), error }, 'a Canary could not be told of a Flagger');
    } finally {
      this.#queue.done(key, 'fine');
    }
  }

  #aside(key: string, aside: Aside): PassOutcome {
    if (aside.kind === 'later') this.#queue.add(key, aside.delay);
    return aside.kind === 'refused' ? 'refused' : 'waiting';
  }

  // -------------------------------------------------------------------------------------------------------- passes

  /** `lifetime` ends with leading; the pass itself ends sooner where a Flagger comes. */
  async #pass(key: string, lifetime: AbortSignal): Promise<void> {
    const { clock, log, vitals } = this.#tools;
    const { signal } = this.#interrupt;
    const start = clock.steady();
    this.#movedAt = start;
    let outcome: PassOutcome = 'panic';
    const forbidden = new Set<string>();
    const tools = noticing(this.#tools, (detail) => forbidden.add(detail));
    try {
      outcome = await this.#look(key, tools, signal, lifetime);
      await this.#sayForbidden(key, forbidden, outcome, signal);
      this.#queue.done(key, outcome === 'refused' && !signal.aborted ? 'failed' : 'fine');
    } catch (error) {
      this.#queue.done(key, signal.aborted ? 'fine' : 'failed');
      if (signal.aborted) return;
      log.error({ canary: titleOfKey(key), error }, 'a pass over a Canary failed and will be tried again');
      if (error instanceof BlindError)
        await this.#warn(key, `${titleOfKey(key)} cannot be looked at: ${error.message}`, signal);
      await this.#sayForbidden(key, forbidden, outcome, signal).catch(() => undefined);
    }
    this.#movedAt = clock.steady();
    const indexed = this.#index.get(key);
    const counted = indexed && { target: indexed.targetName, namespace: indexed.namespace };
    vitals.passed(outcome, (clock.steady() - start) / 1_000, counted);
  }

  /** Where no status can be decided on or written, an Event is all the owner of the Canary gets to read. */
  async #warn(key: string, text: string, signal: AbortSignal): Promise<void> {
    const { watched, events, clock } = this.#tools;
    const canary = watched.get(refOfKey(key));
    if (canary === undefined) return;
    const said = events.notice({ canary, type: 'Warning', text, at: clock.now() }, { signal });
    await said.catch(() => undefined); // the process stops, or leads no more
  }

  /** What is not allowed is said in a condition, as long as the rollout has not gone on without it. */
  async #sayForbidden(
    key: string,
    forbidden: ReadonlySet<string>,
    outcome: PassOutcome,
    signal: AbortSignal,
  ): Promise<void> {
    const { watched, objects, clock } = this.#tools;
    const memory = this.#memories.get(key);
    if (memory === undefined || outcome === 'gone') return;
    const ref = refOfKey(key);
    const waited = outcome === 'waiting' && !AT_REST.has(at(watched.get(ref), 'status', 'phase'));
    memory.forbidden = standing(memory.forbidden, forbidden, { waited });
    const detail = memory.forbidden.join('; ');
    const said = detail === '' ? undefined : { reason: 'Forbidden', detail };
    const change = (): ReturnType<typeof conditionPatch> =>
      conditionPatch(watched.get(ref)?.['status'], 'Permitted', said, clock.now());
    if (change() === undefined) return;
    await watched.caughtUp([ref], { signal });
    const [object, status] = [watched.get(ref), change()];
    if (object === undefined || status === undefined) return;
    const { resourceVersion } = object.metadata;
    // Refused as stale means that another pass is due anyhow.
    await objects.patch(ref, { metadata: { resourceVersion }, status }, { signal, subresource: 'status' });
  }

  async #look(key: string, tools: Tools, signal: AbortSignal, lifetime: AbortSignal): Promise<PassOutcome> {
    const { watched } = tools;
    const ref = refOfKey(key);
    await watched.caughtUp([ref], { signal });
    const object = watched.get(ref);
    if (object === undefined) return 'gone';
    const flagger = this.#flaggers.driving(ref);
    if (flagger !== undefined) return this.#aside(key, await standAside(tools, ref, object, flagger, signal));
    const takenUp = await takeUp(tools, ref, object, signal);
    if (takenUp !== undefined) {
      this.#queue.add(key);
      return this.#aside(key, takenUp);
    }
    const memory = this.#memoryOf(key);
    const { canary, problem, findings } = parseCanary(object, this.#canaries);
    if (canary === undefined) return this.#unreadable(key, object, findings, tools, signal);
    const ports = new CanaryPorts({
      tools,
      key,
      canary,
      problem: this.#duplicate(key) ?? problem,
      doubts: doubtsOf(canary, findings, memory.doubted),
      memory,
      announcer: this.#announcer,
      slots: this.#slots,
      shelf: this.#shelf,
      signal,
      lifetime,
      onLook: (refs) => this.#looked(key, memory, refs),
    });
    const result = await reconcile(ports);
    return this.#concluded(key, memory, ports, result, signal);
  }

  #memoryOf(key: string): Memory {
    const memory = this.#memories.get(key) ?? noMemory();
    this.#memories.set(key, memory);
    return memory;
  }

  #duplicate(key: string): ParsedCanary['problem'] {
    const senior = this.#index.senior(key);
    if (senior === undefined) return undefined;
    const older = `the older canary ${titleOfKey(senior.canary.key)}`;
    return senior.over === 'target'
      ? { reason: 'DuplicateTarget', detail: `${older} has the same target ${senior.name}` }
      : {
          reason: 'DuplicateService',
          detail: `${older} has service ${senior.name} as well; give one of them another spec.service.name`,
        };
  }

  /** Remembers whom the objects of a look concern. */
  #looked(key: string, memory: Memory, refs: readonly ObjectRef[]): void {
    const looked = refs.map(({ kind, name, namespace }) => `${kind}/${namespace}/${name}`).join(' ');
    if (looked === memory.looked) return;
    this.#index.concern(key, refs);
    memory.looked = looked;
  }

  /** Without a target or a service there is nothing to hold on to, but for letting a deleted Canary go. */
  async #unreadable(
    key: string,
    object: KubeObject,
    findings: ParsedCanary['findings'],
    { objects, log, events, clock }: Tools,
    signal: AbortSignal,
  ): Promise<PassOutcome> {
    const { resourceVersion, finalizers = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined && finalizers.includes(FINALIZER)) {
      const others = finalizers.filter((name) => name !== FINALIZER);
      const patch = { metadata: { resourceVersion, finalizers: others } };
      const written = await objects.patch(refOfKey(key), patch, { signal });
      return written.ok ? 'gone' : 'refused';
    }
    const detail = findings
      .filter(({ severity }) => severity === 'error')
      .map(({ field, message }) => `${field}: ${message}`)
      .join('; ');
    log.warn({ canary: titleOfKey(key), detail }, 'a Canary cannot be read');
    const now = clock.now();
    const refused = conditionPatch(object['status'], 'Accepted', { reason: 'InvalidSpec', detail }, now);
    if (refused === undefined) return 'unreadable';
    const patch = { metadata: { resourceVersion }, status: refused };
    const written = await objects.patch(refOfKey(key), patch, { signal, subresource: 'status' });
    if (!written.ok) return 'refused';
    const text = `invalid canary spec: ${detail}`;
    await events.notice({ canary: object, type: 'Warning', text, at: now }, { signal });
    return 'unreadable';
  }

  // ------------------------------------------------------------------------------------------------------ outcomes

  async #concluded(
    key: string,
    memory: Memory,
    ports: CanaryPorts,
    result: ReconcileResult,
    signal: AbortSignal,
  ): Promise<PassOutcome> {
    // Removed while it was looked at: nothing of it is to be counted or looked at any more.
    if (this.#index.get(key) === undefined) return 'gone';
    switch (result.kind) {
      case 'gone':
        return 'gone';
      case 'refused':
        return this.#refused(key, result.error, signal);
      case 'moved':
        this.#moved(ports, result.status);
        this.#queue.add(key);
        return 'moved';
      case 'waiting':
        return this.#waiting(key, memory, ports, result, signal);
      default:
        return unreachable(result);
    }
  }

  async #refused(
    key: string,
    error: (ReconcileResult & { readonly kind: 'refused' })['error'],
    signal: AbortSignal,
  ): Promise<PassOutcome> {
    if (error.kind === 'gone') return 'gone';
    if (error.kind === 'conflict') {
      this.#queue.add(key, AFTER_CONFLICT);
      return 'waiting';
    }
    const remedy =
      error.kind === 'pruned' ? '; run: serin install --crds | kubectl apply --server-side -f -' : '';
    const { detail } = error;
    this.#tools.log.error({ canary: titleOfKey(key), detail }, `a status could not be written${remedy}`);
    await this.#warn(
      key,
      `the status of ${titleOfKey(key)} could not be written: ${detail}${remedy}`,
      signal,
    );
    return 'refused';
  }

  #moved({ canary }: CanaryPorts, status: Status): void {
    const { log, vitals } = this.#tools;
    const { phase, canaryWeight: weight, step, failedChecks } = status;
    vitals.canary({ target: canary.target.name, namespace: canary.namespace }, status);
    log.info({ canary: `${canary.name}.${canary.namespace}`, phase, weight, step, failedChecks }, 'moved');
  }

  async #waiting(
    key: string,
    memory: Memory,
    ports: CanaryPorts,
    { waitingFor, requeueAfter, failures }: ReconcileResult & { readonly kind: 'waiting' },
    signal: AbortSignal,
  ): Promise<PassOutcome> {
    const { clock, log, vitals, random } = this.#tools;
    const { canary } = ports;
    const { phase, canaryWeight: weight } = canary.status;
    vitals.canary({ target: canary.target.name, namespace: canary.namespace }, canary.status);
    const before = memory.waited;
    memory.waited = waitedFor(before, waitingFor, canary, clock.now());
    const { text, kind } = memory.waited.wait;
    if (text !== before?.wait.text || kind !== before.wait.kind) {
      const name = `${canary.name}.${canary.namespace}`;
      log.info({ canary: name, phase, weight, waitingFor: text }, 'waiting');
    }
    const known = memory.refused;
    const refusals = failures.filter(({ conflict }) => !conflict);
    memory.refused = refusals.map(textOf);
    for (const { action, detail } of refusals.filter((refusal) => !known.includes(textOf(refusal))))
      log.warn({ canary: titleOfKey(key), action, detail }, 'an action was refused');
    // No commit comes soon that would take along what was told, and the next process would tell it again.
    const stays = AT_REST.has(phase) || lasts(memory.waited.wait);
    if (stays && failures.length === 0) await this.#crossOff(key, ports);
    this.#queue.add(key, requeueAfter ?? resyncIn(random));
    await this.#sayWaiting(key, memory.waited, memory, canary, signal);
    return 'waiting';
  }

  /** What it waits for is said in the status where that lasts and its last commit did not say so. */
  async #sayWaiting(
    key: string,
    waited: Waited,
    memory: Memory,
    { spec, status }: Canary,
    signal: AbortSignal,
  ): Promise<void> {
    const { watched, objects, clock } = this.#tools;
    const ref = refOfKey(key);
    const now = clock.now();
    const next = telling(waited, { written: watched.get(ref)?.['status'], status, spec }, now);
    if (next.kind === 'later') this.#queue.add(key, next.delay);
    if (next.kind !== 'write') return;
    await watched.caughtUp([ref], { signal });
    const object = watched.get(ref);
    if (object === undefined) return;
    const body = waitPatch(object['status'], next.wait, now);
    const patch = { metadata: { resourceVersion: object.metadata.resourceVersion }, status: body };
    const written = await objects.patch(ref, patch, { signal, subresource: 'status' });
    // Refused as stale means that another pass is due anyhow.
    if (written.ok) memory.waited = { ...waited, saidAt: now };
  }

  async #crossOff(key: string, ports: CanaryPorts): Promise<void> {
    const done = await ports.crossOff();
    // A conflict means that the Canary has changed, which leads to another pass anyhow.
    if (!done.ok && done.error.kind === 'failed') {
      this.#tools.log.warn(
        { canary: titleOfKey(key), detail: done.error.detail },
        'told news could not be crossed off',
      );
    }
  }
}

function textOf({ action, detail }: ActionError): string {
  return `${action}: ${detail}`;
}

function resyncIn(random: () => number): Millis {
  return millis(RESYNC * (0.5 + random()));
}
