/** What a kind of task is: metadata of a webhook in, something to run out. */
import type { Http } from '../../shared/http.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Result } from '../../shared/result.ts';
import type { Answer } from '../answer.ts';
import type { Metadata } from '../payload.ts';
import type { ProxyFor } from '../proxy.ts';

export interface TaskType {
  /** Whether the webhook waits for the end. If not, it hears of a failure when it calls again. */
  readonly waits: boolean;
  /** What to run; refuses with an answer what makes no sense or is not allowed. */
  plan(metadata: Metadata, tools: Tools): Result<Job, Answer>;
}

export interface Job {
  /** What it does, in the words of the metadata. It tells the jobs of one Canary apart. */
  readonly title: string;
  readonly run: Run;
}

export interface Outcome {
  /** What it printed. */
  readonly output: string;
  /** Why it failed; undefined where it did not. */
  readonly failure: string | undefined;
}

/** Never rejects. Ends soon after the signal aborts, which is a failure with the signal's reason. */
export type Run = (options: { readonly signal: AbortSignal }) => Promise<Outcome>;

export interface Tools {
  /** May commands other than `hey` be run, and files be read for others? */
  readonly allowShell: boolean;
  /** Is there a `hey` to be called? Ours is used where not. */
  readonly heyInstalled: boolean;
  readonly proxyFor: ProxyFor;
  readonly http: Http;
  readonly clock: Clock;
}

/** Why a job was ended by its signal. */
export function stopOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : 'stopped';
}
