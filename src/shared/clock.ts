import { instant, type Instant, type Millis } from './brand.ts';

export interface Clock {
  /** The time of day: for what is written down and read elsewhere. Somebody may set it, forward or back. */
  now(): Instant;
  /** A time that nobody sets: for spans within this process. It says nothing outside it. */
  steady(): Instant;
  /** Resolves after `span`; rejects with the signal's reason if it aborts first. */
  sleep(span: Millis, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** More than this a timer cannot count: it would ring at once. */
const LONGEST_NAP = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  steady: () => instant(performance.now()),
  async sleep(span, { signal }) {
    let left: number = span;
    for (; left > LONGEST_NAP; left -= LONGEST_NAP) await nap(LONGEST_NAP, signal);
    await nap(left, signal);
  },
};

function nap(span: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, span);
    signal.addEventListener('abort', abort, { once: true });
  });
}
