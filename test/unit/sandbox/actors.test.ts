import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { virtualPods } from '../../../src/sandbox/actors.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import type { StoredObject } from '../../../src/sandbox/store.ts';
import { millis } from '../../../src/shared/brand.ts';
import { HandClock, settle } from '../../support/clock.ts';

let sandbox: Sandbox;
let clock: HandClock;

beforeEach(async () => {
  clock = new HandClock();
  sandbox = await startSandbox({ clock, runtime: virtualPods({ readyAfter: millis(5_000), clock }) });
});

afterEach(() => sandbox.stop());

const NAME = { namespace: 'default', name: 'app' };

function manifest(image: string, replicas = 2): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: ${replicas}
  progressDeadlineSeconds: 60
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec: {containers: [{name: main, image: "${image}", ports: [{name: web, containerPort: 8080}]}]}
`;
}

async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) await clock.advance(1_000);
  for (let turn = 0; turn < 5; turn += 1) await settle();
}

function deployment(): StoredObject {
  const found = sandbox.store.get('deployments.apps', NAME);
  if (found === undefined) throw new Error('the deployment is gone');
  return found;
}

function condition(type: string): unknown {
  const { conditions } = deployment()['status'] as { conditions: { type: string }[] };
  return conditions.find((item) => item.type === type);
}

describe('a Deployment', () => {
  it('comes up with the pods it asks for', async () => {
    sandbox.applyYaml(manifest('app:1'));
    await pass(1);
    expect(deployment()).toMatchObject({
      status: { replicas: 2, updatedReplicas: 2, unavailableReplicas: 2 },
    });
    expect(condition('Available')).toMatchObject({ status: 'False' });
    await pass(6);
    expect(deployment()).toMatchObject({
      status: { readyReplicas: 2, availableReplicas: 2, observedGeneration: 1 },
    });
    expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    expect(deployment().metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
  });

  it('rolls to a new template without losing availability', async () => {
    sandbox.applyYaml(manifest('app:1'));
    await pass(7);
    sandbox.applyYaml(manifest('app:2'));
    await pass(1);
    expect(deployment()).toMatchObject({ status: { replicas: 3, updatedReplicas: 1, availableReplicas: 2 } });
    await pass(20);
    expect(deployment()).toMatchObject({ status: { replicas: 2, updatedReplicas: 2, availableReplicas: 2 } });
    expect(
      sandbox.store
        .list('replicasets.apps')
        .map((set) => (set['spec'] as { replicas: number }).replicas)
        .sort(),
    ).toEqual([0, 2]);
  });

  it('misses its deadline with pods that never become ready, and says since when', async () => {
    sandbox.applyYaml(manifest('app:1'));
    await pass(7);
    sandbox.applyYaml(manifest('app:broken'));
    await pass(50);
    expect(condition('Progressing')).toMatchObject({ status: 'True' });
    await pass(20);
    expect(condition('Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(deployment()).toMatchObject({ status: { availableReplicas: 2, updatedReplicas: 1 } });
    sandbox.applyYaml(manifest('app:1'));
    await pass(10);
    expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('waits for room where a quota leaves none', async () => {
    sandbox.applyYaml(`
apiVersion: v1
kind: ResourceQuota
metadata: {name: few}
spec: {hard: {pods: "2"}}
`);
    sandbox.applyYaml(manifest('app:1'));
    await pass(7);
    sandbox.applyYaml(manifest('app:2'));
    await pass(20);
    expect(deployment()).toMatchObject({ status: { replicas: 2, availableReplicas: 2 } });
    const refused = sandbox.store
      .list('replicasets.apps')
      .map((set) => set['status'])
      .find((status) => JSON.stringify(status).includes('exceeded quota'));
    expect(refused).toMatchObject({ replicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True' }] });
    sandbox.store.delete('resourcequotas', { namespace: 'default', name: 'few' });
    await pass(30);
    expect(deployment()).toMatchObject({ status: { updatedReplicas: 2, availableReplicas: 2 } });
    expect(JSON.stringify(sandbox.store.list('replicasets.apps'))).not.toContain('ReplicaFailure');
  });

  it('comes back to pods of the same template, whoever printed it', async () => {
    sandbox.applyYaml(manifest('app:1'));
    await pass(7);
    const pods = (): readonly string[] => sandbox.store.list('pods').map(({ metadata }) => metadata.uid);
    const before = pods();
    const found = deployment();
    const spec = found['spec'] as { template: { metadata: object } };
    const metadata = { ...spec.template.metadata, creationTimestamp: null };
    const template = { ...spec.template, metadata };
    sandbox.store.update('deployments.apps', { ...found, spec: { ...spec, template } });
    await pass(10);
    expect(pods()).toEqual(before);
  });

  it('goes to nothing and takes everything along when it is deleted', async () => {
    sandbox.applyYaml(manifest('app:1'));
    await pass(7);
    sandbox.applyYaml(manifest('app:1', 0));
    await pass(1);
    expect(sandbox.store.count('pods')).toBe(0);
    sandbox.applyYaml(manifest('app:1', 1));
    await pass(7);
    sandbox.store.delete('deployments.apps', NAME);
    await pass(1);
    expect([sandbox.store.count('replicasets.apps'), sandbox.store.count('pods')]).toEqual([0, 0]);
  });
});

describe('a Service', () => {
  it('has the ready pods as endpoints, at the port they name', async () => {
    sandbox.applyYaml(manifest('app:1', 1));
    sandbox.applyYaml(`
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {selector: {app: app}, ports: [{name: http, port: 80, targetPort: web}]}
`);
    await pass(1);
    const slice = (): StoredObject | undefined => sandbox.store.list('endpointslices.discovery.k8s.io')[0];
    expect(slice()).toMatchObject({ endpoints: [{ conditions: { ready: false } }] });
    await pass(6);
    expect(slice()).toMatchObject({
      metadata: { labels: { 'kubernetes.io/service-name': 'app' } },
      endpoints: [{ conditions: { ready: true } }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    });
  });
});

describe('a namespace', () => {
  it('is gone once everything in it is', async () => {
    sandbox.applyYaml('{apiVersion: v1, kind: Namespace, metadata: {name: test}}');
    sandbox.applyYaml(
      '{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: test, finalizers: [x/y]}}',
    );
    sandbox.store.delete('namespaces', { name: 'test' });
    expect(sandbox.store.get('namespaces', { name: 'test' })).toMatchObject({
      status: { phase: 'Terminating' },
    });
    const held = sandbox.store.get('configmaps', { namespace: 'test', name: 'a' });
    sandbox.store.update('configmaps', { ...held, metadata: { ...held?.metadata, finalizers: [] } });
    expect(sandbox.store.get('namespaces', { name: 'test' })).toBeUndefined();
  });
});

describe('an HTTPRoute', () => {
  it('is accepted, for the generation it has', async () => {
    sandbox.registerKind({
      group: 'gateway.networking.k8s.io',
      version: 'v1',
      kind: 'HTTPRoute',
      plural: 'httproutes',
      namespaced: true,
    });
    const route = (host: string): void => {
      sandbox.applyYaml(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec: {parentRefs: [{name: gateway}], hostnames: [${host}]}
`);
    };
    route('a.example.com');
    route('b.example.com');
    await pass(1);
    expect(sandbox.store.get('httproutes.gateway.networking.k8s.io', NAME)).toMatchObject({
      status: {
        parents: [{ conditions: [{ type: 'Accepted', status: 'True', observedGeneration: 2 }, {}] }],
      },
    });
  });
});

describe('a Knative Service', () => {
  const SERVICES = 'services.serving.knative.dev';
  const REVISIONS = 'revisions.serving.knative.dev';
  const apply = (image: string, traffic = ''): unknown =>
    sandbox.applyYaml(`
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: app}
spec:
  template: {spec: {containers: [{name: user-container, image: "${image}"}]}}
  ${traffic}
`);
  const service = (): unknown => sandbox.store.get(SERVICES, NAME);
  const revisions = (): readonly string[] =>
    sandbox.store.list(REVISIONS).map(({ metadata }) => metadata.name);

  beforeEach(() => {
    const group = { group: 'serving.knative.dev', version: 'v1', namespaced: true };
    sandbox.registerKind({ ...group, kind: 'Service', plural: 'services' });
    sandbox.registerKind({ ...group, kind: 'Revision', plural: 'revisions' });
  });

  it('has a revision for each template, ready when its pods are', async () => {
    apply('app:1');
    await pass(1);
    expect(service()).toMatchObject({
      status: { latestCreatedRevisionName: 'app-00001', conditions: [{ status: 'Unknown' }, {}] },
    });
    await pass(7);
    expect(service()).toMatchObject({
      status: {
        latestReadyRevisionName: 'app-00001',
        traffic: [{ latestRevision: true, percent: 100, revisionName: 'app-00001' }],
        conditions: [
          { type: 'ConfigurationsReady', status: 'True' },
          { type: 'RoutesReady', status: 'True' },
        ],
      },
    });
    apply('app:1', 'traffic: [{revisionName: app-00001, percent: 100}]');
    await pass(1);
    expect(revisions()).toEqual(['app-00001']);
    expect(service()).toMatchObject({ metadata: { generation: 2 }, status: { observedGeneration: 2 } });
  });

  it('goes on with the newest that is ready while another is not', async () => {
    apply('app:1');
    await pass(8);
    apply('app:broken');
    await pass(20);
    expect(revisions()).toEqual(['app-00001', 'app-00002']);
    expect(service()).toMatchObject({
      status: {
        latestCreatedRevisionName: 'app-00002',
        latestReadyRevisionName: 'app-00001',
        traffic: [{ revisionName: 'app-00001' }],
      },
    });
  });

  it('routes as before where a revision is named that does not exist, and says so', async () => {
    apply('app:1');
    await pass(8);
    apply('app:1', 'traffic: [{revisionName: app-00009, percent: 100}]');
    await pass(1);
    expect(service()).toMatchObject({
      status: {
        traffic: [{ revisionName: 'app-00001' }],
        conditions: [{}, { type: 'RoutesReady', status: 'False', reason: 'RevisionMissing' }],
      },
    });
  });
});
