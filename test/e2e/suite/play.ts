/** Plays scenarios on a stage and judges each: what it asserted itself, what users lost, and how they were shared. */
import { Act } from './act.ts';
import type { Scenario } from './scenario.ts';
import { boundsOf, isSurprising, type Share } from './shares.ts';
import type { Stage } from './stage.ts';
import { describeVisit, type Visit } from './visitors.ts';

export interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly shares: readonly Share[];
  /** Requests of users that were answered as they should be, and those that were not. */
  readonly requests: number;
  readonly lost: number;
  /** What is wrong; empty if it passed. */
  readonly complaints: readonly string[];
}

export interface PlayOptions {
  /** How many weights the whole run may measure. */
  readonly measured: number;
  readonly report: (line: string) => void;
}

const LOST_LISTED = 5;
/** No scenario may stop the run, whatever it waits for. */
const LONGEST = 600_000;

export async function play(scenario: Scenario, stage: Stage, options: PlayOptions): Promise<Outcome> {
  const { name } = scenario;
  const began = performance.now();
  const act = new Act(stage, name, (line) => options.report(`${name}: ${line}`));
  const failure = await attempt(() => within(LONGEST, scenario.play(act)));
  const everybody = await act.curtain();
  const lost = everybody.flatMap((visitors) => visitors.lost);
  const complaints = [
    ...failure,
    ...lostOnes(lost),
    ...act.shares
      .filter((share) => isSurprising(share, options.measured))
      .map((share) => surprise(share, options)),
    ...(act.shares.length > scenario.measures
      ? [`it measures ${act.shares.length} weights and declares ${scenario.measures}`]
      : []),
  ];
  if (complaints.length > 0) act.say(waiting(everybody.flatMap(({ visits }) => visits)));
  await act.clear();
  return {
    name,
    seconds: Math.round((performance.now() - began) / 1_000),
    shares: act.shares,
    requests: everybody.reduce((sum, { visits }) => sum + visits.length, 0),
    lost: lost.length,
    complaints,
  };
}

/**
 * All of them, `parallel` at a time; those that need a controller of their own before the others, beside those in no
 * hurry: a rollout that takes minutes goes on, whatever becomes of the controller meanwhile.
 */
export async function playAll(
  scenarios: readonly Scenario[],
  stage: Stage,
  options: PlayOptions & { readonly parallel: number; readonly onEnd: (outcome: Outcome) => void },
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const perform = async (scenario: Scenario): Promise<void> => {
    const outcome = await play(scenario, stage, options);
    outcomes.set(scenario.name, outcome);
    options.onEnd(outcome);
  };
  const unhurried = scenarios.filter(({ pace }) => pace === 'its own').map(perform);
  for (const scenario of scenarios) if (scenario.pace === 'alone') await perform(scenario);
  const waiting = scenarios.filter(({ pace }) => pace === undefined);
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await perform(next);
  };
  const lanes = Math.max(1, options.parallel - unhurried.length);
  await Promise.all([...unhurried, ...Array.from({ length: lanes }, lane)]);
  return scenarios.flatMap(({ name }) => outcomes.get(name) ?? []);
}

/** What went wrong, as a sentence; nothing where nothing did. */
export async function attempt(work: () => Promise<void>): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function within(span: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.reject(new Error(`not at its end after ${span / 1_000} s`)), span);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

function lostOnes(lost: readonly Visit[]): readonly string[] {
  if (lost.length === 0) return [];
  const listed = lost.slice(0, LOST_LISTED).map(describeVisit);
  return [`${lost.length} requests of users were lost, the first of them:\n  ${listed.join('\n  ')}`];
}

/** Whether the machine was slow is the first question about whatever went wrong. */
function waiting(visits: readonly Visit[]): string {
  const spans = visits.map(({ began, ended }) => ended - began).sort((a, b) => a - b);
  const at = (part: number): number => spans[Math.floor(part * (spans.length - 1))] ?? 0;
  return `of ${spans.length} requests half were answered within ${at(0.5)} ms, 99 of 100 within ${at(0.99)} ms, all within ${at(1)} ms`;
}

function surprise(share: Share, { measured }: PlayOptions): string {
  const { least, most } = boundsOf(share, measured);
  const { canary, requests, weight } = share;
  return `${canary} of ${requests} requests reached the canary at weight ${weight}, expected ${least} to ${most}`;
}
