/**
 * Asking a cloud as the controller itself. Whoever may write a MetricTemplate must not get hold of what the controller is to
 * the cloud, so nothing that a manifest says decides where its proof goes or what is sent beside it.
 */
import { err, ok, type Result } from '../shared/result.ts';
import type { MetricBackend } from './provider.ts';

/**
 * The vendor's own host, spoken to with verified certificates and without headers of the manifest. A sentence where the manifest
 * names an address, for which its secret would have to hold `keys`.
 */
export function asOurselves(
  backend: MetricBackend,
  host: string,
  keys: readonly string[],
): Result<MetricBackend, string> {
  const { type, address } = backend;
  if (address === '') return ok({ ...backend, address: host, headers: {}, insecureSkipVerify: false });
  const lacks = `the secret of a ${type} provider with an address lacks the key ${keys.join(' and ')}`;
  return err(`${lacks}; the credentials of the controller go to ${host} alone`);
}
