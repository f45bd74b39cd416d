/** What Gloo sends requests to: an Upstream for the Service of primary and canary each, set as one of the user's is. */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, defined, tree, without } from '../api/tree.ts';
import { find, routeMetadata } from './metadata.ts';
import type { RoutedService } from './provider.ts';

const { apiVersion, kind } = KINDS.Upstream;

export type Role = 'primary' | 'canary';

/** How a Service is talked to, for which the user's Upstream is the model. What it leads to is our own. */
const SETTINGS = [
  'circuitBreakers',
  'connectionConfig',
  'healthChecks',
  'httpConnectHeaders',
  'httpConnectSslConfig',
  'httpProxyHostname',
  'ignoreHealthOnHostRemoval',
  'initialConnectionWindowSize',
  'initialStreamWindowSize',
  'loadBalancerConfig',
  'maxConcurrentStreams',
  'outlierDetection',
  'protocolSelection',
  'sslConfig',
  'useHttp2',
];

/** Of whichever port: the one the Canary names may have changed. */
export function isUpstream({ namespace, apex }: RoutedService, role: Role, name: string): boolean {
  const start = `${namespace}-${apex}-${role}upstream-`;
  return name.startsWith(start) && /^\d+$/.test(name.slice(start.length));
}

export function upstreamRef({ namespace, apex, service }: RoutedService, role: Role): ObjectRef {
  return { apiVersion, kind, namespace, name: `${namespace}-${apex}-${role}upstream-${service.port}` };
}

export function modelRef({ upstream }: RoutedService): ObjectRef | undefined {
  return upstream && { apiVersion, kind, ...upstream };
}

/** As the model is set, now and later; what it leaves open is whose the Upstream is to set. */
export function upstreamFor(service: RoutedService, role: Role, current: readonly KubeObject[]): KubeObject {
  const ref = upstreamRef(service, role);
  const found = find(current, ref);
  const wanted = modelRef(service);
  const model = wanted && find(current, wanted);
  const settings = defined(
    Object.fromEntries(SETTINGS.map((name) => [name, at(model, 'spec', name)] as const)),
  );
  const labels = found === undefined ? (model?.metadata.labels ?? {}) : {};
  const spec = tree(found?.['spec']);
  // Pods are those of the Service: a selector beside it would have to follow that.
  const kube = {
    ...without(tree(spec['kube']), 'selector'),
    serviceName: `${service.apex}-${role}`,
    serviceNamespace: service.namespace,
    servicePort: service.service.port,
  };
  return {
    ...(found ?? { apiVersion, kind }),
    metadata: routeMetadata(service, ref.name, found, { labels, annotations: {} }),
    spec: { ...spec, ...settings, kube },
  };
}
