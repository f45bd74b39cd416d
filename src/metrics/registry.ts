/** Every metric system we can ask, by the name users write into `spec.provider.type`. */
import { err, ok, type Result } from '../shared/result.ts';
import { cloudwatch } from './cloudwatch.ts';
import { datadog } from './datadog.ts';
import { dynatrace } from './dynatrace.ts';
import { externalmetrics } from './externalmetrics.ts';
import { graphite } from './graphite.ts';
import { influxdb } from './influxdb.ts';
import { keptn } from './keptn.ts';
import { newrelic } from './newrelic.ts';
import { patient } from './patience.ts';
import { prometheus } from './prometheus.ts';
import type { MetricBackend, MetricContext, MetricProvider, MetricProviderFactory } from './provider.ts';
import { splunk } from './splunk.ts';
import { stackdriver } from './stackdriver.ts';

export const METRIC_PROVIDERS: Readonly<Record<string, MetricProviderFactory>> = {
  prometheus,
  datadog,
  newrelic,
  cloudwatch,
  stackdriver,
  graphite,
  influxdb,
  dynatrace,
  splunk,
  keptn,
  externalmetrics,
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
  const provider = factory(backend, context);
  return provider.ok ? ok(patient(provider.value, context)) : provider;
}
