/** Endpoints and an EndpointSlice for every Service with a selector. */
import type { Instant } from '../../shared/brand.ts';
import { digest } from '../../shared/digest.ts';
import { isObject, listAt, numberAt, objectAt, sameJson, textAt, without, type JsonObject } from '../json.ts';
import { NODE } from '../kubelet.ts';
import { matchesSelector } from '../selectors.ts';
import type { Name, Store, StoredObject } from '../store.ts';
import { ownerReference } from './ownership.ts';
import { isReady } from './pods.ts';

export function actOnService(store: Store, name: Name, _now: Instant): undefined {
  const service = store.get('services', name);
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return;
  const selector = objectAt(service, 'spec', 'selector');
  if (Object.keys(selector).length === 0) return;
  const pods = store
    .list('pods', name.namespace)
    .filter(
      (pod) => matchesSelector(selector, pod.metadata.labels ?? {}) && textAt(pod, 'status', 'podIP') !== '',
    );
  const ports = portsOf(service, pods[0]);
  put(store, 'endpointslices.discovery.k8s.io', slice(service, pods, ports));
  put(store, 'endpoints', endpoints(service, pods, ports));
}

/** Creates it or brings it up to date; what is the same is left alone. */
function put(store: Store, key: string, wanted: JsonObject): void {
  const name = {
    namespace: textAt(wanted, 'metadata', 'namespace'),
    name: textAt(wanted, 'metadata', 'name'),
  };
  const live = store.get(key, name);
  if (live === undefined) store.create(key, wanted);
  else if (!sameJson(without(live, 'metadata', 'apiVersion', 'kind'), without(wanted, 'metadata'))) {
    store.update(key, { ...wanted, metadata: live.metadata });
  }
}

function metadataFor({ metadata, ...service }: StoredObject, name: string, labels: JsonObject): JsonObject {
  const ownerReferences = [ownerReference({ ...service, metadata })];
  return { name, namespace: metadata.namespace, labels: { ...metadata.labels, ...labels }, ownerReferences };
}

function slice(
  service: StoredObject,
  pods: readonly StoredObject[],
  ports: readonly JsonObject[],
): JsonObject {
  const suffix = digest(service.metadata.uid).slice(2, 7);
  return {
    metadata: metadataFor(service, `${service.metadata.name}-${suffix}`, {
      'kubernetes.io/service-name': service.metadata.name,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    }),
    addressType: 'IPv4',
    endpoints: pods.map((pod) => {
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      const serving = isReady(pod);
      return {
        addresses: [textAt(pod, 'status', 'podIP')],
        conditions: { ready: serving && !terminating, serving, terminating },
        nodeName: NODE,
        targetRef: referenceTo(pod),
      };
    }),
    ports,
  };
}

function endpoints(
  service: StoredObject,
  pods: readonly StoredObject[],
  ports: readonly JsonObject[],
): JsonObject {
  const address = (pod: StoredObject): JsonObject => ({
    ip: textAt(pod, 'status', 'podIP'),
    nodeName: NODE,
    targetRef: referenceTo(pod),
  });
  const present = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ready = present.filter(isReady).map(address);
  const notReady = present.filter((pod) => !isReady(pod)).map(address);
  const subset = {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ports,
  };
  return {
    metadata: metadataFor(service, service.metadata.name, {}),
    ...(present.length > 0 ? { subsets: [subset] } : {}),
  };
}

function referenceTo({ metadata }: StoredObject): JsonObject {
  return { kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid };
}

/** The Service's ports as the pods have them; a named target port is looked up in a pod. */
function portsOf(service: StoredObject, pod: StoredObject | undefined): readonly JsonObject[] {
  return listAt(service, 'spec', 'ports').flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const name = textAt(port, 'name');
    return [
      {
        ...(name === '' ? { name: '' } : { name }),
        port: number,
        protocol: textAt(port, 'protocol') || 'TCP',
      },
    ];
  });
}

function targetPort(port: unknown, pod: StoredObject | undefined): number | undefined {
  const target = isObject(port) ? (port['targetPort'] ?? port['port']) : undefined;
  if (typeof target === 'number') return target;
  const declared = listAt(pod, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'));
  return numberAt(
    declared.find((item) => textAt(item, 'name') === target),
    'containerPort',
  );
}
