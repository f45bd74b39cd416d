/** Misfortunes on request: what networks, proxies and busy API servers do to their clients. */
import { isObject, numberAt, textAt, type JsonObject } from './json.ts';
import { badRequest } from './refusal.ts';
import type { RequestFacts } from './requests.ts';

export type Effect =
  /** The connection ends without an answer, and nothing was done. */
  | { readonly kind: 'drop' }
  /** The request is carried out, but the connection ends without an answer. */
  | { readonly kind: 'drop-after' }
  /** The connection stays open and no answer ever comes. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** Reads are answered from the objects as they were when the fault was injected. */
  | { readonly kind: 'stale' };

export interface Fault {
  /** What it befalls; fields left out match anything. */
  readonly match?: Partial<RequestFacts>;
  readonly effect: Effect;
  /** How many requests it befalls; without it, all until it is lifted. */
  readonly times?: number;
}

/** What the server lends to faults that are no matter of a single request. */
export interface Switches<Past> {
  snapshot(): Past;
  /** Makes every version up to now too old for a watch, and for going on with a list. */
  expire(): void;
  /** Ends watches as a server that shuts down does; of every kind if none is given. */
  closeWatches(resource?: string): void;
}

interface Active<Past> {
  readonly fault: Fault;
  readonly past: Past | undefined;
  left: number;
}

export interface Misfortune<Past> {
  readonly effect: Effect;
  /** For `stale`: the objects to answer from. */
  readonly past: Past | undefined;
}

export class Faults<Past> {
  readonly #switches: Switches<Past>;
  readonly #active = new Set<Active<Past>>();
  #silent = false;

  constructor(switches: Switches<Past>) {
    this.#switches = switches;
  }

  /** Returns how to lift it. */
  inject(fault: Fault): () => void {
    const past = fault.effect.kind === 'stale' ? this.#switches.snapshot() : undefined;
    const active = { fault, past, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.add(active);
    return () => this.#active.delete(active);
  }

  /** Lifts every fault and breaks the silence. */
  clear(): void {
    this.#active.clear();
    this.silence(false);
  }

  expire(): void {
    this.#switches.expire();
  }

  closeWatches(resource?: string): void {
    this.#switches.closeWatches(resource);
  }

  /** While silent, watches stay open and tell nothing; when it ends they are closed, since they have missed changes. */
  silence(on: boolean): void {
    if (this.#silent && !on) this.#switches.closeWatches();
    this.#silent = on;
  }

  get isSilent(): boolean {
    return this.#silent;
  }

  /** The misfortunes that befall this request, in the order they were injected; each counts once. */
  befall(facts: RequestFacts): readonly Misfortune<Past>[] {
    const hit = [...this.#active].filter(({ fault }) => matches(fault.match ?? {}, facts));
    for (const active of hit) {
      active.left -= 1;
      if (active.left <= 0) this.#active.delete(active);
    }
    return hit.map(({ fault, past }) => ({ effect: fault.effect, past }));
  }

  /** The same from another process: `{"inject": {…}}`, `{"expire": true}`, `{"closeWatches": true}`, `{"silence": true}`, `{"clear": true}`. */
  command(body: unknown): void {
    if (!isObject(body)) throw badRequest('a command to the faults is an object');
    if (body['clear'] === true) this.clear();
    if (body['expire'] === true) this.expire();
    const close = body['closeWatches'];
    if (close !== undefined) this.closeWatches(typeof close === 'string' ? close : undefined);
    if (typeof body['silence'] === 'boolean') this.silence(body['silence']);
    if (isObject(body['inject'])) this.inject(parseFault(body['inject']));
  }
}

function matches(wanted: Partial<RequestFacts>, facts: RequestFacts): boolean {
  return Object.entries(wanted).every(
    ([field, value]) => value === undefined || facts[field as keyof RequestFacts] === value,
  );
}

function parseFault(given: JsonObject): Fault {
  const times = numberAt(given, 'times');
  return {
    // Unknown fields in it match nothing, which a test notices at once.
    ...(isObject(given['match']) ? { match: given['match'] } : {}),
    ...(times === undefined ? {} : { times }),
    effect: parseEffect(given['effect']),
  };
}

function parseEffect(given: unknown): Effect {
  const kind = textAt(given, 'kind');
  switch (kind) {
    case 'drop':
    case 'drop-after':
    case 'hang':
    case 'stale':
      return { kind };
    case 'delay':
      return { kind, milliseconds: numberAt(given, 'milliseconds') ?? 0 };
    case 'status': {
      const seconds = numberAt(given, 'retryAfterSeconds');
      const message = textAt(given, 'message');
      return {
        kind,
        code: numberAt(given, 'code') ?? 500,
        ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
        ...(message === '' ? {} : { message }),
      };
    }
    default:
      throw badRequest(
        `the effect of a fault is drop, drop-after, hang, stale, delay or status, found "${kind}"`,
      );
  }
}
