/** One planted fault for each invariant, each defect the project was built to avoid, and each law of a pass. */

export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Exact text, found once. */
  readonly find: string;
  readonly replace: string;
  /** What must notice: a slice of the search, or a Jest file and possibly one of its tests. */
  readonly test: { readonly slice: string } | { readonly file: string; readonly name?: string };
}

const mutant = (name: string, file: string, find: string, replace: string, slice: string): Mutant => ({
  name,
  file: `src/${file}`,
  find,
  replace,
  test: { slice },
});

const CONVERGE = 'core/converge.ts';
const RETREAT = 'core/retreat.ts';
const RECONCILE = 'controller/reconcile.ts';

export const MUTANTS: readonly Mutant[] = [
  mutant(
    'invariant 1: parked before it has drained',
    CONVERGE,
    'return at !== undefined && now >= at;',
    'return at !== undefined;',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 2: a weight that is no position',
    'core/analysing.ts',
    'canaryWeight, mirrored };\n  const first',
    'canaryWeight: (canaryWeight + 1) as typeof canaryWeight, mirrored };\n  const first',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 3: routes nobody decided on',
    CONVERGE,
    'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(status, intended(status)));',
    'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(status, { ...intended(status), mirrored: true }));',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 4: a primary written during analysis',
    CONVERGE,
    'const meant = isPromoting(status) ?',
    'const meant = isPromoting(status) || isAnalysing(status) ?',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 5: Succeeded without the copy',
    CONVERGE,
    'isPromoting(status) ? status.lastAppliedRevision : status.lastPromotedRevision',
    'status.lastPromotedRevision',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 6: a refused check moves on',
    'core/gates.ts',
    "if (answer.kind !== 'yes') return halt(s, type, answer.failure);",
    '',
    'canary, all gates',
  ),
  mutant(
    'invariant 7: one failed check too many',
    RETREAT,
    'failedChecks >= spec.threshold',
    'failedChecks > spec.threshold',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 8: news replaced by newer news',
    'core/verdict.ts',
    'bounded([...status.outbox, ...told])',
    'bounded(told)',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 9: a debt that is never paid',
    CONVERGE,
    "status.park === 'due' && target?.scaledUp === true && safe",
    "status.park === 'due' && target?.scaledUp === true && safe && spec.suspend",
    'canary, mirrored first',
  ),
  mutant(
    'invariant 10 and M13: a lost primary copied from whatever the target is',
    CONVERGE,
    "if (target?.revision === meant) return [writePrimary('target', meant)];",
    "if (target !== undefined) return [writePrimary('target', target.revision)];",
    'a primary that vanishes',
  ),
  mutant(
    'invariant 11 and M2: traffic to a broken primary',
    'core/verdict.ts',
    'return target !== undefined && status.canaryWeight > 0 && !fit(primary);',
    'return target === undefined && !fit(primary);',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 12: nobody is owed a parking',
    RETREAT,
    "{ ...end, canaryWeight: percent(0), park: 'due' }",
    "{ ...end, canaryWeight: percent(0), park: 'none' }",
    'canary, mirrored first',
  ),
  mutant(
    'invariant 13: given back before the primary is whole',
    'core/resting.ts',
    "primary?.readiness.kind !== 'ready') {",
    'primary === undefined) {',
    'a primary that vanishes',
  ),
  mutant(
    'invariant 14 and M10: a revert that is analysed',
    RETREAT,
    'if (target.revision === status.lastPromotedRevision) return cancel(s);',
    '',
    'canary, mirrored first',
  ),
  mutant(
    'invariant 15: asked at the wrong position',
    'core/gates.ts',
    "if (s.status.step < 0) return hookChecks(s, 'pre-rollout');",
    '',
    'canary, all gates',
  ),
  mutant(
    'invariant 16 and M1: tried without a run',
    'core/resting.ts',
    "if (asked(s, 'pause')) return wait(s, { kind: 'resume' });",
    "if (!tried && status.phase === 'Failed') return move(s, { lastAppliedRevision: target.revision });",
    'canary, mirrored first',
  ),
  mutant(
    'invariant 17: traffic before the first commit',
    RECONCILE,
    "if (verdict.kind === 'move') {\n      const committed",
    "if (verdict.kind === 'move' && known.status.origin === 'ours') {\n      const committed",
    'taken over from Flagger',
  ),
  mutant(
    'invariant 18: a command carried out again',
    'core/verdict.ts',
    'command.verb === verb && command.revision === revision && command.value !== status.obeyed[verb],',
    'command.verb === verb && command.revision === revision,',
    'abort and retry',
  ),
  mutant(
    'M4: the live template is copied, not the analysed one',
    'rehearsal/world.ts',
    'if (source !== action.revision || look.primary !== state.primary) return false;\n        this.state = { ...state, primary: { revision: action.revision } };',
    'this.state = { ...state, primary: { revision: state.target?.revision ?? action.revision } };',
    'canary, all gates',
  ),
  mutant(
    'M8: an edited plan starts over',
    'core/progression.ts',
    'step.canaryWeight <= weight',
    'step.canaryWeight === weight',
    'a plan that is edited',
  ),
  mutant(
    'M16: a rollback that never sets routes',
    CONVERGE,
    'if (!edited && !inPlace(status, routes)) actions',
    "if (!edited && status.phase !== 'Failed' && !inPlace(status, routes)) actions",
    'canary, mirrored first',
  ),
  mutant(
    'adopting our own unfinished write',
    CONVERGE,
    'if (routes?.mark !== status.routesMark || routes.canary === status.canaryWeight) return false;',
    'if (routes === undefined || routes.canary === status.canaryWeight) return false;',
    'canary, mirrored first',
  ),
  mutant(
    'a weight set for another revision',
    RETREAT,
    'routes?.mark === status.routesMark && routes.canary',
    'spec.suspend && routes?.canary',
    'canary, mirrored first',
  ),
  mutant(
    'a skipped gate',
    'core/resting.ts',
    "if (!asked(s, 'promote')) {",
    "if (!asked(s, 'promote') && status.phase === 'Waiting') {",
    'canary, all gates',
  ),
  mutant(
    'an answer that outlives its revision',
    RECONCILE,
    'return this.#answers.get(canonicalJson(question));',
    "return [...this.#answers].find(([asked]) => asked.split('revision')[0] === canonicalJson(question).split('revision')[0])?.[1];",
    'canary, all gates',
  ),
  mutant(
    'act before commit',
    RECONCILE,
    "    if (verdict.kind === 'move') {\n      const committed",
    "    if (verdict.kind === 'move') {\n      await performAll(ports, converge(known.spec, status, observed, ports.now()));\n      const committed",
    'canary, mirrored first',
  ),
  mutant(
    'two lists from one look',
    RECONCILE,
    '    const failures = await performAll(ports, actions);',
    "    const failures = await performAll(ports, actions);\n    const assumed = { ...observed, routes: observed.routes && { ...observed.routes, canary: status.canaryWeight, mirrored: status.mirrored, mark: status.routesMark } };\n    await performAll(ports, converge(known.spec, status, assumed, ports.now()).filter(({ kind }) => kind === 'scale-target'));",
    'canary',
  ),
  mutant(
    'news crossed off before it is told',
    RECONCILE,
    'await ports.commit(status, version)',
    'await ports.commit({ ...status, outbox: [] }, version)',
    'canary, mirrored first',
  ),
  {
    name: 'an ignored version',
    file: 'src/controller/reconcile.ts',
    find: 'await ports.commit(status, version)',
    replace: 'await ports.commit(status, (await ports.load())?.version ?? version)',
    test: { file: 'test/simulation/two-processes.test.ts' },
  },
  {
    name: 'acting on a status that was replaced',
    file: 'src/controller/reconcile.ts',
    find: '(await ports.load())?.version !== version',
    replace: 'false',
    test: { file: 'test/simulation/two-processes.test.ts' },
  },
  {
    name: 'M5: a promotion that is not recognised after a crash',
    file: 'src/core/converge.ts',
    find: 'if (found !== meant || meant === NO_REVISION) return restore',
    replace: "if (status.phase === 'Promoting' || found !== meant) return restore",
    test: { file: 'test/simulation/crash.test.ts' },
  },
  {
    name: 'M12 and M15: traffic home to a primary that is not ready',
    file: 'src/core/promoting.ts',
    find: "if (primary.readiness.kind === 'progressing') return waitForPrimary(s, primary.readiness.detail);",
    replace: '',
    test: { file: 'test/scenario/defects.test.ts' },
  },
  {
    name: 'M12: a deadline that counts from before the run',
    file: 'src/core/readiness.ts',
    find: 'now >= after(later(since, unavailableSince), span)',
    replace: 'now >= after(unavailableSince, span)',
    test: { file: 'test/scenario/defects.test.ts' },
  },
  {
    name: 'M3: a broken primary blocks its fix',
    file: 'src/core/analysing.ts',
    find: "if (primary?.readiness.kind === 'progressing') return waitForPrimary",
    replace: "if (primary !== undefined && primary.readiness.kind !== 'ready') return waitForPrimary",
    test: { file: 'test/unit/core/decide.test.ts' },
  },
  {
    name: 'M11: stuck in Promoting without traffic',
    file: 'src/core/promoting.ts',
    find: "if (status.canaryWeight === 0) return move(s, { phase: 'Finalising', mirrored: false, park: 'due' });",
    replace: "if (status.canaryWeight === 0) return wait(s, { kind: 'drain' });",
    test: { file: 'test/scenario/defects.test.ts' },
  },
  {
    name: 'iterations of another revision counted as done',
    file: 'src/core/retreat.ts',
    find: 'step: beginningAt(spec.strategy, status.canaryWeight)',
    replace: 'step: status.step',
    test: { slice: 'A/B testing, all gates' },
  },
  {
    name: 'M14: nobody is desired, and that is ready',
    file: 'src/core/readiness.ts',
    find: "if (desired === 0) return 'waiting",
    replace: "if (desired < 0) return 'waiting",
    test: { file: 'test/scenario/defects.test.ts' },
  },
  {
    name: 'M6: mirrored positions without end',
    file: 'src/core/progression.ts',
    find: 'return repeat(strategy.iterations, { canaryWeight: percent(100)',
    replace: 'return repeat(strategy.iterations * 100, { canaryWeight: percent(100)',
    test: { file: 'test/scenario/defects.test.ts' },
  },
  {
    name: 'M7: drift resets the weight',
    file: 'src/core/converge.ts',
    find: 'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(status, intended(status)));',
    replace:
      'if (!edited && !inPlace(status, routes)) actions.push(setRoutes(status, routes?.drifted === true ? { canary: percent(0), mirrored: false } : intended(status)));',
    test: { file: 'test/scenario/defects.test.ts' },
  },
];
