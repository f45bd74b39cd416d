/** Pods as their controllers see them. */
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../json.ts';
import { NODE } from '../kubelet.ts';
import type { Store, StoredObject } from '../store.ts';
import { controlledBy, ownerReference } from './ownership.ts';

/** Pods of this owner that are not on their way out. */
export function activePods(store: Store, owner: StoredObject): readonly StoredObject[] {
  return controlledBy(store, 'pods', owner).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
}

export function isReady(pod: StoredObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => isObject(condition) && condition['type'] === 'Ready' && condition['status'] === 'True',
  );
}

/** A new pod from the owner's template, on the only node there is. */
export function createPod(store: Store, owner: StoredObject, labels: JsonObject = {}): void {
  const template = objectAt(owner, 'spec', 'template');
  store.create('pods', {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      labels: { ...objectAt(template, 'metadata', 'labels'), ...labels },
      annotations: objectAt(template, 'metadata', 'annotations'),
      ownerReferences: [ownerReference(owner)],
    },
    spec: { ...objectAt(template, 'spec'), nodeName: NODE },
  });
}

export function phaseOf(pod: StoredObject): string {
  return textAt(pod, 'status', 'phase');
}
