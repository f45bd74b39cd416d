/** Faults in what people are told of a rollout: what it waits for, what was decided, and what they may order. */
import type { Fault, Mutant } from './mutant.ts';

const GROUNDS = 'test/unit/core/grounds.test.ts';
const WRITTEN = 'test/unit/api/grounds.test.ts';
const CONTROLLER = 'test/contract/controller.test.ts';
const WAITING = 'test/unit/controller/waiting.test.ts';
const ORDER = 'test/unit/cli/order.test.ts';

function breaks(what: string, file: string, name: string, fault: Fault): Mutant {
  return { id: 'explanation', what, test: { file, name }, ...fault };
}

export const EXPLANATION_MUTANTS: readonly Mutant[] = [
  breaks('a value that failed a check is forgotten', GROUNDS, 'counts, with the value that failed it', {
    file: 'src/core/grounds.ts',
    find: "const measured = answer.kind === 'inconclusive' ? undefined : answer.measured;",
    replace: "const measured = answer.kind === 'yes' ? answer.measured : undefined;",
  }),
  breaks('the checks of the run before', GROUNDS, 'forgets the answers about the one before', {
    file: 'src/core/grounds.ts',
    find: 'return checks.length === 0 && !starts ? undefined',
    replace: 'return checks.length === 0 ? undefined',
  }),
  breaks('a status that grows with what others say', WRITTEN, 'take 16 KiB at most', {
    file: 'src/api/grounds.ts',
    find: 'while (kept.length > 0 && bytesOf(whole) > EVIDENCE) {',
    replace: 'while (kept.length > 99 && bytesOf(whole) > EVIDENCE) {',
  }),
  breaks(
    'the last decision lost when told news is crossed off',
    WRITTEN,
    'stay where a later commit has none',
    {
      file: 'src/api/status.ts',
      find: "const stays = ['waitingFor', 'decision', 'evidence']",
      replace: "const stays = ['waitingFor']",
    },
  ),
  breaks('a write for every wait', WAITING, 'that is over in a moment is not written', {
    file: 'src/controller/waiting.ts',
    find: 'const due = lasts(wait) ? since : after(since, GRACE);',
    replace: 'const due = since;',
  }),
  breaks('a gate that flips', WAITING, 'for an answer goes on with the last one', {
    file: 'src/controller/waiting.ts',
    find: 'stands ? { ...wait, text: before.wait.text } : wait',
    replace: 'wait',
  }),
  breaks('news told again after a restart', CONTROLLER, 'crosses off what it told while a run is held', {
    file: 'src/controller/manager.ts',
    find: 'AT_REST.has(phase) || lasts(memory.waited.wait)',
    replace: 'AT_REST.has(phase)',
  }),
  breaks('a write for every pod', WAITING, 'that was written is not written again', {
    file: 'src/controller/waiting.ts',
    find: "return text.replaceAll(/\\d+/g, '#');",
    replace: 'return text;',
  }),
  breaks('two writes a round of questions', WAITING, 'for an answer is not over while time passes', {
    file: 'src/controller/waiting.ts',
    find: "if (known.kind === 'question' && wait.kind === 'interval') return { kind: 'nothing' };",
    replace: '',
  }),
  breaks('an order that was obeyed once, given in vain', ORDER, 'that was obeyed is given again', {
    file: 'src/cli/steer/order.ts',
    find: 'value: said ? `${targetRevision}/${stamp(now)}` : targetRevision',
    replace: 'value: targetRevision',
  }),
];
