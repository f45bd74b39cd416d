/** A Deployment: one ReplicaSet per template, rolled over within its bounds, and what became of that. */
import type { Instant } from '../../shared/brand.ts';
import { digest } from '../../shared/digest.ts';
import { numberAt, objectAt, sameJson, textAt, textsAt, valueAt, without, type JsonObject } from '../json.ts';
import type { Name, Store, StoredObject } from '../store.ts';
import { deploymentStatus, progressDeadline } from './deployment-status.ts';
import { controlledBy, ownerReference } from './ownership.ts';
import { rollingPlan, type SetSize } from './rolling-update.ts';

const KEY = 'deployments.apps';
const SETS = 'replicasets.apps';
const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

/** Does the next thing the rollout needs; looks again when its deadline has passed. */
export function actOnDeployment(store: Store, name: Name, now: Instant): Instant | undefined {
  const seen = store.get(KEY, name);
  if (seen === undefined || seen.metadata.deletionTimestamp !== undefined) return undefined;
  const created = isPaused(seen) ? false : ensureNewSet(store, seen);
  const deployment = store.get(KEY, name) ?? seen;
  const sets = controlledBy(store, SETS, deployment);
  const newest = sets.find((set) => hasTemplateOf(set, deployment));
  resize(store, deployment, sets, newest);
  const current = controlledBy(store, SETS, deployment);
  const status = deploymentStatus(deployment, current, newest?.metadata.name, { created, now });
  store.update(KEY, { ...deployment, status }, { part: 'status' });
  forgetOldSets(store, deployment, current, newest);
  return progressDeadline(deployment, status);
}

function isPaused(deployment: StoredObject): boolean {
  return valueAt(deployment, 'spec', 'paused') === true;
}

/** Whether a set had to be created for the template. */
function ensureNewSet(store: Store, deployment: StoredObject): boolean {
  const sets = controlledBy(store, SETS, deployment);
  const existing = sets.find((set) => hasTemplateOf(set, deployment));
  const others = sets.filter((set) => set !== existing);
  const revision = Math.max(0, ...others.map(revisionOf)) + 1;
  if (existing !== undefined && revisionOf(existing) >= revision) return false;
  if (existing === undefined) createSet(store, deployment, revision);
  else annotate(store, SETS, existing, revision);
  annotate(store, KEY, deployment, revision);
  return existing === undefined;
}

function revisionOf(set: StoredObject): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

function annotate(store: Store, key: string, object: StoredObject, revision: number): void {
  const annotations = { ...object.metadata.annotations, [REVISION]: String(revision) };
  store.update(key, { ...object, metadata: { ...object.metadata, annotations } });
}

function createSet(store: Store, deployment: StoredObject, revision: number): void {
  const template = objectAt(deployment, 'spec', 'template');
  const hash = digest(template).slice(2, 12);
  const labels = { ...textsAt(template, 'metadata', 'labels'), [HASH]: hash };
  const matchLabels = { ...textsAt(deployment, 'spec', 'selector', 'matchLabels'), [HASH]: hash };
  store.create(SETS, {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...objectAt(deployment, 'spec', 'selector'), matchLabels },
      template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
    },
  });
}

function hasTemplateOf(set: StoredObject, deployment: StoredObject): boolean {
  return sameJson(plainTemplate(set), plainTemplate(deployment));
}

function plainTemplate(object: StoredObject): JsonObject {
  const template = objectAt(object, 'spec', 'template');
  // Older servers print a time of creation, `null`, into every template; it is no part of what pods are made from.
  const metadata = without(objectAt(template, 'metadata'), 'creationTimestamp');
  return { ...template, metadata: { ...metadata, labels: without(objectAt(metadata, 'labels'), HASH) } };
}

function resize(
  store: Store,
  deployment: StoredObject,
  sets: readonly StoredObject[],
  newest: StoredObject | undefined,
): void {
  const desired = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const recreate = textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate';
  const plan = rollingPlan({
    desired,
    strategy: recreate ? 'recreate' : objectAt(deployment, 'spec', 'strategy', 'rollingUpdate'),
    newest: newest === undefined ? undefined : sizeOf(newest),
    old: sets.filter((set) => set !== newest).map(sizeOf),
    // A paused rollout keeps the shares it has reached.
    frozen: isPaused(deployment),
  });
  for (const set of sets) {
    const replicas = plan.get(set.metadata.name);
    if (replicas === undefined || replicas === numberAt(set, 'spec', 'replicas')) continue;
    store.update(SETS, { ...set, spec: { ...objectAt(set, 'spec'), replicas } });
  }
}

function sizeOf(set: StoredObject): SetSize {
  return {
    name: set.metadata.name,
    wanted: numberAt(set, 'spec', 'replicas') ?? 0,
    present: numberAt(set, 'status', 'replicas') ?? 0,
    available: numberAt(set, 'status', 'availableReplicas') ?? 0,
  };
}

function forgetOldSets(
  store: Store,
  deployment: StoredObject,
  sets: readonly StoredObject[],
  newest: StoredObject | undefined,
): void {
  const limit = numberAt(deployment, 'spec', 'revisionHistoryLimit') ?? 10;
  const idle = sets
    .filter(
      (set) => set.metadata.name !== newest?.metadata.name && sizeOf(set).wanted + sizeOf(set).present === 0,
    )
    .toSorted((a, b) => revisionOf(b) - revisionOf(a));
  for (const set of idle.slice(limit)) store.delete(SETS, set.metadata);
}
