/** Who controls whom among workloads. */
import { isObject, listAt, textAt, type JsonObject } from '../json.ts';
import type { Store, StoredObject } from '../store.ts';

export interface Controller {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export function controllerOf(object: StoredObject): Controller | undefined {
  const owner = listAt(object, 'metadata', 'ownerReferences').find(
    (item) => isObject(item) && item['controller'] === true,
  );
  if (owner === undefined) return undefined;
  return { kind: textAt(owner, 'kind'), name: textAt(owner, 'name'), uid: textAt(owner, 'uid') };
}

export function controlledBy(store: Store, key: string, owner: StoredObject): readonly StoredObject[] {
  return store
    .list(key, owner.metadata.namespace)
    .filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
}

export function ownerReference({ apiVersion, kind, metadata }: StoredObject): JsonObject {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
