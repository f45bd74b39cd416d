/**
 * Makes a metric provider from "how to ask" and "where the number is in the answer". Statuses, deadlines, size
 * limits and redaction are handled here, once, for every system that answers one HTTP request with JSON.
 */
import type { z } from 'zod';

import { millis, type Instant } from '../shared/brand.ts';
import type { HttpError, HttpRequest, HttpResponse } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
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

type Ask = Omit<HttpRequest, 'timeout' | 'insecure' | 'maxBytes'>;

export interface MetricRecipe<Body> {
  /** Keys the Secret must have. */
  readonly credentials?: readonly string[];
  readonly request: (query: MetricQuery, backend: MetricBackend, now: Instant) => Ask;
  /** A request any working system with good credentials answers with 2xx. */
  readonly check: (backend: MetricBackend, now: Instant) => Ask;
  readonly body: z.ZodType<Body>;
  /** undefined where the answer holds no value. */
  readonly value: (body: Body) => number | undefined;
}

/** A registry entry from a recipe. */
export function httpMetricProvider<Body>(recipe: MetricRecipe<Body>): MetricProviderFactory {
  return (backend, context) => {
    const missing = (recipe.credentials ?? []).filter((key) => !backend.credentials[key]);
    if (missing.length > 0) {
      return err(`the secret of a ${backend.type} provider lacks the key ${missing.join(' and ')}`);
    }
    return ok(providerOf(recipe, backend, context));
  };
}

function providerOf<Body>(
  recipe: MetricRecipe<Body>,
  backend: MetricBackend,
  context: MetricContext,
): MetricProvider {
  return {
    query: async (query, options) => {
      const answer = await send(
        recipe.request(query, backend, context.clock.now()),
        backend,
        context,
        options,
      );
      if (!answer.ok) return answer;
      const value = readValue(recipe, answer.value.body);
      return value.ok ? value : err(redactError(value.error, backend));
    },
    check: async (options) => {
      const answer = await send(recipe.check(backend, context.clock.now()), backend, context, options);
      return answer.ok ? ok() : answer;
    },
  };
}

async function send(
  ask: Ask,
  backend: MetricBackend,
  context: MetricContext,
  options: { readonly signal: AbortSignal },
): Promise<Result<HttpResponse, MetricError>> {
  const request = { ...ask, timeout: TIMEOUT, maxBytes: MAX_BYTES, insecure: backend.insecureSkipVerify };
  const answer = await context.http(request, options);
  if (!answer.ok) return err(unanswered(answer.error));
  const { status, body } = answer.value;
  if (status >= 200 && status < 300) return answer;
  return err({
    kind: 'rejected',
    status,
    detail: `error response: Status ${status}: ${excerpt(redactSecrets(body, backend))}`,
  });
}

function unanswered({ kind, detail }: HttpError): MetricError {
  return kind === 'too-large' ? { kind: 'malformed', detail } : { kind: 'unreachable', detail };
}

function readValue<Body>(recipe: MetricRecipe<Body>, text: string): Result<number, MetricError> {
  const json = parseJson(text);
  if (!json.ok) return json;
  const body = recipe.body.safeParse(json.value);
  if (!body.success) {
    const [issue] = body.error.issues;
    return err({ kind: 'malformed', detail: `the answer has an unexpected shape at ${pathOf(issue?.path)}` });
  }
  const value = recipe.value(body.data);
  return value === undefined || Number.isNaN(value) ? err({ kind: 'no-data' }) : ok(value);
}

function parseJson(text: string): Result<unknown, MetricError> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err({ kind: 'malformed', detail: `the answer is not JSON: ${excerpt(text)}` });
  }
}

function pathOf(path: readonly PropertyKey[] | undefined): string {
  return path === undefined || path.length === 0 ? 'its top' : path.map(String).join('.');
}

function excerpt(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, MAX_DETAIL);
}
