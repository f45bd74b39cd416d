/** One pod per node for a DaemonSet; the sandbox has one node, which a node selector may leave out. */
import type { Instant } from '../../shared/brand.ts';
import { digest } from '../../shared/digest.ts';
import { objectAt, textAt, textsAt, valueAt, type JsonObject } from '../json.ts';
import { NODE } from '../kubelet.ts';
import type { Name, Store, StoredObject } from '../store.ts';
import { activePods, createPod, isReady } from './pods.ts';

const HASH = 'controller-revision-hash';
const NODE_LABELS: Readonly<Record<string, string>> = {
  'kubernetes.io/hostname': NODE,
  'kubernetes.io/os': 'linux',
  'kubernetes.io/arch': 'amd64',
};

export function actOnDaemonSet(store: Store, name: Name, _now: Instant): undefined {
  const set = store.get('daemonsets.apps', name);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const hash = digest(objectAt(set, 'spec', 'template')).slice(2, 12);
  const isUpdated = (pod: StoredObject): boolean => pod.metadata.labels?.[HASH] === hash;
  const wanted = selectsNode(set);
  for (const pod of unwanted(set, activePods(store, set), { wanted, isUpdated })) {
    store.delete('pods', pod.metadata);
  }
  const present = activePods(store, set);
  if (wanted && !present.some(isUpdated) && (present.length === 0 || surges(set))) {
    createPod(store, set, { [HASH]: hash });
  }
  const status = statusOf(set, activePods(store, set), { wanted, isUpdated });
  store.update('daemonsets.apps', { ...set, status }, { part: 'status' });
}

interface Rules {
  readonly wanted: boolean;
  readonly isUpdated: (pod: StoredObject) => boolean;
}

/** Beside an old pod a new one is started first where that is allowed; else the old one makes room. */
function unwanted(
  set: StoredObject,
  pods: readonly StoredObject[],
  { wanted, isUpdated }: Rules,
): readonly StoredObject[] {
  if (!wanted) return pods;
  const old = pods
    .filter((pod) => !isUpdated(pod))
    .toSorted((a, b) => Number(isReady(b)) - Number(isReady(a)));
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return [];
  if (!surges(set)) return old;
  const replaced = pods.some((pod) => isUpdated(pod) && isReady(pod));
  // One old pod serves until then, one that can if there is any.
  return replaced ? old : old.slice(1);
}

function surges(set: StoredObject): boolean {
  const surge = valueAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'maxSurge');
  return surge !== undefined && surge !== 0 && surge !== '0%';
}

/** A node with an old pod and a new one counts by the old. */
function statusOf(
  set: StoredObject,
  pods: readonly StoredObject[],
  { wanted, isUpdated }: Rules,
): JsonObject {
  const first = pods.find((pod) => !isUpdated(pod)) ?? pods[0];
  const ready = first !== undefined && isReady(first) ? 1 : 0;
  const desired = wanted ? 1 : 0;
  return {
    currentNumberScheduled: wanted && first !== undefined ? 1 : 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled: first !== undefined && isUpdated(first) ? 1 : 0,
    numberAvailable: ready,
    ...(desired > ready ? { numberUnavailable: desired - ready } : {}),
  };
}

function selectsNode(set: StoredObject): boolean {
  const wanted = Object.entries(textsAt(set, 'spec', 'template', 'spec', 'nodeSelector'));
  return wanted.every(([key, value]) => NODE_LABELS[key] === value);
}
