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
  MarkedRoutes,
  News,
  Observed,
  Question,
  Readiness,
  Situation,
  Spec,
  Status,
  Tried,
} from '../core/model.ts';
import type { ActionError, CommitError, Ports, Stored } from '../controller/ports.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { instant, NO_REVISION, percent, revision, type Instant, type Revision } from '../shared/brand.ts';
import type { Fate } from './fate.ts';

/** Everything there is, apart from what a process remembers. */
export interface WorldState {
  readonly now: Instant;
  /** Counts the writes of the Canary. */
  readonly version: number;
  readonly status: Status;
  readonly deleting: boolean;
  readonly commands: readonly Command[];
  readonly problem: Situation['problem'];
  readonly target:
    { readonly revision: Revision; readonly generation: number; readonly up: boolean } | undefined;
  /** `written` is when it was last given a template; `mixed` while configuration and template name two. */
  readonly primary: { readonly revision: Revision; readonly written: Instant } | undefined;
  readonly snapshots: readonly Revision[];
  readonly routes: MarkedRoutes | undefined;
  readonly services: boolean;
  readonly finalizer: boolean;
  readonly released: boolean;
}

/** One effect of a pass, as whoever watches from outside sees it. */
export type Effect =
  | { readonly kind: 'looked'; readonly observed: Observed }
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

/** The process is gone. What it has written stays, what it has remembered does not. */
export class Died extends Error {
  override readonly name = 'Died';
}

export const NEW_STATUS: Status = {
  origin: 'new',
  phase: 'Initializing',
  step: -1,
  canaryWeight: percent(0),
  mirrored: false,
  failedChecks: 0,
  routesMark: 0,
  park: 'none',
  obeyed: {},
  outbox: [],
  sequence: 0,
  lastAppliedRevision: NO_REVISION,
  lastPromotedRevision: NO_REVISION,
  changedAt: instant(0),
  phaseSince: instant(0),
  plan: '',
  target: undefined,
  invalid: undefined,
  held: undefined,
  stalled: undefined,
};

/** A Canary beside its Deployment, a moment after both were applied. */
export function newborn(): WorldState {
  return {
    now: instant(0),
    version: 1,
    status: NEW_STATUS,
    deleting: false,
    commands: [],
    problem: undefined,
    target: { revision: revision('v1'), generation: 1, up: true },
    primary: undefined,
    snapshots: [],
    routes: undefined,
    services: false,
    finalizer: false,
    released: false,
  };
}

export class World implements Ports {
  state: WorldState;
  /** What this process remembers; lost when it dies. */
  #tried: Tried | undefined;
  readonly #spec: Spec;
  readonly #fate: Fate;
  readonly #climate: Climate;
  readonly #watch: (effect: Effect) => void;
  #look: WorldState | undefined;
  /** Once a pass is surprise enough; without end it would be a pass without end. */
  #pushed = false;

  constructor(options: {
    readonly state: WorldState;
    readonly spec: Spec;
    readonly fate: Fate;
    readonly climate: Climate;
    readonly tried?: Tried | undefined;
    readonly watch?: (effect: Effect) => void;
  }) {
    this.state = options.state;
    this.#spec = options.spec;
    this.#fate = options.fate;
    this.#climate = options.climate;
    this.#tried = options.tried;
    this.#watch = options.watch ?? (() => undefined);
  }

  now(): Instant {
    return this.state.now;
  }

  tried(): Tried | undefined {
    return this.#tried;
  }

  async load(): Promise<Stored | undefined> {
    this.#pushed = false;
    const { version, status, commands, deleting, problem } = this.state;
    return { version: String(version), spec: this.#spec, status, commands, deleting, problem };
  }

  async observe(): Promise<Observed> {
    const { target, primary, snapshots, routes, services, finalizer, released } = this.state;
    const observed: Observed = {
      target: target && {
        revision: target.revision,
        scaledUp: target.up,
        readiness: target.up
          ? this.#readiness('target')
          : { kind: 'progressing', detail: 'no replicas are desired' },
        record: recordOf(target),
      },
      primary: primary && {
        revision: primary.revision,
        scaledUp: true,
        readiness: this.#readiness('primary'),
      },
      snapshots,
      routes,
      services,
      finalizer,
      released,
    };
    this.#look = this.state;
    this.#watch({ kind: 'looked', observed });
    return observed;
  }

  async ask(question: Question): Promise<Answer> {
    this.#mayDie(`asking ${question.kind}`);
    const kind = this.#fate.choose(`answer ${labelOf(question)}`, this.#climate.answers);
    const answer: Answer = kind === 'yes' ? { kind } : { kind, failure: failureOf(question, this.#spec) };
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
    const before = this.state.status;
    this.state = { ...this.state, status, version: this.state.version + 1 };
    this.#tried = undefined;
    this.#watch({ kind: 'committed', before, after: status });
    this.#mayDie('after the commit');
    return ok();
  }

  async perform(action: Action): Promise<Result<undefined, ActionError>> {
    this.#mayDie(`before ${action.kind}`);
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
    this.#remember({ accepted: [action.kind] });
    this.#watch({ kind: 'performed', action, before, after: this.state });
    this.#mayDie(`after ${action.kind}`);
    return ok();
  }

  tell(status: Status, notices: readonly News[]): void {
    this.#mayDie('before telling');
    this.#watch({ kind: 'told', status, notices });
    if (status.outbox.length === 0) return;
    const told = new Set(status.outbox.map(({ sequence }) => sequence));
    const outbox = this.state.status.outbox.filter(({ sequence }) => !told.has(sequence));
    this.state = { ...this.state, status: { ...this.state.status, outbox } };
  }

  waited({ asked, settled }: { readonly asked: boolean; readonly settled: boolean }): void {
    const askedAt = asked ? this.state.now : this.#tried?.askedAt;
    if (!settled) {
      this.#remember({ askedAt });
      return;
    }
    this.#tried = askedAt === undefined ? undefined : { accepted: [], failures: [], askedAt };
  }

  // ------------------------------------------------------------------------------------------------ what people do

  /** A revision nobody has seen, or a named one, is applied to the target; its replicas stay. */
  push(name?: Revision): void {
    const { target } = this.state;
    if (target === undefined) return;
    const next = name ?? revision(`v${target.generation + 100}`);
    this.state = { ...this.state, target: { ...target, revision: next, generation: target.generation + 1 } };
  }

  #readiness(workload: 'target' | 'primary'): Readiness {
    const kind = this.#fate.choose(`${workload} is`, this.#climate[workload]);
    return kind === 'ready' ? { kind } : { kind, detail: '0 of 1 updated replicas are available' };
  }

  #mayDie(when: string): void {
    if (this.#climate.deaths && this.#fate.choose(`dies ${when}`, [false, true])) throw new Died(when);
  }

  #remember(more: Partial<Tried>): void {
    const known = this.#tried ?? { accepted: [], failures: [], askedAt: undefined };
    this.#tried = {
      accepted: union(known.accepted, more.accepted ?? []),
      failures: union(known.failures, more.failures ?? []),
      askedAt: more.askedAt ?? known.askedAt,
    };
  }

  /** Carries an action out as the API server would: under the version of the look. False is a conflict. */
  #act(action: Action): boolean {
    const look = this.#look;
    const { state } = this;
    switch (action.kind) {
      case 'write-services':
        this.state = { ...state, services: true };
        return true;
      case 'set-routes':
        this.state = {
          ...state,
          routes: { ...action.routes, mark: action.mark, since: state.now, drifted: false },
        };
        return true;
      case 'write-primary': {
        // The very objects of the look are copied; a target that has moved on since is not looked at again.
        const source = action.from === 'target' ? look?.target?.revision : action.revision;
        if (source !== action.revision) return false;
        this.state = { ...state, primary: { revision: action.revision, written: state.now } };
        return true;
      }
      case 'keep-snapshot': {
        const kept = [action.revision, ...state.snapshots.filter((name) => name !== action.revision)].slice(
          0,
          2,
        );
        this.state = { ...state, snapshots: kept };
        return true;
      }
      case 'scale-target': {
        const { target } = state;
        if (target === undefined || target.generation !== look?.target?.generation) return false;
        this.state = { ...state, target: { ...target, up: action.up, generation: target.generation + 1 } };
        return true;
      }
      case 'release-traffic':
        this.state = { ...state, released: true };
        return true;
      case 'set-finalizer':
        this.state = { ...state, finalizer: action.present };
        return true;
    }
  }
}

function union<Item>(known: readonly Item[], more: readonly Item[]): readonly Item[] {
  return [...new Set([...known, ...more])];
}

function recordOf(target: NonNullable<WorldState['target']>): Status['target'] & object {
  return {
    uid: 'target',
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
