/**
 * Holds a value against a schema and says what an API server would say. If no alternative
 * holds, the first explains itself, as in the original.
 */
import { isDeepStrictEqual } from 'node:util';
import { hasNumberFormat, hasStringFormat } from './formats.ts';
import { child } from './shape.ts';
import { isObject, type JsonObject, type Limits, type Structural } from './structural.ts';

/** One reason to refuse an object. */
export interface Violation {
  /** How the API server names the field: `spec.analysis.metrics[0].name`, or `<nil>` for a rule about several. */
  readonly path: string;
  /** Where that is, for a rule about several fields: the object they are in, '' for the whole. */
  readonly at?: string;
  /** As the API server words it after path and colon: `Required value`, `Invalid value: …`. */
  readonly message: string;
  readonly reason: Reason;
  /** Which keyword of the schema it broke: `required`, `type`, `enum`, `oneOf`, …; `metadata` for names and labels. */
  readonly keyword: string;
}

/** As in `details.causes[].reason` of a Status. */
export type Reason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany';

/** Adds every violation of `schema` by `value`, which is at `path`, to `found`. */
export function judge(value: unknown, schema: Structural, path: string, found: Violation[]): void {
  if (value === null && schema.nullable) return;
  // A wrong type is no reason to stop: the server goes on to enums and alternatives too.
  if (!hasType(value, schema.type)) found.push(wrongType(path, schema.type ?? '', value));
  if (typeof value === 'string') judgeString(value, schema.limits, path, found);
  else if (typeof value === 'number') judgeNumber(value, schema.limits, path, found);
  else if (Array.isArray(value)) judgeList(value, schema, path, found);
  else if (isObject(value)) judgeObject(value, schema, path, found);
  if (schema.limits.enum !== undefined) judgeEnum(value, schema.limits.enum, path, found);
  judgeAlternatives(value, schema, path, found);
}

function hasType(value: unknown, type: string | undefined): boolean {
  switch (type) {
    case 'int-or-string':
      return typeof value === 'string' || Number.isInteger(value);
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    case undefined:
    default:
      return true;
  }
}

function judgeString(value: string, limits: Limits, path: string, found: Violation[]): void {
  const { minLength, maxLength, pattern, format } = limits;
  // Go counts characters, not UTF-16 units. One complaint about length or form is enough for the server.
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
  if (maxLength !== undefined && length > maxLength) found.push(tooLong(path, maxLength));
  else if (minLength !== undefined && length < minLength) {
    found.push(invalid(path, value, 'minLength', `should be at least ${minLength} chars long`));
  } else if (pattern !== undefined && !pattern.test(value)) {
    found.push(invalid(path, value, 'pattern', `should match '${pattern.source}'`));
  }
  if (format !== undefined && !hasStringFormat(value, format)) {
    found.push(invalid(path, value, 'format', `must be of type ${format}: ${JSON.stringify(value)}`));
  }
}

function judgeNumber(value: number, limits: Limits, path: string, found: Violation[]): void {
  const { minimum, maximum, multipleOf, format } = limits;
  const isBelow =
    limits.exclusiveMinimum === true ? value <= (minimum ?? -Infinity) : value < (minimum ?? -Infinity);
  const isAbove =
    limits.exclusiveMaximum === true ? value >= (maximum ?? Infinity) : value > (maximum ?? Infinity);
  if (isBelow) {
    const relation = limits.exclusiveMinimum === true ? 'greater than' : 'greater than or equal to';
    found.push(invalid(path, value, 'minimum', `should be ${relation} ${minimum}`));
  }
  if (isAbove) {
    const relation = limits.exclusiveMaximum === true ? 'less than' : 'less than or equal to';
    found.push(invalid(path, value, 'maximum', `should be ${relation} ${maximum}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    found.push(invalid(path, value, 'multipleOf', `should be a multiple of ${multipleOf}`));
  }
  if (format !== undefined && !hasNumberFormat(value, format)) {
    const message = `Invalid value: "": Checked value must be of type integer with format ${format} in ${path}`;
    found.push({ path: '<nil>', at: path, message, reason: 'FieldValueInvalid', keyword: 'format' });
  }
}

function judgeList(list: readonly unknown[], schema: Structural, path: string, found: Violation[]): void {
  const { minItems, maxItems } = schema.limits;
  if (maxItems !== undefined && list.length > maxItems) {
    found.push(tooMany(path, list.length, `must have at most ${plural(maxItems, 'item')}`, 'maxItems'));
  }
  if (minItems !== undefined && list.length < minItems) {
    found.push(invalid(path, list.length, 'minItems', `should have at least ${minItems} items`));
  }
  const { items } = schema;
  if (items === undefined) return;
  list.forEach((item, index) => {
    judge(item, items, `${path}[${index}]`, found);
  });
  if (schema.listType === 'set' || schema.listType === 'map') judgeUnique(list, schema, path, found);
}

function judgeUnique(list: readonly unknown[], schema: Structural, path: string, found: Violation[]): void {
  const identity = (item: unknown): unknown =>
    schema.listType === 'map' && isObject(item) ? schema.listKeys.map((key) => item[key]) : item;
  const seen = new Set<string>();
  list.forEach((item, index) => {
    const key = JSON.stringify(identity(item));
    if (seen.has(key)) {
      const message = `Duplicate value: ${JSON.stringify(item)}`;
      found.push({ path: `${path}[${index}]`, message, reason: 'FieldValueDuplicate', keyword: 'listType' });
    }
    seen.add(key);
  });
}

function judgeObject(value: JsonObject, schema: Structural, path: string, found: Violation[]): void {
  for (const key of schema.required) {
    if (value[key] === undefined) found.push(requiredValue(child(path, key)));
  }
  if (schema.embedded) judgeEmbedded(value, path, found);
  judgePropertyCount(value, schema.limits, path, found);
  for (const [key, member] of Object.entries(value)) {
    const property = schema.properties.get(key) ?? schema.additional;
    if (property !== undefined && property !== true && member !== undefined) {
      judge(member, property, child(path, key), found);
    }
  }
}

function judgeEmbedded(value: JsonObject, path: string, found: Violation[]): void {
  for (const key of ['apiVersion', 'kind']) {
    const member = value[key];
    if (member === undefined || member === '') found.push(requiredValue(child(path, key)));
  }
  if (value['metadata'] !== undefined && !isObject(value['metadata'])) {
    found.push(wrongType(child(path, 'metadata'), 'object', value['metadata']));
  }
}

function judgePropertyCount(value: JsonObject, limits: Limits, path: string, found: Violation[]): void {
  const { minProperties, maxProperties } = limits;
  if (minProperties === undefined && maxProperties === undefined) return;
  const count = Object.keys(value).length;
  if (count > (maxProperties ?? Infinity)) {
    found.push(
      tooMany(path, count, `must have at most ${plural(maxProperties ?? 0, 'item')}`, 'maxProperties'),
    );
  }
  if (count < (minProperties ?? 0)) {
    found.push(invalid(path, count, 'minProperties', `should have at least ${minProperties} properties`));
  }
}

function judgeEnum(value: unknown, allowed: readonly unknown[], path: string, found: Violation[]): void {
  if (allowed.some((candidate) => isDeepStrictEqual(candidate, value))) return;
  const list = allowed.map((candidate) => JSON.stringify(candidate)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  found.push({ path, message, reason: 'FieldValueNotSupported', keyword: 'enum' });
}

function judgeAlternatives(value: unknown, schema: Structural, path: string, found: Violation[]): void {
  for (const part of schema.allOf) judge(value, part, path, found);
  if (schema.anyOf.length > 0) {
    const outcome = tried(value, schema.anyOf, path);
    if (outcome.valid === 0)
      found.push(combined(path, 'anyOf', 'validate at least one schema (anyOf)'), ...outcome.first);
  }
  if (schema.oneOf.length > 0) {
    const { valid, first } = tried(value, schema.oneOf, path);
    const rule = 'validate one and only one schema (oneOf)';
    if (valid === 0) found.push(combined(path, 'oneOf', `${rule}. Found none valid`), ...first);
    if (valid > 1) found.push(combined(path, 'oneOf', `${rule}. Found ${valid} valid alternatives`));
  }
  if (schema.not !== undefined && tried(value, [schema.not], path).valid > 0) {
    found.push(combined(path, 'not', 'not validate the schema (not)'));
  }
}

/** How many alternatives hold, and what the first has to say if it does not. */
function tried(
  value: unknown,
  alternatives: readonly Structural[],
  path: string,
): { readonly valid: number; readonly first: readonly Violation[] } {
  const outcomes = alternatives.map((alternative) => {
    const found: Violation[] = [];
    judge(value, alternative, path, found);
    return found;
  });
  return { valid: outcomes.filter(({ length }) => length === 0).length, first: outcomes[0] ?? [] };
}

export function requiredValue(path: string, why?: string): Violation {
  const message = why === undefined ? 'Required value' : `Required value: ${why}`;
  return { path, message, reason: 'FieldValueRequired', keyword: 'required' };
}

/** The server gives the type that it found where the value is expected. */
export function wrongType(path: string, type: string, value: unknown): Violation {
  const wanted = type === 'int-or-string' ? 'integer,string' : type;
  const name = JSON.stringify(typeName(value));
  return {
    path,
    message: `Invalid value: ${name}: ${path} in body must be of type ${wanted}: ${name}`,
    reason: 'FieldValueTypeInvalid',
    keyword: 'type',
  };
}

function invalid(path: string, value: unknown, keyword: string, rule: string): Violation {
  const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body ${rule}`;
  return { path, message, reason: 'FieldValueInvalid', keyword };
}

function combined(path: string, keyword: string, rule: string): Violation {
  const subject = JSON.stringify(path === '' ? '<nil>' : path);
  return {
    path: '<nil>',
    at: path,
    message: `Invalid value: "": ${subject} must ${rule}`,
    reason: 'FieldValueInvalid',
    keyword,
  };
}

function tooLong(path: string, limit: number): Violation {
  const message = `Too long: may not be more than ${limit} bytes`;
  return { path, message, reason: 'FieldValueTooLong', keyword: 'maxLength' };
}

function tooMany(path: string, count: number, rule: string, keyword: string): Violation {
  return { path, message: `Too many: ${count}: ${rule}`, reason: 'FieldValueTooMany', keyword };
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
