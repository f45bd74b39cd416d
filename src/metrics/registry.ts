/** Every metric system we can ask, by the name users write into `spec.provider.type`. */
import { isWebUrl } from '../shared/http.ts';
import { err, type Result } from '../shared/result.ts';
import { prometheus } from './prometheus.ts';
import type { MetricBackend, MetricContext, MetricProvider, MetricProviderFactory } from './provider.ts';

export const METRIC_PROVIDERS: Readonly<Record<string, MetricProviderFactory>> = {
  prometheus,
};

/** A backend made usable; refuses with a sentence an unknown type, a bad address or missing credentials. */
export function metricProvider(
  backend: MetricBackend,
  context: MetricContext,
): Result<MetricProvider, string> {
  const known = Object.keys(METRIC_PROVIDERS);
  const factory = Object.hasOwn(METRIC_PROVIDERS, backend.type) ? METRIC_PROVIDERS[backend.type] : undefined;
  if (factory === undefined) {
    return err(`unknown metric provider type ${JSON.stringify(backend.type)}, known are ${known.join(', ')}`);
  }
  const fault = addressFault(backend.address);
  if (fault !== undefined) return err(`the address of a ${backend.type} provider ${fault}`);
  return factory(backend, context);
}

/** What is wrong with an address. The address itself stays out of the sentence: it may hold credentials. */
function addressFault(address: string): string | undefined {
  if (address === '') return 'is missing';
  return isWebUrl(address) ? undefined : 'does not begin with http:// or https://';
}
