/**
 * What a Canary waits for, said in its status where that is not what its last commit led to expect. A rollout that goes
 * as planned is not written for it: only what lasts is worth a write, once.
 */
import { readWait, told, type Wait } from '../api/waiting.ts';
import type { Spec, Status, WaitingFor } from '../core/model.ts';
import { after, millis, until, type Instant, type Millis } from '../shared/brand.ts';

/** What lasts shorter is not told: routes are written and pods come up all the time. */
const GRACE = millis(5_000);
/** Another text about the same thing, such as another error, is written no more often. */
const AGAIN = millis(300_000);

/** What a process remembers of it between passes. */
export interface Waited {
  readonly wait: Wait;
  /** When this was last said in the status by a write of its own; undefined before. */
  readonly saidAt: Instant | undefined;
}

/** What a pass waits for, and since when: the first pass that has waited for the like since the rollout last moved. */
export function waitedFor(
  before: Waited | undefined,
  waitingFor: WaitingFor,
  { spec, status }: { readonly spec: Spec; readonly status: Status },
  now: Instant,
): Waited {
  const goesOn = before?.wait.kind === waitingFor.kind && before.wait.since >= status.changedAt;
  const since = goesOn ? before.wait.since : now;
  const wait = told({ waitingFor, since }, spec);
  // Until it is asked again, the last answer stands.
  const stands = goesOn && isAnswered(wait, before.wait);
  return { wait: stands ? { ...wait, text: before.wait.text } : wait, saidAt: before?.saidAt };
}

/** Whether to write it now, to look again later, or to leave things as they are. */
export type Telling =
  | { readonly kind: 'write'; readonly wait: Wait }
  | { readonly kind: 'later'; readonly delay: Millis }
  | { readonly kind: 'nothing' };

/** `written` is the status as it stands in the object, `status` the same as it was read. */
export function telling(
  { wait, saidAt }: Waited,
  stored: { readonly written: unknown; readonly status: Status; readonly spec: Spec },
  now: Instant,
): Telling {
  // What is not ours to read yet is not ours to write to.
  if (stored.status.origin !== 'ours') return { kind: 'nothing' };
  const known = readWait(stored.written, stored.status, stored.spec);
  if (known.kind === wait.kind) {
    const worded = wordsOf(known.text) === wordsOf(wait.text) || isAnswered(wait, known);
    if (worded || (saidAt !== undefined && now < after(saidAt, AGAIN))) return { kind: 'nothing' };
    return write({ ...wait, since: known.since }, known.since, now);
  }
  // Between two rounds of questions it is still the answer that is waited for.
  if (known.kind === 'question' && wait.kind === 'interval') return { kind: 'nothing' };
  return write(wait, wait.since, now);
}

function write(wait: Wait, since: Instant, now: Instant): Telling {
  const due = lasts(wait) ? since : after(since, GRACE);
  return now >= due ? { kind: 'write', wait } : { kind: 'later', delay: until(now, due) };
}

/** Whether it takes somebody to end it, or an answer that nobody knows. */
export function lasts({ kind }: Wait): boolean {
  return LASTING.has(kind);
}

/** These do not pass by themselves. */
const LASTING: ReadonlySet<Wait['kind']> = new Set<Wait['kind']>([
  'target',
  'resume',
  'proven-revision',
  'spec',
  'question',
]);

/** The same wait, with the answer it got when it was asked last. */
function isAnswered({ text }: Wait, known: Wait): boolean {
  return known.text.startsWith(`${text}: `);
}

/** Numbers go up and down while it is the same that is waited for. */
function wordsOf(text: string): string {
  return text.replaceAll(/\d+/g, '#');
}
