/** One pod per node for a DaemonSet; the sandbox has one node, which a node selector may leave out. */
import type { Instant } from '../../shared/brand.ts';
import { digest } from '../../shared/digest.ts';
import { objectAt, textsAt } from '../json.ts';
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
  const wanted = selectsNode(set) ? 1 : 0;
  const isUpdated = (pod: StoredObject): boolean => pod.metadata.labels?.[HASH] === hash;
  for (const pod of activePods(store, set))
    if (wanted === 0 || !isUpdated(pod)) store.delete('pods', pod.metadata);
  if (activePods(store, set).length < wanted) createPod(store, set, { [HASH]: hash });
  const pods = activePods(store, set);
  const ready = pods.filter(isReady).length;
  const status = {
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: ready,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled: pods.filter(isUpdated).length,
    numberAvailable: ready,
    ...(wanted > ready ? { numberUnavailable: wanted - ready } : {}),
  };
  store.update('daemonsets.apps', { ...set, status }, { part: 'status' });
}

function selectsNode(set: StoredObject): boolean {
  const wanted = Object.entries(textsAt(set, 'spec', 'template', 'spec', 'nodeSelector'));
  return wanted.every(([key, value]) => NODE_LABELS[key] === value);
}
