/**
 * What an API server does to a custom resource before it judges it: drops the fields the schema does not know,
 * drops nulls where none may be, and fills in defaults. Nothing is changed in place; what stays the same is shared.
 */
import { isObject, readSchema, type JsonObject, type Structural } from './structural.ts';

/** Fields of metav1.ObjectMeta; everything else under `metadata` is dropped. */
const METADATA_FIELDS: ReadonlySet<string> = new Set([
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
]);

const NOTHING = readSchema({});

/** `value` without unknown fields; their paths are added to `dropped`. `isRoot` for whole resources. */
export function pruned(
  value: unknown,
  schema: Structural,
  isRoot: boolean,
  path: string,
  dropped: string[],
): unknown {
  if (Array.isArray(value)) return prunedList(value, schema, path, dropped);
  if (!isObject(value)) return value;
  const isResource = isRoot || schema.embedded;
  return mapMembers(value, (key, member) => {
    const at = child(path, key);
    if (isResource && key === 'metadata') return prunedMetadata(member, at, dropped);
    if (isResource && (key === 'apiVersion' || key === 'kind')) return member;
    const property = schema.properties.get(key) ?? schema.additional;
    if (property === true || (property === undefined && schema.preserveUnknown)) return member;
    if (property !== undefined) return pruned(member, property, false, at, dropped);
    dropped.push(at);
    return undefined;
  });
}

function prunedList(
  list: readonly unknown[],
  { items, preserveUnknown }: Structural,
  path: string,
  dropped: string[],
): unknown {
  if (items === undefined && preserveUnknown) return list;
  // A list where none belongs stays, for validation to refuse, without the fields of its objects.
  return mapItems(list, (item, index) => pruned(item, items ?? NOTHING, false, `${path}[${index}]`, dropped));
}

function prunedMetadata(metadata: unknown, path: string, dropped: string[]): unknown {
  if (!isObject(metadata)) return metadata;
  return mapMembers(metadata, (key, member) => {
    if (METADATA_FIELDS.has(key)) return member ?? undefined;
    dropped.push(child(path, key));
    return undefined;
  });
}

/** `value` with the schema's defaults in place of absent members and of nulls that may not be. */
export function withDefaults(value: unknown, schema: Structural, isRoot: boolean): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return mapItems(value, (item) => withDefaults(replacedNull(item, items), items, false));
  }
  if (!isObject(value)) return value;
  const filled = mapMembers(value, (key, member) => {
    if (isRoot && key === 'metadata') return member;
    const property = schema.properties.get(key) ?? schema.additional;
    if (property === undefined || property === true) return member;
    const present = replacedNull(member, property);
    return present === null && !property.nullable ? undefined : withDefaults(present, property, false);
  });
  return withMissing(filled, schema);
}

function withMissing(value: JsonObject, schema: Structural): JsonObject {
  let result: Record<string, unknown> | undefined;
  for (const [key, property] of schema.properties) {
    if (property.fallback === undefined || key in value) continue;
    result ??= { ...value };
    result[key] = withDefaults(structuredClone(property.fallback), property, false);
  }
  return result ?? value;
}

function replacedNull(value: unknown, { nullable, fallback }: Structural): unknown {
  return value === null && !nullable && fallback !== undefined ? structuredClone(fallback) : value;
}

/** The object with each member mapped, without those mapped to undefined; itself if nothing changed. */
function mapMembers(value: JsonObject, map: (key: string, member: unknown) => unknown): JsonObject {
  let isSame = true;
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const mapped = map(key, member);
    if (mapped !== member) isSame = false;
    if (mapped === undefined) continue;
    // Assigning to __proto__ would change the object's prototype instead of adding a member.
    if (key === '__proto__') Object.defineProperty(result, key, { value: mapped, enumerable: true });
    else result[key] = mapped;
  }
  return isSame ? value : result;
}

function mapItems(
  list: readonly unknown[],
  map: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  const mapped = list.map(map);
  return mapped.every((item, index) => item === list[index]) ? list : mapped;
}

/** `spec.analysis`, `metadata.annotations[a/b]`: keys that are no plain word are put in brackets. */
export function child(path: string, key: string): string {
  if (!/^[\w-]+$/u.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}
