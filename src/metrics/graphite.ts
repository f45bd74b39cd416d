/** Graphite: the query is the query string of its render API, `target=…&from=-1min`. */
import { z } from 'zod';

import { basicAuthorization } from '../shared/http.ts';
import { ok } from '../shared/result.ts';
import { urlOf } from './address.ts';
import type { MetricBackend, MetricProviderFactory } from './provider.ts';
import { httpMetricProvider, numeric, valueOr } from './recipe.ts';

const Targets = z.array(z.object({ datapoints: z.array(z.tuple([numeric.nullable(), z.number()])) }));

/** Of all targets the last point with a value counts. */
export const graphite: MetricProviderFactory = httpMetricProvider({
  lacks: ({ credentials: { username, password, ...others } }) => {
    const complete = username !== undefined && password !== undefined;
    const none = username === undefined && password === undefined && Object.keys(others).length === 0;
    if (complete || none) return undefined;
    return 'the secret of a graphite provider needs the keys username and password, found not both';
  },
  request: (query, backend) => ok(render(backend, query.query)),
  check: (backend) => render(backend, 'target=test'),
  body: Targets,
  value: (targets) =>
    valueOr(targets.flatMap(({ datapoints }) => datapoints).findLast(([value]) => value !== null)?.[0]),
});

function render({ address, credentials }: MetricBackend, query: string) {
  const parameters = new URLSearchParams(query.replace(/\s+/gu, ' ').trim());
  parameters.set('format', 'json');
  const url = urlOf(address, `/render?${parameters.toString()}`);
  return { method: 'GET', url, headers: basicOf(credentials) } as const;
}

function basicOf({ username, password }: MetricBackend['credentials']): Readonly<Record<string, string>> {
  if (username === undefined || password === undefined) return {};
  return { Authorization: basicAuthorization(username, password) };
}
