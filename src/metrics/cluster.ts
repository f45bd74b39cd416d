/** What the metrics that a cluster keeps of itself have in common: they are asked for as the controller, through its own client. */
import type { ApiError } from '../api/objects.ts';
import type { MetricBackend, MetricError } from './provider.ts';

/** The systems that are the cluster itself, seen with the controller's rights. */
const OF_THE_CLUSTER: readonly string[] = ['keptn', 'externalmetrics'];

export function readsCluster(type: string): boolean {
  return OF_THE_CLUSTER.includes(type);
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/u;

/**
 * What is wrong with a namespace in a query; undefined where nothing is. Where references to other namespaces are switched off,
 * a query is one: the controller may read more than those who write templates.
 */
export function namespaceFault(namespace: string, { within }: MetricBackend): string | undefined {
  if (!NAME.test(namespace))
    return `the query names the namespace ${JSON.stringify(namespace)}, which is no name of one`;
  if (within === undefined || within === namespace) return undefined;
  return `the query asks for a metric of the namespace ${namespace}, and references to other namespaces are switched off`;
}

/** An answer of the API server as one of a metric system. */
export function asMetricError(error: ApiError): MetricError {
  const { kind, detail } = error;
  switch (kind) {
    case 'forbidden':
      return { kind: 'rejected', status: 403, detail };
    case 'not-found':
    case 'no-such-kind':
      return { kind: 'rejected', status: 404, detail };
    case 'unavailable':
      return { kind: 'unreachable', detail };
    default:
      return { kind: 'malformed', detail };
  }
}
