/** What a user of Serin writes: a Deployment of the example application and the Canary for it. */
import type { Manifest } from './kinds.ts';

type Fields = Readonly<Record<string, unknown>>;

export const PORT = 9898;
const REPOSITORY = 'ghcr.io/stefanprodan/podinfo';
/** Also how long a router may take to follow before pods go. */
const INTERVAL = '3s';
/** Together longer than the metrics look back: a second's halt of the machine is forgotten before it is too late. */
const THRESHOLD = 12;

export function image(version: string): string {
  return `${REPOSITORY}:${version}`;
}

/**
 * Revisions of the application. A slow one answers every request, and each later than anybody accepts, though within the
 * second that Prometheus gives it: what is slower still is never measured.
 */
export const GOOD = '6.0.1';
export const SLOW = {
  version: '6.0.2',
  flags: ['--random-delay', '--random-delay-unit=ms', '--random-delay-min=600', '--random-delay-max=800'],
};

export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly version?: string;
  readonly flags?: readonly string[];
  readonly replicas?: number;
  /** Laid over the container. */
  readonly container?: Fields;
}

export function deployment({ namespace, name, replicas = 1, ...workload }: Workload): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { app: name },
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(PORT) },
        },
        spec: { terminationGracePeriodSeconds: 10, containers: [container(workload)] },
      },
    },
  };
}

/** The same pods on every node. The new one is started first, since there may be one node only. */
export function daemonSet(workload: Workload): Manifest {
  const { spec, ...same } = deployment(workload);
  const { replicas: _, ...pods } = spec as Fields;
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  return { ...same, kind: 'DaemonSet', spec: { ...pods, updateStrategy } };
}

function container({
  version = '6.0.0',
  flags = [],
  container: more,
}: Pick<Workload, 'version' | 'flags' | 'container'>): Fields {
  return {
    name: 'podinfod',
    image: image(version),
    imagePullPolicy: 'IfNotPresent',
    command: commandOf(flags),
    ports: [{ name: 'http', containerPort: PORT }],
    // Pods that ask for nothing get nothing while others start.
    resources: { requests: { cpu: '50m' } },
    // A slow revision is slow to its probe too, and ready all the same.
    readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 1, timeoutSeconds: 5 },
    ...more,
  };
}

/** The command line of a revision. */
export function commandOf(flags: readonly string[]): readonly string[] {
  return ['./podinfo', `--port=${PORT}`, ...flags];
}

export interface CanaryWish {
  readonly namespace: string;
  readonly name: string;
  readonly provider: string;
  readonly kind?: string;
  /** Laid over `spec`. */
  readonly spec?: Fields;
  /** Laid over `spec.service`. */
  readonly service?: Fields;
  /** All of `spec.analysis` but interval and threshold, which may be given too. */
  readonly analysis: Fields;
}

export function canary({
  namespace,
  name,
  provider,
  kind = 'Deployment',
  spec,
  service,
  analysis,
}: CanaryWish): Manifest {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { namespace, name },
    spec: {
      provider,
      targetRef: { apiVersion: 'apps/v1', kind, name },
      progressDeadlineSeconds: 120,
      service: { port: PORT, ...service },
      analysis: { interval: INTERVAL, threshold: THRESHOLD, ...analysis },
      ...spec,
    },
  };
}

/** Every answer within half a second, as the built-in metric has it. */
export const LATENCY = { name: 'request-duration', interval: '30s', thresholdRange: { max: 500 } };
export const SUCCESS = { name: 'request-success-rate', interval: '30s', thresholdRange: { min: 99 } };
