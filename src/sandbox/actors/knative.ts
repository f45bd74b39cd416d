/**
 * Knative, as far as a controller of releases meets it: a revision for every template, each with pods of its own, and
 * who of them gets which share. It carries no traffic, and scales nothing to zero.
 */
import type { Instant } from '../../shared/brand.ts';
import { listAt, objectAt, sameJson, textAt, valueAt, type JsonObject } from '../json.ts';
import { timestamp, type Name, type Store, type StoredObject } from '../store.ts';
import { controlledBy, ownerReference } from './ownership.ts';

const SERVICES = 'services.serving.knative.dev';
const REVISIONS = 'revisions.serving.knative.dev';
const DEPLOYMENTS = 'deployments.apps';
/** On the pods of a revision. */
const REVISION = 'serving.knative.dev/revision';
const FOLLOWING: readonly JsonObject[] = [{ latestRevision: true, percent: 100 }];

export function actOnKnativeService(store: Store, name: Name, now: Instant): undefined {
  const service = store.get(SERVICES, name);
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return;
  const before = controlledBy(store, REVISIONS, service);
  const latest = newest(before);
  if (latest === undefined || !isMadeOf(latest, service)) {
    const template = objectAt(service, 'spec', 'template');
    store.create(REVISIONS, {
      metadata: {
        ...objectAt(template, 'metadata'),
        name: textAt(template, 'metadata', 'name') || `${name.name}-${numbered(before.length + 1)}`,
        namespace: name.namespace,
        ownerReferences: [ownerReference(service)],
      },
      spec: objectAt(template, 'spec'),
    });
  }
  const status = statusOf(service, controlledBy(store, REVISIONS, service), now);
  store.update(SERVICES, { ...service, status }, { part: 'status' });
}

export function actOnKnativeRevision(store: Store, name: Name, now: Instant): undefined {
  const revision = store.get(REVISIONS, name);
  if (revision === undefined || revision.metadata.deletionTimestamp !== undefined) return;
  const [deployment] = controlledBy(store, DEPLOYMENTS, revision);
  if (deployment === undefined) {
    const labels = { [REVISION]: name.name };
    const template = { metadata: { labels }, spec: objectAt(revision, 'spec') };
    store.create(DEPLOYMENTS, {
      metadata: {
        name: `${name.name}-deployment`,
        namespace: name.namespace,
        ownerReferences: [ownerReference(revision)],
      },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    });
  }
  const actualReplicas = Number(valueAt(deployment, 'status', 'availableReplicas') ?? 0);
  const ready =
    actualReplicas > 0 ? condition('True') : condition('Unknown', 'Deploying', 'its pods are not available');
  const conditions = stamped(revision, { Ready: ready }, now);
  const { generation: observedGeneration } = revision.metadata;
  store.update(
    REVISIONS,
    { ...revision, status: { observedGeneration, actualReplicas, conditions } },
    { part: 'status' },
  );
}

function numbered(number: number): string {
  return String(number).padStart(5, '0');
}

/** The one that was made last. */
function newest(revisions: readonly StoredObject[]): StoredObject | undefined {
  return [...revisions].sort((a, b) => born(b) - born(a))[0];
}

function born({ metadata }: StoredObject): number {
  return Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? 0);
}

function isMadeOf(revision: StoredObject, service: StoredObject): boolean {
  const template = objectAt(service, 'spec', 'template');
  const { name, labels, annotations } = revision.metadata;
  const wanted = objectAt(template, 'metadata');
  return (
    sameJson(revision['spec'], objectAt(template, 'spec')) &&
    sameJson(labels ?? {}, objectAt(wanted, 'labels')) &&
    sameJson(annotations ?? {}, objectAt(wanted, 'annotations')) &&
    (textAt(wanted, 'name') || name) === name
  );
}

// ------------------------------------------------------------------------------------------------------------ status

function statusOf(service: StoredObject, revisions: readonly StoredObject[], now: Instant): JsonObject {
  const created = newest(revisions);
  const ready = newest(revisions.filter((revision) => isTrue(revision, 'Ready')));
  const latestReadyRevisionName = ready?.metadata.name;
  const written = listAt(service, 'spec', 'traffic');
  const asked = written.length > 0 ? written : FOLLOWING;
  const traffic = asked.map((entry) => ({
    ...(entry as JsonObject),
    revisionName: textAt(entry, 'revisionName') || latestReadyRevisionName,
  }));
  const missing = traffic.find(({ revisionName }) =>
    revisions.every(({ metadata }) => metadata.name !== revisionName),
  );
  const configurations = created === ready ? condition('True') : condition('Unknown', 'Deploying');
  const routes =
    missing === undefined
      ? condition('True')
      : condition('False', 'RevisionMissing', `Revision "${missing.revisionName ?? ''}" is missing`);
  return {
    observedGeneration: service.metadata.generation,
    latestCreatedRevisionName: created?.metadata.name,
    ...(latestReadyRevisionName === undefined ? {} : { latestReadyRevisionName }),
    // What cannot be routed as asked is routed as before.
    traffic: missing === undefined ? traffic : listAt(service, 'status', 'traffic'),
    conditions: stamped(service, { ConfigurationsReady: configurations, RoutesReady: routes }, now),
  };
}

function condition(status: string, reason?: string, message?: string): JsonObject {
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
}

/** The time stays as it is while the condition does. */
function stamped(
  object: StoredObject,
  conditions: Readonly<Record<string, JsonObject>>,
  now: Instant,
): readonly JsonObject[] {
  const known = listAt(object, 'status', 'conditions');
  return Object.entries(conditions).map(([type, said]) => {
    const before = known.find((one) => textAt(one, 'type') === type);
    const same = before !== undefined && textAt(before, 'status') === said['status'];
    return {
      type,
      ...said,
      lastTransitionTime: same ? textAt(before, 'lastTransitionTime') : timestamp(now),
    };
  });
}

function isTrue(object: StoredObject, type: string): boolean {
  return listAt(object, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === type && textAt(one, 'status') === 'True',
  );
}
