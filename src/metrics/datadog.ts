/** Datadog: a query over ten intervals of its timeseries API. */
import { z } from 'zod';

import { ok } from '../shared/result.ts';
import { urlOf } from './address.ts';
import type { MetricBackend, MetricProviderFactory } from './provider.ts';
import { httpMetricProvider, malformed, valueOr } from './recipe.ts';
import { windowOf } from './window.ts';

const KEYS = ['datadog_api_key', 'datadog_application_key'] as const;

const Series = z.object({
  error: z.string().optional(),
  series: z.array(z.object({ pointlist: z.array(z.tuple([z.number().nullable(), z.number().nullable()])) })),
});

/** The oldest point of the first series counts, as it always has. */
export const datadog: MetricProviderFactory = httpMetricProvider({
  credentials: KEYS,
  address: 'https://api.datadoghq.com',
  request: (query, backend, now) => {
    const window = windowOf(query, now);
    if (!window.ok) return window;
    const { from, to } = window.value;
    const asked = { query: query.query, from: String(from), to: String(to) };
    return ok({
      method: 'GET',
      url: urlOf(backend.address, '/api/v1/query', asked),
      headers: keysOf(backend),
    });
  },
  check: (backend) => ({
    method: 'GET',
    url: urlOf(backend.address, '/api/v1/validate'),
    headers: keysOf(backend),
  }),
  body: Series,
  // A query it does not understand is answered with 200 and no series.
  value: ({ error, series }) => {
    if (error !== undefined && error !== '') return malformed(error);
    return valueOr(series[0]?.pointlist.find(([, value]) => value !== null)?.[1]);
  },
});

function keysOf({ credentials }: MetricBackend): Readonly<Record<string, string>> {
  return {
    'DD-API-KEY': credentials[KEYS[0]] ?? '',
    'DD-APPLICATION-KEY': credentials[KEYS[1]] ?? '',
  };
}
