/** The list of effects a pass over one Canary may have. Give it a cluster's and it is the controller; a world's, and it is the rehearsal. */
import type {
  Action,
  Answer,
  Command,
  News,
  Observed,
  Question,
  Situation,
  Spec,
  Status,
  Tried,
  Verdict,
  WaitingFor,
} from '../core/model.ts';
import type { Grounds } from '../core/grounds.ts';
import type { Instant, Millis } from '../shared/brand.ts';
import type { Result } from '../shared/result.ts';

export interface Stored {
  /** The resource version every write of this pass is fenced by. */
  readonly version: string;
  readonly spec: Spec;
  readonly status: Status;
  readonly commands: readonly Command[];
  readonly deleting: boolean;
  readonly problem: Situation['problem'];
}

export type CommitError =
  /** Somebody wrote the Canary since it was loaded. */
  | { readonly kind: 'conflict'; readonly detail: string }
  /** The API server dropped what it does not know; our CRDs are not installed. */
  | { readonly kind: 'pruned'; readonly detail: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly detail: string };

export interface ActionError {
  readonly action: Action['kind'];
  /** A conflict is no fault: the next look settles it, and nobody is told. */
  readonly conflict: boolean;
  readonly detail: string;
}

export interface Ports {
  /** The Canary from the cache; undefined when it is gone. */
  load(): Promise<Stored | undefined>;
  /** One look, newer than everything this pass has written. */
  observe(): Promise<Observed>;
  /** Puts one question; takes as long as the hook or the metric may. */
  ask(question: Question): Promise<Answer>;
  /** Writes the status if the Canary is still at `version`, with what people may ask about it later. */
  commit(status: Status, version: string, grounds: Grounds): Promise<Result<undefined, CommitError>>;
  /** One action, from the objects of the last look, under their versions. */
  perform(action: Action): Promise<Result<undefined, ActionError>>;
  /** Hands the committed outbox and the notices of a verdict to the announcer; returns at once. */
  tell(status: Status, notices: readonly News[]): void;
  /** What this process has tried since the last commit, or since things were last settled; undefined after a restart. */
  tried(): Tried | undefined;
  /**
   * Called at the end of a pass that committed nothing. `asked`: questions were put, so `tried` gets `askedAt` now.
   * `settled`: nothing remained to be done, so what was accepted and refused before is forgotten (`askedAt` stays);
   * if not, `unsettledSince` gets now unless it has a time already.
   */
  waited(outcome: { readonly asked: boolean; readonly settled: boolean }): void;
  /** Values for cookies that nobody has used. */
  drawn(): Situation['drawn'];
  now(): Instant;
}

export type ReconcileResult =
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly error: CommitError }
  | { readonly kind: 'moved'; readonly status: Status; readonly failures: readonly ActionError[] }
  | {
      readonly kind: 'waiting';
      readonly waitingFor: WaitingFor;
      readonly failures: readonly ActionError[];
      readonly requeueAfter?: Millis;
    };

export type { Verdict };
