/**
 * A cluster, its metrics, its hooks and its people in memory, behind the ports of a pass. It behaves: it does not
 * record calls. What it holds is plain data, so that a state can be kept, compared and continued.
 *
 * A workload is a revision and whether it runs; the mesh is a position under a mark. How these look as Kubernetes
 * objects is tested where they are rendered; here it is about what follows from what.
 */
import type {
  Action,
  Answer,
  CheckFailure,
  Command,
  Cookies,
  LeftRoutes,
  MarkedRoutes,
  News,
  Observed,
  Question,
  Readiness,
  Situation,
  Spec,
  Status,
  Target,
  TargetRecord,
  Tried,
  Workload,
} from '../core/model.ts';
import type { ActionError, CommitError, Ports, Stored } from '../controller/ports.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { instant, revision, unreachable, type Instant, type Revision } from '../shared/brand.ts';
import { UNTOUCHED } from '../core/takeover.ts';
import type { Fate } from './fate.ts';

/**
 * Everything there is, apart from what a process remembers. Each member is the version of itself: whoever changes
 * something puts another value in its place, and who looked at the former one is refused.
 */
export interface WorldState {
  readonly now: Instant;
  readonly spec: Spec;
  /** Counts the writes of the Canary. */
  readonly version: number;
  readonly status: Status;
  readonly deleting: boolean;
  readonly commands: readonly Command[];
  readonly problem: Situation['problem'];
  readonly target: TargetState | undefined;
  readonly primary: PrimaryState | undefined;
  readonly snapshots: readonly Revision[];
  readonly routes: MarkedRoutes | undefined;
  /** What somebody made of the routes so that they cannot be understood. */
  readonly malformedRoutes: string | undefined;
  /** Where the spec wants the routes; those of other places stand beside them. */
  readonly place: string;
  readonly elsewhere: Readonly<Record<string, MarkedRoutes>>;
  readonly services: boolean;
  /** What the spec names as its target. */
  readonly workload: string;
  /** The target whose primary the Services select, once there are any. */
  readonly selected: string | undefined;
  /** What was made for targets that the spec named before. */
  readonly former: Readonly<Record<string, Pick<WorldState, 'primary' | 'snapshots'>>>;
  /** The copies of autoscalers there are for the primary, by what they were made of. */
  readonly autoscalers: Readonly<Record<string, 'current' | 'outdated'>>;
  readonly finalizer: boolean;
  readonly released: boolean;
  /** The namespace is being deleted. */
  readonly ending: boolean;
}

export interface TargetState {
  readonly revision: Revision;
  readonly generation: number;
  /** Undefined where there is nothing to scale, as with a Service. */
  readonly up: boolean | undefined;
}

export interface PrimaryState {
  /** NO_REVISION while configuration and template name two. */
  readonly revision: Revision;
}

/** One effect of a pass, as whoever watches from outside sees it. */
export type Effect =
  /** What a pass found, and the spec that it goes by. */
  | { readonly kind: 'looked'; readonly observed: Observed; readonly spec: Spec }
  | { readonly kind: 'asked'; readonly question: Question; readonly answer: Answer }
  | { readonly kind: 'committed'; readonly before: Status; readonly after: Status }
  | {
      readonly kind: 'performed';
      readonly action: Action;
      readonly before: WorldState;
      readonly after: WorldState;
    }
  | { readonly kind: 'told'; readonly status: Status; readonly notices: readonly News[] };

/** Which surprises are possible; without any, only time passes. */
export interface Climate {
  /** What a look may find of each workload, calm first. */
  readonly target: readonly [Readiness['kind'], ...Readiness['kind'][]];
  readonly primary: readonly [Readiness['kind'], ...Readiness['kind'][]];
  readonly answers: readonly [Answer['kind'], ...Answer['kind'][]];
  /** The process may die around every effect. */
  readonly deaths: boolean;
  /** The API server may accept a change that does not take hold, or refuse it. */
  readonly refusals: boolean;
  /** Somebody may push while a question is being answered. */
  readonly pushes: boolean;
}

export const CALM: Climate = {
  target: ['ready'],
  primary: ['ready'],
  answers: ['yes'],
  deaths: false,
  refusals: false,
  pushes: false,
};

/** What a story says in the place of fate: answers with values, workloads that take their time, a server that is down. */
export interface Script {
  readiness(workload: 'target' | 'primary', state: WorldState): Readiness;
  /** Time may pass, and things may happen in the cluster, before it returns. */
  answer(question: Question): Answer;
  /** The API server does not take the status, or what such an action writes. */
  refuses(what: 'status' | Action['kind'], state: WorldState): boolean;
}

/** The process is gone. What it has written stays, what it has remembered does not. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** A Canary beside its Deployment, a moment after both were applied. */
export function newborn(spec: Spec): WorldState {
  return {
    now: instant(0),
    spec,
    version: 1,
    status: UNTOUCHED,
    deleting: false,
    commands: [],
    problem: undefined,
    target: { revision: revision('v1'), generation: 1, up: true },
    primary: undefined,
    snapshots: [],
    routes: undefined,
    malformedRoutes: undefined,
    place: 'istio/podinfo',
    elsewhere: {},
    services: false,
    workload: 'podinfo',
    selected: undefined,
    former: {},
    autoscalers: {},
    finalizer: false,
    released: false,
    ending: false,
  };
}

/** What all processes share. */
export interface Cluster {
  state: WorldState;
}

/** One process before a cluster. */
export class World implements Ports {
  readonly #cluster: Cluster;
  /** What this process remembers; lost when it dies. */
  #tried: Tried | undefined;
  readonly #fate: Fate;
  readonly #climate: Climate;
  readonly #script: Script | undefined;
  readonly #watch: (effect: Effect) => void;
  /** What a cache still shows that has not heard of the latest changes, if this is such a cache. */
  readonly #cache: WorldState | undefined;
  #look: WorldState | undefined;
  /** Once a pass is surprise enough; without end it would be a pass without end. */
  #pushed = false;
  /** Whether this process has written since the cache fell behind. */
  #wrote = false;

  constructor(options: {
    readonly cluster: Cluster;
    readonly fate: Fate;
    readonly climate: Climate;
    readonly script?: Script | undefined;
    readonly tried?: Tried | undefined;
    /** The state as it was before others changed it, where this process has not been told of that yet. */
    readonly cache?: WorldState | undefined;
    readonly watch?: (effect: Effect) => void;
  }) {
    this.#cluster = options.cluster;
    this.#cache = options.cache;
    this.#fate = options.fate;
    this.#climate = options.climate;
    this.#script = options.script;
    this.#tried = options.tried;
    this.#watch = options.watch ?? (() => undefined);
  }

  get state(): WorldState {
    return this.#cluster.state;
  }

  set state(next: WorldState) {
    this.#cluster.state = next;
  }

  now(): Instant {
    return this.state.now;
  }

  /** As many as there are writes of the Canary, so that none is drawn twice. */
  drawn(): Situation['drawn'] {
    const { version } = this.state;
    return { canary: `c${version}`, primary: `p${version}` };
  }

  tried(): Tried | undefined {
    return this.#tried;
  }

  async load(): Promise<Stored | undefined> {
    const { version, spec, status, commands, deleting, problem } = this.#cached();
    return { version: String(version), spec, status, commands, deleting, problem };
  }

  async observe(): Promise<Observed> {
    const look = this.#cached();
    this.#look = look;
    const observed: Observed = {
      workload: `Deployment/${look.workload}`,
      target: look.target && this.#seenTarget(look.target),
      primary: look.primary && this.#seenPrimary(look.primary),
      snapshots: look.snapshots,
      routes: look.malformedRoutes === undefined ? seenRoutes(look) : undefined,
      ...(look.malformedRoutes !== undefined && { malformedRoutes: look.malformedRoutes }),
      place: look.place,
      left: leftIn(look),
      services: look.services && look.selected === look.workload,
      autoscaler: look.spec.autoscaler === '' || look.autoscalers[look.spec.autoscaler] === 'current',
      formerAutoscaler:
        look.status.autoscaler !== look.spec.autoscaler && look.status.autoscaler in look.autoscalers,
      finalizer: look.finalizer,
      released: look.released,
      ...(look.ending && { ending: true }),
    };
    this.#watch({ kind: 'looked', observed, spec: look.spec });
    return observed;
  }

  async ask(question: Question): Promise<Answer> {
    this.#mayDie(`asking ${question.kind}`);
    const answer = this.#script?.answer(question) ?? this.#answer(question);
    const mayPush = this.#climate.pushes && !this.#pushed;
    if (mayPush && this.#fate.choose('push while asking', [false, true])) {
      this.#pushed = true;
      this.push();
    }
    this.#watch({ kind: 'asked', question, answer });
    return answer;
  }

  async commit(status: Status, version: string): Promise<Result<undefined, CommitError>> {
    this.#mayDie('before the commit');
    if (String(this.state.version) !== version)
      return err({ kind: 'conflict', detail: 'the Canary was written' });
    if (this.#script?.refuses('status', this.state) === true) return err({ kind: 'failed', detail: DOWN });
    const before = this.state.status;
    this.state = { ...this.state, status, version: this.state.version + 1 };
    this.#tried = undefined;
    this.#wrote = true;
    this.#watch({ kind: 'committed', before, after: status });
    this.#mayDie('after the commit');
    return ok();
  }

  async perform(action: Action): Promise<Result<undefined, ActionError>> {
    this.#mayDie(`before ${action.kind}`);
    if (this.#script?.refuses(action.kind, this.state) === true) {
      this.#remember({ failures: [`${action.kind}: ${DOWN}`] });
      return err({ action: action.kind, conflict: false, detail: `${action.kind}: ${DOWN}` });
    }
    const outcome = this.#climate.refusals
      ? this.#fate.choose(action.kind, ['done', 'ignored', 'refused'] as const)
      : 'done';
    if (outcome === 'refused') {
      this.#remember({ failures: [`${action.kind}: refused`] });
      return err({ action: action.kind, conflict: false, detail: `${action.kind}: refused` });
    }
    const before = this.state;
    if (outcome === 'done' && !this.#act(action)) {
      return err({
        action: action.kind,
        conflict: true,
        detail: `${action.kind}: somebody wrote it meanwhile`,
      });
    }
    this.#wrote = true;
    this.#remember({ accepted: [action.kind] });
    this.#watch({ kind: 'performed', action, before, after: this.state });
    this.#mayDie(`after ${action.kind}`);
    return ok();
  }

  tell(status: Status, notices: readonly News[]): void {
    this.#mayDie('before telling');
    this.#watch({ kind: 'told', status, notices });
    if (status.outbox.length === 0 || this.#script?.refuses('status', this.state) === true) return;
    const told = new Set(status.outbox.map(({ sequence }) => sequence));
    const { state } = this;
    const outbox = state.status.outbox.filter(({ sequence }) => !told.has(sequence));
    this.state = { ...state, version: state.version + 1, status: { ...state.status, outbox } };
    this.#wrote = true;
  }

  waited({ asked, settled }: { readonly asked: boolean; readonly settled: boolean }): void {
    const askedAt = asked ? this.state.now : this.#tried?.askedAt;
    if (!settled) {
      this.#remember({ askedAt, unsettledSince: this.state.now });
      return;
    }
    const asks = { accepted: [], failures: [], askedAt, unsettledSince: undefined };
    this.#tried = askedAt === undefined ? undefined : asks;
  }

  // ------------------------------------------------------------------------------------------------ what people do

  /** A revision nobody has seen, or a named one, is applied to the target; its replicas stay. */
  push(name?: Revision): void {
    const { target } = this.state;
    if (target === undefined) return;
    const next = name ?? revision(`v${target.generation + 100}`);
    this.state = { ...this.state, target: { ...target, revision: next, generation: target.generation + 1 } };
  }

  /** Fate is asked how a workload is when a rule looks at it; what nobody looks at makes no difference. */
  #seenTarget(target: TargetState): Target {
    const { revision: carried, up } = target;
    const judge = once(() => (up === false ? EMPTY : this.#readiness('target')));
    return {
      revision: carried,
      scaledUp: up,
      record: recordOf(target, this.#look?.workload ?? this.state.workload),
      get readiness() {
        return judge();
      },
    };
  }

  #seenPrimary(primary: PrimaryState): Workload {
    const judge = once(() => this.#readiness('primary'));
    return {
      revision: primary.revision,
      scaledUp: true,
      get readiness() {
        return judge();
      },
    };
  }

  #answer(question: Question): Answer {
    const kind = this.#fate.choose(`answer ${labelOf(question)}`, this.#climate.answers);
    return kind === 'yes' ? { kind } : { kind, failure: failureOf(question, this.state.spec) };
  }

  #readiness(workload: 'target' | 'primary'): Readiness {
    if (this.#script !== undefined) return this.#script.readiness(workload, this.state);
    const kind = this.#fate.choose(`${workload} is`, this.#climate[workload]);
    return kind === 'ready' ? { kind } : { kind, detail: '0 of 1 updated replicas are available' };
  }

  /** Everything as it is, or as it was before the changes this process has not heard of. Its own it always knows. */
  #cached(): WorldState {
    const old = this.#cache;
    const wrote = old === undefined || this.#wrote;
    return wrote ? this.state : { ...old, now: this.state.now };
  }

  #mayDie(when: string): void {
    if (this.#climate.deaths && this.#fate.choose(`dies ${when}`, [false, true])) throw new Died(when);
  }

  #remember(more: Partial<Tried>): void {
    const known = this.#tried ?? NOTHING_TRIED;
    this.#tried = {
      accepted: union(known.accepted, more.accepted ?? []),
      failures: union(known.failures, more.failures ?? []),
      askedAt: more.askedAt ?? known.askedAt,
      unsettledSince: known.unsettledSince ?? more.unsettledSince,
    };
  }

  /** Writes the routes of a place, unless somebody has written them since the look. */
  #route(place: string, routes: MarkedRoutes): boolean {
    const { state } = this;
    if (routesAt(this.#look ?? state, place) !== routesAt(state, place)) return false;
    this.state =
      place === state.place
        ? { ...state, malformedRoutes: undefined, routes }
        : { ...state, elsewhere: { ...state.elsewhere, [place]: routes } };
    return true;
  }

  /** Carries an action out as the API server would: under the versions of the look. False is a conflict. */
  #act(action: Action): boolean {
    const { state } = this;
    const look = this.#look ?? state;
    switch (action.kind) {
      case 'write-services':
        if (look.services !== state.services || look.selected !== state.selected) return false;
        this.state = { ...state, services: true, selected: look.workload };
        return true;
      case 'write-autoscaler':
        if (look.autoscalers !== state.autoscalers) return false;
        this.state = { ...state, autoscalers: { ...state.autoscalers, [look.spec.autoscaler]: 'current' } };
        return true;
      case 'remove-autoscaler': {
        if (look.autoscalers !== state.autoscalers) return false;
        const { [look.status.autoscaler]: _, ...autoscalers } = state.autoscalers;
        this.state = { ...state, autoscalers };
        return true;
      }
      case 'set-routes':
        // Into the objects that the look was at, which a spec that has changed since names no more.
        return this.#route(look.place, {
          ...action.routes,
          mark: action.mark,
          since: state.now,
          drifted: false,
          ...(action.cookies !== undefined && { cookies: action.cookies }),
        });
      case 'leave-routes': {
        const { place, routes, mark } = action;
        return this.#route(place, { ...routes, mark, since: state.now, drifted: false });
      }
      case 'write-primary': {
        // The very objects of the look are copied; a target that has moved on since is not looked at again.
        const source = action.from === 'target' ? look.target?.revision : action.revision;
        if (source !== action.revision || look.primary !== primaryAt(state, look.workload)) return false;
        this.state = withPrimary(state, look.workload, { revision: action.revision });
        return true;
      }
      case 'keep-snapshot':
        if (look.snapshots !== state.snapshots || look.primary?.revision !== action.revision) return false;
        this.state = { ...state, snapshots: withSnapshot(state.snapshots, action.revision) };
        return true;
      case 'scale-target': {
        const { target } = state;
        if (target === undefined || target !== look.target) return false;
        this.state = { ...state, target: { ...target, up: action.up, generation: target.generation + 1 } };
        return true;
      }
      case 'release-traffic':
        if (look.routes !== state.routes) return false;
        this.state = { ...state, released: true };
        return true;
      case 'set-finalizer':
        if (look.finalizer !== state.finalizer) return false;
        this.state = { ...state, finalizer: action.present };
        return true;
      default:
        return unreachable(action);
    }
  }
}

/** What routes in a place, whether the spec names it now or did before. */
export function routesAt({ place, routes, elsewhere }: WorldState, at: string): MarkedRoutes | undefined {
  return at === place ? routes : elsewhere[at];
}

/** Routes that know other cookies than those remembered, or lead to another primary, are not as they should be. */
function seenRoutes({
  spec,
  status,
  routes,
  services,
  selected,
  workload,
}: WorldState): MarkedRoutes | undefined {
  if (routes === undefined) return routes;
  const { canary, primary, previous } = routes.cookies ?? {};
  const meant: Cookies = spec.affinity === undefined ? {} : status.cookies;
  const same =
    canary === meant.canary &&
    primary === meant.primary &&
    (routes.canary > 0 || previous === meant.previous);
  const strays = services && selected !== workload;
  return { ...routes, drifted: routes.drifted || !same || strays };
}

const DOWN = 'the API server refused it';

/** What still routes in the places the status names, but for the one where the routes are to be. */
function leftIn({ status, place, elsewhere }: WorldState): readonly LeftRoutes[] {
  const places = new Set([...status.left, status.place]);
  places.delete(place);
  return [...places].flatMap((name) => {
    const routes = elsewhere[name];
    return routes === undefined ? [] : [{ ...routes, place: name }];
  });
}

/** Another provider or another Service from now on; what there was stays behind. */
export function rerouted(state: WorldState, to: string): WorldState {
  const { [to]: found, ...others } = state.elsewhere;
  const elsewhere = state.routes === undefined ? others : { ...others, [state.place]: state.routes };
  return { ...state, place: to, routes: found, elsewhere };
}

/** Another workload is named from now on; what was made for the former one stays behind. */
export function retargeted(state: WorldState, to: string, carried: Revision): WorldState {
  const { [to]: found, ...others } = state.former;
  const { primary, snapshots } = state;
  return {
    ...state,
    workload: to,
    target: { revision: carried, generation: 1, up: true },
    primary: found?.primary,
    snapshots: found?.snapshots ?? [],
    former: { ...others, [state.workload]: { primary, snapshots } },
  };
}

function primaryAt({ workload, primary, former }: WorldState, of: string): PrimaryState | undefined {
  return of === workload ? primary : former[of]?.primary;
}

function withPrimary(state: WorldState, of: string, primary: PrimaryState): WorldState {
  if (of === state.workload) return { ...state, primary };
  const { snapshots = [] } = state.former[of] ?? {};
  return { ...state, former: { ...state.former, [of]: { primary, snapshots } } };
}

/** The newest first, and the one before it. */
function withSnapshot(known: readonly Revision[], kept: Revision): readonly Revision[] {
  return [kept, ...known.filter((name) => name !== kept)].slice(0, 2);
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const NOTHING_TRIED: Tried = { accepted: [], failures: [], askedAt: undefined, unsettledSince: undefined };

const EMPTY: Readiness = { kind: 'progressing', detail: 'no replicas are desired' };

function union<Item>(known: readonly Item[], more: readonly Item[]): readonly Item[] {
  return [...new Set([...known, ...more])];
}

function recordOf(target: TargetState, name: string): TargetRecord {
  return {
    workload: `Deployment/${name}`,
    uid: name,
    generation: target.generation,
    template: target.revision,
    revision: target.revision,
    configs: {},
  };
}

function labelOf(question: Question): string {
  return question.kind === 'hook' ? `${question.type}[${question.index}]` : question.kind;
}

function failureOf(question: Question, spec: Spec): CheckFailure {
  switch (question.kind) {
    case 'hook':
      return { kind: 'hook', hook: spec.hooks[question.index]?.name ?? '', detail: 'forbidden' };
    case 'metric': {
      const metric = spec.metrics[question.index]?.name ?? '';
      return { kind: 'metric', metric, value: 94.2, bound: 99, side: 'min' };
    }
    case 'providers':
      return { kind: 'providers', detail: 'unreachable' };
  }
}
