/** Faults in what is copied for the primary and written for the user, each by the number of the claim it breaks. */
import { breaks } from './drop-in.ts';
import type { Mutant, Proof } from './mutant.ts';

const LABELS = 'src/targets/labels.ts';
const STATUS = 'src/api/status.ts';

function deployment(name: string): Proof {
  return { file: 'test/unit/targets/deployment.test.ts', name };
}

function tracked(name: string): Proof {
  return { file: 'test/unit/targets/tracked-config.test.ts', name };
}

export const COPY_MUTANTS: readonly Mutant[] = [
  breaks(
    'a primary selected by the name of its Deployment (10.4.1)',
    deployment('is the first known label'),
    {
      file: LABELS,
      find: 'value !== undefined) return ok({ label, value });',
      replace: 'value !== undefined) return ok({ label, value: workload.metadata.name });',
    },
  ),
  breaks(
    'a primary that is rolled out in its own way (10.4.3)',
    deployment('takes over how the target is rolled out'),
    {
      file: 'src/targets/deployment.ts',
      find: "copied: ['progressDeadlineSeconds', 'minReadySeconds', 'revisionHistoryLimit', 'strategy'],",
      replace: "copied: ['progressDeadlineSeconds', 'minReadySeconds', 'revisionHistoryLimit'],",
    },
  ),
  breaks('rules about others speak of the primary (10.4.4)', deployment('keeps its pods from its own kind'), {
    file: LABELS,
    find: 'each(values, (value) => (value === name ? ',
    replace: "each(values, (value) => (value !== '' ? ",
  }),
  breaks(
    'configuration that nobody wants tracked (10.4.5)',
    tracked('is not tracked where the controller is told so'),
    {
      file: 'src/targets/workload.ts',
      find: 'return options.trackConfigs\n',
      replace: 'return options !== undefined\n',
    },
  ),
  breaks(
    'a DaemonSet that is rolled out in its own way (10.4.11)',
    { file: 'test/unit/targets/daemonset.test.ts', name: 'by a clone with its own selector' },
    {
      file: 'src/targets/daemonset.ts',
      find: "copied: ['minReadySeconds', 'revisionHistoryLimit', 'updateStrategy'],",
      replace: "copied: ['minReadySeconds', 'revisionHistoryLimit'],",
    },
  ),
  breaks(
    'failed checks that nobody writes down (10.4.12)',
    { file: 'test/unit/api/status.test.ts', name: 'comes back as it was written' },
    { file: STATUS, find: 'failedChecks: status.failedChecks,', replace: 'failedChecks: 0,' },
  ),
  breaks('configuration of init containers (10.4.13)', tracked('is what volumes, projections, env'), {
    file: 'src/targets/tracked-config.ts',
    find: "return ['initContainers', 'containers'].reduce(",
    replace: "return ['containers'].reduce(",
  }),
  breaks('two who control one copy (10.4.14)', tracked('shared by two Canaries serve both'), {
    file: 'src/targets/copies.ts',
    find: 'others.map((owner) => ({ ...owner, controller: false }))',
    replace: 'others',
  }),
  breaks(
    'an Ingress that is not there (M21)',
    { file: 'test/unit/traffic/nginx.test.ts' },
    {
      file: 'src/traffic/copies.ts',
      find: '(main === undefined\n      ? `',
      replace: '(main?.apiVersion === null\n      ? `',
    },
  ),
  breaks(
    'a Service that is not given back (M57)',
    { file: 'test/unit/traffic/services.test.ts', name: 'selects the target again when the Canary goes' },
    {
      file: 'src/traffic/services.ts',
      find: '...(selector && { selector }) };\n  return { ...found, metadata, spec };',
      replace: '};\n  return { ...found, metadata, spec };',
    },
  ),
  breaks(
    'a default of a newer API server is a release (M58)',
    { file: 'test/contract/targets.test.ts', name: 'keeps its revision through an upgrade' },
    {
      file: 'src/targets/record.ts',
      find: 'if (before.uid === now.uid && before.generation === now.generation) return true;',
      replace: '',
    },
  ),
  breaks('a copy that is one Canary’s alone (M59)', tracked('shared by two Canaries serve both'), {
    file: 'src/targets/copies.ts',
    find: 'const revisions = new Map(revisionsOf(found));',
    replace: 'const revisions = new Map<string, string>();',
  }),
  breaks(
    'a route that counts its visitors twice (M65)',
    { file: 'test/unit/traffic/objections.test.ts' },
    {
      file: 'src/traffic/nginx-conditions.ts',
      find: 'if (more.length > 0) {',
      replace: 'if (more.length > 1) {',
    },
  ),
];
