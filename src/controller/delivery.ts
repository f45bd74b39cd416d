/**
 * Delivers alerts: one at a time to each address, again and again for some minutes where nobody answers or somebody
 * cannot just now, and not before the time an answer asks for. Who may be told what is the messenger's business.
 */
import { redactSecrets } from '../metrics/redact.ts';
import type { Letter, Unheard } from '../notify/notifier.ts';
import { millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { fullHash } from '../shared/digest.ts';
import type { Http, HttpError, HttpRequest, HttpResponse } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { limited } from './limit.ts';
import { Lines, type Health } from './lines.ts';

/** Long enough for a messenger that restarts, and for the patience the strict ones ask for. */
const LIMIT = millis(300_000);
const FIRST_PAUSE = millis(1_000);
const LONGEST_PAUSE = millis(60_000);
const TOO_MANY = 429;
const MAX_DETAIL = 200;

/** Written anew for each attempt, so that an address or a token that was changed meanwhile counts. */
export type Write = (signal: AbortSignal) => Promise<Result<Letter, string>>;

export class Delivery {
  readonly #http: Http;
  readonly #clock: Clock;
  readonly #lines: Lines;

  constructor({ http, clock }: { readonly http: Http; readonly clock: Clock }) {
    this.#http = http;
    this.#clock = clock;
    this.#lines = new Lines({
      clock,
      width: 1,
      patience: LIMIT,
      longestWait: LIMIT,
      firstPause: FIRST_PAUSE,
      longestPause: LONGEST_PAUSE,
      longestAsked: LIMIT,
    });
  }

  /** A sentence where it could not be delivered; rejects only when `outer` aborts. */
  async send(write: Write, outer: AbortSignal): Promise<Result<undefined, string>> {
    let last: string | undefined;
    const heard = (detail: string): void => void (last = detail);
    try {
      return await limited(this.#clock, LIMIT, outer, (signal) => this.#untilHeard(write, signal, heard));
    } catch (error) {
      if (outer.aborted || last === undefined) throw error;
      return err(`given up, the last time it was: ${last}`);
    }
  }

  async #untilHeard(
    write: Write,
    signal: AbortSignal,
    heard: (detail: string) => void,
  ): Promise<Result<undefined, string>> {
    for (;;) {
      const letter = await write(signal);
      if (!letter.ok) return letter;
      const { request } = letter.value;
      const answer = await this.#lines.take(
        addressOf(request),
        signal,
        () => this.#http(request, { signal }),
        (value) => healthOf(value, letter.value),
      );
      if (!answer.ok) return answer;
      const fault = faultIn(answer.value, letter.value);
      if (fault === undefined) return ok();
      if (!fault.passing) return err(fault.detail);
      heard(fault.detail);
    }
  }
}

type Answer = Result<HttpResponse, HttpError>;

/** Whom we speak to, and as whom: messengers count by webhook and by bot, not by host. The secrets are not kept. */
function addressOf({ url, headers }: HttpRequest): string {
  return fullHash(`${url} ${String(headers?.['Authorization'])}`);
}

/** Why an answer did not deliver the letter; undefined where it did. */
function faultIn(answer: Answer, { request, unheard }: Letter): Unheard | undefined {
  const status = statusOf(answer);
  if (status === undefined) return { detail: detailOf(answer), passing: true };
  const isDelivered = status >= 200 && status < 300;
  if (isDelivered) return answer.ok ? unheard?.(answer.value.body) : undefined;
  const text = answer.ok ? excerpt(answer.value.body, request) : '';
  const detail = `answered with status ${status}${text === '' ? '' : `: ${text}`}`;
  return { detail, passing: status === TOO_MANY || status >= 500 };
}

/** That of an answer that was too long counts: what it says does not matter. */
function statusOf(answer: Answer): number | undefined {
  if (answer.ok) return answer.value.status;
  return answer.error.kind === 'too-large' ? answer.error.status : undefined;
}

function detailOf(answer: Answer): string {
  return answer.ok ? '' : answer.error.detail;
}

function healthOf(answer: Answer, letter: Letter): Health {
  const fault = faultIn(answer, letter);
  if (fault === undefined || !fault.passing) return { kind: 'well' };
  const status = statusOf(answer);
  if (status === undefined || status >= 500) return { kind: 'silent' };
  return { kind: 'busy', retryAfter: answer.ok ? answer.value.retryAfter : undefined };
}

/** What the messenger says of it, without what only we and it may know. */
function excerpt(body: string, { url, headers }: HttpRequest): string {
  const { pathname, searchParams, username, password } = new URL(url);
  const secrets = [...pathname.split('/'), ...searchParams.values(), username, password];
  const token = String(headers?.['Authorization'] ?? '').replace(/^Bearer /u, '');
  return redactSecrets(body.slice(0, 4 * MAX_DETAIL), {
    credentials: { url, token, ...Object.fromEntries(secrets.entries()) },
    headers: {},
  })
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_DETAIL);
}
