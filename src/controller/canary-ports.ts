/** The ports of one pass over one Canary in a cluster. The rules they serve are `reconcile.ts` and the core's. */
import type { ParsedCanary } from '../api/canary.ts';
import { commandsOf } from '../api/command.ts';
import type { Canary } from '../api/model.ts';
import type { ApiError, KubeObject, ObjectRef } from '../api/objects.ts';
import { writeStatus, type StatusContext } from '../api/status.ts';
import type { Grounds } from '../core/grounds.ts';
import type {
  Action,
  Answer,
  News,
  Observed,
  Question,
  Situation,
  Status,
  TargetRecord,
  Tried,
} from '../core/model.ts';
import type { Instant } from '../shared/brand.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Announcer } from './announcer.ts';
import { ask } from './ask.ts';
import { refOfKey } from './canary-index.ts';
import type { ConfigShelf } from './configs.ts';
import { remember, type Memory } from './memory.ts';
import { namesOf } from './names.ts';
import { lookAt, observedOf, type View } from './observe.ts';
import { perform } from './perform.ts';
import type { ActionError, CommitError, Ports, Stored } from './ports.ts';
import type { Slots } from './slots.ts';
import type { Tools } from './tools.ts';

export interface PassContext {
  readonly tools: Tools;
  readonly key: string;
  readonly canary: Canary;
  readonly problem: ParsedCanary['problem'];
  /** What of the spec is allowed and surely not meant, where people have not been told. */
  readonly doubts: readonly News[];
  readonly memory: Memory;
  readonly announcer: Announcer;
  readonly slots: Slots;
  readonly shelf: ConfigShelf;
  readonly signal: AbortSignal;
  /** Outlives the pass: what was committed is told. */
  readonly lifetime: AbortSignal;
  /** Told what a look is made of. */
  readonly onLook: (refs: readonly ObjectRef[]) => void;
}

export class CanaryPorts implements Ports {
  readonly #context: PassContext;
  #view: View | undefined;
  /** The target as the last look found it. */
  #seen: TargetRecord | undefined;
  /** The Canary as our last write of this pass left it. */
  #object: KubeObject;
  #status: Status;

  constructor(context: PassContext) {
    this.#context = context;
    this.#object = context.canary.object;
    this.#status = context.canary.status;
  }

  get canary(): Canary {
    return this.#context.canary;
  }

  async load(): Promise<Stored | undefined> {
    const { canary, problem } = this.#context;
    return {
      version: canary.resourceVersion,
      spec: canary.spec,
      status: canary.status,
      commands: commandsOf(canary.annotations).commands,
      deleting: canary.deleting,
      problem,
    };
  }

  async observe(): Promise<Observed> {
    const { tools, shelf, canary, memory, signal, onLook } = this.#context;
    this.#view = await lookAt(tools, shelf, { ...canary, object: this.#object }, onLook, signal);
    const observed = observedOf(this.#view);
    this.#seen = observed.target?.record;
    return { ...observed, ...(memory.ending && { ending: true }) };
  }

  /**
   * People and tests may take minutes, so others may work meanwhile. A gate before a run is asked about a target that no
   * status holds yet.
   */
  ask(question: Question): Promise<Answer> {
    const { tools, canary, slots, signal } = this.#context;
    const target = this.#seen?.revision === question.revision ? this.#seen : canary.status.target;
    const about = { ...canary, status: { ...canary.status, target } };
    return slots.without(() => ask(tools, about, question, signal));
  }

  async commit(status: Status, version: string, grounds: Grounds): Promise<Result<undefined, CommitError>> {
    const { canary, announcer, memory, tools } = this.#context;
    const outbox = announcer.untold(canary.uid, status.outbox);
    const decided = { grounds, names: namesOf(canary) };
    const written = await this.#write({ ...status, outbox }, version, { decided });
    if (!written.ok) return written;
    memory.tried = undefined;
    count(tools, canary, status);
    return ok();
  }

  /** Crosses off what was told, by a commit of its own; the rollout does not notice. */
  async crossOff(): Promise<Result<boolean, CommitError>> {
    const { canary, announcer } = this.#context;
    const { status } = canary;
    const outbox = announcer.untold(canary.uid, status.outbox);
    if (outbox.length === status.outbox.length || outbox.length > 0) return ok(false);
    const written = await this.#write({ ...status, outbox }, canary.resourceVersion);
    return written.ok ? ok(true) : written;
  }

  async perform(action: Action): Promise<Result<undefined, ActionError>> {
    const { tools, memory, signal } = this.#context;
    if (this.#view === undefined) throw new Error('nothing can be done before a look');
    const canary = { ...this.#view.canary, status: this.#status, object: this.#object };
    const done = await perform(tools, { ...this.#view, canary }, action, signal);
    if (!done.ok) {
      const { kind, detail } = done.error;
      if (kind === 'ending') memory.ending = true;
      const conflict = kind === 'conflict' || kind === 'already-exists' || kind === 'ending';
      if (!conflict) remember(memory, { failures: [detail] });
      return err({ action: action.kind, conflict, detail });
    }
    remember(memory, { accepted: [action.kind] });
    return ok();
  }

  tell(status: Status, notices: readonly News[]): void {
    const { announcer, canary, memory, doubts, lifetime } = this.#context;
    const told = [...doubts, ...notices];
    memory.doubted = canary.generation;
    announcer.tell({ ...canary, status, object: this.#object }, status, told, lifetime);
  }

  tried(): Tried | undefined {
    return this.#context.memory.tried;
  }

  waited({ asked, settled }: { readonly asked: boolean; readonly settled: boolean }): void {
    const { memory } = this.#context;
    const askedAt = asked ? this.now() : memory.tried?.askedAt;
    if (!settled) return remember(memory, { askedAt, unsettledSince: this.now() });
    const asks = { accepted: [], failures: [], askedAt, unsettledSince: undefined };
    memory.tried = askedAt === undefined ? undefined : asks;
  }

  drawn(): Situation['drawn'] {
    const { random } = this.#context.tools;
    return { canary: letters(random), primary: letters(random) };
  }

  now(): Instant {
    return this.#context.tools.clock.now();
  }

  async #write(
    status: Status,
    version: string,
    decided: Pick<StatusContext, 'decided'> = {},
  ): Promise<Result<undefined, CommitError>> {
    const { tools, key, canary, signal } = this.#context;
    const context = { canary, previous: this.#object['status'], now: this.now(), ...decided };
    const body = writeStatus(status, context);
    const patch = { metadata: { resourceVersion: version }, status: body };
    const written = await tools.objects.patch(refOfKey(key), patch, { signal, subresource: 'status' });
    if (!written.ok) return err(commitError(written.error));
    this.#object = written.value;
    this.#status = status;
    return ok();
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Of 52 letters each: two cookies in 10¹⁷ are the same. */
const COOKIE_LENGTH = 10;

function letters(random: () => number): string {
  return Array.from({ length: COOKIE_LENGTH }, () =>
    LETTERS.charAt(Math.floor(random() * LETTERS.length)),
  ).join('');
}

function commitError({ kind, detail }: ApiError): CommitError {
  if (kind === 'conflict') return { kind, detail };
  if (kind === 'not-found') return { kind: 'gone' };
  return kind === 'pruned' ? { kind, detail } : { kind: 'failed', detail };
}

/** What a commit means for the counters. */
function count({ vitals }: Tools, canary: Canary, status: Status): void {
  const counted = { target: canary.target.name, namespace: canary.namespace };
  const before = canary.status;
  const added = status.sequence - before.sequence;
  vitals.dropped(Math.max(0, before.outbox.length + added - status.outbox.length));
  for (const { sequence, news } of status.outbox) {
    if (sequence < before.sequence) continue;
    const strategy = canary.spec.strategy.kind;
    if (news.kind === 'promoted') vitals.ended(counted, strategy, 'completed');
    if (news.kind === 'promoted-unanalysed') vitals.ended(counted, strategy, 'skipped');
    if (news.kind === 'failed' || news.kind === 'promotion-failed') vitals.ended(counted, strategy, 'failed');
  }
}
