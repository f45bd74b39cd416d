/**
 * Leaves a Canary alone that a running Flagger drives, and says so: in a condition, written beside Flagger's own under
 * the version that was seen, and in an Event. Flagger drops the condition when it turns its own; each time it is
 * written once more, and never because of anything else, so the two do not chase each other.
 */
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { conditionPatch, parseStatus } from '../api/status.ts';
import { at, list, text } from '../api/tree.ts';
import type { RunningFlagger } from '../core/flagger.ts';
import { flaggerRuns } from '../core/wording.ts';
import { after, instant, millis, shorter, until, type Millis } from '../shared/brand.ts';
import type { Tools } from './tools.ts';

const FLAGGER_RUNNING = 'FlaggerRunning';
/** Flagger gives a Canary its first status only where it finds no condition, so it is let go first. */
const FLAGGERS_TURN = millis(5_000);
/** Flagger writes as well. */
const AFTER_CONFLICT = millis(1_000);

export type Aside =
  | { readonly kind: 'said' }
  | { readonly kind: 'later'; readonly delay: Millis }
  | { readonly kind: 'refused' };

/** Does nothing to the Canary but say who drives it, once. */
export async function standAside(
  tools: Tools,
  ref: ObjectRef,
  canary: KubeObject,
  flagger: RunningFlagger,
  signal: AbortSignal,
): Promise<Aside> {
  const now = tools.clock.now();
  // By the API server's clock, which may be ahead of ours.
  const turn = shorter(FLAGGERS_TURN, until(now, after(createdAt(canary), FLAGGERS_TURN)));
  if (turn > 0 && at(canary, 'status', 'conditions') === undefined) return { kind: 'later', delay: turn };
  const said = flaggerRuns(flagger);
  const condition = { reason: FLAGGER_RUNNING, detail: said.text };
  const status = conditionPatch(canary['status'], 'Accepted', condition, now);
  if (status === undefined) return { kind: 'said' };
  const written = await write(tools, ref, canary, status, signal);
  if (written.kind === 'said') await tools.events.notice({ canary, ...said, at: now }, { signal });
  return written;
}

/** Takes back what was said while a Flagger drove it; undefined where nothing was. */
export async function takeUp(
  tools: Tools,
  ref: ObjectRef,
  canary: KubeObject,
  signal: AbortSignal,
): Promise<Aside | undefined> {
  const conditions = list(at(canary, 'status', 'conditions'));
  if (!conditions.some((condition) => text(at(condition, 'reason')) === FLAGGER_RUNNING)) return undefined;
  const { invalid } = parseStatus(canary);
  const status = conditionPatch(canary['status'], 'Accepted', invalid, tools.clock.now());
  return status && write(tools, ref, canary, status, signal);
}

async function write(
  { objects }: Tools,
  ref: ObjectRef,
  { metadata: { resourceVersion } }: KubeObject,
  status: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Aside> {
  const patch = { metadata: { resourceVersion }, status };
  const written = await objects.patch(ref, patch, { signal, subresource: 'status' });
  if (written.ok) return { kind: 'said' };
  return written.error.kind === 'conflict' ? { kind: 'later', delay: AFTER_CONFLICT } : { kind: 'refused' };
}

function createdAt({ metadata }: KubeObject): ReturnType<typeof instant> {
  const time = Date.parse(text(at(metadata, 'creationTimestamp')) ?? '');
  return instant(Number.isNaN(time) ? 0 : time);
}
