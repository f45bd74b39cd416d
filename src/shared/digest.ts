/**
 * A stable name for plain data. A digest begins with the number of the scheme that made it and is compared
 * only under that scheme, so that a new scheme starts no run and hides no push. The dash and the 1 also keep
 * it apart from the hashes Flagger writes, which match `^[4-9bcdf]{1,10}$`.
 */
import { createHash } from 'node:crypto';

/** Scheme 1: sha256 over JSON with sorted keys and undefined members left out; 16 hex digits of it. */
export const SCHEME = '1';

export function digest(value: unknown): string {
  return `${SCHEME}-${shortHash(canonicalJson(value))}`;
}

/** The sha256 of a text, for what must not be mistaken for anything else. */
export function fullHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The first 16 hex digits of the sha256 of a text. */
export function shortHash(text: string): string {
  return fullHash(text).slice(0, 16);
}

/** JSON whose text does not depend on the order in which keys were written. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
