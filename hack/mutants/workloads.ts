/** Faults in what a workload has beside its pods: its autoscaler. */
import type { FEATURES, Fault, Mutant, Proof } from './mutant.ts';

const CONVERGE = 'src/core/converge.ts';
const AUTOSCALERS: Proof = { file: 'test/unit/targets/autoscalers.test.ts' };

function breaks(
  id: `invariant ${number}` | (typeof FEATURES)[number],
  what: string,
  test: Proof,
  fault: Fault,
): Mutant {
  return { id, what, test, ...fault };
}

export const WORKLOAD_MUTANTS: readonly Mutant[] = [
  breaks(
    'invariant 19',
    'a promotion that ends while the primary is not scaled as it should be',
    { slice: 'an autoscaled primary', invariant: 19 },
    {
      file: CONVERGE,
      find: "return wanting ? [{ kind: 'write-autoscaler' }] : [];",
      replace: "return wanting && !isPromoting(status) ? [{ kind: 'write-autoscaler' }] : [];",
    },
  ),
  breaks(
    'invariant 20',
    'an autoscaler for a primary that is not there',
    { slice: 'an autoscaled primary', invariant: 20 },
    {
      file: CONVERGE,
      find: 'const wanting = observed.primary !== undefined && !observed.autoscaler;',
      replace: 'const wanting = !observed.autoscaler;',
    },
  ),
  breaks(
    'invariant 20',
    'two autoscalers on one primary',
    { slice: 'another autoscaler', invariant: 20 },
    {
      file: 'src/core/decide.ts',
      find: 'if (status.autoscaler !== spec.autoscaler && !observed.formerAutoscaler)',
      replace: 'if (status.autoscaler !== spec.autoscaler)',
    },
  ),
  breaks(
    'autoscaler',
    'an edit that reaches the copy with the next promotion only (M64)',
    { file: 'test/unit/core/decide.test.ts' },
    {
      file: CONVERGE,
      find: 'return wanting ? [',
      replace: 'return wanting && isPromoting(status) ? [',
    },
  ),
  breaks('autoscaler', 'fields newer than this program are dropped (M56)', AUTOSCALERS, {
    file: 'src/targets/horizontal-pod-autoscaler.ts',
    find: 'return { ...spec, ...bounds, scaleTargetRef };',
    replace: "return { metrics: spec['metrics'], ...bounds, scaleTargetRef };",
  }),
  breaks('autoscaler', 'a target woken with as many as the primary has', AUTOSCALERS, {
    file: 'src/targets/deployment.ts',
    find: 'if (least !== undefined) return Math.max(1, least);',
    replace: '',
  }),
];
