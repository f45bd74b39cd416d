/** Has tasks run: how many at a time, how long, and what the webhook that asked for one is answered. */
import type { Millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { formatDuration } from '../shared/duration.ts';
import type { Logger } from '../shared/logger.ts';
import { ACCEPTED, type Answer } from './answer.ts';
import { withoutCredentials } from './credentials.ts';
import type { Metadata, Payload } from './payload.ts';
import { Reports } from './reports.ts';
import { isTrue } from './tasks/metadata.ts';
import { taskType } from './tasks/registry.ts';
import type { Job, Outcome, Tools } from './tasks/task.ts';

export interface TaskWatch {
  began(type: string): void;
  /** `seconds` it took. */
  ended(type: string, result: 'succeeded' | 'failed', seconds: number): void;
}

export interface TasksOptions {
  readonly tools: Tools;
  /** Longest time for one task. */
  readonly timeout: Millis;
  /** At a time, waited for or not. */
  readonly maxTasks: number;
  readonly watch: TaskWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends every task. */
  readonly signal: AbortSignal;
}

interface Order {
  readonly type: string;
  /** `<name>.<namespace>` */
  readonly canary: string;
  readonly checksum: string;
  readonly metadata: Metadata;
  readonly job: Job;
}

export class Tasks {
  readonly #options: TasksOptions;
  readonly #reports = new Reports();
  /** `<canary>+<title>` of what runs without anybody waiting for it. */
  readonly #unattended = new Map<string, Promise<void>>();
  #running = 0;

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /** Answers at once for a task nobody waits for, after the end for any other. */
  async handle({ name, namespace, checksum, metadata }: Payload): Promise<Answer> {
    if (Object.keys(metadata).length === 0) return { status: 400, body: 'metadata not found in payload' };
    const type = metadata['type'] ?? 'cmd';
    const found = taskType(type);
    if (!found.ok) return found.error;
    const job = found.value.plan(metadata, this.#options.tools);
    if (!job.ok) return job.error;
    const order = { type, canary: `${name}.${namespace}`, checksum, metadata, job: job.value };
    return found.value.waits ? this.#runAndWait(order) : this.#start(order);
  }

  /** Resolves when nothing runs any more that nobody waits for. */
  async idle(): Promise<void> {
    await Promise.all(this.#unattended.values());
  }

  async #runAndWait(order: Order): Promise<Answer> {
    if (this.#isFull()) return this.#busy();
    const { output, failure } = await this.#run(order);
    if (failure !== undefined)
      return { status: 500, body: `${withoutCredentials(order.job.title)} failed: ${output}: ${failure}` };
    return { status: 200, body: isTrue(order.metadata['returnCmdOutput']) ? output : '' };
  }

  /**
   * The same task for the same Canary runs once at a time: hooks call at every interval. One that failed since the last
   * call is told now, and begun again all the same, as the analysis needs its load.
   */
  #start(order: Order): Answer {
    const { canary, checksum, metadata, job } = order;
    const { clock, logger } = this.#options;
    const key = `${canary}+${job.title}`;
    const failure = this.#reports.called(key, checksum, clock.steady());
    if (this.#unattended.has(key)) {
      logger.info({ canary, task: withoutCredentials(job.title) }, 'command skipped, it is already running');
      return ACCEPTED;
    }
    const full = this.#isFull();
    if (!full) this.#unattended.set(key, this.#runAndKeep(key, order));
    if (failure !== undefined && !isTrue(metadata['ignoreFailure'])) return failedBefore(failure);
    return full ? this.#busy() : ACCEPTED;
  }

  async #runAndKeep(key: string, order: Order): Promise<void> {
    const { failure } = await this.#run(order);
    this.#unattended.delete(key);
    if (failure !== undefined) this.#reports.failed(key, { checksum: order.checksum, reason: failure });
  }

  #isFull(): boolean {
    return this.#running >= this.#options.maxTasks;
  }

  #busy(): Answer {
    const { maxTasks } = this.#options;
    return { status: 429, body: `${maxTasks} tasks are running, which is all -max-tasks allows; call again` };
  }

  async #run({ type, canary, metadata, job }: Order): Promise<Outcome> {
    const { clock, logger, watch } = this.#options;
    const started = clock.steady();
    this.#running += 1;
    watch.began(type);
    logger.info({ canary, type }, 'command starting');
    const { output: said, failure } = await this.#limited(job).catch((error: unknown) => {
      logger.error({ canary, type, error }, 'a task failed for a reason of ours');
      return { output: '', failure: 'internal error' };
    });
    this.#running -= 1;
    // What succeeded is passed on as it is, where somebody has asked for that.
    const output = failure === undefined ? said : withoutCredentials(said);
    watch.ended(type, failure === undefined ? 'succeeded' : 'failed', (clock.steady() - started) / 1_000);
    if (failure !== undefined) logger.error({ canary, type, output, error: failure }, 'command failed');
    else
      logger.info({ canary, type, ...(isTrue(metadata['logCmdOutput']) && { output }) }, 'command finished');
    return { output, failure };
  }

  async #limited({ run }: Job): Promise<Outcome> {
    const { timeout, clock, signal } = this.#options;
    const stop = new AbortController();
    const done = new AbortController();
    const cancel = (): void => stop.abort(signal.reason);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    clock.sleep(timeout, { signal: done.signal }).then(
      () => stop.abort(new Error(`stopped after ${formatDuration(timeout)}`)),
      () => undefined,
    );
    try {
      return await run({ signal: stop.signal });
    } finally {
      done.abort();
      signal.removeEventListener('abort', cancel);
    }
  }
}

/**
 * Not a 5xx: whoever tries those again would be told that all is well, and would not pass on why it is not. The command
 * stays out of it: it may hold credentials, and the answer goes into events.
 */
function failedBefore(failure: string): Answer {
  return { status: 424, body: `failed since the last call: ${failure}` };
}
