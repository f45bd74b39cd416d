/** Faults that bring a defect back, each against the test that is called after it. */
import {
  COPIED_FROM_ANYTHING,
  HOME_TO_A_BROKEN_PRIMARY,
  REVERT_IS_ANALYSED,
  TRIED_WITHOUT_A_RUN,
} from './faults.ts';
import type { Fault, Mutant } from './mutant.ts';

const CONVERGE = 'src/core/converge.ts';
const PROMOTING = 'src/core/promoting.ts';
const SCENARIO = 'test/scenario/defects.test.ts';

/** Against the scenario of that name, or against `file`, where the defect is about objects rather than rules. */
function brings(id: string, what: string, fault: Fault, file = SCENARIO): Mutant {
  return { id, what, ...fault, test: { file, name: `${id}:` } };
}

export const DEFECT_MUTANTS: readonly Mutant[] = [
  brings('M1', 'a revision counts as tried before its run has begun', TRIED_WITHOUT_A_RUN),
  brings('M2', 'the next revision sends traffic to the broken primary', HOME_TO_A_BROKEN_PRIMARY),
  brings('M3', 'a broken primary refuses its fix', {
    file: 'src/core/resting.ts',
    find: "if (asked(s, 'abort')) return",
    replace: "if (asked(s, 'abort') || s.observed.primary?.readiness.kind === 'stuck') return",
  }),
  brings('M3', 'a broken primary holds its fix up', {
    file: 'src/core/analysing.ts',
    find: "if (home?.kind === 'progressing' || home?.kind === 'empty') return",
    replace: "if (home !== undefined && home.kind !== 'ready') return",
  }),
  brings('M4', 'whatever the target carries is promoted', COPIED_FROM_ANYTHING),
  brings(
    'M4',
    'the live template is copied, not the one that was looked at',
    {
      file: 'src/controller/perform.ts',
      find: 'if (kind.observeTarget(look)?.revision !== revision) {',
      replace: 'if (kind.observeTarget(look) === undefined) {',
    },
    'test/unit/controller/perform.test.ts',
  ),
  brings('M5', 'a promotion that is not recognised after a crash', {
    file: CONVERGE,
    find: 'if (found !== meant || meant === NO_REVISION) return restore',
    replace: "if (status.phase === 'Promoting' || found !== meant) return restore",
  }),
  brings('M6', 'mirrored positions without end', {
    file: 'src/core/progression.ts',
    find: '...repeat(strategy.mirror ? 1 : 0,',
    replace: '...repeat(strategy.mirror ? 100 : 0,',
  }),
  brings(
    'M6',
    'mirroring is promised on a router that cannot',
    {
      file: 'src/api/canary-strategy.ts',
      find: 'if (support.mirror[strategy]) return true;',
      replace: 'return true;',
    },
    'test/unit/api/canary.test.ts',
  ),
  brings('M7', 'drift resets the weight', {
    file: CONVERGE,
    find: 'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(spec, status, intended(status)));',
    replace:
      'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(spec, status, routes?.drifted === true ? { canary: percent(0), mirrored: false } : intended(status)));',
  }),
  brings(
    'M7',
    'what is repaired is written as it was first made',
    {
      file: 'src/traffic/routes.ts',
      find: '...provider.render(service, routes, current)];\n  return changed(withMark',
      replace:
        '...provider.render(service, isElsewhere(input) ? routes : { ...routes, canary: (100 - routes.canary) as typeof routes.canary }, current)];\n  return changed(withMark',
    },
    'test/contract/traffic.test.ts',
  ),
  brings('M8', 'an edited plan starts over', {
    file: 'src/core/progression.ts',
    find: 'step.canaryWeight <= weight',
    replace: 'step.canaryWeight === weight',
  }),
  brings('M10', 'a revert that is analysed', REVERT_IS_ANALYSED),
  brings('M11', 'stuck in Promoting without traffic', {
    file: PROMOTING,
    find: "if (status.canaryWeight === 0) return move(s, { phase: 'Finalising', mirrored: false, park: 'due' });",
    replace: "if (status.canaryWeight === 0) return wait(s, { kind: 'drain' });",
  }),
  brings('M12', 'a deadline that counts from before the run', {
    file: 'src/core/readiness.ts',
    find: 'now >= after(later(since, unavailableSince), span)',
    replace: 'now >= after(unavailableSince, span)',
  }),
  brings('M13', 'a lost primary is born of the target', COPIED_FROM_ANYTHING),
  brings('M14', 'nobody is desired, and that is ready', {
    file: 'src/core/readiness.ts',
    find: 'if (desired === 0) return `waiting',
    replace: 'if (desired < 0) return `waiting',
  }),
  brings(
    'M14',
    'a primary of a target at nothing has nothing',
    {
      file: 'src/targets/deployment.ts',
      find: 'return wished > 0 ? wished : (entriesOf(look)[0]?.replicas ?? 1);',
      replace: 'return wished;',
    },
    'test/unit/targets/deployment.test.ts',
  ),
  brings(
    'M14',
    'a target is woken with nothing',
    {
      file: 'src/targets/deployment.ts',
      find: 'return Math.max(1, serving);',
      replace: 'return serving;',
    },
    'test/unit/targets/deployment.test.ts',
  ),
  brings('M15', 'traffic home to a primary that is not ready', {
    file: PROMOTING,
    find: "if (primary.readiness.kind !== 'ready') return waitForPrimary(s, primary.readiness.detail);",
    replace: '',
  }),
  brings('M16', 'the target is scaled down while traffic is on it', {
    file: CONVERGE,
    find: "primary?.readiness.kind === 'ready' && drained(spec, status, observed, now);",
    replace: "primary?.readiness.kind === 'ready' && now > 0;",
  }),
];
