/** What is on record of a metric system: a template, the Secret it needs, and what the system answers. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
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
  /** Left out where a number has no other shape. */
  'not-a-number': z.unknown().optional(),
  several: Outcome,
  /** To `check`. */
  works: z.unknown(),
  'works-status': z.number().default(200),
  check: z.string().optional(),
  refusals: z.array(z.strictObject({ status: z.number(), answer: z.unknown(), tells: z.string() })),
});

const SecretObject = z.object({ stringData: z.record(z.string(), z.string()) });

export type MetricAnswers = z.infer<typeof Answers>;

export const HEARD_AT = '2026-01-02T03:04:05Z';

export function metricAnswers(type: string): MetricAnswers {
  return Answers.parse(read(type, 'answers.yaml'));
}

/** The data of the fixture's Secret; nothing where it has none. */
export function metricCredentials(type: string): Readonly<Record<string, string>> {
  if (!existsSync(join(FOLDER, type, 'secret.yaml'))) return {};
  const { stringData } = SecretObject.parse(read(type, 'secret.yaml'));
  const { serviceAccountKey: account } = stringData;
  if (account === undefined) return stringData;
  return { ...stringData, serviceAccountKey: account.replace('hunter2-private-key', keyPair().text) };
}

interface KeyPair {
  /** The private key as it stands within JSON. */
  readonly text: string;
  readonly publicKey: KeyObject;
}

let pair: KeyPair | undefined;

/** Of a service account, made once: a private key among the sources alarms everybody who searches them for secrets. */
export function keyPair(): KeyPair {
  if (pair === undefined) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    pair = { text: JSON.stringify(pem).slice(1, -1), publicKey };
  }
  return pair;
}

export function metricTemplateOf(type: string): unknown {
  return read(type, 'metric-template.yaml');
}

function read(type: string, file: string): unknown {
  return parse(readFileSync(join(FOLDER, type, file), 'utf8')) as unknown;
}
