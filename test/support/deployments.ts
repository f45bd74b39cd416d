/** A Deployment with its configuration, its Canary, and the few things an API server does with them. */
import type { Canary } from '../../src/api/model.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { instant, type Instant } from '../../src/shared/brand.ts';
import type { Look } from '../../src/targets/target.ts';
import { canaryFrom, objectIn, objectsIn } from './canaries.ts';

export const NOW = instant(Date.UTC(2026, 0, 1, 12));

export function canary(spec = '', status?: Partial<Canary['status']>, kind = 'Deployment'): Canary {
  return canaryFrom(
    `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test, uid: canary-uid }
spec:
  provider: kubernetes
  targetRef: { apiVersion: apps/v1, kind: ${kind}, name: podinfo }
  service: { port: 80, targetPort: http, portDiscovery: true }
  analysis: { interval: 1m, threshold: 5, iterations: 5 }
  ${spec}
`,
    status,
  );
}

export const TARGET = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  namespace: test
  uid: target-uid
  resourceVersion: "10"
  generation: 1
  labels: { app: podinfo-label, team: web, kustomize.toolkit.fluxcd.io/name: apps }
  annotations:
    example.com/note: kept
    deployment.kubernetes.io/revision: "3"
    kustomize.toolkit.fluxcd.io/checksum: abc
    kubectl.kubernetes.io/last-applied-configuration: "{}"
spec:
  replicas: 2
  minReadySeconds: 5
  progressDeadlineSeconds: 60
  revisionHistoryLimit: 5
  strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 0 } }
  selector: { matchLabels: { app: podinfo-label, tier: front } }
  template:
    metadata:
      labels: { app: podinfo-label, tier: front }
      annotations: { prometheus.io/scrape: "true", kustomize.toolkit.fluxcd.io/checksum: abc }
    spec:
      initContainers:
        - name: init
          image: busybox
          envFrom: [{ secretRef: { name: init-secret } }]
      containers:
        - name: podinfod
          image: podinfo:1
          ports:
            - { name: http, containerPort: 9898 }
            - { name: http-metrics, containerPort: 9797 }
            - { containerPort: 9999 }
          env:
            - { name: COLOR, valueFrom: { configMapKeyRef: { name: env-config, key: color } } }
            - { name: MAYBE, valueFrom: { configMapKeyRef: { name: maybe-config, key: a, optional: true } } }
          envFrom: [{ configMapRef: { name: all-config } }]
        - name: istio-proxy
          image: proxy
          ports: [{ name: admin, containerPort: 15000 }]
      volumes:
        - { name: files, configMap: { name: volume-config } }
        - { name: keys, secret: { secretName: volume-secret } }
        - { name: off, configMap: { name: untracked-config } }
        - { name: token, secret: { secretName: token-secret } }
        - name: both
          projected:
            sources:
              - configMap: { name: projected-config }
              - secret: { name: projected-secret }
      topologySpreadConstraints:
        - { maxSkew: 1, labelSelector: { matchLabels: { app: podinfo } } }
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm: { topologyKey: zone, labelSelector: { matchLabels: { app: podinfo } } }
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: host
              labelSelector: { matchExpressions: [{ key: app, operator: In, values: [podinfo, other] }] }
            - topologyKey: host
              labelSelector: { matchLabels: { app: other } }
status:
  observedGeneration: 1
  replicas: 2
  updatedReplicas: 2
  readyReplicas: 2
  availableReplicas: 2
`;

export const TRACKED = [
  'ConfigMap/env-config',
  'ConfigMap/all-config',
  'ConfigMap/volume-config',
  'ConfigMap/projected-config',
  'Secret/init-secret',
  'Secret/volume-secret',
  'Secret/projected-secret',
];

/** The configuration the target refers to, but for the optional one, which does not exist. */
export const configs: readonly KubeObject[] = objectsIn(
  [
    ...TRACKED.map((entry) => {
      const [kind, name] = entry.split('/');
      const data = kind === 'Secret' ? 'type: Opaque\ndata: { key: c2VjcmV0 }' : 'data: { color: blue }';
      return `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: test, uid: ${name}-uid }\n${data}`;
    }),
    `apiVersion: v1
kind: ConfigMap
metadata: { name: untracked-config, namespace: test, annotations: { flagger.app/config-tracking: disabled } }
data: { a: b }`,
    `apiVersion: v1
kind: Secret
metadata: { name: token-secret, namespace: test }
type: kubernetes.io/service-account-token
data: { token: c2VjcmV0 }`,
  ].join('\n---\n'),
);

export const target = objectIn(TARGET);

/** The same pods on every node. */
export const daemonTarget: KubeObject = ((): KubeObject => {
  const {
    replicas: _,
    progressDeadlineSeconds: __,
    strategy,
    ...spec
  } = target['spec'] as Record<string, unknown>;
  return {
    ...target,
    kind: 'DaemonSet',
    metadata: {
      ...target.metadata,
      annotations: { ...target.metadata.annotations, 'deprecated.daemonset.template.generation': '3' },
    },
    spec: { ...spec, updateStrategy: strategy },
    status: {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberReady: 2,
      numberAvailable: 2,
    },
  };
})();

/** One that leads to pods of the first colour. */
export const serviceTarget = objectIn(`
apiVersion: v1
kind: Service
metadata:
  name: podinfo
  namespace: test
  uid: target-uid
  resourceVersion: "10"
  labels: { app: podinfo-label, team: web, kustomize.toolkit.fluxcd.io/name: apps }
  annotations:
    example.com/note: kept
    kubectl.kubernetes.io/last-applied-configuration: "{}"
spec:
  type: ClusterIP
  clusterIP: 10.0.0.1
  clusterIPs: [10.0.0.1]
  selector: { app: podinfo, colour: blue }
  ports:
    - { name: http, port: 80, protocol: TCP, targetPort: 9898 }
`);

export function lookAt(objects: readonly KubeObject[], at: { canary?: Canary; now?: Instant } = {}): Look {
  const options = {
    selectorLabels: ['app', 'name', 'app.kubernetes.io/name'],
    includeLabelPrefixes: ['team'],
    trackConfigs: true,
  };
  return { canary: at.canary ?? canary(), now: at.now ?? NOW, options, objects };
}

/** The objects after these were written: versions, uids and generations as a server gives them. */
export function after(objects: readonly KubeObject[], writes: readonly KubeObject[]): readonly KubeObject[] {
  return writes.reduce<readonly KubeObject[]>((all, write) => {
    const is = ({ kind, metadata }: KubeObject): boolean =>
      kind === write.kind && metadata.name === write.metadata.name;
    const found = all.find(is);
    const {
      resourceVersion = '0',
      uid = `${write.metadata.name}-uid`,
      generation = 0,
    } = found?.metadata ?? {};
    const metadata = {
      ...write.metadata,
      uid,
      generation: generation + 1,
      resourceVersion: `${Number(resourceVersion) + 1}`,
    };
    return [...all.filter((object) => !is(object)), { ...write, metadata }];
  }, objects);
}

export function find(objects: readonly KubeObject[], name: string): KubeObject | undefined {
  return objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === name);
}

/** The object with another value at a path. */
export function edit(object: KubeObject, path: readonly string[], value: unknown): KubeObject {
  const set = (here: unknown, [key, ...rest]: readonly string[]): unknown =>
    key === undefined
      ? value
      : { ...(here as object), [key]: set((here as Record<string, unknown>)[key], rest) };
  return set(object, path) as KubeObject;
}
