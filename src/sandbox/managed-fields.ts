/**
 * Server-side apply and the bookkeeping behind it: who set which field last. Follows Kubernetes as far as `kubectl`
 * and controllers can tell; ownership across versions of a kind is not translated, since conversion here is none.
 */
import {
  describePath,
  fieldsOf,
  fromFieldsV1,
  isKey,
  isWithin,
  ITEM,
  keyOf,
  toFieldsV1,
  withoutField,
  type Fields,
} from './field-set.ts';
import { isObject, listAt, objectAt, sameJson, textAt, withValue, type JsonObject } from './json.ts';
import type { Shapes } from './list-shapes.ts';
import { Refusal, type Cause } from './refusal.ts';

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** The version the fields were written in. */
  readonly apiVersion: string;
  /** `status` or `scale` for writes through a subresource, else ''. */
  readonly subresource: string;
  /** When, as metadata writes it. */
  readonly time: string;
}

interface Entry {
  readonly manager: Manager;
  readonly paths: ReadonlySet<string>;
}

/** `next` with ownership brought up to date: whoever changed a field owns it, and nobody owns what is gone. */
export function noteUpdate(
  live: JsonObject | undefined,
  next: JsonObject,
  manager: Manager,
  shapes: Shapes,
): JsonObject {
  const before = live === undefined ? new Map<string, unknown>() : fieldsOf(live, shapes);
  const after = fieldsOf(next, shapes);
  const changed = [...after].filter(
    ([path, value]) => !before.has(path) || !sameJson(before.get(path), value),
  );
  const taken = new Set(changed.map(([path]) => path));
  const kept = entriesOf(live ?? {}).map((entry) => ({
    manager: entry.manager,
    paths: filtered(
      entry.paths,
      (path) => exists(after, path) && (isSameManager(entry.manager, manager) || !taken.has(path)),
    ),
  }));
  return withEntries(next, taken.size === 0 ? kept : merged(kept, { manager, paths: taken }));
}

/**
 * The live object with the configuration applied: what the manager no longer mentions goes, unless others want it.
 * Refuses with every conflict found, unless `force` takes those fields over.
 */
export function applyConfiguration(
  live: JsonObject | undefined,
  configuration: JsonObject,
  manager: Manager,
  options: { readonly force: boolean; readonly shapes: Shapes },
): JsonObject {
  const { force, shapes } = options;
  const wanted = fieldsOf(configuration, shapes);
  const entries = entriesOf(live ?? {});
  const others = entries.filter((entry) => !isSameManager(entry.manager, manager));
  const present: Fields = live === undefined ? new Map() : fieldsOf(live, shapes);
  const conflicts = conflictsOf(wanted, present, others);
  if (conflicts.length > 0 && !force) throw refusal(conflicts);
  const lost = new Set(conflicts.map(({ path }) => path));
  const left = others.map(({ manager: other, paths }) => ({
    manager: other,
    paths: filtered(paths, (path) => !lost.has(path)),
  }));
  const previous = entries.find((entry) => isSameManager(entry.manager, manager))?.paths ?? new Set<string>();
  const next = withoutAbandoned(mergeApplied(live ?? {}, configuration, [], shapes), previous, wanted, left);
  return withEntries(next, [...left, { manager, paths: new Set(wanted.keys()) }]);
}

interface Conflict {
  readonly path: string;
  readonly manager: Manager;
}

function conflictsOf(wanted: Fields, present: Fields, others: readonly Entry[]): readonly Conflict[] {
  return [...wanted].flatMap(([path, value]) => {
    if (value === ITEM || !present.has(path) || sameJson(present.get(path), value)) return [];
    const owners = others.filter((entry) => entry.paths.has(path));
    return owners.map(({ manager }) => ({ path, manager }));
  });
}

function refusal(conflicts: readonly Conflict[]): Refusal {
  const causes: readonly Cause[] = conflicts.map(({ path, manager }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describeManager(manager)}`,
    field: describePath(path),
  }));
  const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  const told =
    causes.length === 1
      ? `${causes[0]?.message ?? ''}: ${causes[0]?.field ?? ''}`
      : `${causes.map(({ message, field }) => `\n${message}: ${field}`).join('')}`;
  return new Refusal(409, 'Conflict', `Apply failed with ${count}: ${told}`, { causes });
}

function describeManager({ name, operation, apiVersion, subresource, time }: Manager): string {
  const part = subresource === '' ? '' : ` with subresource "${subresource}"`;
  return operation === 'Apply' ? `"${name}"${part}` : `"${name}"${part} using ${apiVersion} at ${time}`;
}

function withoutAbandoned(
  object: JsonObject,
  previous: ReadonlySet<string>,
  wanted: Fields,
  others: readonly Entry[],
): JsonObject {
  const isWanted = (path: string): boolean =>
    exists(wanted, path) ||
    others.some(({ paths }) => paths.has(path) || [...paths].some((other) => isWithin(other, path)));
  // Items before their fields: an item is found by its keys, so those must not go while it stays.
  const abandoned = [...previous]
    .filter((path) => !isWanted(path) && !isKey(path))
    .sort((a, b) => a.length - b.length);
  return abandoned.reduce(withoutField, object);
}

/** The path is a field, or the parent of one. */
function exists(fields: Fields, path: string): boolean {
  if (fields.has(path)) return true;
  for (const other of fields.keys()) if (isWithin(other, path)) return true;
  return false;
}

function mergeApplied(
  live: unknown,
  applied: JsonObject,
  names: readonly string[],
  shapes: Shapes,
): JsonObject {
  const next: Record<string, unknown> = isObject(live) ? { ...live } : {};
  for (const [key, value] of Object.entries(applied)) {
    if (value === undefined || value === null) continue;
    next[key] = mergedValue(next[key], value, [...names, key], shapes);
  }
  return next;
}

function mergedValue(live: unknown, value: unknown, names: readonly string[], shapes: Shapes): unknown {
  if (isObject(value)) return shapes.isAtomicMap(names) ? value : mergeApplied(live, value, names, shapes);
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value;
  const shape = shapes.list(names);
  const present: readonly unknown[] = Array.isArray(live) ? live : [];
  switch (shape.kind) {
    case 'atomic':
      return value;
    case 'set':
      return [...present, ...items.filter((item) => !present.some((known) => sameJson(known, item)))];
    case 'map':
      return mergeKeyed(
        present.filter(isObject),
        items.filter(isObject),
        shape.keys,
        [...names, '[]'],
        shapes,
      );
  }
}

/** Applied items in the applied order, then those of others. */
function mergeKeyed(
  live: readonly JsonObject[],
  applied: readonly JsonObject[],
  keys: readonly string[],
  names: readonly string[],
  shapes: Shapes,
): readonly JsonObject[] {
  const isSame = (a: JsonObject, b: JsonObject): boolean => sameJson(keyOf(a, keys), keyOf(b, keys));
  const items = applied.map((item) =>
    mergeApplied(
      live.find((known) => isSame(known, item)),
      item,
      names,
      shapes,
    ),
  );
  return [...items, ...live.filter((known) => !applied.some((item) => isSame(known, item)))];
}

function filtered(paths: ReadonlySet<string>, keep: (path: string) => boolean): ReadonlySet<string> {
  return new Set([...paths].filter(keep));
}

function merged(entries: readonly Entry[], added: Entry): readonly Entry[] {
  const own = entries.find(({ manager }) => isSameManager(manager, added.manager));
  const rest = entries.filter((entry) => entry !== own);
  return [...rest, { manager: added.manager, paths: new Set([...(own?.paths ?? []), ...added.paths]) }];
}

function isSameManager(a: Manager, b: Manager): boolean {
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource;
}

function entriesOf(object: JsonObject): readonly Entry[] {
  return listAt(object, 'metadata', 'managedFields').map((entry) => ({
    manager: {
      name: textAt(entry, 'manager'),
      operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
      apiVersion: textAt(entry, 'apiVersion'),
      subresource: textAt(entry, 'subresource'),
      time: textAt(entry, 'time'),
    },
    paths: fromFieldsV1(objectAt(entry, 'fieldsV1')),
  }));
}

function withEntries(object: JsonObject, entries: readonly Entry[]): JsonObject {
  const managed = entries
    .filter(({ paths }) => paths.size > 0)
    .map(({ manager: { name, operation, apiVersion, subresource, time }, paths }) => ({
      manager: name,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(paths),
      ...(subresource === '' ? {} : { subresource }),
    }));
  return withValue(object, ['metadata', 'managedFields'], managed.length > 0 ? managed : undefined);
}
