/**
 * Calls a webhook: how often, how long, and what counts as consent. What consent or refusal means for a rollout
 * is `hook.ts`.
 */
import type { WebhookSpec } from '../api/model.ts';
import { millis, unreachable, type Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { formatDuration } from '../shared/duration.ts';
import { isWebUrl, type Http, type HttpError, type HttpRequest, type HttpResponse } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { HookPayload } from './payload.ts';

/** Enough for the output of an acceptance test, and little enough to hold for many hooks at once. */
const MAX_BYTES = 1024 * 1024;
/** Refusals end up in events, which Kubernetes limits to 1024 characters with all their words. */
const MAX_DETAIL = 300;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

export type HookCall = Pick<WebhookSpec, 'name' | 'url' | 'timeout' | 'retries' | 'disableTLS'>;

export interface HookCaller {
  readonly http: Http;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What kept a hook from consenting. `silent`: it said neither yes nor no. */
export interface HookFailure {
  readonly silent: boolean;
  /** A sentence for an event, with the answer's text where there is one. */
  readonly detail: string;
}

/**
 * ok on any 2xx; else why not. Trouble on the way,
 * 429 and server errors are tried again, `retries` times, after 1 s, 2 s, 4 s, … 30 s, or what `Retry-After` asks for
 * within these. Rejects only when the signal aborts.
 */
export async function callHook(
  hook: HookCall,
  payload: HookPayload,
  { http, clock, signal }: HookCaller,
): Promise<Result<undefined, HookFailure>> {
  if (!isWebUrl(hook.url)) {
    return err({
      silent: false,
      detail: `the url of hook ${hook.name} does not begin with http:// or https://`,
    });
  }
  const request = requestFor(hook, payload);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await http(request, { signal });
    if (isSuccess(statusOf(answer))) return ok();
    const silent = isSilent(answer);
    if (!isTransient(answer)) return err({ silent, detail: refusal(hook, answer) });
    if (attempt > hook.retries) return err({ silent, detail: surrender(hook, attempt, answer) });
    await clock.sleep(waitAfter(attempt, answer), { signal });
  }
}

type Answer = Result<HttpResponse, HttpError>;

function requestFor(hook: HookCall, payload: HookPayload): HttpRequest {
  return {
    method: 'POST',
    url: hook.url,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(payload),
    timeout: hook.timeout,
    insecure: hook.disableTLS,
    maxBytes: MAX_BYTES,
  };
}

/** Consent needs no body, so one that was cut off is as good as any. */
function statusOf(answer: Answer): number | undefined {
  if (answer.ok) return answer.value.status;
  return answer.error.kind === 'too-large' ? answer.error.status : undefined;
}

function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Whether the same request may be answered otherwise in a while. */
function isTransient(answer: Answer): boolean {
  if (!answer.ok) return answer.error.kind !== 'too-large';
  const { status } = answer.value;
  return status === 429 || (status >= 500 && status !== 501);
}

/** Nobody answered, or somebody on the way did in place of the hook. */
function isSilent(answer: Answer): boolean {
  if (!answer.ok) return answer.error.kind !== 'too-large';
  return [502, 503, 504].includes(answer.value.status);
}

/** Longer where the answer asks for it, but no longer than ever. */
function waitAfter(attempt: number, answer: Answer): Millis {
  const asked = (answer.ok ? answer.value.retryAfter : undefined) ?? 0;
  return millis(Math.min(Math.max(FIRST_WAIT * 2 ** (attempt - 1), asked), LONGEST_WAIT));
}

/** The answer's own words, which is what the author of the hook meant people to read. */
function refusal(hook: HookCall, answer: Answer): string {
  if (!answer.ok) return `POST ${addressOf(hook.url)}: ${failureOf(hook, answer.error)}`;
  const text = excerpt(answer.value.body);
  return text === '' ? `POST ${addressOf(hook.url)} was answered with status ${answer.value.status}` : text;
}

function surrender(hook: HookCall, attempts: number, answer: Answer): string {
  const reason = answer.ok ? statusAndText(answer.value) : failureOf(hook, answer.error);
  return `POST ${addressOf(hook.url)} giving up after ${attempts} attempt(s): ${reason}`;
}

function statusAndText({ status, body }: HttpResponse): string {
  const text = excerpt(body);
  return text === '' ? `status ${status}` : `status ${status}: ${text}`;
}

function failureOf({ name, timeout }: HookCall, error: HttpError): string {
  switch (error.kind) {
    case 'timeout':
      return `hook ${name} gave no answer within ${formatDuration(timeout)}`;
    case 'too-large':
      return `hook ${name} answered with more than ${MAX_BYTES} bytes`;
    case 'unreachable':
      return excerpt(error.detail);
    default:
      return unreachable(error);
  }
}

/** Where a hook is, without the parts that may be secret: user, password, query, fragment. */
function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function excerpt(text: string): string {
  return text
    .slice(0, 4 * MAX_DETAIL)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_DETAIL);
}
