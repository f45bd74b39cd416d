/**
 * What the controller may do in a cluster, and no more: RBAC rules by what it is started with. The chart's role says
 * the same; a test holds the two together, and another holds both against what a controller really asks.
 */
import { KINDS, type Kind, type KindName } from '../../api/kinds.ts';
import { resolveTraffic, type TrafficKey } from '../../traffic/registry.ts';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Needs {
  /** Names of traffic providers as users write them. */
  readonly providers: readonly string[];
  readonly trackConfigs: boolean;
  /** Without tracking: the only Secrets that may be read; none is any whose name is known. */
  readonly secretNames: readonly string[];
  /** Whether templates may ask what Keptn keeps. */
  readonly keptn?: boolean;
  /** The external metrics that templates ask for. */
  readonly externalMetrics?: readonly string[];
}

/** The objects a provider routes by. */
export const ROUTES = {
  istio: ['VirtualService', 'DestinationRule'],
  gatewayapi: ['HTTPRoute'],
  traefik: ['TraefikService'],
  nginx: ['Ingress'],
  skipper: ['Ingress'],
  apisix: ['ApisixRoute'],
  contour: ['HTTPProxy'],
  linkerd: ['TrafficSplit'],
  osm: ['TrafficSplit'],
  smi: ['TrafficSplit'],
  // Its routes are the target's own.
  knative: [],
  appmesh: ['AppMeshVirtualNodeV1beta1', 'AppMeshVirtualServiceV1beta1'],
  'appmesh:v1beta2': ['AppMeshVirtualNode', 'AppMeshVirtualRouter', 'AppMeshVirtualService'],
  gloo: ['RouteTable', 'Upstream'],
  kuma: ['TrafficRoute'],
  kubernetes: [],
} as const satisfies Record<TrafficKey, readonly KindName[]>;

const LOOK = ['get', 'list', 'watch'] as const;
const WRITE = [...LOOK, 'create', 'update'] as const;

/** Where Canaries are. Deleting is left to Kubernetes, but for what cannot be changed and what is not wanted any more. */
export function workRules(needs: Needs): readonly Rule[] {
  const { providers, trackConfigs, secretNames } = needs;
  const { Canary, MetricTemplate, AlertProvider, Deployment, DaemonSet, ControllerRevision } = KINDS;
  const { Service, EndpointSlice, HorizontalPodAutoscaler, ScaledObject, ConfigMap, Secret, Event } = KINDS;
  return [
    rule([Canary], [...LOOK, 'patch']),
    rule([Canary], ['patch'], { subresource: 'status' }),
    // Owner references that block deletion need this where OwnerReferencesPermissionEnforcement is on.
    rule([Canary], ['update'], { subresource: 'finalizers' }),
    rule([MetricTemplate, AlertProvider], ['list', 'watch']),
    rule([Deployment, DaemonSet], [...WRITE, 'patch']),
    rule([ControllerRevision], [...LOOK, 'create', 'delete']),
    rule([Service], WRITE),
    rule([EndpointSlice], ['list']),
    rule([HorizontalPodAutoscaler], [...WRITE, 'delete']),
    // Pausing is a patch of the user's.
    rule([ScaledObject], [...WRITE, 'patch', 'delete']),
    ...(trackConfigs
      ? [rule([ConfigMap, Secret], WRITE), rule([Secret], ['delete'])]
      : [rule([Secret], ['get'], { names: secretNames })]),
    rule([Event], ['get', 'create', 'patch']),
    ...routeKinds(providers).map((kinds) => rule(kinds, WRITE)),
    ...(providers.includes('knative') ? knativeRules() : []),
    ...(providers.includes('kuma') ? [rule([KINDS.TrafficRoute], ['delete'])] : []),
    ...metricRules(needs),
  ];
}

/** Where the Lease is: Flagger's, so that each excludes the other. */
export function leaseRules(): readonly Rule[] {
  const names = ['flagger-leader-election'];
  return [rule([KINDS.Lease], ['create']), rule([KINDS.Lease], ['get', 'update'], { names })];
}

/** In the whole cluster, for bringing the definitions: applying is a patch, and where they are missing a creation. */
export function definitionRules(): readonly Rule[] {
  const { Canary, MetricTemplate, AlertProvider, CustomResourceDefinition } = KINDS;
  const names = [Canary, MetricTemplate, AlertProvider].map((kind) => `${kind.plural}.${groupOf(kind)}`);
  return [rule([CustomResourceDefinition], ['get', 'create', 'patch'], { names })];
}

/** Metrics that the cluster keeps itself. An Analysis is made for every question and deleted when it is answered. */
function metricRules({ keptn = false, externalMetrics: resources = [] }: Needs): readonly Rule[] {
  const { KeptnMetric, KeptnAnalysis } = KINDS;
  return [
    ...(keptn ? [rule([KeptnMetric], ['get']), rule([KeptnAnalysis], ['get', 'create', 'delete'])] : []),
    ...(resources.length > 0
      ? [{ apiGroups: ['external.metrics.k8s.io'], resources, verbs: ['get', 'list'] }]
      : []),
  ];
}

/** A Knative Service is always the user's; its revisions are Knative's. */
function knativeRules(): readonly Rule[] {
  return [rule([KINDS.KnativeService], [...LOOK, 'update']), rule([KINDS.KnativeRevision], LOOK)];
}

/** Of these providers, those that route by objects in no namespace, which takes a ClusterRole. */
export function beyondNamespaces(providers: readonly string[]): readonly string[] {
  return providers.filter((name) =>
    routeKinds([name])
      .flat()
      .some(({ namespaced }) => !namespaced),
  );
}

/** Those of one group together; several providers may route by the same kinds. */
function routeKinds(providers: readonly string[]): readonly (readonly Kind[])[] {
  const keys = new Set(providers.flatMap((name) => resolveTraffic(name)?.key ?? []));
  const kinds = new Set<Kind>([...keys].flatMap((key) => ROUTES[key].map((name) => KINDS[name])));
  return [...Map.groupBy(kinds, groupOf).values()];
}

/** The kinds are of one group. */
function rule(
  kinds: readonly Kind[],
  verbs: readonly string[],
  { subresource, names = [] }: { readonly subresource?: string; readonly names?: readonly string[] } = {},
): Rule {
  const tail = subresource === undefined ? '' : `/${subresource}`;
  return {
    apiGroups: [...new Set(kinds.map(groupOf))],
    resources: [...new Set(kinds.map(({ plural }) => plural + tail))],
    ...(names.length > 0 && { resourceNames: names }),
    verbs,
  };
}

function groupOf({ apiVersion }: Kind): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
