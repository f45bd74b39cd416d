/**
 * Which of several processes acts: the one whose name is in a Lease. Name and durations are Flagger's, so that the
 * two exclude each other. A clock that runs differently elsewhere does no harm, since only spans measured here
 * count; and where a process sleeps through its own end, the versions its writes carry refuse them.
 */
import { KINDS } from '../../api/kinds.ts';
import type {
  ApiError,
  KubeObject,
  ObjectReader,
  ObjectWriter,
  OwnerReference,
  Written,
} from '../../api/objects.ts';
import { after, millis, shorter, until, type Instant, type Millis } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logger.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { withDeadline } from '../deadline.ts';
import type { OwnPod } from './own-pod.ts';

export const LEASE_NAME = 'flagger-leader-election';

export interface LeaseTimes {
  /** Others wait this long after the last sign of life. Whole seconds. */
  readonly duration: Millis;
  /** Who could not renew for this long stops leading; shorter than `duration`. */
  readonly renewDeadline: Millis;
  /** Between renewals, and between looks of those who wait; shorter than `renewDeadline`. */
  readonly retryPeriod: Millis;
}

/** Flagger's. Who cannot renew stops 45 s before anybody else may begin. */
const USUAL: LeaseTimes = {
  duration: millis(60_000),
  renewDeadline: millis(15_000),
  retryPeriod: millis(5_000),
};
/** A renewal that failed is tried again sooner, so that trouble must last to cost the lease. */
const SOONER = 0.4;
/** Those who wait ask up to this much later, so that they do not ask in step. */
const JITTER = 1.2;

export interface ElectionOptions {
  /** Its calls should be `urgent`. */
  readonly objects: ObjectWriter & ObjectReader;
  readonly namespace: string;
  readonly name?: string;
  /** Unlike that of any other process that may be running. */
  readonly identity: string;
  /**
   * Whose the lease is while we hold it: when the pod is gone, so is the lease, however the process ended and whatever
   * it was still allowed. Not of another namespace, where nothing would be found.
   */
  readonly pod?: OwnPod | undefined;
  /** Told who keeps the lease, once a renewal has been seen, and '' when nobody does any more, or we do. */
  readonly onHeld?: (holder: string) => void;
  /** 60 s, 15 s and 5 s unless given. */
  readonly times?: LeaseTimes;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

export interface Leadership {
  /** Aborts when the lease is lost, renewed too late, or released. */
  readonly lost: AbortSignal;
  /** Gives the lease away, so that the next one need not wait. Call it when nothing acts any more. */
  release(): Promise<void>;
}

export interface Election {
  /** Resolves once this process leads; rejects when `signal` aborts before that. */
  acquire(options: { readonly signal: AbortSignal }): Promise<Leadership>;
}

export function createElection(options: ElectionOptions): Election {
  return { acquire: ({ signal }) => new Candidate(options).acquire(signal) };
}

interface Lease {
  readonly object: KubeObject;
  readonly holder: string;
  readonly seconds: number;
  readonly transitions: number;
  readonly acquireTime: string | undefined;
}

/** A lease nobody has touched since `at`, as far as we have seen. */
interface Sighting {
  readonly holder: string;
  readonly version: string;
  readonly at: Instant;
  /** By the same holder, while we looked: the sign that it is alive. */
  readonly renewed: boolean;
}

class Candidate {
  readonly #options: ElectionOptions;
  readonly #name: string;
  readonly #times: LeaseTimes;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  #pod: OwnPod | undefined;
  #held: KubeObject | undefined;
  #sighting: Sighting | undefined;
  #reported = '';

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#name = options.name ?? LEASE_NAME;
    this.#times = options.times ?? USUAL;
    this.#pod = options.pod?.namespace === options.namespace ? options.pod : undefined;
  }

  async acquire(signal: AbortSignal): Promise<Leadership> {
    const { clock, random, log, identity } = this.#options;
    while (!(await this.#tryToAcquire(signal))) {
      const jittered = millis(Math.round(this.#times.retryPeriod * (1 + random() * (JITTER - 1))));
      await clock.sleep(jittered, { signal });
    }
    this.#options.onHeld?.('');
    log.info({ lease: this.#name, identity }, 'leading');
    const renewing = this.#keepRenewing();
    return {
      lost: this.#lost.signal,
      release: async () => {
        this.#released.abort(new Error('the lease was released'));
        await renewing;
        await this.#release();
      },
    };
  }

  async #tryToAcquire(signal: AbortSignal): Promise<boolean> {
    const found = await this.#within(this.#times.renewDeadline, signal, (stop) => this.#read(stop));
    if (!found.ok) {
      if (found.error.kind !== 'not-found') return this.#complain(found.error.detail);
      return this.#settle(
        await this.#within(this.#times.renewDeadline, signal, (stop) => this.#create(stop)),
      );
    }
    const lease = found.value;
    if (lease.holder !== this.#options.identity && this.#isValid(lease)) {
      if (this.#sighting?.renewed === true) this.#options.onHeld?.(lease.holder);
      return this.#complain(`held by ${lease.holder}`);
    }
    return this.#settle(
      await this.#within(this.#times.renewDeadline, signal, (stop) => this.#take(lease, stop)),
    );
  }

  /** A holder is alive as long as its lease changes often enough, by our own watch. */
  #isValid({ object, holder, seconds }: Lease): boolean {
    const now = this.#options.clock.steady();
    const version = object.metadata.resourceVersion ?? '';
    const before = this.#sighting;
    const renewed = before?.holder === holder;
    const sighting = before?.version === version ? before : { holder, version, at: now, renewed };
    this.#sighting = sighting;
    return holder !== '' && now < after(sighting.at, millis(seconds * 1_000));
  }

  #settle(written: Written): boolean {
    if (!written.ok) {
      // Some clusters let nobody say whose an object is who may not delete it. Then it is nobody's.
      if (written.error.kind === 'forbidden') this.#pod = undefined;
      return this.#complain(written.error.detail);
    }
    this.#held = written.value;
    return true;
  }

  async #keepRenewing(): Promise<void> {
    const { clock, log } = this.#options;
    const signal = this.#released.signal;
    let renewed = clock.steady();
    const { retryPeriod, renewDeadline } = this.#times;
    const sooner = millis(retryPeriod * SOONER);
    let pause = retryPeriod;
    try {
      for (;;) {
        await clock.sleep(pause, { signal });
        const from = clock.steady();
        const left = shorter(retryPeriod, until(from, after(renewed, renewDeadline)));
        const done = await this.#within(left, signal, (stop) => this.#renew(stop));
        pause = done.ok ? retryPeriod : sooner;
        if (done.ok) {
          this.#held = done.value;
          renewed = from;
          continue;
        }
        const over =
          done.error.kind === 'forfeited' || until(clock.steady(), after(renewed, renewDeadline)) === 0;
        if (!over) {
          this.#complain(done.error.detail);
          continue;
        }
        log.error({ lease: this.#name, detail: done.error.detail }, 'no longer leading');
        this.#held = undefined;
        this.#lost.abort(new Error(`the lease ${this.#name} is lost: ${done.error.detail}`));
        return;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** One PUT. Only when that is refused somebody else has written, and a look says who. */
  async #renew(signal: AbortSignal): Promise<Result<KubeObject, Failure>> {
    const held = this.#held;
    if (held === undefined) return err({ kind: 'forfeited', detail: 'nothing is held' });
    const now = this.#options.clock.now();
    const spec = { ...specOf(held), holderIdentity: this.#options.identity, renewTime: microTime(now) };
    const written = await this.#options.objects.replace({ ...held, spec }, { signal });
    if (written.ok || (written.error.kind !== 'conflict' && written.error.kind !== 'not-found'))
      return written;
    const found = await this.#read(signal);
    if (!found.ok) return found.error.kind === 'not-found' ? this.#create(signal) : found;
    if (found.value.holder !== this.#options.identity) {
      return err({ kind: 'forfeited', detail: `it is held by ${found.value.holder || 'nobody'}` });
    }
    return this.#take(found.value, signal);
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    this.#lost.abort(new Error(`the lease ${this.#name} was released`));
    if (held === undefined) return;
    const { log } = this.#options;
    const given = await this.#within(this.#times.retryPeriod, new AbortController().signal, (stop) =>
      this.#give(stop),
    );
    if (!given.ok) log.warn({ lease: this.#name, detail: given.error.detail }, 'cannot give the lease away');
  }

  /** Reads first: a renewal that was interrupted may have been heard all the same. */
  async #give(signal: AbortSignal): Promise<Result<unknown, ApiError>> {
    const found = await this.#read(signal);
    if (!found.ok || found.value.holder !== this.#options.identity) return found;
    const { object } = found.value;
    const renewTime = microTime(this.#options.clock.now());
    const spec = { ...specOf(object), holderIdentity: '', leaseDurationSeconds: 1, renewTime };
    const metadata = { ...object.metadata, ownerReferences: [] };
    return this.#options.objects.replace({ ...object, metadata, spec }, { signal });
  }

  async #read(signal: AbortSignal): Promise<Result<Lease, ApiError>> {
    const { namespace, objects } = this.#options;
    const { apiVersion, kind } = KINDS.Lease;
    const read = await objects.read({ apiVersion, kind, namespace, name: this.#name }, { signal });
    return read.ok ? ok(leaseFrom(read.value)) : read;
  }

  #create(signal: AbortSignal): Promise<Written> {
    const { namespace, objects, clock } = this.#options;
    const { apiVersion, kind } = KINDS.Lease;
    const spec = this.#specAt(clock.now(), 0);
    const metadata = { name: this.#name, namespace, ownerReferences: this.#owners };
    return objects.create({ apiVersion, kind, metadata, spec }, { signal });
  }

  /** Writes our name over whatever is there, under the version that was read. */
  #take({ object, holder, transitions, acquireTime }: Lease, signal: AbortSignal): Promise<Written> {
    const { identity, clock, objects } = this.#options;
    const ours = holder === identity;
    const fresh = this.#specAt(clock.now(), ours ? transitions : transitions + 1);
    const spec = { ...specOf(object), ...fresh, ...(ours && acquireTime !== undefined && { acquireTime }) };
    const metadata = { ...object.metadata, ownerReferences: this.#owners };
    return objects.replace({ ...object, metadata, spec }, { signal });
  }

  get #owners(): readonly OwnerReference[] {
    if (this.#pod === undefined) return [];
    const { name, uid } = this.#pod;
    return [{ apiVersion: 'v1', kind: 'Pod', name, uid }];
  }

  #specAt(now: Instant, leaseTransitions: number): Record<string, unknown> {
    return {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: this.#times.duration / 1_000,
      acquireTime: microTime(now),
      renewTime: microTime(now),
      leaseTransitions,
    };
  }

  /** A call that hangs has failed when its time is over, whatever becomes of it. */
  async #within<Value, Refused>(
    span: Millis,
    signal: AbortSignal,
    work: (stop: AbortSignal) => Promise<Result<Value, Refused>>,
  ): Promise<Result<Value, Refused | ApiError>> {
    const timed = await withDeadline({ clock: this.#options.clock, span, signal }, work);
    if (timed.kind === 'done') return timed.value;
    return err({ kind: 'unavailable', detail: `no answer about the lease within ${span} ms` });
  }

  #complain(detail: string): false {
    if (detail !== this.#reported)
      this.#options.log.info({ lease: this.#name, detail }, 'waiting for the lease');
    this.#reported = detail;
    return false;
  }
}

type Failure = ApiError | { readonly kind: 'forfeited'; readonly detail: string };

function leaseFrom(object: KubeObject): Lease {
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime } = specOf(object);
  return {
    object,
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    seconds: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : USUAL.duration / 1_000,
    transitions: typeof leaseTransitions === 'number' ? leaseTransitions : 0,
    acquireTime: typeof acquireTime === 'string' ? acquireTime : undefined,
  };
}

function specOf({ spec }: KubeObject): Readonly<Record<string, unknown>> {
  return typeof spec === 'object' && spec !== null ? { ...spec } : {};
}

/** With six digits: an API server refuses three. */
function microTime(at: Instant): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
