import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../../../hack/demo/loopback.ts';
import {
  loopbackAddresses,
  processPods,
  type PodSpec,
  type PodState,
  type ListeningPods,
} from '../../../hack/demo/pods.ts';

const WORKLOAD = join(process.cwd(), 'hack/demo/workload.ts');
let runtime: ListeningPods | undefined;
afterEach(() => runtime?.stopAll());

async function spec(container: Record<string, unknown>, name = 'podinfo-1'): Promise<PodSpec> {
  const whole = {
    name: 'podinfod',
    image: 'ghcr.io/stefanprodan/podinfo:6.0.0',
    ports: [{ name: 'http', containerPort: await freePort() }],
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1 },
    ...container,
  };
  return { namespace: 'prod', name, uid: name, labels: {}, annotations: {}, containers: [whole] };
}

/** Starts a pod and resolves with the first state that satisfies. */
function started(pod: PodSpec, satisfies: (state: PodState) => boolean): Promise<PodState> {
  runtime = processPods(WORKLOAD, loopbackAddresses(process.pid));
  return new Promise((resolve) => {
    runtime?.start(pod, (state) => {
      if (satisfies(state)) resolve(state);
    });
  });
}

function portOf(pod: PodSpec): number {
  const [container] = pod.containers as readonly { ports: readonly { containerPort: number }[] }[]; // As spec() wrote it.
  return container?.ports[0]?.containerPort ?? 0;
}

describe('a pod of the demo', () => {
  it('is a process on an address of its own that says which version it is', async () => {
    const pod = await spec({});
    const { podIP } = await started(pod, ({ ready }) => ready);
    expect(podIP).toMatch(/^127\./);
    expect(podIP).not.toBe('127.0.0.1');
    const answer = await fetch(`http://${podIP}:${portOf(pod)}/`);
    expect(await answer.json()).toMatchObject({ version: '6.0.0', hostname: 'podinfo-1' });
  });

  it('is gone once it has been stopped', async () => {
    const pod = await spec({});
    const { podIP } = await started(pod, ({ ready }) => ready);
    await runtime?.stop(pod);
    await expect(fetch(`http://${podIP}:${portOf(pod)}/`)).rejects.toThrow();
  });

  it('fails about a third of its requests when the manifest asks for errors', async () => {
    const pod = await spec({ command: ['./podinfo', '--random-error'] });
    const { podIP } = await started(pod, ({ ready }) => ready);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        fetch(`http://${podIP}:${portOf(pod)}/`).then(({ status }) => status),
      ),
    );
    const failed = answers.filter((status) => status === 500).length;
    // Six standard deviations around 67 of 200.
    expect(failed).toBeGreaterThan(26);
    expect(failed).toBeLessThan(108);
  });

  it('runs and is not ready while its probe is refused', async () => {
    const pod = await spec({ command: ['./podinfo', '--unready'] });
    const { podIP } = await started(pod, ({ ready, podIP: address }) => !ready && address !== undefined);
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      const answer = await fetch(`http://${podIP}:${portOf(pod)}/readyz`).catch(() => undefined);
      if (answer === undefined) continue;
      expect(answer.status).toBe(503);
      return;
    }
    throw new Error('nobody ever listened');
  });

  it('reports why it ended when it could not listen', async () => {
    const pod = await spec({});
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(portOf(pod), '0.0.0.0', resolve));
    const { ready, failed } = await started(pod, (state) => state.failed !== undefined);
    await new Promise((resolve) => blocker.close(resolve));
    expect(ready).toBe(false);
    expect(failed).toMatch(/ended with status 1: cannot listen on 127\..*EADDRINUSE/);
  });

  it('cannot run without a container', async () => {
    const pod = { ...(await spec({})), containers: [] };
    expect((await started(pod, () => true)).failed).toContain('no container to run');
  });
});

describe('addresses', () => {
  it('are all different, and lie in the loopback network', () => {
    const addresses = loopbackAddresses(123_456);
    const first = Array.from({ length: 600 }, () => addresses.next().value);
    expect(new Set(first).size).toBe(600);
    expect(first.every((address) => /^127\.(\d{1,3})\.(\d{1,3})\.([1-9]\d*)$/.test(address))).toBe(true);
  });
});
