/**
 * Every state that can be reached, by every sequence of surprises. From each state seen, a pass is run again until
 * every choice has been taken; each result is held against the invariants, and what is new joins the queue.
 */
import { reconcile } from '../../src/controller/reconcile.ts';
import type { ReconcileResult } from '../../src/controller/ports.ts';
import { isAnalysing, isPromoting } from '../../src/core/converge.ts';
import type { Phase, Spec, Strategy, Tried, WaitingFor } from '../../src/core/model.ts';
import { holdsTarget } from '../../src/core/retargeting.ts';
import { EveryChoice, calm, type Fate } from '../../src/rehearsal/fate.ts';
import {
  CALM,
  newborn,
  rerouted,
  retargeted,
  World,
  type Climate,
  type Cluster,
  type Effect,
  type WorldState,
} from '../../src/rehearsal/world.ts';
import { planOf } from '../../src/core/progression.ts';
import { instant, percent, revision, type Revision } from '../../src/shared/brand.ts';
import { broken } from './invariants.ts';

/** What may happen between two passes; each gives the world as it is afterwards, or undefined where it cannot happen. */
export interface Happening {
  readonly name: string;
  readonly apply: (state: WorldState) => WorldState | undefined;
}

export interface Slice {
  readonly name: string;
  readonly spec: Spec;
  /** A process may die after every effect of a pass where `deaths` says so. */
  readonly climate: Climate;
  /** What may happen between passes, beside nothing and an interval. */
  readonly happenings: readonly Happening[];
  /** Where it begins; a newborn Canary, if it does not say. */
  readonly starts?: readonly WorldState[];
  /** The known number of states: more of them are a rule that forgets to settle. */
  readonly most: number;
}

export interface Found {
  readonly slice: string;
  readonly states: number;
  readonly passes: number;
  /** Passes from the farthest state to rest, in a calm world. */
  readonly farthest: number;
  /** Each with the shortest way to it. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

interface Node {
  readonly state: WorldState;
  readonly tried: Tried | undefined;
}

/** A state with the way it was reached, told when something is wrong with it. */
interface Place {
  readonly node: Node;
  readonly from: Place | undefined;
  readonly by: string;
}

/** A rest is never farther than this from any state. */
const PASSES_TO_REST = 60;

/** `only`: nothing but this invariant counts; whatever else is broken is passed over. */
export async function search(slice: Slice, only?: number): Promise<Found> {
  const counts = (what: string): boolean => only === undefined || what.startsWith(`${only} `);
  const began = performance.now();
  const queue: Place[] = (slice.starts ?? [newborn(slice.spec)]).map((state) => ({
    node: { state, tried: undefined },
    from: undefined,
    by: 'it begins',
  }));
  const seen = new Set<string>(queue.map(({ node }) => keyOf(node)));
  const known = new Map<string, Rest>();
  let passes = 0;
  let farthest = 0;
  const found = (failures: readonly string[]): Found => ({
    slice: slice.name,
    states: seen.size,
    passes,
    farthest,
    failures,
    seconds: (performance.now() - began) / 1000,
  });
  // First come, first served: the first failure is one of the nearest.
  for (let next = 0; next < queue.length; next += 1) {
    const place = queue[next];
    if (place === undefined) break;
    const fate = new EveryChoice();
    const worlds = new Map<Happening, WorldState | undefined>();
    do {
      passes += 1;
      const labels: string[] = [];
      const step = await pass(slice, place.node, worlds, sparingly(fate, labels));
      if (step === undefined) continue;
      const here = (node: Node, end: string): Place => ({
        node,
        from: place,
        by: `${labels.join(', ')}${end}`,
      });
      const wrong = step.failures.filter(counts);
      if (wrong.length > 0) return found(wrong.map((what) => story(what, here(step.end, ''))));
      const ends = [
        { node: step.end, how: '' },
        ...step.deaths.map((node, index) => ({ node, how: `, dies after ${index} writes` })),
      ];
      for (const { node, how } of ends) {
        const key = keyOf(node);
        if (seen.has(key)) continue;
        seen.add(key);
        const there = here(node, how);
        queue.push(there);
        const rest = await comesToRest(node, known);
        farthest = Math.max(farthest, rest.passes);
        const restless = rest.failures.filter(counts);
        if (restless.length > 0) return found(restless.map((what) => story(what, there)));
      }
      if (seen.size > slice.most)
        return found([`more than the known ${slice.most} states: a rule forgets to settle`]);
    } while (fate.next());
  }
  return found([]);
}

function story(what: string, place: Place): string {
  const lines: string[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.from)
    lines.unshift(`  ${at.by} → ${summary(at.node.state)}`);
  return [what, ...lines].join('\n');
}

/**
 * Fate as a pass meets it: what a workload is does not change within a pass, since that it changes between passes is
 * surprise enough; and of the writes of one pass at most one goes wrong, since two that fail are two passes that do.
 */
function sparingly(fate: Fate, labels: string[]): Fate {
  const fixed = new Map<string, unknown>();
  let refused = false;
  return {
    choose: (label, options) => {
      if (fixed.has(label)) return options.find((option) => option === fixed.get(label)) ?? options[0];
      const isWrite = options.length > 1 && String(options[0]) === 'done';
      if (isWrite && refused) return options[0];
      const option = fate.choose(label, options);
      if (isWrite && option !== options[0]) refused = true;
      if (label.endsWith(' is')) fixed.set(label, option);
      if (options.length > 1) labels.push(`${label}: ${nameOf(option)}`);
      return option;
    },
  };
}

function nameOf(option: unknown): string {
  return typeof option === 'object' && option !== null && 'name' in option
    ? String(option.name)
    : String(option);
}

interface Step {
  readonly end: Node;
  /** What is left behind if the process dies before the first write, or after each. */
  readonly deaths: readonly Node[];
  readonly failures: readonly string[];
}

/** Something happens, or time passes, and then one pass. Undefined where the chosen thing cannot happen. */
async function pass(
  slice: Slice,
  node: Node,
  /** What each happening made of the node's state, so that it is made once. */
  worlds: Map<Happening, WorldState | undefined>,
  fate: Fate,
): Promise<Step | undefined> {
  const happening = fate.choose('meanwhile', [NOTHING, AN_INTERVAL, ...slice.happenings]);
  if (!worlds.has(happening)) worlds.set(happening, happening.apply(node.state));
  const before = worlds.get(happening);
  if (before === undefined) return undefined;
  const effects: Effect[] = [];
  const cluster: Cluster = { state: before };
  const deaths: Node[] = slice.climate.deaths ? [{ state: before, tried: undefined }] : [];
  const world = new World({
    cluster,
    fate,
    climate: { ...slice.climate, deaths: false },
    tried: node.tried,
    watch: (effect) => {
      effects.push(effect);
      // What left the state as it was leaves nothing else behind.
      if (slice.climate.deaths && deaths.at(-1)?.state !== cluster.state)
        deaths.push({ state: cluster.state, tried: undefined });
    },
  });
  await reconcile(world);
  const failures = broken({ before, effects, after: cluster.state, byHand: BY_HAND });
  return { end: { state: cluster.state, tried: world.tried() }, deaths, failures };
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
  node: Node,
  known: Map<string, Rest>,
): Promise<{ passes: number; failures: readonly string[] }> {
  const { state } = node;
  const { lastPromotedRevision } = state.status;
  const living = !state.deleting && !state.ending;
  const promoted = state.problem === undefined && !state.spec.suspend && living;
  const stopped = promoted && isAbortable(state);
  const starts: readonly { readonly state: WorldState | undefined; readonly phases?: readonly Phase[] }[] = [
    { state },
    // Whatever is held is let go: a rollout must go on from wherever it was stopped.
    { state: released(state) },
    { state: push(state, lastPromotedRevision), ...(promoted && { phases: ENDED }) },
    { state: aborted(state), ...(stopped && { phases: ['Failed'] }) },
    { state: { ...state, deleting: true }, phases: ['Terminating'] },
  ];
  let passes = 0;
  const failures: string[] = [];
  for (const start of starts) {
    if (start.state === undefined) continue;
    const rest = await calmly({ state: start.state, tried: node.tried }, known);
    passes = Math.max(passes, rest.passes);
    failures.push(...rest.failures);
    const wrong = rest.failures.length === 0 && start.phases?.includes(rest.phase) === false;
    if (wrong) failures.push(`14 told to end, it comes to rest in ${rest.phase}: ${summary(start.state)}`);
  }
  return { passes, failures };
}

const ENDED: readonly Phase[] = ['Initialized', 'Succeeded', 'Failed', 'Waiting', 'Initializing'];

/** A run that a command about the target's revision must end, as long as nothing else ends it first. */
function isAbortable({ status, target }: WorldState): boolean {
  const running = isAnalysing(status) || isPromoting(status);
  return running && target !== undefined && target.revision === status.lastAppliedRevision;
}

function released(state: WorldState): WorldState | undefined {
  const { commands, problem, spec, malformedRoutes } = state;
  const free = commands.length === 0 && problem === undefined && malformedRoutes === undefined;
  if (free && !spec.suspend) return undefined;
  const calm = { commands: [], problem: undefined, malformedRoutes: undefined };
  return { ...state, ...calm, spec: { ...spec, suspend: false } };
}

/** Where a calm world comes to rest from a state, and how far away that is. */
interface Rest {
  readonly passes: number;
  readonly phase: Phase;
}

async function calmly(
  start: Node,
  known: Map<string, Rest>,
): Promise<Rest & { readonly failures: readonly string[] }> {
  const path: string[] = [];
  let node = start;
  for (let passes = 0; passes < PASSES_TO_REST; passes += 1) {
    const key = keyOf(node);
    const rest = known.get(key);
    if (rest !== undefined) return settle(path, known, rest);
    path.push(key);
    const effects: Effect[] = [];
    const cluster: Cluster = { state: node.state };
    const world = new World({
      cluster,
      tried: node.tried,
      fate: calm,
      climate: CALM,
      watch: (effect) => effects.push(effect),
    });
    const before = node.state;
    const result = await reconcile(world);
    const failures = broken({ before, effects, after: world.state, byHand: BY_HAND });
    const { phase } = world.state.status;
    if (failures.length > 0) return { passes, phase, failures };
    const acted = effects.some(({ kind }) => kind === 'performed');
    const gone = world.state.deleting && world.state.status.phase === 'Terminating' && !world.state.finalizer;
    if (gone) return settle(path, known, { passes: 0, phase });
    // Who is paused goes on asking, and rests all the same.
    const paused = result.kind === 'waiting' && result.waitingFor.kind === 'resume';
    // So does who has said that nothing can be done about the routes.
    const stalled = world.state.malformedRoutes !== undefined && world.state.status.stalled !== undefined;
    if (result.kind === 'waiting' && (result.requeueAfter === undefined || paused || stalled) && !acted) {
      const wrong = wrongRest(world.state, result);
      return wrong === undefined
        ? settle(path, known, { passes: 0, phase })
        : { passes, phase, failures: [wrong] };
    }
    const span = result.kind === 'waiting' ? (result.requeueAfter ?? 0) : 0;
    node = { state: { ...world.state, now: instant(world.state.now + span) }, tried: world.tried() };
  }
  return {
    passes: PASSES_TO_REST,
    phase: node.state.status.phase,
    failures: [
      `9 no rest within ${PASSES_TO_REST} calm passes: ${summary(start.state)} … ${summary(node.state)}`,
    ],
  };
}

function settle(
  path: readonly string[],
  known: Map<string, Rest>,
  { passes, phase }: Rest,
): Rest & { readonly failures: readonly string[] } {
  path.forEach((key, index) => known.set(key, { passes: passes + path.length - index, phase }));
  return { passes: passes + path.length, phase, failures: [] };
}

/** A rest at which something is missing: a revision nobody will roll out, traffic nobody will give back. */
function wrongRest(state: WorldState, result: ReconcileResult & { kind: 'waiting' }): string | undefined {
  const { spec, status, target, routes } = state;
  const here = summary(state);
  if (state.malformedRoutes !== undefined) {
    const running = isAnalysing(status) || isPromoting(status);
    const away = routes !== undefined && routes.canary > 0 && status.park === 'due';
    return running || away ? `9 rests with routes nobody understands: ${here}` : undefined;
  }
  // Nothing is missing where all of it goes.
  if (state.ending && result.waitingFor.kind === 'namespace') return undefined;
  const lost = result.waitingFor.kind === 'proven-revision';
  if (!lost && !AT_REST.has(result.waitingFor.kind))
    return `9 rests waiting for ${result.waitingFor.kind}: ${here}`;
  if (spec.suspend || state.problem !== undefined || result.waitingFor.kind === 'resume') return undefined;
  // Nothing was begun with yet, and there is nothing to begin with.
  if (status.phase === 'Initializing')
    return target === undefined ? undefined : `9 rests before it began: ${here}`;
  if (target !== undefined && target.revision !== status.lastPromotedRevision) {
    const refused = status.phase === 'Failed' && status.lastAppliedRevision === target.revision;
    if (!refused) return `16 a pushed revision is forgotten: ${here}`;
  }
  if (!lost && status.canaryWeight > 0) return `9 rests with traffic on the canary: ${here}`;
  const left = Object.values(state.elsewhere).some(({ canary, mirrored }) => canary > 0 || mirrored);
  if (!lost && left) return `9 rests with traffic in a place that was left: ${here}`;
  if (!lost && routes?.canary !== 0) return `9 rests with routes elsewhere: ${here}`;
  const unfinished = lost ? [] : unfinishedAt(state);
  if (unfinished.length > 0) return `9 rests with ${unfinished.join(', ')}: ${here}`;
  if (!lost && state.primary?.revision !== status.lastPromotedRevision)
    return `9 rests with another primary: ${here}`;
  return undefined;
}

/** What of a rest is not as the spec and the memory say, beside workloads and weights. */
export function unfinishedAt({ spec, status, routes, ...state }: WorldState): readonly string[] {
  const { canary, primary, previous } = routes?.cookies ?? {};
  const meant = spec.affinity === undefined ? {} : status.cookies;
  const copies =
    spec.autoscaler === '' || state.primary === undefined ? {} : { [spec.autoscaler]: 'current' };
  const wrong: readonly (readonly [string, boolean])[] = [
    ['routes that have drifted', routes?.drifted === true],
    [
      'cookies of others',
      canary !== meant.canary || primary !== meant.primary || previous !== meant.previous,
    ],
    ['places that were left', status.left.length > 0],
    ['no Services', !state.services || state.selected !== state.workload],
    ['other autoscalers', JSON.stringify(state.autoscalers) !== JSON.stringify(copies)],
    ['a wrong finalizer', state.finalizer !== spec.revertOnDeletion],
    ['something that is said to be stalled', status.stalled !== undefined],
  ];
  return wrong.flatMap(([what, is]) => (is ? [what] : []));
}

function aborted(state: WorldState): WorldState | undefined {
  const { target } = state;
  if (target === undefined) return undefined;
  const value = `${target.revision}/now`;
  return { ...state, commands: [{ verb: 'abort', revision: target.revision, value }] };
}

// ----------------------------------------------------------------------------------------------------- what may happen

export const AFFINITY = { cookieName: 'c', primaryCookieName: 'p' } as const;
export const BY_HAND: readonly number[] = [30];

/** A pass for no reason. */
const NOTHING: Happening = { name: 'nothing', apply: (state) => state };
/** Which is also a drain time. */
const AN_INTERVAL: Happening = {
  name: 'an interval',
  apply: (state) => ({ ...state, now: instant(state.now + state.spec.interval) }),
};

export const HAPPENINGS = {
  deadline: {
    name: 'a deadline',
    apply: (state) => ({ ...state, now: instant(state.now + state.spec.progressDeadline) }),
  },
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
  loseServices: {
    name: 'the services are deleted',
    apply: (state) => ({ ...state, services: false, selected: undefined }),
  },
  affinity: {
    name: 'visitors are to be kept, or not',
    apply: ({ spec: { affinity, ...spec }, ...state }) => ({
      ...state,
      spec: affinity === undefined ? { ...spec, affinity: AFFINITY } : spec,
    }),
  },
  editAutoscaler: {
    name: 'the autoscaler is edited',
    apply: (state) => {
      const outdated = Object.keys(state.autoscalers).map((of): [string, 'outdated'] => [of, 'outdated']);
      return outdated.length === 0 ? undefined : { ...state, autoscalers: Object.fromEntries(outdated) };
    },
  },
  loseAutoscaler: {
    name: 'the copies of autoscalers are deleted',
    apply: (state) => ({ ...state, autoscalers: {} }),
  },
  otherAutoscaler: {
    name: 'another autoscaler is named, or none',
    apply: (state) => {
      const next = { a: 'b', b: '', '': 'a' }[state.spec.autoscaler];
      return { ...state, spec: { ...state.spec, autoscaler: next ?? '' } };
    },
  },
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
  editPlan: {
    name: 'the plan is edited',
    apply: (state) => ({ ...state, spec: { ...state.spec, strategy: edited(state.spec.strategy) } }),
  },
  otherStrategy: {
    name: 'another strategy is chosen',
    apply: (state) =>
      state.spec.strategy.kind === 'ab-testing'
        ? undefined
        : { ...state, spec: { ...state.spec, strategy: { kind: 'ab-testing', iterations: 1 } } },
  },
  reroute: {
    name: 'the routes are to be elsewhere',
    apply: (state) => rerouted(state, state.place === 'istio/podinfo' ? 'nginx/podinfo' : 'istio/podinfo'),
  },
  retarget: {
    name: 'another target is named',
    apply: (state) => {
      // Where a run is about one, the Canary is read as if it still named that.
      if (state.target === undefined || holdsTarget(state.status)) return undefined;
      return retargeted(state, state.workload === 'podinfo' ? 'podinfo-two' : 'podinfo', fresh(state));
    },
  },
  suspend: {
    name: 'suspended',
    apply: (state) => ({ ...state, spec: { ...state.spec, suspend: !state.spec.suspend } }),
  },
  malformRoutes: {
    name: 'the routes are made unintelligible',
    apply: (state) =>
      state.routes === undefined || state.malformedRoutes !== undefined
        ? undefined
        : { ...state, routes: { ...state.routes }, malformedRoutes: 'two rules where one was expected' },
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
  endNamespace: {
    name: 'the namespace is being deleted',
    apply: (state) => (state.ending ? undefined : { ...state, ending: true }),
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

/** The plan in another form, and back. */
function edited(strategy: Strategy): Strategy {
  if (strategy.kind !== 'canary') return { ...strategy, iterations: strategy.iterations === 2 ? 1 : 2 };
  const weights = strategy.weights.length === 2 ? [10, 30, 60] : [20, 40];
  return { ...strategy, weights: weights.map((weight) => percent(weight)) };
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
function keyOf(node: Node): string {
  if (node.tried !== undefined) return makeKey(node);
  const key = forgetful.get(node.state) ?? makeKey(node);
  forgetful.set(node.state, key);
  return key;
}

/** Of processes that remember nothing, as after each death. */
const forgetful = new WeakMap<WorldState, string>();

function makeKey({ state, tried }: Node): string {
  const { status, target, primary, routes } = state;
  const names = new Map<string, string>();
  const name = (of: string | undefined): string => {
    if (of === undefined || of === '') return '-';
    const known = names.get(of) ?? String.fromCharCode(97 + names.size);
    names.set(of, known);
    return known;
  };
  const age = (since: number | undefined): number => (since === undefined ? -1 : ageOf(state.now - since));
  const named = `Deployment/${state.workload}`;
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
    Math.min(1, age(status.changedAt)),
    status.phase === 'Terminating' ? [age(status.phaseSince), Math.min(1, age(status.released))] : '',
    status.held?.type ?? '',
    status.held?.hook ?? '',
    status.late !== undefined,
    status.late === undefined && overdueIn(state),
    status.stalled === undefined,
    status.plan,
    textOfSpec(state.spec),
    status.autoscaler,
    COOKIES.map((of) => status.cookies[of] !== undefined),
    age(status.invalid?.since),
    target === undefined ||
      (status.target?.generation === target.generation &&
        status.target.revision === target.revision &&
        status.target.template === target.revision),
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
      Math.min(1, age(routes.since)),
      COOKIES.map((of) => routes.cookies?.[of] === status.cookies[of]),
      COOKIES.map((of) => status.origin !== 'ours' && routes.cookies?.[of]),
    ],
    state.malformedRoutes,
    status.place === state.place,
    status.left.map((place) => place === state.place),
    // Of two places there are at most.
    Object.values(state.elsewhere).map(({ canary, mirrored, since }) => [
      canary,
      mirrored,
      Math.min(1, age(since)),
    ]),
    state.services,
    state.selected === undefined ? '' : state.selected === state.workload,
    (status.target?.workload ?? named) === named,
    Object.values(state.former).map((made) => [
      made.primary && name(made.primary.revision),
      made.snapshots.filter((held) => names.has(held)).map((held) => name(held)),
    ]),
    state.autoscalers,
    state.finalizer,
    state.released,
    state.ending,
    state.deleting,
    state.problem === undefined,
    // A command about what is not there, or carried out already, changes nothing; that it was carried out does.
    state.commands
      .filter(({ verb, revision: about, value }) => names.has(about) && status.obeyed[verb] !== value)
      .map(({ verb, revision: about }) => `${verb} ${name(about)}`)
      .sort(),
    VERBS.map((verb) => target !== undefined && status.obeyed[verb] === target.revision),
  ];
  const known = tried && [
    status.park === 'due' && tried.accepted.includes('scale-target'),
    Math.min(1, age(tried.askedAt)),
    age(tried.unsettledSince),
  ];
  return JSON.stringify([memory, there, known]);
}

/** A deadline is over for what people would be told of: a gate that holds, a Canary that waits for its target. */
function overdueIn({ status, target, now }: WorldState): boolean {
  const awaited = status.phase === 'Initializing' && target === undefined;
  const since = status.held?.since ?? (awaited ? status.phaseSince : undefined);
  return since !== undefined && ageOf(now - since) === 2;
}

const texts = new WeakMap<object, string>();

/** Objects of a state are never changed, only replaced, so each is written out once. */
function textOf<T extends object>(object: T | undefined, about: (object: T) => unknown = (it) => it): string {
  if (object === undefined) return '';
  const text = texts.get(object) ?? JSON.stringify(about(object));
  texts.set(object, text);
  return text;
}

function textOfSpec(spec: Spec): string {
  return textOf(spec, ({ suspend, autoscaler, affinity }) => [planOf(spec), suspend, autoscaler, affinity]);
}

const COOKIES = ['canary', 'primary', 'previous'] as const;
const VERBS = ['abort', 'retry', 'promote'] as const;

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
