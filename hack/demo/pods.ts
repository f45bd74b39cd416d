/**
 * Pods that listen: each has a loopback address of its own, so that all can listen on the port their manifest names,
 * and is ready when its readiness probe has been answered over HTTP. In the demo each is a process.
 */
import { request } from 'node:http';
import { z } from 'zod';
import { startChild } from './children.ts';

/** What the sandbox knows of a pod when it wants it to run. */
export interface PodSpec {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly unknown[];
}

export interface PodState {
  readonly ready: boolean;
  readonly podIP?: string;
  readonly failed?: string;
}

/** What runs for a pod. */
export interface Workload {
  /** Resolves when it has ended, with how it did. */
  readonly ended: Promise<string>;
  /** The last it complained of. */
  complaint(): string;
  /** Asks it to end, insists after `patience` milliseconds, and waits for it. */
  stop(patience: number): Promise<void>;
}

/** Starts the workload of a pod with podinfo's flags, its address among them. */
export type Launch = (pod: PodSpec, flags: readonly string[]) => Workload;

export interface ListeningPods {
  start(pod: PodSpec, report: (state: PodState) => void): void;
  stop(pod: { readonly namespace: string; readonly name: string }): Promise<void>;
  stopAll(): Promise<void>;
}

const Container = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  ports: z.array(z.object({ containerPort: z.number() })).default([]),
  readinessProbe: z
    .object({
      periodSeconds: z.number().positive().default(10),
      httpGet: z
        .object({ path: z.string().default('/'), port: z.union([z.number(), z.string()]) })
        .optional(),
    })
    .optional(),
});
type Container = z.infer<typeof Container>;

interface Running {
  readonly workload: Workload;
  readonly probing: AbortController;
}

/** A pod that is not ready is asked more often than its manifest says, since somebody is watching. */
const EAGER_PROBE = 200;
const PROBE_TIMEOUT = 1_000;
const DEFAULT_PORT = 9898;

/** Runs `program` (a workload as `workload.ts`) for every pod, on addresses from `addresses`. */
export function processPods(program: string, addresses: Iterator<string>): ListeningPods {
  return listeningPods((_, flags) => startChild(process.execPath, [program, ...flags]), addresses);
}

/** Runs what `launch` starts for every pod, on addresses from `addresses`. */
export function listeningPods(launch: Launch, addresses: Iterator<string>): ListeningPods {
  const running = new Map<string, Running>();
  const stop = async (key: string): Promise<void> => {
    const pod = running.get(key);
    running.delete(key);
    pod?.probing.abort();
    await pod?.workload.stop(2_000);
  };
  return {
    start: (pod, report) => {
      const parsed = Container.safeParse(pod.containers[0]);
      if (!parsed.success)
        return report({ ready: false, failed: `no container to run: ${z.prettifyError(parsed.error)}` });
      const podIP = String(addresses.next().value);
      const workload = launch(pod, flagsFor(pod, parsed.data, podIP));
      const probing = new AbortController();
      running.set(keyOf(pod), { workload, probing });
      void workload.ended.then((how) => {
        if (probing.signal.aborted) return;
        probing.abort();
        report({
          ready: false,
          podIP,
          failed: [how, workload.complaint()].filter((part) => part !== '').join(': '),
        });
      });
      void probe(parsed.data, podIP, probing.signal, report);
    },
    stop: (pod) => stop(keyOf(pod)),
    stopAll: async () => {
      await Promise.all([...running.keys()].map((key) => stop(key)));
    },
  };
}

/**
 * Addresses 127.a.b.1, .2, … of the loopback network, with a and b from a number such as the process id, so
 * that two demos on one machine rarely meet.
 */
export function* loopbackAddresses(seed: number): Generator<string, never> {
  const second = 16 + (seed % 200);
  for (let count = 0; ; count += 1) {
    const third = (Math.floor(seed / 200) + Math.floor(count / 250)) % 250;
    yield `127.${second}.${third}.${(count % 250) + 1}`;
  }
}

function flagsFor(pod: PodSpec, container: Container, address: string): readonly string[] {
  const flags = [...container.command, ...container.args].filter((word) => word.startsWith('--'));
  const version = /:([^:/]+)$/.exec(container.image)?.[1] ?? 'latest';
  const port = container.ports[0]?.containerPort ?? DEFAULT_PORT;
  return [
    `--port=${port}`,
    ...flags,
    `--address=${address}`,
    `--version=${version}`,
    `--hostname=${pod.name}`,
  ];
}

async function probe(
  container: Container,
  podIP: string,
  signal: AbortSignal,
  report: (state: PodState) => void,
): Promise<void> {
  const url = probeUrl(container, podIP);
  const period = (container.readinessProbe?.periodSeconds ?? 10) * 1_000;
  let ready: boolean | undefined;
  while (!signal.aborted) {
    const answered = url === undefined || (await succeeds(url));
    if (signal.aborted) return;
    if (answered !== ready) report({ ready: answered, podIP });
    ready = answered;
    await pause(ready ? period : Math.min(period, EAGER_PROBE), signal);
  }
}

function probeUrl(container: Container, podIP: string): string | undefined {
  const asked = container.readinessProbe?.httpGet;
  if (asked === undefined) return undefined;
  const port =
    typeof asked.port === 'number' ? asked.port : (container.ports[0]?.containerPort ?? DEFAULT_PORT);
  return `http://${podIP}:${port}${asked.path}`;
}

function succeeds(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request(url, { timeout: PROBE_TIMEOUT, agent: false }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400);
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', () => resolve(false));
    asking.end();
  });
}

function pause(span: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, span);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}

function keyOf(pod: { readonly namespace: string; readonly name: string }): string {
  return `${pod.namespace}/${pod.name}`;
}
