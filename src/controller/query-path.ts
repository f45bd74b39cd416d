/**
 * The one way to metric systems: equal queries of one moment are asked once, at most so many at a time go to one system,
 * and one that is overloaded or does not answer is left alone for a while. So a thousand Canaries are no more trouble to
 * a Prometheus than a few.
 */
import type { MetricBackend, MetricContext, MetricError, MetricProvider } from '../metrics/provider.ts';
import { metricProvider } from '../metrics/registry.ts';
import { millis, type Millis } from '../shared/brand.ts';
import { canonicalJson, fullHash } from '../shared/digest.ts';
import type { HttpError, HttpResponse } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { Lines, type Health } from './lines.ts';
import { Sharing, type Ask } from './sharing.ts';
import type { Metrics } from './tools.ts';

/**
 * Half of what a Prometheus computes at a time by default (`--query.max-concurrency`), so that the other half is left to
 * dashboards and alert rules. At 20 ms a query that is 500 a second.
 */
export const QUERIES_AT_A_TIME = 10;
/** Nothing is scraped more often than that, and no check of a Canary repeated. */
const MOMENT = millis(1_000);
/** Twice the time a query may take. */
const PATIENCE = millis(10_000);
/** Whoever waits for a number is deaf meanwhile: to a person who aborts, and to a new revision. */
const LONGEST_WAIT = millis(30_000);
/** Short at first: one lost connection delays nobody noticeably. */
const FIRST_PAUSE = millis(250);
/** Shorter than most intervals, so that a system that is back is noticed by the next check. */
const LONGEST_PAUSE = millis(8_000);
/** Enough for those who count by the minute. */
const LONGEST_ASKED = millis(60_000);
const TOO_MANY = 429;
const UNAVAILABLE: readonly number[] = [502, 503, 504];

export class QueryPath implements Metrics {
  readonly #context: MetricContext;
  readonly #lines: Lines;
  readonly #queries: Sharing<Measured<number>>;
  readonly #checks: Sharing<Measured<undefined>>;

  constructor(context: MetricContext, width = QUERIES_AT_A_TIME) {
    const { clock } = context;
    this.#context = context;
    this.#lines = new Lines({
      clock,
      width,
      patience: PATIENCE,
      longestWait: LONGEST_WAIT,
      firstPause: FIRST_PAUSE,
      longestPause: LONGEST_PAUSE,
      longestAsked: LONGEST_ASKED,
    });
    this.#queries = new Sharing<Measured<number>>({ clock, moment: MOMENT, keeps: isAnswer });
    this.#checks = new Sharing<Measured<undefined>>({ clock, moment: MOMENT, keeps: isAnswer });
  }

  /** A backend made usable; a sentence where it cannot be. Whatever its credentials or headers are makes it another. */
  provider(backend: MetricBackend): Result<MetricProvider, string> {
    const made = metricProvider(backend, this.#context);
    if (!made.ok) return made;
    const whom = fullHash(canonicalJson(backend));
    return ok({
      query: (query, { signal }) =>
        this.#queries.ask(
          fullHash(canonicalJson({ whom, query })),
          signal,
          this.#asking(backend, whom, (provider, options) => provider.query(query, options)),
        ),
      check: ({ signal }) =>
        this.#checks.ask(
          whom,
          signal,
          this.#asking(backend, whom, (provider, options) => provider.check(options)),
        ),
    });
  }

  #asking<Value>(
    backend: MetricBackend,
    whom: string,
    ask: (provider: MetricProvider, options: { readonly signal: AbortSignal }) => Promise<Measured<Value>>,
  ): Ask<Measured<Value>> {
    return async ({ signal, sent }) => {
      const provider = metricProvider(backend, this.#inLine(whom, sent));
      return provider.ok
        ? ask(provider.value, { signal })
        : err({ kind: 'malformed', detail: provider.error });
    };
  }

  /** The context, with every call of it in the line of whom it is for. `sent` is called when a call leaves. */
  #inLine(whom: string, sent: () => void): MetricContext {
    const { http, prometheus, objects, paths } = this.#context;
    const take = async <Value>(
      signal: AbortSignal,
      call: () => Promise<Value>,
      healthOf: (value: Value) => Health,
    ): Promise<Result<Value, string>> => {
      const leave = (): Promise<Value> => {
        sent();
        return call();
      };
      return this.#lines.take(whom, signal, leave, healthOf);
    };
    return {
      ...this.#context,
      http: async (request, options) => {
        const taken = await take(options.signal, () => http(request, options), healthOfAnswer);
        return taken.ok ? taken.value : unreachable(taken.error);
      },
      prometheus: {
        query: async (endpoint, query, options) => {
          const call = (): Promise<Measured<number>> => prometheus.query(endpoint, query, options);
          const taken = await take(options.signal, call, healthOfValue);
          return taken.ok ? taken.value : unreachable(taken.error);
        },
      },
      // Our own API server, which has a pace of its own.
      objects: {
        read: (...call) => (sent(), objects.read(...call)),
        create: (...call) => (sent(), objects.create(...call)),
        delete: (...call) => objects.delete(...call),
      },
      paths: { get: (...call) => (sent(), paths.get(...call)) },
    };
  }
}

type Measured<Value> = Result<Value, MetricError>;

function unreachable(detail: string): Result<never, { kind: 'unreachable'; detail: string }> {
  return err({ kind: 'unreachable', detail });
}

/** A number, or that there is none. Everything else may be different for whoever asks next. */
function isAnswer(measured: Measured<unknown>): boolean {
  return measured.ok || measured.error.kind === 'no-data';
}

function healthOfAnswer(answer: Result<HttpResponse, HttpError>): Health {
  if (answer.ok) return healthOf(answer.value.status, answer.value.retryAfter);
  return { kind: answer.error.kind === 'too-large' ? 'well' : 'silent' };
}

function healthOfValue(value: Measured<number>): Health {
  if (value.ok) return { kind: 'well' };
  const { error } = value;
  if (error.kind === 'rejected') return healthOf(error.status, error.retryAfter);
  return { kind: error.kind === 'unreachable' ? 'silent' : 'well' };
}

function healthOf(status: number, retryAfter: Millis | undefined): Health {
  if (status === TOO_MANY || (retryAfter !== undefined && UNAVAILABLE.includes(status))) {
    return { kind: 'busy', retryAfter };
  }
  return { kind: UNAVAILABLE.includes(status) ? 'silent' : 'well' };
}
