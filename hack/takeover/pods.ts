/** What the recordings leave out: the ReplicaSets and pods of a Deployment, as its own counts say they were. */
import type { KubeObject } from '../../src/api/objects.ts';
import { objectAt, sameJson, textsAt, type JsonObject } from '../../src/sandbox/json.ts';
import { digest } from '../../src/shared/digest.ts';
import { numberIn, objectIn, type RecordedState } from './recordings.ts';

/** On a pod that was running when the state was recorded. */
export const RUNNING = 'takeover.test/running';
const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';
const NODE = 'sandbox-node';

interface Share {
  readonly template: JsonObject;
  readonly revision: number;
  readonly pods: number;
  readonly ready: number;
}

/** `before` are the states of the story up to this one, oldest first: they know the template that was rolled away. */
export function workloadParts(
  deployment: KubeObject,
  before: readonly RecordedState[],
): readonly KubeObject[] {
  return sharesOf(deployment, before).flatMap((share) => setOf(deployment, share));
}

/** How the pods are shared between the newest template the Deployment controller has acted on and the one before. */
function sharesOf(deployment: KubeObject, before: readonly RecordedState[]): readonly Share[] {
  const template = objectAt(deployment, 'spec', 'template');
  const former = formerTemplate(deployment, before);
  const revision = Number(deployment.metadata.annotations?.[REVISION] ?? 1);
  const [replicas, updated, ready] = ['replicas', 'updatedReplicas', 'readyReplicas'].map((count) =>
    numberIn(deployment, 'status', count),
  ) as [number, number, number];
  const seen = numberIn(deployment, 'status', 'observedGeneration') >= (deployment.metadata.generation ?? 0);
  if (!seen && former !== undefined) {
    // The counts are about the former template: nobody has acted on the new one.
    return replicas === 0 ? [] : [{ template: former, revision, pods: replicas, ready }];
  }
  const old = replicas - updated;
  const oldReady = Math.min(old, ready);
  const newest = { template, revision, pods: updated, ready: ready - oldReady };
  if (numberIn(deployment, 'status', 'observedGeneration') === 0) return [];
  if (old === 0) return [newest];
  return [
    { template: former ?? older(template), revision: revision - 1, pods: old, ready: oldReady },
    newest,
  ];
}

/** The template the Deployment had before the one it has, as far as the story shows it. */
function formerTemplate(deployment: KubeObject, before: readonly RecordedState[]): JsonObject | undefined {
  const template = objectAt(deployment, 'spec', 'template');
  return before
    .map((state) => objectAt(objectIn(state, 'Deployment', deployment.metadata.name), 'spec', 'template'))
    .findLast((found) => Object.keys(found).length > 0 && !sameJson(found, template));
}

/** Any other template: of pods about to go nothing matters but that they are not of the newest. */
function older(template: JsonObject): JsonObject {
  const metadata = objectAt(template, 'metadata');
  const annotations = { ...textsAt(metadata, 'annotations'), 'takeover.test/older': 'true' };
  return { ...template, metadata: { ...metadata, annotations } };
}

function setOf(deployment: KubeObject, { template, revision, pods, ready }: Share): readonly KubeObject[] {
  const { name, namespace = '', uid = '' } = deployment.metadata;
  const hash = digest(template).slice(2, 12);
  const labels = { ...textsAt(template, 'metadata', 'labels'), [HASH]: hash };
  const matchLabels = { ...textsAt(deployment, 'spec', 'selector', 'matchLabels'), [HASH]: hash };
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      uid: `${uid}-${hash}`,
      generation: 1,
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [owner('Deployment', name, uid)],
    },
    spec: {
      replicas: pods,
      selector: { matchLabels },
      template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
    },
    status: { replicas: pods, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
  };
  return [set, ...Array.from({ length: pods }, (_, index) => podOf(set, index, index < ready))];
}

function podOf(set: KubeObject, index: number, ready: boolean): KubeObject {
  const { name, namespace = '', uid = '', labels = {} } = set.metadata;
  const template = objectAt(set, 'spec', 'template');
  const annotations = textsAt(template, 'metadata', 'annotations');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${index}`,
      namespace,
      uid: `${uid}-${index}`,
      labels,
      annotations: ready ? { ...annotations, [RUNNING]: 'true' } : annotations,
      ownerReferences: [owner('ReplicaSet', name, uid)],
    },
    spec: { ...objectAt(template, 'spec'), nodeName: NODE },
  };
}

function owner(
  kind: string,
  name: string,
  uid: string,
): NonNullable<KubeObject['metadata']['ownerReferences']>[number] {
  return { apiVersion: 'apps/v1', kind, name, uid, controller: true, blockOwnerDeletion: true };
}
