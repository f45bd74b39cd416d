/** Faults in the pass itself: what it may do when, and from which look. */
import type { LAWS } from './mutant.ts';
import { type Fault, type Mutant, type Proof } from './mutant.ts';

const RECONCILE = 'src/controller/reconcile.ts';
const ANNOUNCER = 'src/controller/announcer.ts';
const ANNOUNCER_TEST = 'test/unit/controller/announcer.test.ts';
const USUAL: Proof = { slice: 'canary, mirrored first' };
const GATES: Proof = { slice: 'canary, all gates' };
const TWO_PROCESSES: Proof = { file: 'test/simulation/two-processes.test.ts' };

function breaks(id: (typeof LAWS)[number], what: string, test: Proof, fault: Fault): Mutant {
  return { id, what, ...fault, test };
}

export const LAW_MUTANTS: readonly Mutant[] = [
  breaks('act before commit', '', USUAL, {
    file: RECONCILE,
    find: "    if (verdict.kind === 'move') {\n      const committed",
    replace:
      "    if (verdict.kind === 'move') {\n      await performAll(ports, converge(known.spec, status, observed, ports.now()));\n      const committed",
  }),
  breaks(
    'two lists from one look',
    '',
    { slice: 'canary' },
    {
      file: RECONCILE,
      find: '    const failures = await performAll(ports, actions);',
      replace:
        "    const failures = await performAll(ports, actions);\n    const assumed = { ...observed, routes: observed.routes && { ...observed.routes, canary: status.canaryWeight, mirrored: status.mirrored, mark: status.routesMark } };\n    await performAll(ports, converge(known.spec, status, assumed, ports.now()).filter(({ kind }) => kind === 'scale-target'));",
    },
  ),
  breaks('a skipped gate', '', GATES, {
    file: 'src/core/resting.ts',
    find: "if (!asked(s, 'promote')) {",
    replace: "if (!asked(s, 'promote') && status.phase === 'Waiting') {",
  }),
  breaks('an ignored version', 'a commit over somebody else’s', TWO_PROCESSES, {
    file: RECONCILE,
    find: 'await ports.commit(status, version, ',
    replace: 'await ports.commit(status, (await ports.load())?.version ?? version, ',
  }),
  breaks('an ignored version', 'acting on a status that was replaced', TWO_PROCESSES, {
    file: RECONCILE,
    find: '(await ports.load())?.version !== version',
    replace: 'false',
  }),
  breaks('an answer that outlives its revision', '', GATES, {
    file: RECONCILE,
    find: 'return this.#answers.get(canonicalJson(question));',
    replace:
      "return [...this.#answers].find(([asked]) => asked.split('revision')[0] === canonicalJson(question).split('revision')[0])?.[1];",
  }),
  breaks('adopting our own unfinished write', '', USUAL, {
    file: 'src/core/converge.ts',
    find: 'if (routes?.mark !== status.routesMark || routes.canary === status.canaryWeight) return false;',
    replace: 'if (routes === undefined || routes.canary === status.canaryWeight) return false;',
  }),
  breaks('news crossed off before it is told', 'by the commit', USUAL, {
    file: RECONCILE,
    find: 'await ports.commit(status, version, ',
    replace: 'await ports.commit({ ...status, outbox: [] }, version, ',
  }),
  breaks(
    'news crossed off before it is told',
    'by the announcer, while it is being told',
    { file: ANNOUNCER_TEST, name: 'leaves in the outbox what a process that stops has not told' },
    {
      file: ANNOUNCER,
      find: 'const beside: Promise<boolean>[] = [];',
      replace: 'const beside: Promise<boolean>[] = [];\n    this.#told(lane, message);',
    },
  ),
  breaks(
    'news crossed off before it is told',
    'by what the announcer says is told',
    { file: ANNOUNCER_TEST, name: 'crosses off nothing that is still being told' },
    {
      file: ANNOUNCER,
      find: 'outbox.filter(({ sequence }) => !told.has(sequence));',
      replace: '[];',
    },
  ),
];
