/** Group, version, kind and plural of everything we touch. */

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** As in the URL. */
  readonly plural: string;
  readonly namespaced: boolean;
}

function namespaced(apiVersion: string, kind: string, plural: string): Kind {
  return { apiVersion, kind, plural, namespaced: true };
}

function clusterScoped(apiVersion: string, kind: string, plural: string): Kind {
  return { apiVersion, kind, plural, namespaced: false };
}

export const KINDS = {
  Canary: namespaced('flagger.app/v1beta1', 'Canary', 'canaries'),
  MetricTemplate: namespaced('flagger.app/v1beta1', 'MetricTemplate', 'metrictemplates'),
  AlertProvider: namespaced('flagger.app/v1beta1', 'AlertProvider', 'alertproviders'),
  Deployment: namespaced('apps/v1', 'Deployment', 'deployments'),
  DaemonSet: namespaced('apps/v1', 'DaemonSet', 'daemonsets'),
  ControllerRevision: namespaced('apps/v1', 'ControllerRevision', 'controllerrevisions'),
  Service: namespaced('v1', 'Service', 'services'),
  HorizontalPodAutoscaler: namespaced(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'horizontalpodautoscalers',
  ),
  ScaledObject: namespaced('keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects'),
  ConfigMap: namespaced('v1', 'ConfigMap', 'configmaps'),
  Secret: namespaced('v1', 'Secret', 'secrets'),
  EndpointSlice: namespaced('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  Event: namespaced('v1', 'Event', 'events'),
  Lease: namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
  VirtualService: namespaced('networking.istio.io/v1beta1', 'VirtualService', 'virtualservices'),
  DestinationRule: namespaced('networking.istio.io/v1beta1', 'DestinationRule', 'destinationrules'),
  HTTPRoute: namespaced('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  TraefikService: namespaced('traefik.io/v1alpha1', 'TraefikService', 'traefikservices'),
  RouteTable: namespaced('gateway.solo.io/v1', 'RouteTable', 'routetables'),
  Upstream: namespaced('gloo.solo.io/v1', 'Upstream', 'upstreams'),
  AppMeshVirtualNodeV1beta1: namespaced('appmesh.k8s.aws/v1beta1', 'VirtualNode', 'virtualnodes'),
  AppMeshVirtualServiceV1beta1: namespaced('appmesh.k8s.aws/v1beta1', 'VirtualService', 'virtualservices'),
  AppMeshVirtualNode: namespaced('appmesh.k8s.aws/v1beta2', 'VirtualNode', 'virtualnodes'),
  AppMeshVirtualRouter: namespaced('appmesh.k8s.aws/v1beta2', 'VirtualRouter', 'virtualrouters'),
  AppMeshVirtualService: namespaced('appmesh.k8s.aws/v1beta2', 'VirtualService', 'virtualservices'),
  TrafficRoute: clusterScoped('kuma.io/v1alpha1', 'TrafficRoute', 'trafficroutes'),
  Ingress: namespaced('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  ApisixRoute: namespaced('apisix.apache.org/v2', 'ApisixRoute', 'apisixroutes'),
  HTTPProxy: namespaced('projectcontour.io/v1', 'HTTPProxy', 'httpproxies'),
  TrafficSplit: namespaced('split.smi-spec.io/v1alpha1', 'TrafficSplit', 'trafficsplits'),
  TrafficSplitV1alpha2: namespaced('split.smi-spec.io/v1alpha2', 'TrafficSplit', 'trafficsplits'),
  TrafficSplitV1alpha3: namespaced('split.smi-spec.io/v1alpha3', 'TrafficSplit', 'trafficsplits'),
  KnativeService: namespaced('serving.knative.dev/v1', 'Service', 'services'),
  KnativeRevision: namespaced('serving.knative.dev/v1', 'Revision', 'revisions'),
  KeptnMetric: namespaced('metrics.keptn.sh/v1beta1', 'KeptnMetric', 'keptnmetrics'),
  KeptnAnalysis: namespaced('metrics.keptn.sh/v1beta1', 'Analysis', 'analyses'),
  CustomResourceDefinition: clusterScoped(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
  ),
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** The entry for an object's apiVersion and kind; undefined for what we do not know. */
export function kindOf(of: { readonly apiVersion: string; readonly kind: string }): Kind | undefined {
  return Object.values<Kind>(KINDS).find(
    ({ apiVersion, kind }) => apiVersion === of.apiVersion && kind === of.kind,
  );
}
