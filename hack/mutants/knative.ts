/** Faults in the release of Knative Services, which are target and route in one. */
import type { Fault, Mutant, Proof } from './mutant.ts';

const TARGET = 'src/targets/knative-service.ts';
const ROUTES = 'src/traffic/knative.ts';
const TARGET_TEST = 'test/unit/targets/knative-service.test.ts';
const ROUTES_TEST = 'test/unit/traffic/knative.test.ts';
const RELEASES = 'test/scenario/knative.test.ts';

function breaks(what: string, test: Proof, fault: Fault): Mutant {
  return { id: 'Knative', what, test, ...fault };
}

export const KNATIVE_MUTANTS: readonly Mutant[] = [
  breaks(
    'a revision that is pushed in a run keeps the share of the one before until it is ready',
    { file: RELEASES, name: 'takes the share away' },
    {
      file: 'src/api/knative.ts',
      find: "'latestCreatedRevisionName'",
      replace: "'latestReadyRevisionName'",
    },
  ),
  breaks(
    'a promoted revision that is lost with the annotation',
    { file: RELEASES, name: 'gets its primary back' },
    {
      file: TARGET,
      find: '[...found, lastAppliedRevision, lastPromotedRevision]',
      replace: '[...found, lastAppliedRevision]',
    },
  ),
  breaks(
    'a promotion that names no revision',
    { file: RELEASES, name: 'gives a good revision its share' },
    { file: TARGET, find: '[PRIMARY_REVISION]: revision }', replace: "[PRIMARY_REVISION]: '' }" },
  ),
  breaks(
    'a new revision that is stuck before it is heard of',
    { file: TARGET_TEST, name: 'that has not been heard of yet' },
    {
      file: TARGET,
      find: "if (isOverdue(look, at(ready, 'lastTransitionTime')))",
      replace: "if (revision === undefined || isOverdue(look, at(ready, 'lastTransitionTime')))",
    },
  ),
  breaks(
    'a revision that never becomes ready and is waited for without end',
    { file: RELEASES, name: 'gives a revision that never becomes ready' },
    {
      file: TARGET,
      find: 'return now >= after(from, spec.progressDeadline);',
      replace: 'return now < from && now >= after(from, spec.progressDeadline);',
    },
  ),
  breaks(
    'a revision restored that Knative keeps no longer',
    { file: TARGET_TEST, name: 'gets back a promoted revision' },
    {
      file: TARGET,
      find: 'isKept(look, revision) ? named(look, revision) : undefined',
      replace: 'isKept(look, revision) || revision ? named(look, revision) : undefined',
    },
  ),
  breaks(
    'a share in force before Knative has heard of it',
    { file: ROUTES_TEST, name: 'is not in force' },
    { file: ROUTES, find: 'if (observed < generation)', replace: 'if (observed > generation)' },
  ),
  breaks(
    'an address of its own taken from a revision that has one',
    { file: ROUTES_TEST, name: 'gives no request to other revisions' },
    { file: ROUTES, find: "entry['tag'] !== undefined", replace: "entry['tag'] === null" },
  ),
  breaks(
    'requests for a bad revision because its Canary goes',
    { file: ROUTES_TEST, name: 'gives no request to a newest revision' },
    {
      file: ROUTES,
      find: 'const follows = latestRevision(found) === primary;',
      replace: 'const follows = primary !== undefined;',
    },
  ),
  breaks(
    'Services made beside it',
    { file: RELEASES, name: 'begins with its newest revision' },
    {
      file: 'src/traffic/routes.ts',
      find: '  if (provider.selfRouting) return [];\n  return [...changed(',
      replace: '  return [...changed(',
    },
  ),
  breaks(
    'the requests of all revisions measured for one',
    { file: RELEASES, name: 'gives a good revision its share' },
    {
      file: 'src/api/metric-template.ts',
      find: 'isKnativeService(target) && status.lastAppliedRevision',
      replace: 'isKnativeService(target) && status.lastAppliedRevision && target.name',
    },
  ),
  breaks(
    'a Canary that rests on the default of the controller',
    { file: 'test/unit/api/canary.test.ts', name: 'has to name the provider' },
    {
      file: 'src/api/canary.ts',
      find: "if (target && spec.provider !== 'knative')",
      replace: "if (target && provider !== 'knative')",
    },
  ),
];
