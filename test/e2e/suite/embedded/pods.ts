/** The pods of the cluster in memory: each listens on an address of its own, all of them in this process. */
import { servePodinfo } from '../../../../hack/demo/podinfo.ts';
import {
  listeningPods,
  loopbackAddresses,
  type ListeningPods,
  type PodSpec,
  type Workload,
} from '../../../../hack/demo/pods.ts';
import { APPLICATION, RequestMetrics } from '../../../../hack/demo/request-metrics.ts';
import type { Counter } from '../../../../src/sandbox/counters.ts';
import { textAt, valueAt } from '../../harness/look.ts';

export interface ApplicationPods extends ListeningPods {
  /** What the pods count themselves, with the labels a Prometheus would put on it. */
  counters(): readonly Counter[];
}

/** Reads a ConfigMap's data; undefined where there is none. */
export type ReadConfig = (at: { readonly namespace: string; readonly name: string }) => unknown;

export function applicationPods(configOf: ReadConfig): ApplicationPods {
  const metrics = new RequestMetrics(APPLICATION);
  const launch = (pod: PodSpec, flags: readonly string[]): Workload => {
    const labels = { kubernetes_namespace: pod.namespace, kubernetes_pod_name: pod.name };
    const podinfo = servePodinfo(flags, {
      env: environmentOf(pod, configOf),
      onAnswer: ({ status, milliseconds }) =>
        metrics.count({ ...labels, method: 'GET', path: 'root', status: String(status) }, milliseconds),
    });
    const ended = Promise.withResolvers<string>();
    void podinfo.listening.then((complaint) => {
      if (complaint !== undefined) ended.resolve(complaint);
    });
    return {
      ended: ended.promise,
      complaint: () => '',
      stop: async () => {
        await podinfo.stop();
        ended.resolve('was stopped');
      },
    };
  };
  return { ...listeningPods(launch, loopbackAddresses(process.pid)), counters: () => metrics.counters() };
}

/** As a kubelet makes it, for the ways the suite's manifests use. */
function environmentOf({ namespace, containers }: PodSpec, configOf: ReadConfig): Record<string, string> {
  const [container] = containers;
  const environment: Record<string, string> = {};
  for (const source of list(valueAt(container, 'envFrom'))) {
    const data = configOf({ namespace, name: textAt(source, 'configMapRef', 'name') });
    Object.assign(environment, data);
  }
  for (const variable of list(valueAt(container, 'env'))) {
    const { name, key } = (valueAt(variable, 'valueFrom', 'configMapKeyRef') ?? {}) as Record<string, string>;
    const value =
      name === undefined ? textAt(variable, 'value') : textAt(configOf({ namespace, name }), key ?? '');
    environment[textAt(variable, 'name')] = value;
  }
  return environment;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
