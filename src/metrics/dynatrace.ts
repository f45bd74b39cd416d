/** Dynatrace: a metric selector over ten intervals, folded into one value. */
import { z } from 'zod';

import { ok } from '../shared/result.ts';
import { urlOf } from './address.ts';
import type { MetricBackend, MetricProviderFactory } from './provider.ts';
import { httpMetricProvider, numeric, valueOr } from './recipe.ts';
import { windowOf } from './window.ts';

const TOKEN = 'dynatrace_token';

const Answer = z.object({
  result: z.array(z.object({ data: z.array(z.object({ values: z.array(numeric.nullable()) })) })),
});

/** Of several series of the first metric the last one counts. */
export const dynatrace: MetricProviderFactory = httpMetricProvider({
  credentials: [TOKEN],
  request: (query, backend, now) => {
    const window = windowOf(query, now);
    if (!window.ok) return window;
    const asked = {
      metricSelector: query.query.trim(),
      resolution: 'Inf',
      from: String(window.value.from * 1_000),
      to: String(window.value.to * 1_000),
    };
    const url = urlOf(backend.address, '/api/v2/metrics/query', asked);
    return ok({ method: 'GET', url, headers: tokenOf(backend) });
  },
  check: (backend) => ({
    method: 'GET',
    url: urlOf(backend.address, '/api/v2/metrics', { pageSize: '1' }),
    headers: tokenOf(backend),
  }),
  body: Answer,
  value: ({ result }) => valueOr(result[0]?.data.at(-1)?.values[0]),
});

function tokenOf({ credentials }: MetricBackend): Readonly<Record<string, string>> {
  return { Authorization: `Api-Token ${credentials[TOKEN] ?? ''}` };
}
