/** Faults in the routes of Kuma, Gloo and App Mesh. */
import type { Fault, Mutant, Proof } from './mutant.ts';

const MESHES_TEST = 'test/unit/traffic/envoy-meshes.test.ts';
const CONTRACT = 'test/contract/traffic.test.ts';
const KUMA = 'src/traffic/kuma.ts';

function breaks(id: string): (what: string, test: Proof, fault: Fault) => Mutant {
  return (what, test, fault) => ({ id, what, test, ...fault });
}

const GLOO = 'src/traffic/gloo.ts';
const kuma = breaks('Kuma');
const gloo = breaks('Gloo');
const APP_MESH = 'src/traffic/appmesh.ts';
const APP_MESH_OBJECTS = 'src/traffic/appmesh-objects.ts';
const appMesh = breaks('App Mesh');

export const ENVOY_MESH_MUTANTS: readonly Mutant[] = [
  kuma(
    'one route written for two Canaries in turns (M65)',
    { file: MESHES_TEST, name: 'is never written for two Canaries' },
    { file: KUMA, find: 'return record === `${namespace}/${name}`', replace: 'return record !== name' },
  ),
  kuma(
    'a route of the whole mesh taken for that of one Service',
    { file: MESHES_TEST, name: 'is left alone where it routes' },
    {
      file: KUMA,
      find: "!isService(service, '', destination)",
      replace: "isService(service, '-x', destination)",
    },
  ),
  kuma(
    'a route that outlives its Canary (M65)',
    { file: 'test/unit/controller/observe.test.ts', name: 'takes its route along' },
    {
      file: 'src/controller/perform.ts',
      find: 'inputs.flatMap((one) => remainsOf(one)),',
      replace: 'inputs.flatMap((one) => remainsOf(one).slice(1)),',
    },
  ),
  kuma(
    'a route of the user’s deleted with a Canary',
    { file: MESHES_TEST, name: 'is deleted with a Canary' },
    {
      file: KUMA,
      find: 'return made && restoreOriginal(found, service.owner) === undefined ?',
      replace: 'return made ?',
    },
  ),
  kuma(
    'a canary that keeps its weight under another port, and is not found',
    { file: MESHES_TEST, name: 'keeps its weights when the Canary names another port' },
    {
      file: KUMA,
      find: '_${namespace}_svc_`) === true',
      replace: '_${namespace}_svc_9898`) !== (service.port === 80)',
    },
  ),
  kuma(
    'a load balancer lost in a take-over',
    { file: CONTRACT, name: 'renders' },
    { file: KUMA, find: "...without(conf, 'destination'),", replace: '' },
  ),
  gloo(
    'visitors who are not chosen without a route (M65)',
    { file: MESHES_TEST, name: 'leaves nobody without a route' },
    { file: GLOO, find: '    { ...options, ...routeTo(service, 0) },\n', replace: '' },
  ),
  gloo(
    'an A/B route in a run by weights (M42)',
    { file: CONTRACT, name: 'renders' },
    { file: GLOO, find: "service.strategy !== 'ab-testing'", replace: 'service.analysis.match.length === 0' },
  ),
  gloo(
    'a share in force that Gloo rejects',
    { file: MESHES_TEST, name: 'is not in force where Gloo rejects' },
    { file: GLOO, find: "['Rejected', 2]", replace: "['Refused', 9]" },
  ),
  gloo(
    'Upstreams that are set like the user’s once and never again',
    { file: MESHES_TEST, name: 'has Upstreams that follow' },
    {
      file: 'src/traffic/gloo-upstreams.ts',
      find: 'spec: { ...spec, ...settings, kube },',
      replace: 'spec: { ...settings, ...spec, kube },',
    },
  ),
  gloo(
    'a model looked for in no namespace (4.8)',
    { file: MESHES_TEST, name: 'looks in the namespace of the Canary' },
    {
      file: 'src/api/canary.ts',
      find: "?? metadata.namespace ?? 'default';\n  return name === undefined",
      replace: "?? 'default';\n  return name === undefined",
    },
  ),
  appMesh(
    'pods that are made before the nodes that give them a proxy (2.3.6)',
    { file: CONTRACT, name: 'makes before any pod' },
    {
      file: 'src/traffic/routes.ts',
      find: '...renderBeforePods(input)];',
      replace: '...renderBeforePods(input).slice(9)];',
    },
  ),
  appMesh(
    'pods chosen by the name of the workload (4.6)',
    { file: MESHES_TEST, name: 'chooses pods as their Services do' },
    { file: APP_MESH, find: '{ [label]: value }]', replace: '{ [label]: apex }]' },
  ),
  appMesh(
    'an A/B route in a run by weights (M42)',
    { file: CONTRACT, name: 'renders' },
    {
      file: APP_MESH_OBJECTS,
      find: "service.strategy === 'ab-testing' && !apart",
      replace: 'service.analysis.match.length > 0 && !apart',
    },
  ),
  appMesh(
    'a share in force that App Mesh has not heard of',
    { file: MESHES_TEST, name: 'has a share that is not in force' },
    { file: APP_MESH, find: 'if (observed < generation)', replace: 'if (observed > generation)' },
  ),
  appMesh(
    'a health check lost with a port',
    { file: MESHES_TEST, name: 'keeps health checks' },
    { file: APP_MESH_OBJECTS, find: "...without(first ?? {}, 'timeout'),", replace: '' },
  ),
  appMesh(
    'a VirtualService of Istio’s taken for one of App Mesh',
    { file: MESHES_TEST, name: 'is not taken for Istio' },
    { file: 'src/traffic/metadata.ts', find: '      apiVersion === ref.apiVersion &&\n', replace: '' },
  ),
  appMesh(
    'a primary made beside the nodes that its pods need (2.3.6)',
    { file: 'test/unit/controller/observe.test.ts', name: 'has no primary made before' },
    {
      file: 'src/controller/perform.ts',
      find: 'return routing.ok && kind.observePrimary(look) === undefined ?',
      replace: 'return routing.ok && kind.observePrimary(look) !== undefined ?',
    },
  ),
];
