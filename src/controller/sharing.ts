/** Asks once for several: whoever has the same question in the same moment gets the same answer. */
import { after, type Instant, type Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';

/** Finds the answer. It has to call `sent` when the question leaves, and to end when `signal` aborts. */
export type Ask<Answer> = (call: {
  readonly signal: AbortSignal;
  readonly sent: () => void;
}) => Promise<Answer>;

export interface SharingOptions<Answer> {
  readonly clock: Clock;
  /** How long after a question was sent its answer serves others. */
  readonly moment: Millis;
  /** Whether an answer serves those who ask after it has come; it always serves those who wait for it. */
  readonly keeps: (answer: Answer) => boolean;
}

interface Shared<Answer> {
  readonly answer: Promise<Answer>;
  /** Aborts when nobody waits any more. */
  readonly stop: AbortController;
  askers: number;
  /** Undefined while it waits for its turn. */
  sentAt: Instant | undefined;
}

export class Sharing<Answer> {
  readonly #options: SharingOptions<Answer>;
  readonly #shared = new Map<string, Shared<Answer>>();
  #swept: Instant;

  constructor(options: SharingOptions<Answer>) {
    this.#options = options;
    this.#swept = options.clock.steady();
  }

  /** Rejects with the reason of `signal` alone, or with what `ask` rejects with while somebody waits. */
  ask(question: string, signal: AbortSignal, ask: Ask<Answer>): Promise<Answer> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const found = this.#shared.get(question);
    const shared = found !== undefined && this.#serves(found) ? found : this.#begin(question, ask);
    return joined(shared, signal);
  }

  #serves({ stop, sentAt }: Shared<Answer>): boolean {
    if (stop.signal.aborted) return false;
    return sentAt === undefined || this.#options.clock.steady() < after(sentAt, this.#options.moment);
  }

  #begin(question: string, ask: Ask<Answer>): Shared<Answer> {
    this.#sweep();
    const stop = new AbortController();
    const sent = (): void => {
      shared.sentAt ??= this.#options.clock.steady();
    };
    const forget = (): void => {
      if (this.#shared.get(question) === shared) this.#shared.delete(question);
    };
    // In a later breath, so that what it calls finds the entry.
    const answer = Promise.resolve().then(() => ask({ signal: stop.signal, sent }));
    const shared: Shared<Answer> = { answer, stop, askers: 0, sentAt: undefined };
    this.#shared.set(question, shared);
    answer.then((value) => {
      sent();
      if (!this.#options.keeps(value)) forget();
    }, forget);
    return shared;
  }

  /** Answers of past moments are of use to nobody; once in a moment is soon enough. */
  #sweep(): void {
    const now = this.#options.clock.steady();
    if (now < after(this.#swept, this.#options.moment)) return;
    this.#swept = now;
    for (const [question, shared] of this.#shared) {
      if (!this.#serves(shared)) this.#shared.delete(question);
    }
  }
}

/** The answer for one asker, who may leave without the others; with the last of them goes the question. */
function joined<Answer>(shared: Shared<Answer>, signal: AbortSignal): Promise<Answer> {
  shared.askers += 1;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      shared.askers -= 1;
      if (shared.askers === 0) shared.stop.abort(signal.reason);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    shared.answer.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject);
  });
}
