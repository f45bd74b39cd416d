/** As many pods as a ReplicaSet asks for. */
import { listAt, numberAt, textAt, type JsonObject } from '../json.ts';
import { after, millis, type Instant } from '../../shared/brand.ts';
import { timestamp, type Name, type Store, type StoredObject } from '../store.ts';
import { activePods, createPod, isReady } from './pods.ts';
import { exceededQuota } from './quota.ts';

/** A pod that was refused is tried again this much later. */
const TRY_AGAIN = millis(5_000);

export function actOnReplicaSet(store: Store, name: Name, now: Instant): Instant | undefined {
  const set = store.get('replicasets.apps', name);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  const pods = activePods(store, set);
  const refusal = createPods(store, set, wanted - pods.length);
  for (const pod of surplus(pods, wanted)) store.delete('pods', pod.metadata);
  const status = statusOf(set, activePods(store, set));
  const failure = refusal === undefined ? {} : { conditions: [replicaFailure(set, refusal, now)] };
  store.update('replicasets.apps', { ...set, status: { ...status, ...failure } }, { part: 'status' });
  return refusal === undefined ? undefined : after(now, TRY_AGAIN);
}

/** What kept some of them from being made. */
function createPods(store: Store, set: StoredObject, missing: number): string | undefined {
  for (let count = 0; count < missing; count += 1) {
    const refusal = exceededQuota(store, set.metadata.namespace ?? '');
    if (refusal !== undefined) return refusal;
    createPod(store, set);
  }
  return undefined;
}

function replicaFailure(set: StoredObject, message: string, now: Instant): JsonObject {
  const [known] = listAt(set, 'status', 'conditions');
  const lastTransitionTime = textAt(known, 'lastTransitionTime') || timestamp(now);
  return { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime };
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
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    observedGeneration: set.metadata.generation,
  };
}
