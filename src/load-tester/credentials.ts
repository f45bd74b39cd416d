/** Takes credentials out of command lines and of what commands print about themselves: answers become events. */

/** Each keeps its first group. Words in quotes are one word. */
const CREDENTIALS: readonly RegExp[] = [
  // Of a URL.
  /(:\/\/)[^\s/@"']+(?=@)/g,
  // What hey, curl, wrk, helm and kubectl call them.
  /((?:^|\s)(?:-a|-u|--(?:user|password|token|username|proxy-user|oauth2-bearer))(?:\s+|=))("[^"]*"|'[^']*'|\S+)/g,
  // Headers, to the end of their quotes or of the line.
  /(\b(?:(?:proxy-)?authorization|cookie|x-api-key|[\w-]*token)\s*:\s*)[^"'\n]+/gi,
];

/** The text with `…` in the place of each. */
export function withoutCredentials(text: string): string {
  return CREDENTIALS.reduce((rest, pattern) => rest.replace(pattern, '$1…'), text);
}
