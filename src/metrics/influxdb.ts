/** InfluxDB 2: a Flux query, answered with tables as annotated CSV. */
import { z } from 'zod';

import { millis } from '../shared/brand.ts';
import { ok, type Result } from '../shared/result.ts';
import { urlOf } from './address.ts';
import { parseCsv } from './csv.ts';
import type { MetricBackend, MetricError, MetricProviderFactory } from './provider.ts';
import { httpMetricProvider, malformed, NO_DATA, numeric } from './recipe.ts';

const TOKEN = 'token';
const ORG = 'org';
const NUMBERS: readonly string[] = ['double', 'long', 'unsignedLong'];
const DIALECT = { annotations: ['datatype', 'group', 'default'], delimiter: ',', header: true };

/** The first record counts. No record is no data, and not nothing. */
export const influxdb: MetricProviderFactory = httpMetricProvider({
  credentials: [TOKEN, ORG],
  timeout: millis(15_000),
  request: ({ query }, backend) => ok(asking(backend, query)),
  // What every token may ask, whatever its buckets are called.
  check: (backend) => asking(backend, 'buckets() |> limit(n: 1)'),
  parse: (text) => ok(parseCsv(text)),
  body: z.array(z.array(z.string())),
  value: firstValue,
});

function asking({ address, credentials }: MetricBackend, query: string) {
  return {
    method: 'POST',
    url: urlOf(address, '/api/v2/query', { org: credentials[ORG] ?? '' }),
    headers: {
      Authorization: `Token ${credentials[TOKEN] ?? ''}`,
      Accept: 'application/csv',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ query, type: 'flux', dialect: DIALECT }),
  } as const;
}

function firstValue(rows: readonly (readonly string[])[]): Result<number, MetricError> {
  const [begin] = rows;
  if (begin === undefined) return NO_DATA;
  const at = rows.findIndex(([first = '']) => !first.startsWith('#'));
  const names = rows[at] ?? [];
  const record = rows[at + 1];
  const column = names.indexOf('_value');
  const fault = names.indexOf('error');
  // What goes wrong while rows are on their way comes as a table of its own, with status 200.
  if (column < 0 && fault > 0) return malformed(record?.[fault] ?? 'the query failed');
  if (column < 0) return malformed('the answer is not a table with a column _value');
  const type = rows.find(([first]) => first === '#datatype')?.[column];
  if (type !== undefined && !NUMBERS.includes(type))
    return malformed(`the value is a ${type}, expected a number`);
  const value = numeric.safeParse(record?.[column]);
  return value.success ? ok(value.data) : NO_DATA;
}
