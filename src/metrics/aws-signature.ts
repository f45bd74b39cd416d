/** Signature Version 4, by which Amazon's services know who asks. The secret key itself is never sent. */
import type { Instant } from '../shared/brand.ts';
import { hmacSha256, sha256 } from '../shared/signature.ts';
import type { AwsKeys } from './provider.ts';
import type { Ask } from './recipe.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface Scope {
  readonly region: string;
  readonly service: string;
  readonly now: Instant;
}

/** The request with its date, its signature and, of temporary keys, their session. */
export function signedForAws(ask: Ask, keys: AwsKeys, { region, service, now }: Scope): Ask {
  const { host, pathname, searchParams } = new URL(ask.url);
  const time = new Date(now).toISOString().replace(/\.\d+|[-:]/gu, '');
  const date = time.slice(0, 8);
  const session = keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken };
  const headers: Record<string, string> = { ...lowered(ask.headers), 'x-amz-date': time, ...session };
  const signed = Object.entries({ ...headers, host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  searchParams.sort();
  const canonical = [
    ask.method,
    pathname,
    searchParams.toString().replaceAll('+', '%20'),
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    names,
    sha256(ask.body ?? ''),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [date, region, service, 'aws4_request'].reduce<string | Uint8Array>(
    (previous, part) => hmacSha256(previous, part),
    `AWS4${keys.secretAccessKey}`,
  );
  const text = [ALGORITHM, time, scope, sha256(canonical)].join('\n');
  const signature = Buffer.from(hmacSha256(key, text)).toString('hex');
  const credential = `Credential=${keys.accessKeyId}/${scope}`;
  const authorization = `${ALGORITHM} ${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...ask, headers: { ...headers, authorization } };
}

function lowered(headers: Ask['headers'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
