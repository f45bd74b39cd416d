/** What a Deployment says of itself: counts, and the conditions Available and Progressing. */
import { after, instant, millis, type Instant } from '../../shared/brand.ts';
import { listAt, numberAt, objectAt, textAt, type JsonObject } from '../json.ts';
import { timestamp, type StoredObject } from '../store.ts';
import { share } from './rolling-update.ts';

interface Counts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
}

export function deploymentStatus(
  deployment: StoredObject,
  sets: readonly StoredObject[],
  newest: string | undefined,
  options: { readonly created: boolean; readonly now: Instant },
): JsonObject {
  const total = (field: string): number =>
    sets.reduce((sum, set) => sum + (numberAt(set, 'status', field) ?? 0), 0);
  const updated = sets.find(({ metadata }) => metadata.name === newest);
  const counts: Counts = {
    replicas: total('replicas'),
    updatedReplicas: numberAt(updated, 'status', 'replicas') ?? 0,
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('availableReplicas'),
  };
  const desired = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const conditions = [
    available(deployment, counts, desired, options.now),
    progressing(deployment, counts, { desired, newest, ...options }),
  ];
  const unavailable = Math.max(0, Math.max(desired, counts.replicas) - counts.availableReplicas);
  return {
    observedGeneration: deployment.metadata.generation,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...(unavailable > 0 ? { unavailableReplicas: unavailable } : {}),
    conditions,
  };
}

/** When the rollout will be overdue unless it moves; undefined if it is done, overdue already, or has no deadline. */
export function progressDeadline(deployment: StoredObject, status: JsonObject): Instant | undefined {
  const condition = listAt(status, 'conditions').find((item) => textAt(item, 'type') === 'Progressing');
  const reason = textAt(condition, 'reason');
  if (reason === 'NewReplicaSetAvailable' || reason === 'ProgressDeadlineExceeded') return undefined;
  return deadlineAfter(deployment, textAt(condition, 'lastUpdateTime'));
}

function deadlineAfter(deployment: StoredObject, since: string): Instant | undefined {
  const seconds = numberAt(deployment, 'spec', 'progressDeadlineSeconds');
  const start = Date.parse(since);
  return seconds === undefined || Number.isNaN(start)
    ? undefined
    : after(instant(start), millis(seconds * 1_000));
}

function available(deployment: StoredObject, counts: Counts, desired: number, now: Instant): JsonObject {
  const strategy = objectAt(deployment, 'spec', 'strategy');
  const recreate = textAt(strategy, 'type') === 'Recreate';
  const maxUnavailable = recreate
    ? 0
    : share(objectAt(strategy, 'rollingUpdate')['maxUnavailable'], desired, Math.floor);
  return counts.availableReplicas >= desired - maxUnavailable
    ? condition(
        deployment,
        now,
        'Available',
        'True',
        'MinimumReplicasAvailable',
        'Deployment has minimum availability.',
      )
    : condition(
        deployment,
        now,
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
      );
}

function progressing(
  deployment: StoredObject,
  counts: Counts,
  options: {
    readonly desired: number;
    readonly newest: string | undefined;
    readonly created: boolean;
    readonly now: Instant;
  },
): JsonObject {
  const { desired, newest = '', created, now } = options;
  const known = conditionOf(deployment, 'Progressing');
  const told = (status: string, reason: string, message: string): JsonObject =>
    condition(deployment, now, 'Progressing', status, reason, message);
  if (created || known === undefined) {
    return {
      ...told('True', 'NewReplicaSetCreated', `Created new replica set "${newest}"`),
      lastUpdateTime: timestamp(now),
    };
  }
  const { replicas, updatedReplicas, availableReplicas } = counts;
  if (updatedReplicas === desired && replicas === desired && availableReplicas === desired) {
    return told('True', 'NewReplicaSetAvailable', `ReplicaSet "${newest}" has successfully progressed.`);
  }
  if (hasMoved(deployment, counts)) {
    const moved = told('True', 'ReplicaSetUpdated', `ReplicaSet "${newest}" is progressing.`);
    return { ...moved, lastUpdateTime: timestamp(now) };
  }
  // A rollout that was complete does not become overdue when a pod fails later.
  if (textAt(known, 'reason') === 'NewReplicaSetAvailable') return known;
  const deadline = deadlineAfter(deployment, textAt(known, 'lastUpdateTime'));
  if (deadline === undefined || now < deadline) return known;
  return told('False', 'ProgressDeadlineExceeded', `ReplicaSet "${newest}" has timed out progressing.`);
}

/** More of the new, fewer of the old, or more that are ready. */
function hasMoved(deployment: StoredObject, counts: Counts): boolean {
  const before = (field: keyof Counts): number => numberAt(deployment, 'status', field) ?? 0;
  const oldBefore = before('replicas') - before('updatedReplicas');
  return (
    counts.updatedReplicas > before('updatedReplicas') ||
    counts.replicas - counts.updatedReplicas < oldBefore ||
    counts.readyReplicas > before('readyReplicas') ||
    counts.availableReplicas > before('availableReplicas')
  );
}

function conditionOf(deployment: StoredObject, type: string): JsonObject | undefined {
  const found = listAt(deployment, 'status', 'conditions').find((item) => textAt(item, 'type') === type);
  return found === undefined ? undefined : objectAt({ found }, 'found');
}

/** A condition whose times move only with its status, and with its reason. */
function condition(
  deployment: StoredObject,
  now: Instant,
  type: string,
  status: string,
  reason: string,
  message: string,
): JsonObject {
  const known = conditionOf(deployment, type);
  const time = timestamp(now);
  const sameStatus = textAt(known, 'status') === status;
  const same = sameStatus && textAt(known, 'reason') === reason;
  return {
    type,
    status,
    lastUpdateTime: same ? textAt(known, 'lastUpdateTime') : time,
    lastTransitionTime: sameStatus ? textAt(known, 'lastTransitionTime') : time,
    reason,
    message,
  };
}
