/**
 * Which fields of an object somebody has an opinion about, in the notation of `managedFields`: `f:` a member, `k:` an
 * item of a keyed list, `v:` an item of a set. A field's path is its segments joined by a character no key contains.
 */
import { isObject, sameJson, without, type JsonObject } from './json.ts';
import type { Shapes } from './list-shapes.ts';

const SEPARATOR = '\u0000';

/** Paths of leaves with their values. An item of a keyed list is a path of its own, with the value `ITEM`. */
export type Fields = ReadonlyMap<string, unknown>;
export const ITEM = Symbol('item');

const NOT_MANAGED = [
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** Every field of the object that can have a manager. */
export function fieldsOf(object: JsonObject, shapes: Shapes): Fields {
  const fields = new Map<string, unknown>();
  const { metadata, ...rest } = without(object, 'apiVersion', 'kind') as { metadata?: unknown };
  const managed = isObject(metadata) ? without(metadata, ...NOT_MANAGED) : {};
  const root = Object.keys(managed).length > 0 ? { metadata: managed, ...rest } : rest;
  for (const [key, value] of Object.entries(root)) collect(value, [key], `f:${key}`, shapes, fields);
  return fields;
}

function collect(
  value: unknown,
  names: readonly string[],
  path: string,
  shapes: Shapes,
  fields: Map<string, unknown>,
): void {
  if (value === undefined) return;
  if (isObject(value) && Object.keys(value).length > 0 && !shapes.isAtomicMap(names)) {
    for (const [key, member] of Object.entries(value)) {
      collect(member, [...names, key], path + SEPARATOR + `f:${key}`, shapes, fields);
    }
  } else if (Array.isArray(value) && value.length > 0) {
    collectList(value, names, path, shapes, fields);
  } else {
    fields.set(path, value);
  }
}

function collectList(
  list: readonly unknown[],
  names: readonly string[],
  path: string,
  shapes: Shapes,
  fields: Map<string, unknown>,
): void {
  const shape = shapes.list(names);
  if (shape.kind === 'atomic') {
    fields.set(path, list);
    return;
  }
  for (const item of list) {
    const segment =
      shape.kind === 'map' && isObject(item) ? keySegment(item, shape.keys) : `v:${JSON.stringify(item)}`;
    const own = path + SEPARATOR + segment;
    fields.set(own, ITEM);
    if (shape.kind !== 'map' || !isObject(item)) continue;
    for (const [key, member] of Object.entries(item)) {
      collect(member, [...names, '[]', key], own + SEPARATOR + `f:${key}`, shapes, fields);
    }
  }
}

/** A port without a protocol is a TCP port; it is the only key with a default. */
export function keyOf(item: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.map((key) => [key, item[key] ?? (key === 'protocol' ? 'TCP' : null)]));
}

function keySegment(item: JsonObject, keys: readonly string[]): string {
  return `k:${JSON.stringify(keyOf(item, keys.toSorted()))}`;
}

/** The tree Kubernetes keeps in `fieldsV1`. */
export function toFieldsV1(paths: ReadonlySet<string>): JsonObject {
  const root: Record<string, unknown> = {};
  for (const path of [...paths].sort()) {
    let node = root;
    for (const segment of path.split(SEPARATOR)) {
      node[segment] ??= {};
      // Every node of this tree was made here.
      node = node[segment] as Record<string, unknown>;
    }
    node['.'] = {};
  }
  return withoutLeafDots(root);
}

/** A leaf says that it is a member by being there; only a node with children needs the dot. */
function withoutLeafDots(node: JsonObject): JsonObject {
  const keys = Object.keys(node);
  if (keys.length === 1 && keys[0] === '.') return {};
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [
      key,
      isObject(child) && key !== '.' ? withoutLeafDots(child) : child,
    ]),
  );
}

export function fromFieldsV1(tree: JsonObject, prefix = ''): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const [segment, child] of Object.entries(tree)) {
    if (segment === '.') {
      paths.add(prefix);
      continue;
    }
    const path = prefix === '' ? segment : prefix + SEPARATOR + segment;
    if (!isObject(child) || Object.keys(child).length === 0) paths.add(path);
    else for (const inner of fromFieldsV1(child, path)) paths.add(inner);
  }
  return paths;
}

/** `.spec.template.spec.containers[name="podinfo"].image`, as conflicts are told. */
export function describePath(path: string): string {
  return path
    .split(SEPARATOR)
    .map((segment) => {
      const text = segment.slice(2);
      if (segment.startsWith('f:')) return `.${text}`;
      if (segment.startsWith('v:')) return `[=${text}]`;
      const keys = Object.entries(JSON.parse(text) as Record<string, unknown>);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}

export function isWithin(path: string, ancestor: string): boolean {
  return path.startsWith(ancestor + SEPARATOR);
}

/** The path is one of the keys by which an item of a list is found. */
export function isKey(path: string): boolean {
  const [field = '', item = ''] = path.split(SEPARATOR).toReversed();
  return item.startsWith('k:') && Object.hasOwn(JSON.parse(item.slice(2)) as object, field.slice(2));
}

/** The object without the field, and without what is left empty by its going. */
export function withoutField(object: JsonObject, path: string): JsonObject {
  const left = removed(object, path.split(SEPARATOR));
  return isObject(left) ? left : {};
}

function removed(value: unknown, [segment = '', ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) return removedFromList(value, segment, rest);
  if (!isObject(value)) return value;
  const key = segment.slice(2);
  if (!(key in value)) return value;
  if (rest.length === 0) return emptied(without(value, key));
  const left = removed(value[key], rest);
  return left === undefined ? emptied(without(value, key)) : { ...value, [key]: left };
}

function removedFromList(list: readonly unknown[], segment: string, rest: readonly string[]): unknown {
  const wanted: unknown = JSON.parse(segment.slice(2));
  const index = list.findIndex((item) =>
    isObject(wanted) && isObject(item)
      ? sameJson(keyOf(item, Object.keys(wanted)), wanted)
      : sameJson(item, wanted),
  );
  if (index < 0) return list;
  const left = rest.length === 0 ? undefined : removed(list[index], rest);
  const next = left === undefined ? list.toSpliced(index, 1) : list.with(index, left);
  return next.length === 0 ? undefined : next;
}

function emptied(object: JsonObject): JsonObject | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}
