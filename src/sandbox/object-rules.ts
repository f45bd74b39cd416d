/** The rules about one object before and after a write. Pure; the store decides when they apply. */
import { isObject, listAt, sameJson, textAt, without, type JsonObject } from './json.ts';
import type { Kind } from './kinds.ts';
import { conflict, invalid, type Refusal } from './refusal.ts';
import type { DeleteOptions, Metadata, StoredObject } from './store.ts';

/** What a pod gets to stop in, if it does not say. */
const GRACE_SECONDS = 30;

export const SYSTEM_FIELDS = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

export function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));
}

export function identity(kind: Kind): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: kind.group === '' ? kind.storage : `${kind.group}/${kind.storage}`, kind: kind.kind };
}

export function withStatus(live: StoredObject, object: JsonObject): StoredObject {
  const managed = valueOr(object, 'managedFields', live.metadata);
  const status = object['status'] === undefined ? {} : { status: object['status'] };
  return {
    ...without(live, 'status'),
    ...pickIdentity(live),
    ...status,
    metadata: { ...live.metadata, ...managed },
  };
}

function pickIdentity({ apiVersion, kind, metadata }: StoredObject): StoredObject {
  return { apiVersion, kind, metadata };
}

function valueOr(object: JsonObject, field: string, fallback: JsonObject): JsonObject {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const value = metadata[field] ?? fallback[field];
  return value === undefined ? {} : { [field]: value };
}

export function sameContent(kind: Kind, a: StoredObject, b: StoredObject): boolean {
  const content = (object: StoredObject): JsonObject =>
    kind.hasStatus
      ? without(object, 'apiVersion', 'kind', 'metadata', 'status')
      : without(object, 'apiVersion', 'kind', 'metadata');
  return sameJson(content(a), content(b));
}

/** Who manages a field, and since when, is not worth a version if nothing else changed. */
export function isSame(live: StoredObject, next: StoredObject): boolean {
  const plain = ({ metadata, ...rest }: StoredObject): JsonObject => ({
    ...rest,
    metadata: { ...without(compact(metadata), 'managedFields'), owners: ownersIn(metadata) },
  });
  return sameJson(plain(live), plain(next));
}

/** Empty maps and lists of the metadata are not kept: the server's own types leave them out (`omitempty`). */
export function compact(metadata: Metadata): Metadata {
  const empty = ['labels', 'annotations', 'finalizers', 'ownerReferences'].filter((field) => {
    const value = metadata[field];
    return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
  });
  const { name, uid, resourceVersion, creationTimestamp } = metadata;
  if (empty.length === 0) return metadata;
  return { ...without(metadata, ...empty), name, uid, resourceVersion, creationTimestamp };
}

function ownersIn(metadata: Metadata): readonly unknown[] {
  return listAt(metadata, 'managedFields').map((entry) => (isObject(entry) ? without(entry, 'time') : entry));
}

export function isReleased({ metadata }: StoredObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = metadata;
  return deletionTimestamp !== undefined && finalizers.length === 0 && deletionGracePeriodSeconds === 0;
}

export function graceOf(kind: Kind, live: StoredObject, { graceSeconds }: DeleteOptions): number {
  if (!kind.graceful || textAt(live, 'spec', 'nodeName') === '') return 0;
  return graceSeconds ?? GRACE_SECONDS;
}

export function checkFinalizers(kind: Kind, live: StoredObject, next: StoredObject): void {
  if (live.metadata.deletionTimestamp === undefined) return;
  const before = live.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.includes(finalizer));
  if (added.length === 0) return;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => `"${name}"`).join(', ')}}`;
  throw invalid(kind, live.metadata.name, [{ path: 'metadata.finalizers', message }]);
}

export function checkPreconditions(
  kind: Kind,
  live: StoredObject,
  { uid, resourceVersion }: DeleteOptions,
): void {
  if (uid !== undefined && uid !== live.metadata.uid) throw uidConflict(kind, live, uid);
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${live.metadata.resourceVersion}`;
    throw conflict(kind, live.metadata.name, why);
  }
}

export function uidConflict(kind: Kind, live: StoredObject, uid: string): Refusal {
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
  return conflict(kind, live.metadata.name, why);
}
