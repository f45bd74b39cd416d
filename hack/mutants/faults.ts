/** Faults that break an invariant of the search and bring back a defect that has a test of its own. */
import type { Fault } from './mutant.ts';

export const COPIED_FROM_ANYTHING: Fault = {
  file: 'src/core/converge.ts',
  find: "if (target?.revision === meant) return [writePrimary('target', meant)];",
  replace: "if (target !== undefined) return [writePrimary('target', target.revision)];",
};

export const HOME_TO_A_BROKEN_PRIMARY: Fault = {
  file: 'src/core/verdict.ts',
  find: 'return target !== undefined && status.canaryWeight > 0 && !fit(primary);',
  replace: 'return target === undefined && !fit(primary);',
};

export const REVERT_IS_ANALYSED: Fault = {
  file: 'src/core/retreat.ts',
  find: 'if (target.revision === status.lastPromotedRevision) return cancel(s);',
  replace: '',
};

export const TRIED_WITHOUT_A_RUN: Fault = {
  file: 'src/core/resting.ts',
  find: "if (asked(s, 'pause')) return wait(s, { kind: 'resume' });",
  replace:
    "if (!tried && status.phase === 'Failed') return move(s, { lastAppliedRevision: target.revision });",
};
