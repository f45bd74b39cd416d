/** Keeps what a backend was told in confidence out of what we repeat of its answers. */
import type { MetricBackend, MetricError } from './provider.ts';

/** Shorter values are words of every answer and secrets of nobody. */
const SHORTEST_SECRET = 4;

/** `text` without the backend's credentials and header values: some systems repeat the key they refuse. */
export function redactSecrets(
  text: string,
  { credentials, headers }: Pick<MetricBackend, 'credentials' | 'headers'>,
): string {
  return [...Object.values(credentials), ...Object.values(headers).flat()]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '<redacted>'), text);
}

/** The same for an error's detail. */
export function redactError(
  error: MetricError,
  told: Pick<MetricBackend, 'credentials' | 'headers'>,
): MetricError {
  return error.kind === 'no-data' ? error : { ...error, detail: redactSecrets(error.detail, told) };
}
