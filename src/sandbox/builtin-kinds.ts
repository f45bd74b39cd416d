/** The kinds every Kubernetes has, as far as a progressive-delivery controller and its users meet them. */
import { aKind, type Kind, type ScalePaths } from './kinds.ts';

const SCALE: ScalePaths = { spec: 'spec.replicas', status: 'status.replicas', selector: 'spec.selector' };
const ALL = ['all'];
const NO_BALANCER = { loadBalancer: {} };

const core = (kind: string, plural: string, traits: Partial<Kind> = {}): Kind =>
  aKind({ group: '', kind, plural, namespaced: true, ...traits });
const apps = (kind: string, plural: string, traits: Partial<Kind> = {}): Kind =>
  aKind({ group: 'apps', kind, plural, namespaced: true, hasGeneration: true, ...traits });
const rbac = (kind: string, plural: string, namespaced: boolean): Kind =>
  aKind({ group: 'rbac.authorization.k8s.io', kind, plural, namespaced });

const EVENT_LABELS = [
  ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (field) => `involvedObject.${field}`,
  ),
  ...['reason', 'reportingComponent', 'source', 'type'],
];
const POD_LABELS = ['spec.nodeName', 'spec.restartPolicy', 'status.phase', 'status.podIP'];

export const CRD_KEY = 'customresourcedefinitions.apiextensions.k8s.io';

export const BUILTIN_KINDS: readonly Kind[] = [
  core('Namespace', 'namespaces', {
    namespaced: false,
    shortNames: ['ns'],
    hasStatus: true,
    firstStatus: { phase: 'Active' },
    fieldLabels: ['status.phase'],
  }),
  core('Node', 'nodes', { namespaced: false, shortNames: ['no'], hasStatus: true }),
  core('Pod', 'pods', {
    shortNames: ['po'],
    categories: ALL,
    hasStatus: true,
    graceful: true,
    fieldLabels: POD_LABELS,
  }),
  core('Service', 'services', {
    shortNames: ['svc'],
    categories: ALL,
    hasStatus: true,
    firstStatus: NO_BALANCER,
  }),
  core('Endpoints', 'endpoints', { shortNames: ['ep'], singular: 'endpoints' }),
  core('ConfigMap', 'configmaps', { shortNames: ['cm'] }),
  core('Secret', 'secrets', { fieldLabels: ['type'] }),
  core('Event', 'events', { shortNames: ['ev'], fieldLabels: EVENT_LABELS }),
  core('ServiceAccount', 'serviceaccounts', { shortNames: ['sa'] }),
  core('ResourceQuota', 'resourcequotas', { shortNames: ['quota'], hasStatus: true }),
  core('PersistentVolumeClaim', 'persistentvolumeclaims', { shortNames: ['pvc'], hasStatus: true }),
  apps('Deployment', 'deployments', {
    shortNames: ['deploy'],
    categories: ALL,
    hasStatus: true,
    scale: SCALE,
  }),
  apps('ReplicaSet', 'replicasets', { shortNames: ['rs'], categories: ALL, hasStatus: true, scale: SCALE }),
  apps('DaemonSet', 'daemonsets', { shortNames: ['ds'], categories: ALL, hasStatus: true }),
  apps('StatefulSet', 'statefulsets', {
    shortNames: ['sts'],
    categories: ALL,
    hasStatus: true,
    scale: SCALE,
  }),
  apps('ControllerRevision', 'controllerrevisions', { hasGeneration: false }),
  aKind({
    group: 'discovery.k8s.io',
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    namespaced: true,
    hasGeneration: true,
  }),
  aKind({
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    namespaced: true,
    shortNames: ['hpa'],
    categories: ALL,
    hasStatus: true,
  }),
  aKind({
    group: 'networking.k8s.io',
    kind: 'Ingress',
    plural: 'ingresses',
    namespaced: true,
    shortNames: ['ing'],
    hasStatus: true,
    firstStatus: NO_BALANCER,
    hasGeneration: true,
  }),
  aKind({
    group: 'policy',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    namespaced: true,
    shortNames: ['pdb'],
    hasStatus: true,
    hasGeneration: true,
  }),
  aKind({ group: 'coordination.k8s.io', kind: 'Lease', plural: 'leases', namespaced: true }),
  rbac('Role', 'roles', true),
  rbac('RoleBinding', 'rolebindings', true),
  rbac('ClusterRole', 'clusterroles', false),
  rbac('ClusterRoleBinding', 'clusterrolebindings', false),
  aKind({
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
    shortNames: ['crd', 'crds'],
    hasStatus: true,
    hasGeneration: true,
  }),
];
