/** Where a metric system is: as the manifest says, or where it is for everybody. */
import { isWebUrl } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { MetricBackend } from './provider.ts';

/**
 * The backend with a usable address, without slashes at its end; `own` counts where the manifest names none. The address
 * itself stays out of the sentence that refuses it: it may hold credentials.
 */
export function withAddress(backend: MetricBackend, own = ''): Result<MetricBackend, string> {
  const address = backend.address || own;
  if (address === '') return err(`the address of a ${backend.type} provider is missing`);
  if (isWebUrl(address)) return ok({ ...backend, address: address.replace(/\/+$/u, '') });
  return err(`the address of a ${backend.type} provider does not begin with http:// or https://`);
}

/** A URL below an address. */
export function urlOf(
  address: string,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams(parameters).toString();
  return `${address}${path}${query === '' ? '' : `?${query}`}`;
}
