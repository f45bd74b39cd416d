/**
 * One pass over one Canary: look, decide, commit, act, tell. Nothing is remembered from pass to pass but what the
 * ports remember, and a process may die between any two lines of this file.
 */
import { converge } from '../core/converge.ts';
import { decide } from '../core/decide.ts';
import { groundsOf } from '../core/grounds.ts';
import type { Action, Answer, Answers, Question } from '../core/model.ts';
import { canonicalJson } from '../shared/digest.ts';
import type { ActionError, Ports, ReconcileResult } from './ports.ts';

/** More rounds than any spec has questions: what goes beyond is a rule that asks without end. */
const ROUNDS = 1_000;

export async function reconcile(ports: Ports): Promise<ReconcileResult> {
  const stored = await ports.load();
  if (stored === undefined) return { kind: 'gone' };
  const { version, ...known } = stored;

  let observed = await ports.observe();
  const answers = new AnswerBook();
  for (let round = 0; round < ROUNDS; round += 1) {
    const given = { tried: ports.tried(), drawn: ports.drawn(), now: ports.now() };
    const situation = { ...known, observed, answers, ...given };
    const verdict = decide(situation);
    if (verdict.kind === 'ask') {
      for (const question of verdict.questions) answers.set(question, await ports.ask(question));
      // Answers may take minutes; the world has not waited for them.
      observed = await ports.observe();
      continue;
    }
    const status = verdict.kind === 'move' ? verdict.status : known.status;
    if (verdict.kind === 'move') {
      const committed = await ports.commit(status, version, groundsOf(situation, status));
      if (!committed.ok) return { kind: 'refused', error: committed.error };
    }
    const actions = converge(known.spec, status, observed, ports.now());
    // A commit is refused when the Canary has moved on; what is done without one must not be older either.
    if (verdict.kind === 'wait' && actions.length > 0 && (await ports.load())?.version !== version) {
      return { kind: 'refused', error: { kind: 'conflict', detail: 'the Canary was written meanwhile' } };
    }
    const failures = await performAll(ports, actions);
    ports.tell(status, verdict.notices ?? []);
    if (verdict.kind === 'move') return { kind: 'moved', status, failures };
    const settled = actions.length === 0 && observed.malformedRoutes === undefined;
    ports.waited({ asked: !answers.empty, settled });
    const { waitingFor, requeueAfter } = verdict;
    return { kind: 'waiting', waitingFor, failures, ...(requeueAfter !== undefined && { requeueAfter }) };
  }
  throw new Error(`no verdict after ${ROUNDS} rounds of questions`);
}

/** Each on its own: a label that may not be written does not keep traffic on a bad canary. */
async function performAll(ports: Ports, actions: readonly Action[]): Promise<readonly ActionError[]> {
  const failures: ActionError[] = [];
  for (const action of actions) {
    const done = await ports.perform(action);
    if (!done.ok) failures.push(done.error);
  }
  return failures;
}

/** The answers of one pass, by what was asked: an answer about another revision is another answer. */
class AnswerBook implements Answers {
  readonly #answers = new Map<string, Answer>();

  get empty(): boolean {
    return this.#answers.size === 0;
  }

  get(question: Question): Answer | undefined {
    return this.#answers.get(canonicalJson(question));
  }

  set(question: Question, answer: Answer): void {
    this.#answers.set(canonicalJson(question), answer);
  }
}
