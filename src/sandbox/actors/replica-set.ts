/** As many pods as a ReplicaSet asks for. */
import { numberAt, objectAt, type JsonObject } from '../json.ts';
import type { Instant } from '../../shared/brand.ts';
import type { Name, Store, StoredObject } from '../store.ts';
import { activePods, createPod, isReady } from './pods.ts';

export function actOnReplicaSet(store: Store, name: Name, _now: Instant): undefined {
  const set = store.get('replicasets.apps', name);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  const pods = activePods(store, set);
  for (let missing = wanted - pods.length; missing > 0; missing -= 1) createPod(store, set);
  for (const pod of surplus(pods, wanted)) store.delete('pods', pod.metadata);
  store.update(
    'replicasets.apps',
    { ...set, status: statusOf(set, activePods(store, set)) },
    { part: 'status' },
  );
}

/** Those that are not ready go first. */
function surplus(pods: readonly StoredObject[], wanted: number): readonly StoredObject[] {
  return pods
    .toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)))
    .slice(0, Math.max(0, pods.length - wanted));
}

function statusOf(set: StoredObject, pods: readonly StoredObject[]): JsonObject {
  const ready = pods.filter(isReady).length;
  return {
    ...objectAt(set, 'status'),
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    observedGeneration: set.metadata.generation,
  };
}
