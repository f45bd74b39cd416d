/**
 * Calls to a Kubernetes API server: JSON in, JSON out, in time, not too many at once, each counted. It knows paths
 * and status codes; what an object is, `objects.ts` knows.
 */
import { request, type Dispatcher } from 'undici';

import type { CallOptions } from '../../api/objects.ts';
import { after, millis, until, type Instant, type Millis } from '../../shared/brand.ts';
import type { Clock } from '../../shared/clock.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { withDeadline } from '../deadline.ts';
import { describeError } from '../redact.ts';
import type { Connection, Credentials } from './connect.ts';
import { Connections } from './connections.ts';
import { refusalOf, unanswered, type Refusal } from './refusal.ts';
import { TokenBucket } from './token-bucket.ts';

const DEADLINE = millis(30_000);
/** Credentials are looked at again this often; a rotated token stays valid for much longer. */
const CREDENTIALS_KEPT = millis(10_000);
const RETRY_AFTER = millis(1_000);

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'apply' | 'delete';

export interface ApiCall {
  readonly verb: Verb;
  /** Plural and, where it applies, subresource: `canaries/status`. For counters and messages. */
  readonly resource: string;
  /** `namespace/name` for messages. */
  readonly object?: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** Not held up by the rate limit: upkeep without which everything else stops. */
  readonly urgent?: boolean;
}

/** One call that was answered or given up; `status` is 0 without an answer. */
export interface CallRecord {
  readonly verb: Verb;
  readonly resource: string;
  readonly status: number;
  /** Nobody waited for the answer any more. */
  readonly abandoned: boolean;
  readonly seconds: number;
}

export interface Transport {
  /** The parsed answer of a call within its deadline. Rejects only with the reason of an aborted signal. */
  call(call: ApiCall, options: CallOptions): Promise<Result<unknown, Refusal>>;
  /** Opens a stream that ends when the server ends it, fails, or `signal` aborts, upon which reading it throws. */
  stream(call: ApiCall, options: CallOptions): Promise<Result<AsyncIterable<Buffer>, Refusal>>;
  /** Cuts all connections. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly deadline?: Millis;
  readonly perSecond?: number;
  readonly burst?: number;
  readonly onCall?: (call: CallRecord) => void;
}

export function createTransport(options: TransportOptions): Transport {
  return new PooledTransport(options);
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Dispatcher.ResponseData['body'];
}

class PooledTransport implements Transport {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #deadline: Millis;
  readonly #bucket: TokenBucket;
  readonly #onCall: (call: CallRecord) => void;
  readonly #connections: Connections;
  #known: { readonly until: Instant; readonly credentials: Promise<Credentials> } | undefined;

  constructor({ connection, clock, deadline, perSecond = 100, burst = 250, onCall }: TransportOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#deadline = deadline ?? DEADLINE;
    this.#bucket = new TokenBucket(clock, { perSecond, burst });
    this.#onCall = onCall ?? (() => undefined);
    this.#connections = new Connections(connection);
  }

  async call(call: ApiCall, { signal }: CallOptions): Promise<Result<unknown, Refusal>> {
    if (call.urgent !== true) await this.#bucket.take(signal);
    const work = async (stop: AbortSignal): Promise<Result<unknown, Refusal>> => {
      const giveUp = after(this.#clock.steady(), this.#deadline);
      const answer = await this.#patiently(call, giveUp, stop);
      return readAnswer(call, answer.status, await answer.body.text());
    };
    return this.#counted(call, signal, work);
  }

  async stream(call: ApiCall, { signal }: CallOptions): Promise<Result<AsyncIterable<Buffer>, Refusal>> {
    await this.#bucket.take(signal);
    // The deadline is for the answer to begin; the stream itself hangs on the caller's signal.
    return this.#counted(call, signal, async (stop): Promise<Result<AsyncIterable<Buffer>, Refusal>> => {
      const opening = new AbortController();
      const cancel = (): void => opening.abort(stop.reason);
      stop.addEventListener('abort', cancel, { once: true });
      const answer = await this.#send(call, opening.signal);
      stop.removeEventListener('abort', cancel);
      if (answer.status >= 400) return err(refuse(call, answer.status, await answer.body.text()));
      return ok(cut(answer.body, opening, signal));
    });
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** Within the deadline, with one record whatever happens. */
  async #counted<Value>(
    call: ApiCall,
    signal: AbortSignal,
    work: (stop: AbortSignal) => Promise<Result<Value, Refusal>>,
  ): Promise<Result<Value, Refusal>> {
    const from = this.#clock.steady();
    let status = 0;
    try {
      const timed = await withDeadline({ clock: this.#clock, span: this.#deadline, signal }, work);
      if (timed.kind === 'timeout') {
        return err(unanswered(whatOf(call), `no answer within ${this.#deadline} ms`));
      }
      status = timed.value.ok ? 200 : timed.value.error.status;
      return timed.value;
    } catch (error) {
      signal.throwIfAborted();
      return err(unanswered(whatOf(call), describeError(error)));
    } finally {
      const seconds = Math.max(0, this.#clock.steady() - from) / 1_000;
      this.#onCall({
        verb: call.verb,
        resource: call.resource,
        status,
        abandoned: signal.aborted,
        seconds,
      });
    }
  }

  /** A server that asks for patience is given it, for reads: a write is computed anew by who wanted it. */
  async #patiently(call: ApiCall, giveUp: Instant, signal: AbortSignal): Promise<Answer> {
    for (;;) {
      const answer = await this.#send(call, signal);
      const wait = answer.status === 429 && isRead(call.verb) ? waitOf(answer) : undefined;
      if (wait === undefined || wait >= until(this.#clock.steady(), giveUp)) return answer;
      await answer.body.dump();
      await this.#clock.sleep(wait, { signal });
    }
  }

  /** One request; one more with new credentials where the first ones were refused unheard. */
  async #send(call: ApiCall, signal: AbortSignal): Promise<Answer> {
    const answer = await this.#attempt(call, await this.#credentials(false), signal);
    if (answer.status !== 401) return answer;
    await answer.body.dump();
    return this.#attempt(call, await this.#credentials(true), signal);
  }

  async #attempt(call: ApiCall, { headers, tls }: Credentials, signal: AbortSignal): Promise<Answer> {
    const dispatchers = this.#connections.for(tls);
    const answer = await request(`${this.#connection.url}${call.path}${queryOf(call)}`, {
      method: METHODS[call.verb],
      headers: {
        ...headers,
        'user-agent': 'serin',
        accept: call.accept ?? 'application/json',
        ...(call.body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      dispatcher: call.verb === 'watch' ? dispatchers.watches : dispatchers.calls,
      signal,
    });
    const retryAfter = answer.headers['retry-after'];
    return {
      status: answer.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      body: answer.body,
    };
  }

  #credentials(renew: boolean): Promise<Credentials> {
    const now = this.#clock.steady();
    if (!renew && this.#known !== undefined && now < this.#known.until) return this.#known.credentials;
    const credentials = this.#connection.credentials({ renew });
    this.#known = { until: after(now, CREDENTIALS_KEPT), credentials };
    credentials.catch(() => (this.#known = undefined));
    return credentials;
  }
}

const METHODS = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  apply: 'PATCH',
  delete: 'DELETE',
} as const satisfies Record<Verb, Dispatcher.HttpMethod>;

const ATTEMPTS = {
  get: 'reading',
  list: 'listing',
  watch: 'watching',
  create: 'creating',
  update: 'replacing',
  patch: 'patching',
  apply: 'applying',
  delete: 'deleting',
} as const satisfies Record<Verb, string>;

function isRead(verb: Verb): boolean {
  return verb === 'get' || verb === 'list';
}

function whatOf({ verb, resource, object }: ApiCall): string {
  return `${ATTEMPTS[verb]} ${resource}${object === undefined ? '' : ` ${object}`}`;
}

function refuse(call: ApiCall, status: number, body: string): Refusal {
  return refusalOf(whatOf(call), status, body, call.resource.split('/')[0] === 'secrets');
}

function readAnswer(call: ApiCall, status: number, body: string): Result<unknown, Refusal> {
  if (status >= 300) return err(refuse(call, status, body));
  try {
    return ok(JSON.parse(body));
  } catch {
    return err(unanswered(whatOf(call), `the answer (${status}) is not JSON`));
  }
}

/** In whole seconds, as API servers send it. */
function waitOf({ retryAfter }: Answer): Millis {
  const seconds = Number(retryAfter);
  return Number.isFinite(seconds) && seconds > 0 ? millis(seconds * 1_000) : RETRY_AFTER;
}

function queryOf({ query }: ApiCall): string {
  return query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
}

/** The stream, cut when the caller aborts; an end by the caller closes the connection. */
async function* cut(
  body: AsyncIterable<Buffer>,
  opening: AbortController,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const abort = (): void => opening.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    yield* body;
  } finally {
    signal.removeEventListener('abort', abort);
    // Whoever stops reading before the end wants no more of it.
    opening.abort();
  }
}
