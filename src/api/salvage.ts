/**
 * Reads what people wrote as far as it can be read. A schema that fails on one field would lose the other forty;
 * here the field is left out, said so in a sentence, and the rest is kept.
 *
 * The schemas read with it say in `error` what is allowed, as the end of "expected …".
 */
import type { z } from 'zod';

import type { Finding } from './model.ts';

export interface Salvaged<Data> {
  /** Undefined where nothing could be kept. */
  readonly data: Data | undefined;
  /** One error for each place that was left out. */
  readonly findings: readonly Finding[];
}

type Path = readonly PropertyKey[];

/** Every round leaves something out; an object with more mistakes than this is no longer worth reading. */
const MAX_ROUNDS = 50;
/** What stands below these may be a password; it is described, not shown. */
const CONFIDENTIAL = new Set<PropertyKey>([
  'address',
  'headers',
  'metadata',
  'metricsServer',
  'proxy',
  'url',
]);
const MAX_SHOWN = 60;

/** What `schema` makes of `value`. Elements of lists that cannot be read become undefined, members vanish. */
export function salvage<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): Salvaged<z.output<Schema>> {
  const first = schema.safeParse(value);
  if (first.success) return { data: first.data, findings: [] };
  const findings: Finding[] = [];
  const leftOut = new Set<string>();
  const kept: unknown = structuredClone(value);
  let result: z.ZodSafeParseResult<z.output<Schema>> = first;
  for (let round = 0; !result.success && round < MAX_ROUNDS; round += 1) {
    for (const { path, message } of result.error.issues) {
      const found = at(kept, path);
      const field = fieldPath(path);
      if (found !== null && !leftOut.has(field)) findings.push(complaint(path, found, message));
      leftOut.add(field);
      const victim = found === undefined ? path.slice(0, -1) : path;
      if (victim.length === 0) return { data: undefined, findings };
      leftOut.add(fieldPath(victim));
      leaveOut(kept, victim);
    }
    result = schema.safeParse(kept);
  }
  return { data: result.success ? result.data : undefined, findings };
}

/** `spec.analysis.metrics[0].interval`. */
export function fieldPath(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** A value as it may stand in a sentence: short, and quoted where it is text. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function complaint(path: Path, found: unknown, allowed: string): Finding {
  const field = fieldPath(path);
  if (found === undefined) return { severity: 'error', field, message: `is missing, expected ${allowed}` };
  const shown = path.some((key) => CONFIDENTIAL.has(key)) ? describeType(found) : show(found);
  return { severity: 'error', field, message: `found ${shown}, expected ${allowed}` };
}

function describeType(value: unknown): string {
  return typeof value === 'object' ? show(value) : `a ${typeof value}`;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((place, key) => (isContainer(place) ? place[key] : undefined), value);
}

function leaveOut(value: unknown, path: Path): void {
  const parent = at(value, path.slice(0, -1));
  const key = path.at(-1);
  if (!isContainer(parent) || key === undefined) return;
  if (Array.isArray(parent)) parent[Number(key)] = undefined;
  else delete parent[key];
}

function isContainer(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
