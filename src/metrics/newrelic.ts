/** New Relic: NRQL by the query API of Insights, over one interval. */
import { z } from 'zod';

import { ok } from '../shared/result.ts';
import { urlOf } from './address.ts';
import type { MetricBackend, MetricProviderFactory } from './provider.ts';
import { httpMetricProvider, malformed, NO_DATA, valueOr } from './recipe.ts';
import { intervalOf } from './window.ts';

const ACCOUNT = 'newrelic_account_id';
const KEY = 'newrelic_query_key';

const Answer = z.object({ results: z.array(z.record(z.string(), z.unknown())) });

/** Exactly one result, called `result` or, where a function names it otherwise, the only number there is. */
export const newrelic: MetricProviderFactory = httpMetricProvider({
  credentials: [ACCOUNT, KEY],
  address: 'https://insights-api.newrelic.com',
  request: (query, backend) => {
    const interval = intervalOf(query);
    if (!interval.ok) return interval;
    const seconds = Math.max(1, Math.trunc(interval.value / 1_000));
    return ok(asking(backend, `${query.query.trim()} SINCE ${seconds} seconds ago`));
  },
  check: (backend) => asking(backend, 'SELECT * FROM Metric'),
  body: Answer,
  value: ({ results }) => {
    const [first, second] = results;
    if (first === undefined) return NO_DATA;
    if (second !== undefined)
      return malformed(`multiple values returned: ${results.length} results, expected one`);
    const numbers = Object.values(first).filter((value) => typeof value === 'number');
    const { result } = first;
    if (typeof result === 'number') return ok(result);
    return valueOr(result === undefined && numbers.length === 1 ? numbers[0] : undefined);
  },
});

function asking({ address, credentials }: MetricBackend, nrql: string) {
  const path = `/v1/accounts/${encodeURIComponent(credentials[ACCOUNT] ?? '')}/query`;
  const headers = { Accept: 'application/json', 'X-Query-Key': credentials[KEY] ?? '' };
  return { method: 'GET', url: urlOf(address, path, { nrql }), headers } as const;
}
