/** Work with an end: it is given up when its time is over or its caller has lost interest, even if it hangs. */
import type { Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';

export type Timed<Value> = { readonly kind: 'done'; readonly value: Value } | { readonly kind: 'timeout' };

export interface Deadline {
  readonly clock: Clock;
  readonly span: Millis;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` for at most `span`. Rejects with the caller's reason when the caller's signal aborts, and with
 * what `work` throws. The signal given to `work` aborts in both cases; whether work heeds it does not matter.
 *
 * `AbortSignal.any` is not used: each call would leave something behind on a signal that lives as long as the process.
 */
export async function withDeadline<Value>(
  { clock, span, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Timed<Value>> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const finished = new AbortController();
  const cancel = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  let late = false;
  const ring = (): void => {
    late = true;
    stop.abort(new Error(`took longer than ${span} ms`));
  };
  clock.sleep(span, { signal: finished.signal }).then(ring, () => undefined);
  try {
    return { kind: 'done', value: await Promise.race([work(stop.signal), rejection(stop.signal)]) };
  } catch (error) {
    signal.throwIfAborted();
    if (late) return { kind: 'timeout' };
    throw error;
  } finally {
    finished.abort();
    signal.removeEventListener('abort', cancel);
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
