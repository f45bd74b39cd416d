/** The kinds the suite applies and looks at, written down here apart from the ones the controller knows. */
import type { Kind } from '../../../src/api/kinds.ts';

const kind = (apiVersion: string, name: string, plural: string, namespaced = true): Kind => ({
  apiVersion,
  kind: name,
  plural,
  namespaced,
});

export const KINDS = {
  Namespace: kind('v1', 'Namespace', 'namespaces', false),
  Service: kind('v1', 'Service', 'services'),
  ConfigMap: kind('v1', 'ConfigMap', 'configmaps'),
  Secret: kind('v1', 'Secret', 'secrets'),
  Pod: kind('v1', 'Pod', 'pods'),
  Event: kind('v1', 'Event', 'events'),
  ResourceQuota: kind('v1', 'ResourceQuota', 'resourcequotas'),
  Deployment: kind('apps/v1', 'Deployment', 'deployments'),
  DaemonSet: kind('apps/v1', 'DaemonSet', 'daemonsets'),
  EndpointSlice: kind('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  HorizontalPodAutoscaler: kind('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  Ingress: kind('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  Lease: kind('coordination.k8s.io/v1', 'Lease', 'leases'),
  CustomResourceDefinition: kind(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
  ),
  Canary: kind('flagger.app/v1beta1', 'Canary', 'canaries'),
  MetricTemplate: kind('flagger.app/v1beta1', 'MetricTemplate', 'metrictemplates'),
  HTTPRoute: kind('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  IngressRoute: kind('traefik.io/v1alpha1', 'IngressRoute', 'ingressroutes'),
  TraefikService: kind('traefik.io/v1alpha1', 'TraefikService', 'traefikservices'),
  VirtualService: kind('networking.istio.io/v1beta1', 'VirtualService', 'virtualservices'),
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** The kind of a manifest, in the version it names. */
export function kindNamed({ apiVersion, kind: name, metadata }: Manifest): {
  readonly kind: Kind;
  readonly name: string;
} {
  const known = Object.values<Kind>(KINDS).find((entry) => entry.kind === name);
  if (known === undefined) throw new Error(`the suite knows no kind ${name}`);
  return { kind: { ...known, apiVersion }, name: metadata.name };
}
