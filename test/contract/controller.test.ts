/** The controller's process against a small cluster over HTTPS: what a user sees from the outside. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster, type TestCluster } from './adapters/cluster.ts';

const ROOT = join(import.meta.dirname, '../..');
const TIMEOUT = 60_000;

const WORKLOAD = `
apiVersion: v1
kind: Namespace
metadata: { name: test }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: podinfo, namespace: test, labels: { app: podinfo } }
spec:
  replicas: 2
  selector: { matchLabels: { app: podinfo } }
  template:
    metadata: { labels: { app: podinfo } }
    spec:
      containers:
        - name: podinfo
          image: podinfo:1
          envFrom: [{ configMapRef: { name: settings } }]
          ports: [{ name: http, containerPort: 9898 }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: test }
data: { colour: blue }
`;

interface Controller {
  readonly port: number;
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
  stop(): Promise<number | null>;
}

const running: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const thing of running.splice(0).reverse()) await thing.stop();
});

async function aCluster(provider: string, analysis: string): Promise<TestCluster> {
  const cluster = await startCluster();
  running.push(cluster);
  const { sandbox } = cluster;
  for (const kind of ['VirtualService', 'DestinationRule']) {
    const plural = `${kind.toLowerCase()}s`;
    sandbox.registerKind({
      group: 'networking.istio.io',
      version: 'v1beta1',
      kind,
      plural,
      namespaced: true,
    });
  }
  for (const file of readdirSync(join(ROOT, 'crds'))) {
    sandbox.applyYaml(readFileSync(join(ROOT, 'crds', file), 'utf8'));
  }
  sandbox.applyYaml(WORKLOAD);
  sandbox.applyYaml(`
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test }
spec:
  provider: ${provider}
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  service: { port: 80, targetPort: 9898 }
  analysis: ${analysis}
`);
  return cluster;
}

async function aController({ kubeconfig }: TestCluster, ...flags: readonly string[]): Promise<Controller> {
  const words = ['-kubeconfig', kubeconfig, '-port', '0', '-minimum-analysis-interval', '1s', ...flags];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [join(ROOT, 'src/main.ts'), ...words], { env, stdio: 'pipe' });
  const read = logOf(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const controller: Controller = {
    get port() {
      return Number(read().find(({ msg }) => msg === 'started')?.['port'] ?? 0);
    },
    lines: read,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
  running.push(controller);
  await until('the controller has started', () => controller.port !== 0);
  return controller;
}

function logOf(child: ChildProcess): Controller['lines'] {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => (line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : { msg: line }));
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + TIMEOUT / 2;
  while (!(await condition())) {
    if (Date.now() > giveUp) throw new Error(`gave up waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function read(cluster: TestCluster, apiVersion: string, kind: string, name: string): Promise<unknown> {
  const { signal } = new AbortController();
  const found = await cluster.objects.read({ apiVersion, kind, name, namespace: 'test' }, { signal });
  return found.ok ? found.value : undefined;
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const name of path) {
    if (found === null || typeof found !== 'object') return undefined;
    found = (found as Record<string | number, unknown>)[name];
  }
  return found;
}

function phase(cluster: TestCluster, wanted: string): Promise<void> {
  return until(`the Canary is ${wanted}`, async () => {
    const canary = await read(cluster, 'flagger.app/v1beta1', 'Canary', 'podinfo');
    return at(canary, 'status', 'phase') === wanted;
  });
}

type Named = { readonly apiVersion: string; readonly kind: string; readonly name: string };

async function change(
  cluster: TestCluster,
  ref: Named,
  patch: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { signal } = new AbortController();
  const patched = await cluster.objects.patch({ ...ref, namespace: 'test' }, patch, { signal });
  if (!patched.ok) throw new Error(patched.error.detail);
}

/** A new image, as a pipeline would set it; a merge patch replaces the whole list of containers. */
function release(cluster: TestCluster, image: string): Promise<void> {
  const envFrom = [{ configMapRef: { name: 'settings' } }];
  const containers = [{ name: 'podinfo', image, envFrom, ports: [{ name: 'http', containerPort: 9898 }] }];
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' };
  return change(cluster, target, { spec: { template: { spec: { containers } } } });
}

function texts({ lines }: Controller): readonly string[] {
  return lines()
    .filter(({ type }) => type !== undefined)
    .map(({ msg }) => String(msg));
}

function image(deployment: unknown): unknown {
  return at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image');
}

describe('the controller', () => {
  it(
    'takes a blue/green release from its first version to a promoted second one',
    async () => {
      const cluster = await aCluster('kubernetes', '{ interval: 1s, threshold: 2, iterations: 2 }');
      const controller = await aController(cluster);
      await phase(cluster, 'Initialized');
      const target = await read(cluster, 'apps/v1', 'Deployment', 'podinfo');
      expect(at(target, 'spec', 'replicas')).toBe(0);
      await release(cluster, 'podinfo:2');
      await phase(cluster, 'Succeeded');
      expect(image(await read(cluster, 'apps/v1', 'Deployment', 'podinfo-primary'))).toBe('podinfo:2');
      await until('the end is told', () =>
        texts(controller).some((text) => text.startsWith('Promotion comp')),
      );
      expect(texts(controller)).toEqual(
        expect.arrayContaining([
          'Initialization done! podinfo.test',
          'New revision detected! Scaling up podinfo.test',
          'Advance podinfo.test canary iteration 2/2',
          'Copying podinfo.test template spec to podinfo-primary.test',
          'Promotion completed! Scaling down podinfo.test',
        ]),
      );
      expect(await controller.stop()).toBe(0);
    },
    TIMEOUT,
  );

  it(
    'shifts the weights of a VirtualService up and back down',
    async () => {
      const cluster = await aCluster(
        'istio',
        '{ interval: 1s, threshold: 2, stepWeight: 50, maxWeight: 50 }',
      );
      const controller = await aController(cluster);
      await phase(cluster, 'Initialized');
      await release(cluster, 'podinfo:2');
      await phase(cluster, 'Succeeded');
      expect(texts(controller)).toContain('Advance podinfo.test canary weight 50');
      const routes = await read(cluster, 'networking.istio.io/v1beta1', 'VirtualService', 'podinfo');
      expect(at(routes, 'spec', 'http', 0, 'route', 1, 'weight')).toBe(0);
    },
    TIMEOUT,
  );

  it(
    'rolls a version back that never becomes ready, and says why',
    async () => {
      const cluster = await aCluster('kubernetes', '{ interval: 1s, threshold: 2, iterations: 2 }');
      const controller = await aController(cluster);
      await phase(cluster, 'Initialized');
      const canary = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo' };
      await change(cluster, canary, { spec: { progressDeadlineSeconds: 2 } });
      await release(cluster, 'podinfo:broken');
      await phase(cluster, 'Failed');
      await until('the reason is told', () =>
        texts(controller).join().includes('Rolling back podinfo.test progress deadline exceeded'),
      );
      expect(image(await read(cluster, 'apps/v1', 'Deployment', 'podinfo-primary'))).toBe('podinfo:1');
    },
    TIMEOUT,
  );

  it(
    'goes on after a restart where it was, and starts a run for a changed ConfigMap',
    async () => {
      const cluster = await aCluster('kubernetes', '{ interval: 1s, threshold: 2, iterations: 3 }');
      const first = await aController(cluster);
      await phase(cluster, 'Initialized');
      await change(
        cluster,
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' },
        { data: { colour: 'red' } },
      );
      await phase(cluster, 'Progressing');
      expect(await first.stop()).toBe(0);
      await aController(cluster);
      await phase(cluster, 'Succeeded');
      const copy = await read(cluster, 'v1', 'ConfigMap', 'settings-primary');
      expect(at(copy, 'data', 'colour')).toBe('red');
    },
    TIMEOUT,
  );

  it(
    'gives the target back before a Canary goes that asks for it',
    async () => {
      const cluster = await aCluster(
        'istio',
        '{ interval: 1s, threshold: 2, stepWeight: 50, maxWeight: 50 }',
      );
      const controller = await aController(cluster);
      await phase(cluster, 'Initialized');
      const canary = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo' };
      await change(cluster, canary, { spec: { revertOnDeletion: true } });
      await until('the finalizer is there', async () => {
        const found = await read(cluster, canary.apiVersion, 'Canary', 'podinfo');
        return JSON.stringify(at(found, 'metadata', 'finalizers')) === '["finalizer.flagger.app"]';
      });
      const { signal } = new AbortController();
      await cluster.objects.delete({ ...canary, namespace: 'test' }, { signal });
      await until('the Canary is gone', async () => {
        return (await read(cluster, canary.apiVersion, 'Canary', 'podinfo')) === undefined;
      });
      const target = await read(cluster, 'apps/v1', 'Deployment', 'podinfo');
      expect(at(target, 'spec', 'replicas')).toBe(2);
      expect(at(target, 'status', 'availableReplicas')).toBe(2);
      await until('the end is told', () => texts(controller).includes('Terminated canary podinfo.test'));
    },
    TIMEOUT,
  );

  it('crosses off what it told while a run is held, so that the next process does not tell it again', async () => {
    const cluster = await aCluster('kubernetes', '{ interval: 1s, threshold: 2, iterations: 1000 }');
    const controller = await aController(cluster);
    await phase(cluster, 'Initialized');
    await release(cluster, 'podinfo:2');
    await phase(cluster, 'Progressing');
    await until('it advances', () => texts(controller).some((text) => text.startsWith('Advance')));
    const canary = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', name: 'podinfo' };
    const revision = at(
      await read(cluster, canary.apiVersion, 'Canary', 'podinfo'),
      'status',
      'lastAppliedSpec',
    );
    await change(cluster, canary, { metadata: { annotations: { 'serin.dev/pause': revision } } });
    await until('the run is held and its news crossed off', async () => {
      const status = at(await read(cluster, canary.apiVersion, 'Canary', 'podinfo'), 'status', 'serin');
      return at(status, 'waitingFor', 'kind') === 'resume' && JSON.stringify(at(status, 'outbox')) === '[]';
    });
  });

  it(
    'lets the older of two Canaries with one target drive it',
    async () => {
      const cluster = await aCluster('kubernetes', '{ interval: 1s, threshold: 2, iterations: 1 }');
      const controller = await aController(cluster);
      await phase(cluster, 'Initialized');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      cluster.sandbox.applyYaml(`
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: second, namespace: test }
spec:
  provider: kubernetes
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  service: { port: 80 }
  analysis: { interval: 1s, threshold: 2, iterations: 1 }
`);
      await until('the younger is refused', () =>
        texts(controller).some((text) => text.includes('the older canary podinfo.test has the same target')),
      );
      const second = await read(cluster, 'flagger.app/v1beta1', 'Canary', 'second');
      expect(JSON.stringify(at(second, 'status', 'conditions'))).toContain('DuplicateTarget');
    },
    TIMEOUT,
  );

  it(
    'answers for its health and counts, and asks nothing of the API server while everything rests',
    async () => {
      const cluster = await aCluster('kubernetes', '{ interval: 1s, threshold: 2, iterations: 1 }');
      const controller = await aController(cluster);
      await phase(cluster, 'Initialized');
      const get = async (path: string): Promise<string> =>
        (await fetch(`http://127.0.0.1:${controller.port}${path}`)).text();
      expect(await get('/healthz')).toBe('OK');
      expect(await get('/readyz')).toBe('OK');
      expect(await get('/metrics')).toContain('flagger_canary_status{name="podinfo",namespace="test"} 1');
      await until('the news is crossed off', async () => {
        const canary = await read(cluster, 'flagger.app/v1beta1', 'Canary', 'podinfo');
        return JSON.stringify(at(canary, 'status', 'serin', 'outbox')) === '[]';
      });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      cluster.sandbox.resetRequests();
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const { counts } = cluster.sandbox.requests();
      expect(Object.keys(counts).filter((call) => !call.includes('leases'))).toEqual([]);
    },
    TIMEOUT,
  );
});
