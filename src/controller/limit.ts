/** A signal that also aborts after a while, by the clock handed in. */
import type { Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { formatDuration } from '../shared/duration.ts';

/**
 * Runs `work` with a signal that aborts with the outer one, or after `span`. What `work` rejects with is passed on;
 * `expired` tells the two apart.
 */
export async function limited<Value>(
  clock: Clock,
  span: Millis,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const done = new AbortController();
  const late = new AbortController();
  clock.sleep(span, { signal: done.signal }).then(
    () => late.abort(new Error(`no answer within ${formatDuration(span)}`)),
    () => undefined, // the work was done in time
  );
  try {
    return await work(AbortSignal.any([outer, late.signal]));
  } finally {
    done.abort();
  }
}
