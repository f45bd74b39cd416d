/** What Kubernetes fills in where a manifest is silent, for the kinds and fields a clone of a workload meets. */
import { isObject, listAt, objectAt, textAt, textsAt, without, type JsonObject } from './json.ts';

/** The object as Kubernetes would keep it; unchanged for kinds without defaults here. */
export function withDefaults(kind: string, object: JsonObject): JsonObject {
  switch (kind) {
    case 'deployments.apps':
      return withSpec(object, deploymentSpec);
    case 'daemonsets.apps':
      return withSpec(object, daemonSetSpec);
    case 'statefulsets.apps':
    case 'replicasets.apps':
      return withSpec(object, (spec) => ({ replicas: 1, ...spec, ...templateOf(spec) }));
    case 'pods':
      return { ...withSpec(object, podSpec), ...orElse(object, 'status', { phase: 'Pending' }) };
    case 'services':
      return withSpec(object, serviceSpec);
    case 'namespaces':
      return namespace(object);
    case 'secrets':
      return secret(object);
    case 'horizontalpodautoscalers.autoscaling':
      return withSpec(object, (spec) => ({ minReplicas: 1, ...spec }));
    default:
      return object;
  }
}

type Fill = (object: JsonObject) => JsonObject;

function withSpec(object: JsonObject, fill: Fill): JsonObject {
  return { ...object, spec: fill(objectAt(object, 'spec')) };
}

function orElse(object: JsonObject, key: string, value: unknown): JsonObject {
  return { [key]: object[key] ?? value };
}

const QUARTER = { maxUnavailable: '25%', maxSurge: '25%' };

function deploymentSpec(spec: JsonObject): JsonObject {
  const strategy = objectAt(spec, 'strategy');
  const type = textAt(strategy, 'type') || 'RollingUpdate';
  const rolling =
    type === 'RollingUpdate' ? { rollingUpdate: { ...QUARTER, ...objectAt(strategy, 'rollingUpdate') } } : {};
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy: { ...strategy, type, ...rolling },
    ...templateOf(spec),
  };
}

function daemonSetSpec(spec: JsonObject): JsonObject {
  const strategy = objectAt(spec, 'updateStrategy');
  const type = textAt(strategy, 'type') || 'RollingUpdate';
  const rolling =
    type === 'RollingUpdate'
      ? { rollingUpdate: { maxSurge: 0, maxUnavailable: 1, ...objectAt(strategy, 'rollingUpdate') } }
      : {};
  return {
    revisionHistoryLimit: 10,
    ...spec,
    updateStrategy: { ...strategy, type, ...rolling },
    ...templateOf(spec),
  };
}

function templateOf(spec: JsonObject): JsonObject {
  const template = objectAt(spec, 'template');
  const metadata = { creationTimestamp: null, ...objectAt(template, 'metadata') };
  return { template: { ...template, metadata, spec: podSpec(objectAt(template, 'spec')) } };
}

function podSpec(spec: JsonObject): JsonObject {
  const lists = { ...containersOf(spec, 'initContainers'), ...containersOf(spec, 'containers') };
  const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount');
  const volumes = listAt(spec, 'volumes');
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...lists,
    ...(volumes.length > 0
      ? { volumes: volumes.map((volume) => (isObject(volume) ? volumeOf(volume) : volume)) }
      : {}),
    ...(account === '' ? {} : { serviceAccountName: account, serviceAccount: account }),
  };
}

function containersOf(spec: JsonObject, key: string): JsonObject {
  const list = spec[key];
  if (!Array.isArray(list)) return {};
  return { [key]: list.map((item: unknown) => (isObject(item) ? container(item) : item)) };
}

function container(item: JsonObject): JsonObject {
  const image = textAt(item, 'image');
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((key) =>
    isObject(item[key]) ? [[key, probe(item[key])] as const] : [],
  );
  const ports = Array.isArray(item['ports']) ? { ports: item['ports'].map(withProtocol) } : {};
  const env = Array.isArray(item['env']) ? { env: item['env'].map(envOf) } : {};
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isLatest(image) ? 'Always' : 'IfNotPresent',
    ...item,
    ...Object.fromEntries(probes),
    ...ports,
    ...env,
  };
}

function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function probe(given: JsonObject): JsonObject {
  const http = given['httpGet'];
  const action = isObject(http) ? { httpGet: { path: '/', scheme: 'HTTP', ...http } } : {};
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...given,
    ...action,
  };
}

function withProtocol(port: unknown): unknown {
  return isObject(port) ? { protocol: 'TCP', ...port } : port;
}

function envOf(item: unknown): unknown {
  const field = objectAt(item, 'valueFrom', 'fieldRef');
  if (!isObject(item) || Object.keys(field).length === 0) return item;
  return { ...item, valueFrom: { ...objectAt(item, 'valueFrom'), fieldRef: { apiVersion: 'v1', ...field } } };
}

/** Files of mounted sources get mode 0644, which is 420. */
function volumeOf(volume: JsonObject): JsonObject {
  const sources = ['configMap', 'secret', 'downwardAPI', 'projected'].filter((key) => isObject(volume[key]));
  const filled = sources.map((key) => [key, { defaultMode: 420, ...objectAt(volume, key) }] as const);
  return { ...volume, ...Object.fromEntries(filled) };
}

function serviceSpec(spec: JsonObject): JsonObject {
  const type = textAt(spec, 'type') || 'ClusterIP';
  const ports = listAt(spec, 'ports').map((port) =>
    isObject(port) ? { protocol: 'TCP', targetPort: port['port'], ...port } : port,
  );
  const family =
    type === 'ExternalName'
      ? {}
      : { internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  const outside = type === 'NodePort' || type === 'LoadBalancer' ? { externalTrafficPolicy: 'Cluster' } : {};
  return {
    sessionAffinity: 'None',
    ...family,
    ...outside,
    ...spec,
    type,
    ...(ports.length > 0 ? { ports } : {}),
  };
}

function namespace(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const labels = { 'kubernetes.io/metadata.name': textAt(metadata, 'name'), ...textsAt(metadata, 'labels') };
  return { ...object, metadata: { ...metadata, labels }, spec: { finalizers: ['kubernetes'] } };
}

function secret(object: JsonObject): JsonObject {
  const folded = Object.entries(textsAt(object, 'stringData')).map(
    ([key, text]) => [key, Buffer.from(text).toString('base64')] as const,
  );
  const data = { ...objectAt(object, 'data'), ...Object.fromEntries(folded) };
  const kept = without(object, 'stringData');
  return {
    ...kept,
    ...(Object.keys(data).length > 0 ? { data } : {}),
    type: textAt(object, 'type') || 'Opaque',
  };
}
