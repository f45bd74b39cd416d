/** Faults in the routes of Kuma. */
import type { Fault, Mutant, Proof } from './mutant.ts';

const MESHES_TEST = 'test/unit/traffic/envoy-meshes.test.ts';
const CONTRACT = 'test/contract/traffic.test.ts';
const KUMA = 'src/traffic/kuma.ts';

function breaks(id: string): (what: string, test: Proof, fault: Fault) => Mutant {
  return (what, test, fault) => ({ id, what, test, ...fault });
}

const kuma = breaks('Kuma');

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
];
