/**
 * Makes a metric provider from "how to ask" and "where the number is in the answer". Statuses, deadlines, size
 * limits and redaction are handled here, once, for every system that is asked over HTTP.
 */
import { z } from 'zod';

import { millis, type Instant, type Millis } from '../shared/brand.ts';
import type { HttpError, HttpRequest, HttpResponse } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { withAddress } from './address.ts';
import type {
  MetricBackend,
  MetricContext,
  MetricError,
  MetricProvider,
  MetricProviderFactory,
  MetricQuery,
} from './provider.ts';
import { redactError, redactSecrets } from './redact.ts';

const TIMEOUT = millis(5_000);
/** One number needs a few hundred bytes; a system that sends a megabyte was asked the wrong thing. */
const MAX_BYTES = 1024 * 1024;
const MAX_DETAIL = 300;
const PROOFS: readonly string[] = ['authorization', 'x-amz-security-token'];

/** One request, without what is the same for all. */
export type Ask = Omit<HttpRequest, 'timeout' | 'insecure' | 'maxBytes'>;

type Options = { readonly signal: AbortSignal };

export interface MetricRecipe<Body> {
  /** Keys the Secret must have. */
  readonly credentials?: readonly string[];
  /** Where the system is for everybody. Without it a manifest has to name an address. */
  readonly address?: string;
  /** What this system needs beside that; a sentence where it is missing. */
  readonly lacks?: (backend: MetricBackend) => string | undefined;
  /** A sentence where the query cannot be asked. The backend's address has no slash at its end. */
  readonly request: (query: MetricQuery, backend: MetricBackend, now: Instant) => Result<Ask, string>;
  /** A request any working system with good credentials answers with 2xx. */
  readonly check: (backend: MetricBackend, now: Instant) => Ask;
  /** Whether an answer to `check` with another status shows a working system too. */
  readonly works?: (answer: HttpResponse) => boolean;
  /** The request with proof of who asks, where that takes more than a header from the Secret. */
  readonly authorize?: (
    ask: Ask,
    backend: MetricBackend,
    context: MetricContext,
    options: Options,
  ) => Promise<Result<Ask, string>>;
  /** Time for one answer; five seconds where left out. */
  readonly timeout?: Millis;
  /** The answer's text as plain data; JSON where left out. */
  readonly parse?: (text: string) => Result<unknown, MetricError>;
  readonly body: z.ZodType<Body>;
  readonly value: (body: Body) => Result<number, MetricError>;
}

/** A registry entry from a recipe. */
export function httpMetricProvider<Body>(recipe: MetricRecipe<Body>): MetricProviderFactory {
  return (manifest, context) => {
    const missing = (recipe.credentials ?? []).filter((key) => !manifest.credentials[key]);
    if (missing.length > 0) {
      return err(`the secret of a ${manifest.type} provider lacks the key ${missing.join(' and ')}`);
    }
    const backend = withAddress(manifest, recipe.address);
    if (!backend.ok) return backend;
    const fault = recipe.lacks?.(backend.value);
    return fault === undefined ? ok(providerOf(recipe, backend.value, context)) : err(fault);
  };
}

function providerOf<Body>(
  recipe: MetricRecipe<Body>,
  backend: MetricBackend,
  context: MetricContext,
): MetricProvider {
  const exchange = exchangeOf(recipe, backend, context);
  return {
    query: async (query, options) => {
      const ask = recipe.request(query, backend, context.clock.now());
      if (!ask.ok) return malformed(ask.error);
      const answer = await exchange(ask.value, isFine, options);
      if (!answer.ok) return answer;
      const { told, body: text } = answer.value;
      const value = readValue(recipe, text);
      if (!value.ok) return err(redactError(value.error, told));
      return Number.isNaN(value.value) ? NO_DATA : value;
    },
    check: async (options) => {
      const works = (answer: HttpResponse): boolean => isFine(answer) || recipe.works?.(answer) === true;
      const answer = await exchange(recipe.check(backend, context.clock.now()), works, options);
      return answer.ok ? ok() : answer;
    },
  };
}

type Accepts = (answer: HttpResponse) => boolean;
/** What a system was told in confidence and may repeat. */
type Told = Pick<MetricBackend, 'credentials' | 'headers'>;
type Answered = HttpResponse & { readonly told: Told };
type Exchange = (ask: Ask, accepts: Accepts, options: Options) => Promise<Result<Answered, MetricError>>;

/** One request and the answer to it, if it is one that is accepted. */
function exchangeOf<Body>(
  { authorize, timeout = TIMEOUT }: MetricRecipe<Body>,
  backend: MetricBackend,
  context: MetricContext,
): Exchange {
  return async (ask, accepts, options) => {
    const proven = authorize === undefined ? ok(ask) : await authorize(ask, backend, context, options);
    if (!proven.ok) return err({ kind: 'unreachable', detail: proven.error });
    const headers = { ...backend.headers, ...proven.value.headers };
    const limits = { timeout, maxBytes: MAX_BYTES, insecure: backend.insecureSkipVerify };
    const answer = await context.http({ ...proven.value, headers, ...limits }, options);
    if (!answer.ok) return err(unanswered(answer.error));
    const told = toldBy(proven.value, backend);
    return accepts(answer.value) ? ok({ ...answer.value, told }) : err(rejected(answer.value, told));
  };
}

function isFine({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

function rejected({ status, body, retryAfter }: HttpResponse, told: Told): MetricError {
  const detail = `error response: Status ${status}: ${excerpt(redactSecrets(body, told))}`;
  return { kind: 'rejected', status, detail, ...(retryAfter !== undefined && { retryAfter }) };
}

/** The Secret's words, and what a request makes of them: a user and a password in one, a token of the cloud's. */
function toldBy({ headers = {} }: Ask, { credentials, headers: own }: MetricBackend): Told {
  const proofs = Object.entries(headers).filter(([name]) => PROOFS.includes(name.toLowerCase()));
  const words = proofs.map(([name, value]) => [name, String(value).split(' ').at(-1) ?? ''] as const);
  return { headers: own, credentials: { ...credentials, ...Object.fromEntries(words) } };
}

function unanswered({ kind, detail }: HttpError): MetricError {
  return kind === 'too-large' ? { kind: 'malformed', detail } : { kind: 'unreachable', detail };
}

// --------------------------------------------------------------------------------------------- reading the answer

/** An answer without a number in it. */
export const NO_DATA: Result<never, MetricError> = err({ kind: 'no-data' });

/** A number as systems write it: some as text, which may be `NaN` or `+Inf`. */
export const numeric = z.union([
  z.number(),
  z
    .string()
    .trim()
    .min(1)
    .transform((text) => Number(text.replace(/^([+-]?)Inf$/u, '$1Infinity'))),
]);

/** The number where there is one. */
export function valueOr(value: number | null | undefined): Result<number, MetricError> {
  return value === undefined || value === null ? NO_DATA : ok(value);
}

/** An answer that cannot be understood, with the sentence that says why. */
export function malformed(detail: string): Result<never, MetricError> {
  return err({ kind: 'malformed', detail });
}

function readValue<Body>(recipe: MetricRecipe<Body>, text: string): Result<number, MetricError> {
  const data = (recipe.parse ?? parseJson)(text);
  return data.ok ? readData(recipe, data.value) : data;
}

/** The number in plain data. */
export function readData<Body>(
  { body: shape, value }: Pick<MetricRecipe<Body>, 'body' | 'value'>,
  data: unknown,
): Result<number, MetricError> {
  const body = shape.safeParse(data);
  if (body.success) return value(body.data);
  const [issue] = body.error.issues;
  return malformed(`the answer has an unexpected shape at ${pathOf(issue?.path)}`);
}

function parseJson(text: string): Result<unknown, MetricError> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return malformed(`the answer is not JSON: ${excerpt(text)}`);
  }
}

function pathOf(path: readonly PropertyKey[] | undefined): string {
  return path === undefined || path.length === 0 ? 'its top' : path.map(String).join('.');
}

/** The beginning of a text on one line. */
export function excerpt(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MAX_DETAIL);
}
