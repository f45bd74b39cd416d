/** What letters to all messengers have in common. */
import { millis } from '../shared/brand.ts';
import { isWebUrl, type HttpRequest } from '../shared/http.ts';
import type { Destination } from './notifier.ts';

const TIMEOUT = millis(5_000);

/** What a destination lacks. The address is not repeated: whoever knows it can post. */
export function addressFault({ address }: Destination): string | undefined {
  if (address === '') return 'the address is missing';
  return isWebUrl(address) ? undefined : 'the address does not begin with http:// or https://';
}

/** One POST of JSON. `url` where it is not the address as it is. */
export function posted(body: unknown, { address, proxy }: Destination, url = address): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    timeout: TIMEOUT,
    ...(proxy === undefined || proxy === '' ? {} : { proxy }),
  };
}

/** For what reads `&`, `<` and `>` as markup: a mention in Slack, a tag in HTML. */
export function withoutTags(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * For what reads Markdown: no text hides a link behind words. Between the two brackets comes a space without width,
 * since not all of them know the backslash.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', ']\u200B(');
}
