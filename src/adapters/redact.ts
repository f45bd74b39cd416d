/** Takes what may be secret out of texts made by libraries before anybody reads them. */

const LONGEST = 300;

/** The scheme and host of a URL. Paths are left out too: those of chat webhooks are passwords. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an address that is not a URL';
}

/** A message without the credentials, paths and query strings of URLs, on one line and not longer than a line. */
export function redact(message: string): string {
  return message
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, (url) => originOf(url))
    .replace(/\b(bearer|basic|api-token|token)\s+[\w.~+/=-]{8,}/gi, '$1 …')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST);
}

/** What a caught value says for itself, redacted; a stack or a request never gets out this way. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'failed without an error';
  // Several addresses tried: the list has no message of its own.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  const text = error.message || (inner instanceof Error ? inner.message : '') || codeOf(error) || error.name;
  return redact(text);
}

/** Node's code of an error, such as `ECONNRESET`. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
