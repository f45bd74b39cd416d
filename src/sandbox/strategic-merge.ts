/**
 * Strategic merge patches, as `kubectl apply`, `edit` and `set` send them for built-in kinds: lists of named things
 * merge by name; `$patch`, `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder` direct the merge.
 */
import { isObject, sameJson, type JsonObject } from './json.ts';
import { patchShapes, type ListShape } from './list-shapes.ts';

/** The target with the patch merged in. */
export function strategicMerge(target: JsonObject, patch: JsonObject): JsonObject {
  return mergeObjects(target, patch, []);
}

function mergeObjects(target: JsonObject, patch: JsonObject, path: readonly string[]): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  if (patch['$patch'] === 'delete') return {};
  const merged: Record<string, unknown> = { ...retained(target, patch) };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeValues(merged[key], value, [...path, key]);
  }
  return withPrimitivesRemoved(inAskedOrder(merged, patch, path), patch);
}

function mergeValues(target: unknown, value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return mergeLists(Array.isArray(target) ? target : [], value, path);
  if (isObject(value)) return mergeObjects(isObject(target) ? target : {}, value, path);
  return value;
}

function mergeLists(target: readonly unknown[], patch: readonly unknown[], path: readonly string[]): unknown {
  const shape = patchShapes.list(path);
  const items = patch.filter(isObject).filter((item) => !isListDirective(item));
  if (patch.some((item) => isObject(item) && item['$patch'] === 'replace' && isListDirective(item)))
    return items;
  switch (shape.kind) {
    case 'atomic':
      return patch.map((item) => (isObject(item) ? withoutDirectives(item) : item));
    case 'set':
      return [...target, ...patch.filter((item) => !target.some((known) => sameJson(known, item)))];
    case 'map':
      return items.reduce<readonly unknown[]>(
        (list, item) => mergeItem(list, item, shape.keys, path),
        target,
      );
  }
}

function mergeItem(
  list: readonly unknown[],
  item: JsonObject,
  keys: readonly string[],
  path: readonly string[],
): readonly unknown[] {
  const index = list.findIndex(
    (known) => isObject(known) && keys.every((key) => sameJson(known[key], item[key])),
  );
  if (item['$patch'] === 'delete') return index < 0 ? list : list.toSpliced(index, 1);
  const known = list[index];
  const merged = mergeObjects(isObject(known) ? known : {}, item, [...path, '[]']);
  return index < 0 ? [...list, merged] : list.with(index, merged);
}

/** `{$patch: replace}` alone in a list speaks about the list. */
function isListDirective(item: JsonObject): boolean {
  return Object.keys(item).every((key) => key === '$patch') && '$patch' in item;
}

function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch['$retainKeys'];
  if (!Array.isArray(keys)) return target;
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function withPrimitivesRemoved(merged: Record<string, unknown>, patch: JsonObject): JsonObject {
  for (const [key, removed] of directives(patch, '$deleteFromPrimitiveList/')) {
    const list = merged[key];
    if (Array.isArray(list)) merged[key] = list.filter((item) => !removed.includes(item));
  }
  return merged;
}

/** Items named in the order come first, in that order; the rest follow. */
function inAskedOrder(
  merged: Record<string, unknown>,
  patch: JsonObject,
  path: readonly string[],
): Record<string, unknown> {
  for (const [key, order] of directives(patch, '$setElementOrder/')) {
    const list = merged[key];
    if (Array.isArray(list)) merged[key] = ordered(list, order, patchShapes.list([...path, key]));
  }
  return merged;
}

function ordered(list: readonly unknown[], order: readonly unknown[], shape: ListShape): readonly unknown[] {
  const keys = shape.kind === 'map' ? shape.keys : [];
  const isSame = (a: unknown, b: unknown): boolean =>
    isObject(a) && isObject(b) ? keys.every((key) => sameJson(a[key], b[key])) : sameJson(a, b);
  const rank = (item: unknown): number => {
    const index = order.findIndex((wanted) => isSame(wanted, item));
    return index < 0 ? order.length : index;
  };
  return list.toSorted((a, b) => rank(a) - rank(b));
}

function directives(patch: JsonObject, prefix: string): readonly (readonly [string, readonly unknown[]])[] {
  return Object.entries(patch).flatMap(([key, value]) =>
    key.startsWith(prefix) && Array.isArray(value) ? [[key.slice(prefix.length), value] as const] : [],
  );
}

function withoutDirectives(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !key.startsWith('$')));
}
