/**
 * The applications the benchmarks run with: one is made by the controller itself, the others are copies of what it
 * made, name and identity replaced, put into the store as they are. So thousands are there within seconds, settled.
 */
import type { Sandbox } from '../../src/sandbox/server.ts';
import { templateDigest } from '../../src/targets/record.ts';

type Plain = Readonly<Record<string, unknown>>;
type Stored = ReturnType<Sandbox['store']['list']>[number];

const PER_NAMESPACE = 20;
/** In this order, so that an owner is there before what it owns. */
const COPIED = [
  'deployments.apps',
  'canaries.flagger.app',
  'services',
  'virtualservices.networking.istio.io',
  'destinationrules.networking.istio.io',
  'controllerrevisions.apps',
];

/** The application all others are copied from. */
export const PROTOTYPE = 0;
/** The one whose weight steps are counted: it runs through its plan in seconds. */
export const STEPPER = 'stepper';

export function nameOf(index: number): string {
  return `app-${String(index).padStart(5, '0')}`;
}

/** Clusters have many namespaces with some applications each, not one with all. */
export function namespaceOf(index: number): string {
  return `team-${String(Math.floor(index / PER_NAMESPACE)).padStart(3, '0')}`;
}

export function namespaceManifest(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** A workload of ordinary size and a Canary with the checks everybody has. */
export function manifests(namespace: string, name: string, analysis: Plain = USUAL): string {
  return [deployment(namespace, name), canary(namespace, name, analysis)]
    .map((object) => JSON.stringify(object))
    .join('\n---\n');
}

const USUAL: Plain = {
  interval: '1m',
  threshold: 5,
  maxWeight: 50,
  stepWeight: 10,
  metrics: [
    { name: 'request-success-rate', interval: '1m', thresholdRange: { min: 99 } },
    { name: 'request-duration', interval: '1m', thresholdRange: { max: 500 } },
  ],
};

/** Ten weight steps a second apart, and nobody to ask. */
export const STEPS: Plain = { interval: '1s', threshold: 5, maxWeight: 50, stepWeight: 5 };

function canary(namespace: string, name: string, analysis: Plain): Plain {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name, namespace, labels: { team: namespace } },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      progressDeadlineSeconds: 600,
      service: {
        port: 80,
        targetPort: 9898,
        gateways: ['istio-system/public', 'mesh'],
        hosts: [`${name}.example.com`],
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
        retries: { attempts: 3, perTryTimeout: '1s', retryOn: 'gateway-error,connect-failure' },
      },
      analysis,
    },
  };
}

function deployment(namespace: string, name: string): Plain {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { app: name, team: namespace } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container(name)] } },
    },
  };
}

function container(name: string): Plain {
  return {
    name,
    image: 'ghcr.io/stefanprodan/podinfo:6.0.0',
    command: ['./podinfo', '--port=9898', '--level=info'],
    ports: [{ name: 'http', containerPort: 9898, protocol: 'TCP' }],
    env: [
      { name: 'PODINFO_UI_COLOR', value: '#34577c' },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ],
    livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, initialDelaySeconds: 5, timeoutSeconds: 5 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, initialDelaySeconds: 5, timeoutSeconds: 5 },
    resources: { limits: { cpu: '2', memory: '512Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
  };
}

/** Puts copies of the prototype into the store, for every index from `from` up to, not including, `to`. */
export function populate(sandbox: Sandbox, from: number, to: number): void {
  const originals = COPIED.map((key) => ({ key, objects: originalsOf(sandbox, key) }));
  for (let index = from; index < to; index += 1) copy(sandbox, originals, index);
}

interface Originals {
  readonly key: string;
  readonly objects: readonly Stored[];
}

function originalsOf({ store }: Sandbox, key: string): readonly Stored[] {
  return store
    .list(key, namespaceOf(PROTOTYPE))
    .filter(({ metadata }) => metadata.name.startsWith(nameOf(PROTOTYPE)));
}

function copy(sandbox: Sandbox, originals: readonly Originals[], index: number): void {
  const namespace = namespaceOf(index);
  if (sandbox.store.get('namespaces', { name: namespace }) === undefined) {
    sandbox.applyYaml(namespaceManifest(namespace));
  }
  const replaced = new Map([
    [nameOf(PROTOTYPE), nameOf(index)],
    [namespaceOf(PROTOTYPE), namespace],
  ]);
  for (const { key, objects } of originals) {
    for (const original of objects) copyObject(sandbox, key, original, replaced);
  }
}

function copyObject({ store }: Sandbox, key: string, original: Stored, replaced: Map<string, string>): void {
  const object = JSON.parse(rewritten(original, replaced)) as Stored;
  const created = store.create(key, object);
  replaced.set(original.metadata.uid, created.metadata.uid);
  if (key === 'deployments.apps') {
    replaced.set(templateDigest(templateOf(original)), templateDigest(templateOf(created)));
  }
  if (object['status'] === undefined) return;
  const status = JSON.parse(rewritten(original, replaced)) as Stored;
  store.update(key, { ...created, status: atFirstGeneration(status['status']) }, { part: 'status' });
}

function rewritten(object: Stored, replaced: ReadonlyMap<string, string>): string {
  let text = JSON.stringify(object);
  for (const [from, to] of replaced) text = text.replaceAll(from, to);
  return text;
}

function templateOf(object: Stored): unknown {
  return (object['spec'] as { readonly template?: unknown } | undefined)?.template;
}

/** Copies are created in their last form, so nothing of theirs has a second generation. */
function atFirstGeneration(status: unknown): unknown {
  const text = JSON.stringify(status);
  return JSON.parse(text.replaceAll(/"(generation|observedGeneration)":\d+/g, '"$1":1')) as unknown;
}
