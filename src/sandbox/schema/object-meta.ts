/** What every object's `metadata` must look like, whatever its kind says. */
import { child } from './shape.ts';
import { isObject, type JsonObject } from './structural.ts';
import { requiredValue, wrongType, type Violation } from './verdict.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u;
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/u;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
  "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** All annotations of an object together. */
const ANNOTATION_BYTES = 256 * 1024;

const TYPES: Readonly<Record<string, 'string' | 'integer' | 'array' | 'object'>> = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  uid: 'string',
  resourceVersion: 'string',
  generation: 'integer',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  labels: 'object',
  annotations: 'object',
  finalizers: 'array',
  ownerReferences: 'array',
};

/** Adds what is wrong with an object's metadata to `found`. */
export function judgeMetadata(object: JsonObject, found: Violation[]): void {
  const metadata = object['metadata'] ?? {};
  if (!isObject(metadata)) {
    found.push(wrongType('metadata', 'object', metadata));
    return;
  }
  const before = found.length;
  judgeTypes(metadata, found);
  if (found.length > before) return;
  judgeName(metadata, found);
  judgeLabels(textMembers(metadata['labels']), found);
  judgeAnnotations(textMembers(metadata['annotations']), found);
}

function judgeTypes(metadata: JsonObject, found: Violation[]): void {
  for (const [key, type] of Object.entries(TYPES)) {
    const value = metadata[key];
    if (value === undefined || value === null) continue;
    if (!isOf(type, value)) found.push(wrongType(`metadata.${key}`, type, value));
    else if (isObject(value)) judgeTexts(value, `metadata.${key}`, found);
  }
}

function judgeTexts(map: JsonObject, path: string, found: Violation[]): void {
  for (const [key, value] of Object.entries(map)) {
    if (typeof value !== 'string' && value !== null) found.push(wrongType(child(path, key), 'string', value));
  }
}

function isOf(type: 'string' | 'integer' | 'array' | 'object', value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function judgeName(metadata: JsonObject, found: Violation[]): void {
  const name = metadata['name'] ?? '';
  if (name === '' && (metadata['generateName'] ?? '') === '') {
    found.push(requiredValue('metadata.name', 'name or generateName is required'));
  } else if (typeof name === 'string' && name !== '' && !isSubdomain(name)) {
    found.push(
      invalid('metadata.name', name, name.length > 253 ? 'must be no more than 253 bytes' : SUBDOMAIN_RULE),
    );
  }
}

function judgeLabels(labels: readonly (readonly [string, string])[], found: Violation[]): void {
  for (const [key, value] of labels) {
    if (!isQualifiedName(key)) found.push(invalid('metadata.labels', key, KEY_RULE));
    if (value.length > 63) found.push(invalid('metadata.labels', value, 'must be no more than 63 bytes'));
    else if (value !== '' && !NAME_PART.test(value))
      found.push(invalid('metadata.labels', value, VALUE_RULE));
  }
}

function judgeAnnotations(annotations: readonly (readonly [string, string])[], found: Violation[]): void {
  let bytes = 0;
  for (const [key, value] of annotations) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (!isQualifiedName(key.toLowerCase())) found.push(invalid('metadata.annotations', key, KEY_RULE));
  }
  if (bytes > ANNOTATION_BYTES) {
    const message = `Too long: may not be more than ${ANNOTATION_BYTES} bytes`;
    found.push({ path: 'metadata.annotations', message, reason: 'FieldValueTooLong', keyword: 'metadata' });
  }
}

function isSubdomain(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** `name` or `prefix/name`. */
function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  return (slash === -1 || isSubdomain(key.slice(0, slash))) && name.length <= 63 && NAME_PART.test(name);
}

function textMembers(map: unknown): readonly (readonly [string, string])[] {
  if (!isObject(map)) return [];
  return Object.entries(map).map(([key, value]) => [key, typeof value === 'string' ? value : ''] as const);
}

function invalid(path: string, value: string, rule: string): Violation {
  return {
    path,
    message: `Invalid value: ${JSON.stringify(value)}: ${rule}`,
    reason: 'FieldValueInvalid',
    keyword: 'metadata',
  };
}
