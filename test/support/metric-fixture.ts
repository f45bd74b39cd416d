/** What is on record of a metric system: a template, the Secret it needs, and what the system answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const FOLDER = join(import.meta.dirname, '../fixtures/metrics');

const Outcome = z.union([
  z.strictObject({ answer: z.unknown(), gives: z.number() }),
  z.strictObject({ answer: z.unknown(), tells: z.string() }),
]);

const Answers = z.strictObject({
  /** Filled in already. */
  query: z.string(),
  /** What the system hears at `HEARD_AT` of a metric with an interval of a minute: method, path and query string. */
  asked: z.string(),
  headers: z.record(z.string(), z.string()),
  /** The body, where it is not empty. */
  body: z.unknown().optional(),
  value: z.strictObject({ answer: z.unknown(), gives: z.number() }),
  empty: z.unknown(),
  'not-a-number': z.unknown(),
  several: Outcome,
  /** To `check`. */
  works: z.unknown(),
  'works-status': z.number().default(200),
  check: z.string().optional(),
  refusals: z.array(z.strictObject({ status: z.number(), answer: z.unknown(), tells: z.string() })),
});

export type MetricAnswers = z.infer<typeof Answers>;

export const HEARD_AT = '2026-01-02T03:04:05Z';

export function metricAnswers(type: string): MetricAnswers {
  return Answers.parse(read(type, 'answers.yaml'));
}

/** The data of the fixture's Secret. */
export function metricCredentials(type: string): Readonly<Record<string, string>> {
  return z.object({ stringData: z.record(z.string(), z.string()) }).parse(read(type, 'secret.yaml'))
    .stringData;
}

export function metricTemplateOf(type: string): unknown {
  return read(type, 'metric-template.yaml');
}

function read(type: string, file: string): unknown {
  return parse(readFileSync(join(FOLDER, type, file), 'utf8')) as unknown;
}
