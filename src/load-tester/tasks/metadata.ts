/** Values in the metadata of a webhook, which are all texts. */
import { isWebUrl } from '../../shared/http.ts';
import { millis, type Millis } from '../../shared/brand.ts';
import { parseDuration } from '../../shared/duration.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Answer } from '../answer.ts';
import type { Metadata } from '../payload.ts';

/** A refusal of what somebody wrote. */
export function refuse(body: string): Result<never, Answer> {
  return err({ status: 400, body });
}

/** A refusal of what needs `-allow-shell`. */
export function forbid(reason: string): Result<never, Answer> {
  return err({
    status: 403,
    body: `${reason}; the load tester runs commands only when it is started with -allow-shell`,
  });
}

/** The spellings Go's `strconv.ParseBool` takes for true. */
export function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}

/** A span as Go writes it, or a whole number of seconds; more than nothing. */
export function spanOf(metadata: Metadata, key: string, usual: Millis): Result<Millis, Answer> {
  const written = metadata[key];
  if (written === undefined || written === '') return ok(usual);
  const span = /^\d+$/.test(written) ? millis(Number(written) * 1_000) : parseDuration(written);
  if (span !== undefined && span > 0) return ok(span);
  return refuse(
    `metadata.${key} is ${JSON.stringify(written)}, allowed are seconds such as 5, or 5s or 1m30s`,
  );
}

/** The address of a server, without a slash at its end. */
export function serverOf({ server = '' }: Metadata): Result<string, Answer> {
  if (!isWebUrl(server)) return refuse('metadata.server is no URL that begins with http:// or https://');
  const { search, hash, username, href } = new URL(server);
  if (search !== '' || hash !== '' || username !== '')
    return refuse('metadata.server has more than a host and a path');
  return ok(href.replace(/\/+$/, ''));
}
