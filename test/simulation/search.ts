/**
 * Every state that can be reached, by every sequence of surprises. From each state seen, a pass is run again until
 * every choice has been taken; each result is held against the invariants, and what is new joins the queue.
 */
import { reconcile } from '../../src/controller/reconcile.ts';
import type { ReconcileResult } from '../../src/controller/ports.ts';
import type { Spec, Status, Tried, WaitingFor } from '../../src/core/model.ts';
import { EveryChoice, calm, type Fate } from '../../src/rehearsal/fate.ts';
import {
  CALM,
  Died,
  newborn,
  World,
  type Climate,
  type Effect,
  type WorldState,
} from '../../src/rehearsal/world.ts';
import { instant, percent, revision, type Revision } from '../../src/shared/brand.ts';
import { broken } from './invariants.ts';

/** What may happen between two passes; each gives the world as it is afterwards, or undefined where it cannot happen. */
export interface Happening {
  readonly name: string;
  readonly apply: (state: WorldState, spec: Spec) => WorldState | undefined;
}

export interface Slice {
  readonly name: string;
  readonly spec: Spec;
  readonly climate: Climate;
  readonly happenings: readonly Happening[];
  readonly start?: WorldState;
  /** More states than this are a rule that forgets to settle. */
  readonly most: number;
}

export interface Found {
  readonly slice: string;
  readonly states: number;
  readonly passes: number;
  /** Passes from the farthest state to rest, in a calm world. */
  readonly farthest: number;
  readonly failures: readonly string[];
  readonly seconds: number;
}

interface Node {
  readonly state: WorldState;
  readonly tried: Tried | undefined;
}

/** A rest is never farther than this from any state. */
const PASSES_TO_REST = 60;

export async function search(slice: Slice, stopAtFailure = true): Promise<Found> {
  const began = process.hrtime.bigint();
  const seen = new Map<string, string>();
  const resting = new Map<string, number>();
  const queue: { node: Node; path: string }[] = [
    { node: { state: slice.start ?? newborn(), tried: undefined }, path: '' },
  ];
  const failures: string[] = [];
  let passes = 0;
  let farthest = 0;
  for (
    let item = queue.pop();
    item !== undefined && !(stopAtFailure && failures.length > 0);
    item = queue.pop()
  ) {
    const { node, path } = item;
    const fate = new EveryChoice();
    do {
      passes += 1;
      const labels: string[] = [];
      const told = await step(slice, node, {
        choose: (label, options) => remember(labels, label, fate.choose(label, options)),
      });
      if (told === undefined) continue;
      for (const failure of told.failures)
        failures.push(`${failure}\n${path}\n  ${labels.join(', ')} → ${summary(told.node.state)}`);
      const key = keyOf(told.node);
      if (!seen.has(key)) {
        const here = `${path}\n  ${labels.join(', ')} → ${summary(told.node.state)}`;
        seen.set(key, '');
        queue.push({ node: told.node, path: here.split('\n').slice(-8).join('\n') });
        const rest = await comesToRest(slice.spec, told.node, resting);
        farthest = Math.max(farthest, rest.passes);
        for (const failure of rest.failures) failures.push(`${failure}\n${here}`);
      }
      if (seen.size > slice.most) failures.push(`more than ${slice.most} states: a rule forgets to settle`);
    } while (fate.next() && !(stopAtFailure && failures.length > 0));
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { slice: slice.name, states: seen.size, passes, farthest, failures, seconds };
}

function remember<Option>(labels: string[], label: string, option: Option): Option {
  const said =
    typeof option === 'object' && option !== null && 'name' in option ? String(option.name) : String(option);
  labels.push(`${label}: ${said}`);
  return option;
}

/** Something happens, or time passes, and then one pass. Undefined where the chosen thing cannot happen. */
async function step(
  slice: Slice,
  node: Node,
  fate: Fate,
): Promise<{ node: Node; failures: readonly string[] } | undefined> {
  const [first, ...others] = [...TIMES, ...slice.happenings];
  const happening = fate.choose('meanwhile', [first as Happening, ...others]);
  const before = happening.apply(node.state, slice.spec);
  if (before === undefined) return undefined;
  const effects: Effect[] = [];
  const world = new World({
    state: before,
    spec: slice.spec,
    fate: oncePerPass(fate),
    climate: slice.climate,
    tried: node.tried,
    watch: (effect) => effects.push(effect),
  });
  let tried: Tried | undefined;
  try {
    await reconcile(world);
    tried = world.tried();
  } catch (error) {
    if (!(error instanceof Died)) throw error;
  }
  const pass = { spec: slice.spec, before, effects, after: world.state, byHand: BY_HAND };
  return { node: { state: world.state, tried }, failures: broken(pass) };
}

/** What a workload is does not change within a pass; that it changes between passes is surprise enough. */
function oncePerPass(fate: Fate): Fate {
  const fixed = new Map<string, unknown>();
  return {
    choose: (label, options) => {
      if (!label.endsWith(' is')) return fate.choose(label, options);
      if (!fixed.has(label)) fixed.set(label, fate.choose(label, options));
      const known = options.find((option) => option === fixed.get(label));
      return known ?? options[0];
    },
  };
}

// --------------------------------------------------------------------------------------------------------- coming to rest

const AT_REST: ReadonlySet<WaitingFor['kind']> = new Set([
  'revision',
  'revision-target-running',
  'target',
  'resume',
  'spec',
]);

/** Calm days from here on: where does it end? */
async function comesToRest(
  spec: Spec,
  node: Node,
  known: Map<string, number>,
): Promise<{ passes: number; failures: readonly string[] }> {
  const starts: readonly (WorldState | undefined)[] = [
    node.state,
    push(node.state, node.state.status.lastPromotedRevision),
    { ...node.state, deleting: true },
    aborted(node.state),
  ];
  let passes = 0;
  const failures: string[] = [];
  for (const state of starts) {
    if (state === undefined) continue;
    const end = await calmly(spec, { state, tried: node.tried }, known);
    passes = Math.max(passes, end.passes);
    failures.push(...end.failures);
  }
  return { passes, failures };
}

async function calmly(
  spec: Spec,
  start: Node,
  known: Map<string, number>,
): Promise<{ passes: number; failures: readonly string[] }> {
  const path: string[] = [];
  let node = start;
  for (let passes = 0; passes < PASSES_TO_REST; passes += 1) {
    const key = keyOf(node);
    const rest = known.get(key);
    if (rest !== undefined) return settle(path, known, rest);
    path.push(key);
    const effects: Effect[] = [];
    const world = new World({
      ...node,
      spec,
      fate: calm,
      climate: CALM,
      watch: (effect) => effects.push(effect),
    });
    const before = node.state;
    const result = await reconcile(world);
    const failures = broken({ spec, before, effects, after: world.state, byHand: BY_HAND });
    if (failures.length > 0) return { passes, failures };
    const acted = effects.some(({ kind }) => kind === 'performed');
    const gone = world.state.deleting && world.state.status.phase === 'Terminating' && !world.state.finalizer;
    if (gone) return settle(path, known, 0);
    if (result.kind === 'waiting' && result.requeueAfter === undefined && !acted) {
      const wrong = wrongRest(spec, world.state, result);
      return wrong === undefined ? settle(path, known, 0) : { passes, failures: [wrong] };
    }
    const span = result.kind === 'waiting' ? (result.requeueAfter ?? 0) : 0;
    node = { state: { ...world.state, now: instant(world.state.now + span) }, tried: world.tried() };
  }
  return {
    passes: PASSES_TO_REST,
    failures: [
      `9 no rest within ${PASSES_TO_REST} calm passes: ${summary(start.state)} … ${summary(node.state)}`,
    ],
  };
}

function settle(
  path: readonly string[],
  known: Map<string, number>,
  rest: number,
): { passes: number; failures: readonly string[] } {
  path.forEach((key, index) => known.set(key, rest + path.length - index));
  return { passes: rest + path.length, failures: [] };
}

/** A rest at which something is missing: a revision nobody will roll out, traffic nobody will give back. */
function wrongRest(
  spec: Spec,
  state: WorldState,
  result: ReconcileResult & { kind: 'waiting' },
): string | undefined {
  const { status, target, routes } = state;
  const here = summary(state);
  const lost = result.waitingFor.kind === 'proven-revision';
  if (!lost && !AT_REST.has(result.waitingFor.kind))
    return `9 rests waiting for ${result.waitingFor.kind}: ${here}`;
  if (spec.suspend || state.problem !== undefined || result.waitingFor.kind === 'resume') return undefined;
  if (target !== undefined && target.revision !== status.lastPromotedRevision) {
    const refused = status.phase === 'Failed' && status.lastAppliedRevision === target.revision;
    if (!refused) return `16 a pushed revision is forgotten: ${here}`;
  }
  if (!lost && status.canaryWeight > 0) return `9 rests with traffic on the canary: ${here}`;
  if (!lost && routes?.canary !== 0) return `9 rests with routes elsewhere: ${here}`;
  if (!lost && state.primary?.revision !== status.lastPromotedRevision)
    return `9 rests with another primary: ${here}`;
  return undefined;
}

function aborted(state: WorldState): WorldState | undefined {
  const { target } = state;
  if (target === undefined) return undefined;
  const value = `${target.revision}/now`;
  return { ...state, commands: [{ verb: 'abort', revision: target.revision, value }] };
}

// ----------------------------------------------------------------------------------------------------- what may happen

export const BY_HAND: readonly number[] = [30];

/** A pass for no reason; an interval, which is also a drain time; a deadline. */
const TIMES: readonly Happening[] = [
  { name: 'nothing', apply: (state) => state },
  { name: 'an interval', apply: (state, spec) => ({ ...state, now: instant(state.now + spec.interval) }) },
  {
    name: 'a deadline',
    apply: (state, spec) => ({ ...state, now: instant(state.now + spec.progressDeadline) }),
  },
];

export const HAPPENINGS = {
  pushNew: { name: 'a new revision', apply: (state) => push(state, fresh(state)) },
  pushPromoted: { name: 'a revert', apply: (state) => push(state, state.status.lastPromotedRevision) },
  pushApplied: {
    name: 'the last revision again',
    apply: (state) => push(state, state.status.lastAppliedRevision),
  },
  editRoutes: {
    name: 'a weight by hand',
    apply: (state) =>
      state.routes && { ...state, routes: { ...state.routes, canary: percent(30), mirrored: false } },
  },
  driftRoutes: {
    name: 'routes drift',
    apply: (state) => state.routes && { ...state, routes: { ...state.routes, drifted: true } },
  },
  losePrimary: {
    name: 'the primary is deleted',
    apply: (state) => state.primary && { ...state, primary: undefined },
  },
  loseSnapshot: { name: 'the snapshots are deleted', apply: (state) => ({ ...state, snapshots: [] }) },
  loseServices: { name: 'the services are deleted', apply: (state) => ({ ...state, services: false }) },
  scaleUp: { name: 'somebody scales the target up', apply: (state) => scaled(state, true) },
  scaleDown: { name: 'somebody scales the target to nothing', apply: (state) => scaled(state, false) },
  loseTarget: {
    name: 'the target is deleted',
    apply: (state) => state.target && { ...state, target: undefined },
  },
  bringTarget: {
    name: 'a target is applied',
    apply: (state) =>
      state.target === undefined
        ? { ...state, target: { revision: fresh(state), generation: 1, up: true } }
        : undefined,
  },
  breakSpec: {
    name: 'the spec breaks',
    apply: (state) =>
      state.problem === undefined
        ? { ...state, problem: { reason: 'InvalidSpec', detail: 'it is wrong' } }
        : undefined,
  },
  mendSpec: {
    name: 'the spec is mended',
    apply: (state) => (state.problem === undefined ? undefined : { ...state, problem: undefined }),
  },
  delete: {
    name: 'the Canary is deleted',
    apply: (state) => (state.deleting ? undefined : { ...state, deleting: true }),
  },
} as const satisfies Record<string, Happening>;

export function command(verb: 'abort' | 'retry' | 'promote' | 'pause'): Happening {
  return {
    name: verb,
    apply: (state) => {
      if (state.target === undefined) return undefined;
      const value = `${state.target.revision}`;
      const others = state.commands.filter((entry) => entry.verb !== verb);
      return { ...state, commands: [...others, { verb, revision: state.target.revision, value }] };
    },
  };
}

export const WITHDRAW: Happening = {
  name: 'commands withdrawn',
  apply: (state) => (state.commands.length === 0 ? undefined : { ...state, commands: [] }),
};

function push(state: WorldState, name: Revision): WorldState | undefined {
  const { target } = state;
  if (target === undefined || name === '' || target.revision === name) return undefined;
  return { ...state, target: { ...target, revision: name, generation: target.generation + 1 } };
}

/** A revision nothing in this state knows. */
function fresh(state: WorldState): Revision {
  const known = new Set(JSON.stringify(state).match(/v\d+/g));
  let index = 1;
  while (known.has(`v${index}`)) index += 1;
  return revision(`v${index}`);
}

function scaled(state: WorldState, up: boolean): WorldState | undefined {
  const { target } = state;
  if (target === undefined || target.up === up) return undefined;
  return { ...state, target: { ...target, up, generation: target.generation + 1 } };
}

// --------------------------------------------------------------------------------------------------------- equal states

/**
 * Two states are the same when nothing a rule can see tells them apart: names of revisions, numbers of versions and
 * marks, and how long ago something was beyond the next limit, are all told only by what they are relative to.
 */
function keyOf({ state, tried }: Node): string {
  const { status, target, primary, routes } = state;
  const names = new Map<string, string>();
  const name = (of: string | undefined): string => {
    if (of === undefined || of === '') return '-';
    const known = names.get(of) ?? String.fromCharCode(97 + names.size);
    names.set(of, known);
    return known;
  };
  const age = (since: number | undefined): number => (since === undefined ? -1 : ageOf(state.now - since));
  const memory = [
    status.origin,
    status.phase,
    status.step,
    status.canaryWeight,
    status.mirrored,
    status.failedChecks,
    status.park,
    name(status.lastPromotedRevision),
    name(status.lastAppliedRevision),
    age(status.changedAt),
    status.phase === 'Terminating' ? age(status.phaseSince) : '',
    status.held?.type ?? '',
    status.held?.hook ?? '',
    status.stalled === undefined,
    age(status.invalid?.since),
    target === undefined ||
      JSON.stringify(status.target) ===
        JSON.stringify({
          ...status.target,
          generation: target.generation,
          revision: target.revision,
          template: target.revision,
        }),
  ];
  const there = [
    target && [name(target.revision), target.up],
    primary && name(primary.revision),
    state.snapshots
      .filter((held) => names.has(held))
      .map((held) => name(held))
      .sort(),
    routes && [
      Math.max(-1, routes.mark - status.routesMark),
      routes.canary,
      routes.mirrored,
      routes.drifted,
      age(routes.since),
    ],
    state.services,
    state.finalizer,
    state.released,
    state.deleting,
    state.problem === undefined,
    state.commands.map(({ verb, revision: about, value }) => [
      verb,
      name(about),
      status.obeyed[verb] === value,
    ]),
  ];
  const known = tried && [
    tried.accepted.includes('scale-target'),
    tried.failures.length > 0,
    age(tried.askedAt),
  ];
  return JSON.stringify([memory, there, known]);
}

/** Below an interval, up to a deadline, or past it; the slices use ten seconds and a minute. */
function ageOf(span: number): number {
  return span >= 60_000 ? 2 : span >= 10_000 ? 1 : 0;
}

function summary({ status, target, primary, routes, snapshots, now }: WorldState): string {
  const at = `${status.phase} step ${status.step} ${status.canaryWeight}%${status.mirrored ? ' mirrored' : ''} failed ${status.failedChecks} park ${status.park}`;
  const mesh =
    routes === undefined ? 'no routes' : `routes ${routes.canary}% mark ${routes.mark}/${status.routesMark}`;
  return `t=${now / 1000}s ${at}; promoted ${status.lastPromotedRevision} applied ${status.lastAppliedRevision}; target ${target?.revision ?? 'none'}${target?.up === false ? ' (0)' : ''} primary ${primary?.revision ?? 'none'} snapshots ${snapshots.join('+') || 'none'}; ${mesh}`;
}

export type { Status };
