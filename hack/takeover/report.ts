/** What became of one state, as a line of a table and as data. */
import type { Attempt } from './attempt.ts';
import { NEXT_TAG } from './attempt.ts';
import type { Moment, Record } from './record.ts';
import { expectationOf, factsOf, nextExpectation, RULES } from './rules.ts';
import type { RecordedState } from './recordings.ts';
import { darkness, objections } from './verdict.ts';

export interface Report {
  readonly story: string;
  readonly state: string;
  /** Phase and weight in the status, routes, what target and primary run and how many pods serve. */
  readonly read: string;
  /** Phase and weight of every status that was written, in order. */
  readonly decided: string;
  readonly ended: string;
  /** The rule its end follows from. */
  readonly rule: string;
  /** Seconds until nothing changed any more. */
  readonly seconds: number;
  /** Seconds for which some traffic went to a workload without a pod. */
  readonly dark: number;
  /** Where the release after the take-over ended; undefined without one. */
  readonly next: string | undefined;
  /** What was not as it should be. */
  readonly wrong: readonly string[];
}

export function reportOn(state: RecordedState, { record, next }: Attempt): Report {
  const facts = factsOf(state);
  const expected = expectationOf(state);
  const later =
    next === undefined
      ? []
      : objections(next, nextExpectation(expected, NEXT_TAG), { ...facts, rolling: false, strained: false });
  const [first] = record.moments;
  const last = record.moments.at(-1);
  return {
    story: state.story,
    state: state.name,
    read: first === undefined ? '' : sight(first),
    decided: pathOf(record),
    ended: last === undefined ? '' : sight(last),
    rule: RULES[expected.rule],
    seconds: Math.round(last?.at ?? 0),
    dark: Math.round(darkness(record)),
    next:
      next &&
      `${next.moments.at(-1)?.scene.phase ?? 'gone'} ${next.moments.at(-1)?.scene.primary?.release ?? ''}`,
    wrong: [...objections(record, expected, facts), ...later.map((text) => `next release: ${text}`)],
  };
}

function sight({ scene, pods }: Moment): string {
  const { phase, weight, routes, target, primary } = scene;
  const workload = (name: string, of: typeof target, ready: number): string =>
    of === undefined ? `no ${name}` : `${name} ${of.release} ${ready}/${of.replicas}`;
  const status = phase === undefined ? 'no Canary' : `${phase || 'no status'} ${weight}`;
  return [
    status,
    routes || 'no route',
    workload('target', target, pods.target.length),
    workload('primary', primary, pods.primary.length),
  ].join(' · ');
}

function pathOf({ moments }: Record): string {
  const steps = moments
    .filter(({ scene }) => scene.taken)
    .map(({ scene }) => `${scene.phase ?? ''}${scene.weight > 0 ? ` ${scene.weight}` : ''}`);
  const path = steps.filter((step, index) => step !== steps[index - 1]);
  return path.length === 0 ? 'nothing' : path.join(' → ');
}
