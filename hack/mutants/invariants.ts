/** Faults that the search must find by the very invariant they break. */
import {
  COPIED_FROM_ANYTHING,
  HOME_TO_A_BROKEN_PRIMARY,
  REVERT_IS_ANALYSED,
  TRIED_WITHOUT_A_RUN,
} from './faults.ts';
import type { Fault, Mutant } from './mutant.ts';

const CONVERGE = 'src/core/converge.ts';
const RETREAT = 'src/core/retreat.ts';
/** Small, and with everything in it: weights, copies of requests, pushes, deaths. */
const USUAL = 'canary, mirrored first';

function breaks(invariant: number, what: string, fault: Fault, slice = USUAL): Mutant {
  return { id: `invariant ${invariant}`, what, ...fault, test: { slice, invariant } };
}

export const INVARIANT_MUTANTS: readonly Mutant[] = [
  breaks(1, 'parked before it has drained', {
    file: CONVERGE,
    find: 'return at !== undefined && now >= at;',
    replace: 'return at !== undefined;',
  }),
  breaks(
    1,
    'parked while a place that was left still sends traffic',
    {
      file: CONVERGE,
      find: 'const everywhere = [routes, ...left];',
      replace: 'const everywhere = [routes];',
    },
    'routes that move',
  ),
  breaks(2, 'a weight that is no position', {
    file: 'src/core/analysing.ts',
    find: 'step: step + 1, canaryWeight, mirrored,',
    replace: 'step: step + 1, canaryWeight: (canaryWeight + 1) as typeof canaryWeight, mirrored,',
  }),
  breaks(2, 'a weight set by hand for another revision', {
    file: RETREAT,
    find: 'routes?.mark === status.routesMark && routes.canary',
    replace: 'spec.suspend && routes?.canary',
  }),
  breaks(3, 'routes nobody decided on', {
    file: CONVERGE,
    find: 'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(spec, status, intended(status)));',
    replace:
      'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(spec, status, { ...intended(status), mirrored: true }));',
  }),
  breaks(
    3,
    'routes in a place nobody recorded',
    { file: CONVERGE, find: 'if (observed.place !== status.place) return actions;', replace: '' },
    'routes that move',
  ),
  breaks(4, 'a primary written during analysis', {
    file: CONVERGE,
    find: 'const meant = isPromoting(status) ?',
    replace: 'const meant = isPromoting(status) || isAnalysing(status) ?',
  }),
  breaks(5, 'Succeeded without the copy', {
    file: CONVERGE,
    find: 'isPromoting(status) ? status.lastAppliedRevision : status.lastPromotedRevision',
    replace: 'status.lastPromotedRevision',
  }),
  breaks(
    6,
    'a refused check moves on',
    {
      file: 'src/core/gates.ts',
      find: "if (answer.kind === 'no' || onInconclusive === 'fail') return halt(s, type, answer.failure);",
      replace: "if (answer.kind === 'no') return undefined;",
    },
    'canary, all gates',
  ),
  breaks(7, 'one failed check too many', {
    file: RETREAT,
    find: 'failedChecks >= spec.threshold',
    replace: 'failedChecks > spec.threshold',
  }),
  breaks(8, 'news replaced by newer news', {
    file: 'src/core/verdict.ts',
    find: 'bounded([...status.outbox, ...told])',
    replace: 'bounded(told)',
  }),
  breaks(9, 'a debt that is never paid', {
    file: CONVERGE,
    find: "status.park === 'due' && target?.scaledUp === true && safe",
    replace: "status.park === 'due' && target?.scaledUp === true && safe && spec.suspend",
  }),
  breaks(9, 'a rollback that never moves traffic', {
    file: CONVERGE,
    find: 'if (!edited && !inPlace(status, routes)) actions',
    replace: "if (!edited && status.phase !== 'Failed' && !inPlace(status, routes)) actions",
  }),
  breaks(
    9,
    'traffic stranded in a place that was left',
    { file: CONVERGE, find: 'return left.flatMap(', replace: 'return left.slice(0, 0).flatMap(' },
    'routes that move',
  ),
  breaks(
    10,
    'a lost primary copied from whatever the target is',
    COPIED_FROM_ANYTHING,
    'a primary that vanishes',
  ),
  breaks(11, 'traffic to a broken primary', HOME_TO_A_BROKEN_PRIMARY),
  breaks(
    11,
    'traffic left for a broken primary',
    { file: CONVERGE, find: 'if (target !== undefined && !fit(primary)) return [];', replace: '' },
    'routes that move',
  ),
  breaks(12, 'nobody is owed a parking', {
    file: RETREAT,
    find: "{ ...end, canaryWeight: percent(0), park: 'due' }",
    replace: "{ ...end, canaryWeight: percent(0), park: 'none' }",
  }),
  breaks(
    13,
    'given back before the primary is whole',
    {
      file: 'src/core/resting.ts',
      find: "primary?.readiness.kind !== 'ready') {",
      replace: 'primary === undefined) {',
    },
    'a primary that vanishes',
  ),
  breaks(14, 'a revert that is analysed', REVERT_IS_ANALYSED),
  breaks(
    15,
    'asked at the wrong position',
    {
      file: 'src/core/gates.ts',
      find: "if (s.status.step < 0) return hookChecks(s, 'pre-rollout');",
      replace: '',
    },
    'canary, all gates',
  ),
  breaks(
    15,
    'iterations of another revision counted as done',
    {
      file: RETREAT,
      find: 'step: beginningAt(spec.strategy, status.canaryWeight)',
      replace: 'step: status.step',
    },
    'A/B testing, all gates',
  ),
  breaks(16, 'tried without a run', TRIED_WITHOUT_A_RUN),
  breaks(
    17,
    'traffic before the first commit',
    {
      file: 'src/controller/reconcile.ts',
      find: "if (verdict.kind === 'move') {\n      const committed",
      replace: "if (verdict.kind === 'move' && known.status.origin === 'ours') {\n      const committed",
    },
    'taken over from Flagger',
  ),
  breaks(
    18,
    'a command carried out again',
    {
      file: 'src/core/verdict.ts',
      find: 'command.verb === verb && command.revision === revision && command.value !== status.obeyed[verb],',
      replace: 'command.verb === verb && command.revision === revision,',
    },
    'abort and retry',
  ),
  breaks(
    24,
    'a place that is left is not remembered',
    {
      file: 'src/core/moving.ts',
      find: '[...status.left.filter((place) => place !== to), from]',
      replace: 'status.left.filter((place) => place !== to)',
    },
    'routes that move',
  ),
  breaks(
    24,
    'a place that was left is forgotten before requests have ended',
    {
      file: 'src/core/moving.ts',
      find: 'return now >= at ? record',
      replace: 'return at <= now + 60_000 ? record',
    },
    'routes that move',
  ),
  breaks(
    9,
    'routes that have drifted are left so',
    {
      file: CONVERGE,
      find: 'sameRoutes(routes, intended(status)) && !routes.drifted;',
      replace: 'sameRoutes(routes, intended(status));',
    },
    'objects changed by others',
  ),
  breaks(
    25,
    'Services that lead to another primary before it is ready',
    {
      file: CONVERGE,
      find: 'if (!observed.services && !(unready && isServed(status, observed)))',
      replace: 'if (!observed.services)',
    },
    'another target is named',
  ),
  breaks(
    9,
    'another target is rolled out as a revision of the former one',
    {
      file: 'src/core/decide.ts',
      find: 'if (other !== undefined) return other;',
      replace: '',
    },
    'another target is named',
  ),
  breaks(
    26,
    'a primary without pods keeps its traffic',
    {
      file: 'src/core/promoting.ts',
      find: "return phase === 'Promoting' && canaryWeight < 100 && standsIn(s);",
      replace: "return phase === 'Promoting' && canaryWeight > 100 && standsIn(s);",
    },
    'a primary without pods',
  ),
  breaks(
    11,
    'a revision pushed meanwhile stands in for the primary',
    {
      file: RETREAT,
      find: "return spec.routed && analysed && target.readiness.kind === 'ready';",
      replace: "return spec.routed && analysed !== undefined && target?.readiness.kind === 'ready';",
    },
    'a primary without pods',
  ),
  breaks(
    11,
    'traffic goes home to a primary without pods',
    {
      file: CONVERGE,
      find: "return kind === 'ready' || kind === 'progressing';",
      replace: "return kind !== undefined && kind !== 'stuck';",
    },
    'a primary without pods',
  ),
  breaks(
    27,
    'things made again in a namespace that goes',
    {
      file: CONVERGE,
      find: "status.origin !== 'ours' || observed.ending === true) return [];",
      replace: "status.origin !== 'ours') return [];",
    },
    'a namespace that is deleted',
  ),
  breaks(
    27,
    'a namespace held up by a Canary that serves nobody',
    {
      file: CONVERGE,
      find: 'isRival(status) || observed.ending === true)',
      replace: 'isRival(status))',
    },
    'a namespace that is deleted',
  ),
  {
    id: 'invariant 25',
    what: 'Services that lead to another primary before that is recorded',
    file: CONVERGE,
    find: 'if (isRetargeted(status, observed)) return [];',
    replace: '',
    test: { file: 'test/unit/core/decide.test.ts', name: 'another target' },
  },
];
