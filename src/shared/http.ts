/** The shape of an HTTP call. Who makes it is `adapters/http.ts`; who describes it needs no client. */
import { instant, millis, until, type Instant, type Millis } from './brand.ts';
import type { Result } from './result.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as it is; callers encode. */
  readonly body?: string;
  /** Time for one attempt, from connecting to the last byte. */
  readonly timeout: Millis;
  /** Skip certificate verification, because the user's manifest says so. */
  readonly insecure?: boolean;
  /** An HTTP proxy for this call, `http://host:port`. */
  readonly proxy?: string;
  /** Answers longer than this are cut off and count as `too-large`. */
  readonly maxBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
  /** In milliseconds, of the attempt that answered. */
  readonly elapsed: Millis;
  /** How long the other side asks to be left alone, where it says so (`Retry-After`). */
  readonly retryAfter?: Millis;
}

/** A `Retry-After` header: seconds, or a date. Undefined where it is missing or neither. */
export function retryAfterOf(header: string | undefined, now: Instant): Millis | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/u.test(text)) return millis(Number(text) * 1_000);
  // Else `-3` would be a day in March.
  const date = /[a-z]/iu.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : until(now, instant(date));
}

/** The value of an `Authorization` header for a user with a password. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Something that can be called: an address with a host, by http or https. */
export function isWebUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

/** Why there is no response. `detail` never contains a header, a query string or credentials. */
export type HttpError =
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'timeout'; readonly detail: string }
  /** `status` where the answer had begun: to a caller who wants no body it is an answer. */
  | { readonly kind: 'too-large'; readonly detail: string; readonly status?: number };

/** Any status is a response; rejects only with the reason of an aborted signal. */
export type Http = (
  request: HttpRequest,
  options: { readonly signal: AbortSignal },
) => Promise<Result<HttpResponse, HttpError>>;
