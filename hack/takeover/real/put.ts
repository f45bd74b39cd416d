/**
 * Puts a recorded state into a real cluster, with nobody in charge of it: what it says is applied as it was, who wrote
 * which field and when included, and its pods are started by Kubernetes itself.
 */
import type { KubeObject } from '../../../src/api/objects.ts';
import { KINDS, type KindName } from '../../../test/e2e/suite/kinds.ts';
import type { Cluster } from '../../../test/e2e/suite/cluster.ts';
import { numberAt, objectAt, without } from '../../../src/sandbox/json.ts';
import { pathOf } from '../../../src/adapters/kubernetes/resources.ts';
import { CANARY } from '../namespace.ts';
import { objectIn, type RecordedState } from '../recordings.ts';
import { namespaceOf } from './moved.ts';

const PATIENCE = { within: 240_000 };
/** The server's to give, anew in every cluster. */
const SERVERS = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'ownerReferences',
];
/** Of a Service's spec. */
const ADDRESSES = ['clusterIP', 'clusterIPs'];

/** Resolves when its pods run as many as the workloads ask for. */
export async function put(cluster: Cluster, state: RecordedState): Promise<void> {
  const namespace = namespaceOf(state);
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const canary = objectIn(state, 'Canary', CANARY);
  const owner = canary === undefined ? undefined : await create(cluster, canary, undefined);
  for (const object of state.objects.filter((other) => other !== canary))
    await create(cluster, object, owner);
  if (canary?.['status'] !== undefined) await writeStatus(cluster, canary);
  await cluster.eventually(`the pods of ${namespace} are ready`, () => isUp(cluster, state), PATIENCE);
  for (const object of state.objects) await writeHistory(cluster, object);
}

/** Resolves when nothing is left of a state; a Canary with a finalizer needs a controller to go. */
export async function clear(cluster: Cluster, name: string): Promise<void> {
  await cluster.remove('Namespace', { name });
  const isGone = async (): Promise<boolean> => (await cluster.read('Namespace', { name })) === undefined;
  await cluster.eventually(`there is no namespace ${name}`, isGone, PATIENCE);
}

/** What the Canary owned, the one made here owns. */
async function create(
  cluster: Cluster,
  object: KubeObject,
  owner: KubeObject | undefined,
): Promise<KubeObject> {
  const { status: _, metadata, ...rest } = object;
  const owners = (metadata.ownerReferences ?? []).flatMap((reference) =>
    reference.kind === 'Canary' && owner !== undefined ? [{ ...reference, uid: owner.metadata.uid }] : [],
  );
  const body = {
    ...rest,
    metadata: { ...without({ ...metadata }, ...SERVERS), ownerReferences: owners },
    ...(object.kind === 'Service' && { spec: without(objectAt(object, 'spec'), ...ADDRESSES) }),
  };
  const kind = kindOf(object);
  const path = pathOf(KINDS[kind], { namespace: metadata.namespace });
  const made = await cluster.raw({ verb: 'create', resource: KINDS[kind].plural, path, body });
  return made as KubeObject; // What the server made of an object is one.
}

async function writeStatus(cluster: Cluster, canary: KubeObject): Promise<void> {
  const { namespace, name } = canary.metadata;
  const path = pathOf(KINDS.Canary, { namespace, name, subresource: 'status' });
  const contentType = 'application/merge-patch+json';
  const body = { status: canary['status'] };
  await cluster.raw({ verb: 'patch', resource: 'canaries/status', path, body, contentType });
}

/** Whoever takes over reads there who wrote last. */
async function writeHistory(cluster: Cluster, object: KubeObject): Promise<void> {
  const managedFields = object.metadata['managedFields'];
  if (managedFields === undefined) return;
  const { namespace = '', name } = object.metadata;
  await cluster.patch(kindOf(object), { namespace, name }, { metadata: { managedFields } });
}

function isUp(cluster: Cluster, state: RecordedState): boolean {
  return state.objects
    .filter(({ kind }) => kind === 'Deployment')
    .every(({ metadata: { namespace = '', name } }) => {
      const workload = cluster.see('Deployment', { namespace, name });
      const count = (...path: readonly string[]): number => numberAt(workload, ...path) ?? 0;
      const seen = count('status', 'observedGeneration') === count('metadata', 'generation');
      return seen && count('status', 'readyReplicas') === count('spec', 'replicas');
    });
}

function kindOf({ kind }: KubeObject): KindName {
  const found = Object.values(KINDS).find((known) => known.kind === kind);
  if (found === undefined) throw new Error(`no state has a ${kind}`);
  return kind as KindName; // The table's keys are the kinds.
}
