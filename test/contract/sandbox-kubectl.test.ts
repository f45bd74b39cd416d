/** The real kubectl judges the sandbox: what people type must work, and say what it says anywhere else. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { virtualPods } from '../../src/sandbox/actors.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { millis } from '../../src/shared/brand.ts';
import { systemClock } from '../../src/shared/clock.ts';

const run = promisify(execFile);

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const MANIFEST = `
apiVersion: v1
kind: Namespace
metadata: {name: test}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: test}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec: {containers: [{name: main, image: "app:1", ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: app, namespace: test}
spec: {selector: {app: app}, ports: [{port: 80, targetPort: 8080}]}
`;
const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, shortNames: [wd]}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: integer, description: How large it is.}}}}
`;

const WIDGET = `
apiVersion: example.com/v1
kind: Widget
metadata: {name: w, namespace: test}
spec: {size: 7}
`;

(hasKubectl() ? describe : describe.skip)('kubectl', () => {
  let sandbox: Sandbox;
  let folder: string;

  beforeAll(async () => {
    const runtime = virtualPods({ readyAfter: millis(20), clock: systemClock });
    sandbox = await startSandbox({ runtime });
    folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
    writeFileSync(join(folder, 'config'), sandbox.kubeconfig());
    writeFileSync(join(folder, 'app.yaml'), MANIFEST);
    writeFileSync(join(folder, 'definition.yaml'), DEFINITION);
    await kubectl('apply', '-f', join(folder, 'app.yaml'), '-f', join(folder, 'definition.yaml'));
  }, 30_000);

  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: folder };
    const { stdout } = await run('kubectl', [...args], { env, timeout: 20_000 });
    return stdout;
  }
  const inTest = (...args: readonly string[]): Promise<string> => kubectl('-n', 'test', ...args);

  it('applies again without a change', async () => {
    expect(await kubectl('apply', '-f', join(folder, 'app.yaml'))).toBe(
      'namespace/test unchanged\ndeployment.apps/app unchanged\nservice/app unchanged\n',
    );
  }, 30_000);

  it('waits for a rollout, also of a new image and of more replicas', async () => {
    expect(await inTest('rollout', 'status', 'deployment/app')).toContain('successfully rolled out');
    await inTest('set', 'image', 'deployment/app', 'main=app:2');
    await inTest('rollout', 'status', 'deployment/app');
    await inTest('scale', 'deployment/app', '--replicas=3');
    expect(await inTest('rollout', 'status', 'deployment/app')).toContain('successfully rolled out');
    await inTest('wait', 'deployment/app', '--for=jsonpath={.status.readyReplicas}=3', '--timeout=10s');
    expect(await inTest('get', 'deployment', 'app', '--no-headers')).toMatch(/^app +3\/3 +3 +3 /);
  }, 60_000);

  it('edits, annotates, labels and patches', async () => {
    await inTest('annotate', 'deployment/app', 'example.com/note=hello');
    await inTest('label', 'deployment/app', 'tier=front');
    await inTest('patch', 'deployment', 'app', '-p', '{"spec":{"revisionHistoryLimit":3}}');
    await inTest(
      'patch',
      'deployment',
      'app',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/metadata/labels/tier"}]',
    );
    const got = JSON.parse(await inTest('get', 'deployment', 'app', '-o', 'json')) as object;
    expect(got).toMatchObject({
      metadata: { annotations: { 'example.com/note': 'hello' } },
      spec: { revisionHistoryLimit: 3 },
    });
    expect(got).not.toMatchObject({ metadata: { labels: { tier: 'front' } } });
  }, 60_000);

  it('describes what there is', async () => {
    expect(await inTest('describe', 'deployment', 'app')).toContain('NewReplicaSetAvailable');
    expect(await inTest('describe', 'service', 'app')).toMatch(/Endpoints: +10\.244\./);
  }, 30_000);

  it('meets a conflict when it applies on the server, and overrides it when forced', async () => {
    await inTest(
      'apply',
      '--server-side',
      '--field-manager=other',
      '--force-conflicts',
      '-f',
      join(folder, 'app.yaml'),
    );
    await inTest('scale', 'deployment/app', '--replicas=1');
    const apply = (...more: readonly string[]): Promise<string> =>
      inTest('apply', '--server-side', '--field-manager=other', ...more, '-f', join(folder, 'app.yaml'));
    await expect(apply()).rejects.toThrow('.spec.replicas');
    expect(await apply('--force-conflicts')).toContain('deployment.apps/app serverside-applied');
  }, 60_000);

  it('knows custom kinds: their names, columns, and what their fields mean', async () => {
    await kubectl('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=10s');
    writeFileSync(join(folder, 'widget.yaml'), WIDGET);
    await kubectl('apply', '-f', join(folder, 'widget.yaml'));
    expect(await inTest('get', 'wd')).toBe('NAME   SIZE\nw      7\n');
    expect(await kubectl('explain', 'widget.spec.size')).toContain('How large it is.');
    writeFileSync(join(folder, 'widget.yaml'), WIDGET.replace('size', 'sise'));
    await expect(kubectl('apply', '-f', join(folder, 'widget.yaml'))).rejects.toThrow(
      'unknown field "spec.sise"',
    );
  }, 60_000);

  it('deletes a namespace with everything in it', async () => {
    await kubectl('create', 'namespace', 'gone');
    await kubectl('-n', 'gone', 'create', 'configmap', 'a', '--from-literal=b=c');
    await kubectl('-n', 'gone', 'create', 'deployment', 'app', '--image=app:1', '--port=80');
    await kubectl('-n', 'gone', 'rollout', 'status', 'deployment/app');
    expect(await kubectl('delete', 'namespace', 'gone', '--timeout=15s')).toBe('namespace "gone" deleted\n');
    await expect(kubectl('get', 'namespace', 'gone')).rejects.toThrow('not found');
  }, 30_000);
});
