/** Faults in taking over from Flagger. */
import type { Fault, Mutant, TAKE_OVERS } from './mutant.ts';

const TAKEOVER = 'src/core/takeover.ts';
const RULES = 'test/unit/core/takeover.test.ts';

function loses(
  id: (typeof TAKE_OVERS)[number],
  what: string,
  fault: Omit<Fault, 'file'>,
  file = TAKEOVER,
  test = RULES,
): Mutant {
  return { id, what, file, ...fault, test: { file: test } };
}

export const TAKE_OVER_MUTANTS: readonly Mutant[] = [
  loses('a push lost in a take-over', 'whatever a failed Canary carries has been tried', {
    find: "phase === 'Failed' && !isPushed(s, s.status.phaseSince);",
    replace: "phase === 'Failed';",
  }),
  loses('a push lost in a take-over', 'one in the second of the last look counts as seen', {
    find: 'traces.pushedAt >= since',
    replace: 'traces.pushedAt > since',
  }),
  loses(
    'a push lost in a take-over',
    'any write of an owner is a push',
    { find: 'return rolled < written ? rolled : written;', replace: 'return written;' },
    'src/targets/traces.ts',
    'test/unit/targets/traces.test.ts',
  ),
  loses(
    'a push lost in a take-over',
    'the phase begins with the last write',
    {
      find: "phaseSince: condition === undefined ? changedAt : timeOf(condition['lastUpdateTime']),",
      replace: 'phaseSince: changedAt,',
    },
    'src/api/status.ts',
    'test/unit/api/status.test.ts',
  ),
  loses('an unanalysed promotion in a take-over', 'a push in a run is analysed from its weight on', {
    find: 'if (isPushed(s, status.changedAt) || isLeftOver(s, canaryWeight)) return',
    replace: 'if (isLeftOver(s, canaryWeight)) return',
  }),
  loses('an unanalysed promotion in a take-over', 'traffic left over from a failed promotion is a position', {
    find: 'if (isPushed(s, status.changedAt) || isLeftOver(s, canaryWeight)) return',
    replace: 'if (isPushed(s, status.changedAt)) return',
  }),
  loses('an unanalysed promotion in a take-over', 'a promotion copies what came after it', {
    find: 'if (isPromoting(s.status)) return { ...promoted, ...ending(phase, canaryWeight, target) };',
    replace:
      'if (isPromoting(s.status)) return { ...promoted, lastAppliedRevision: target.revision, ...ending(phase, canaryWeight, target) };',
  }),
  loses('a run that a take-over moves back', 'a refused promotion of blue-green counts back', {
    find: 'return all ? last : Math.min(status.step, last);',
    replace: 'return Math.min(status.step, last);',
  }),
  loses('a run that a take-over moves back', 'a copy without its phase is a run to be cancelled', {
    find: "return primary.readiness.kind !== 'ready' || (since !== undefined && since >= status.changedAt);",
    replace: 'return false && since === undefined;',
  }),
  loses('a target that a take-over wakes', 'of a run that has failed', {
    find: "const park = spent ? 'done' : 'none';",
    replace: "const park = spent ? 'none' : 'none';",
  }),
  loses('a target that a take-over wakes', 'of a promotion that was at its end', {
    find: "const park = parked ? 'done' : finalising ? 'due' : 'none';",
    replace: "const park = finalising && !parked ? 'due' : 'none';",
  }),
  loses('a Canary that a take-over holds back', 'from being deleted', {
    find: "if (s.deleting) return move(s, { phase: 'Terminating' }, { kind: 'terminating' });",
    replace: '',
  }),
  loses(
    'a Flagger that runs beside us',
    'one that is scaled to nothing is waited for',
    {
      find: 'if (container === undefined || readyReplicas === 0) return',
      replace: 'if (container === undefined) return',
    },
    'src/core/flagger.ts',
    'test/unit/core/flagger.test.ts',
  ),
  loses(
    'a Flagger that runs beside us',
    'a Canary that it drives is acted on',
    {
      find: 'if (flagger !== undefined) return this.#aside(',
      replace: 'if (flagger !== undefined) this.#aside(',
    },
    'src/controller/manager.ts',
    'test/unit/controller/manager.test.ts',
  ),
];
