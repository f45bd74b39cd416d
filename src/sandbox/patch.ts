/** JSON merge patches and JSON patches. */
import { isObject, sameJson, without, type JsonObject } from './json.ts';
import { badRequest, Refusal } from './refusal.ts';

/** RFC 7386: objects are merged, null removes, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** RFC 6902. Refuses an operation whose path or test does not hold, and then changes nothing. */
export function jsonPatch(target: JsonObject, operations: unknown): JsonObject {
  if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
  let document: unknown = target;
  for (const operation of operations) {
    if (!isObject(operation)) throw badRequest('an operation of a JSON patch is an object');
    document = applyOperation(document, operation);
  }
  if (!isObject(document)) throw badRequest('a JSON patch must leave an object');
  return document;
}

function applyOperation(document: unknown, operation: JsonObject): unknown {
  const path = pointer(operation['path']);
  const value = operation['value'];
  switch (operation['op']) {
    case 'add':
      return change(document, path, value, 'add');
    case 'replace':
      return change(document, path, value, 'replace');
    case 'remove':
      return change(document, path, undefined, 'remove');
    case 'test':
      if (!sameJson(lookUp(document, path), value))
        throw unprocessable(`testing value ${String(operation['path'])} failed`);
      return document;
    case 'copy':
      return change(document, path, lookUp(document, pointer(operation['from'])), 'add');
    case 'move': {
      const from = pointer(operation['from']);
      return change(change(document, from, undefined, 'remove'), path, lookUp(document, from), 'add');
    }
    default:
      throw badRequest(`unexpected kind of operation: ${String(operation['op'])}`);
  }
}

function pointer(path: unknown): readonly string[] {
  if (typeof path !== 'string') throw badRequest('an operation of a JSON patch has a path');
  if (path === '') return [];
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function lookUp(document: unknown, path: readonly string[]): unknown {
  let current = document;
  for (const key of path) {
    if (Array.isArray(current)) current = (current as readonly unknown[])[indexIn(current, key, 'replace')];
    else if (isObject(current) && Object.hasOwn(current, key)) current = current[key];
    else throw missing(path);
  }
  return current;
}

type Mode = 'add' | 'replace' | 'remove';

function change(document: unknown, path: readonly string[], value: unknown, mode: Mode): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(document)) return changeList(document, key, rest, value, mode);
  if (!isObject(document)) throw missing(path);
  if (rest.length > 0) {
    if (!Object.hasOwn(document, key)) throw missing(path);
    return { ...document, [key]: change(document[key], rest, value, mode) };
  }
  if (mode !== 'add' && !Object.hasOwn(document, key)) throw missing(path);
  return mode === 'remove' ? without(document, key) : { ...document, [key]: value };
}

function changeList(
  list: readonly unknown[],
  key: string,
  rest: readonly string[],
  value: unknown,
  mode: Mode,
): readonly unknown[] {
  const index = indexIn(list, key, rest.length > 0 ? 'replace' : mode);
  if (rest.length > 0) return list.with(index, change(list[index], rest, value, mode));
  if (mode === 'replace') return list.with(index, value);
  return mode === 'remove' ? list.toSpliced(index, 1) : list.toSpliced(index, 0, value);
}

/** An index into the list; one past its end is allowed only for adding. */
function indexIn(list: readonly unknown[], key: string, mode: Mode): number {
  if (key === '-' && mode === 'add') return list.length;
  const index = /^\d+$/.test(key) ? Number(key) : Number.NaN;
  if (Number.isNaN(index) || index > (mode === 'add' ? list.length : list.length - 1)) throw missing([key]);
  return index;
}

function missing(path: readonly string[]): Refusal {
  return unprocessable(`the path /${path.join('/')} does not exist`);
}

function unprocessable(why: string): Refusal {
  return new Refusal(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${why}`,
  );
}
