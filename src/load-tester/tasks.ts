/** What a webhook can have done: load and commands. Which task a payload means, and how it is answered. */
import type { Millis } from '../shared/brand.ts';
import { unreachable } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { formatDuration } from '../shared/duration.ts';
import type { Logger } from '../shared/logger.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { parseHey, type Load } from './command-line.ts';
import { generate } from './load.ts';
import type { ProxyFor } from './proxy.ts';
import { inShell, type Outcome, type Run } from './shell.ts';

export interface TaskPayload {
  readonly name: string;
  readonly namespace: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TaskAnswer {
  readonly status: number;
  readonly body: string;
}

export interface TaskOptions {
  /** Longest time for one task. */
  readonly timeout: Millis;
  readonly allowShell: boolean;
  /** Is there a `hey` to be called? Ours is used where not. */
  readonly heyInstalled: boolean;
  readonly proxyFor: ProxyFor;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends every task. */
  readonly signal: AbortSignal;
}

/** Known types that need programs or services this load tester does not have. */
const UNSERVED = ['helm', 'helmv3', 'kubectl', 'concord', 'ngrinder'];
const HOW_TO_ALLOW = 'the load tester runs commands only when it is started with -allow-shell';

export class Tasks {
  readonly #options: TaskOptions;
  /** `<canary>+<command>` of what runs without anybody waiting for it. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: TaskOptions) {
    this.#options = options;
  }

  /** Answers at once for `cmd`, after the end for `bash`. */
  async handle(payload: TaskPayload): Promise<TaskAnswer> {
    const { metadata } = payload;
    if (Object.keys(metadata).length === 0) return { status: 400, body: 'metadata not found in payload' };
    const type = metadata['type'] ?? 'cmd';
    if (UNSERVED.includes(type)) return { status: 501, body: `${type} tasks are not served; use type bash` };
    if (type !== 'cmd' && type !== 'bash') return { status: 400, body: 'unknown task type' };
    const command = metadata['cmd'];
    if (command === undefined) return { status: 400, body: 'cmd not found in metadata' };
    const run = this.#runnerOf(command, type === 'cmd' ? 'sh' : 'bash');
    if (!run.ok) return { status: 403, body: run.error };
    switch (type) {
      case 'cmd':
        this.#start(payload, command, run.value);
        return { status: 202, body: '' };
      case 'bash':
        return answerOf(
          command,
          await this.#limited(command, run.value),
          isTrue(metadata['returnCmdOutput']),
        );
      default:
        return unreachable(type);
    }
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  #runnerOf(command: string, shell: 'sh' | 'bash'): Result<Run, string> {
    const { allowShell, heyInstalled } = this.#options;
    const load = parseHey(command);
    if (allowShell && (heyInstalled || !load.ok)) return ok(inShell(shell));
    return load.ok ? ok(this.#loadRunner(load.value)) : err(`${load.error}; ${HOW_TO_ALLOW}`);
  }

  #loadRunner(load: Load): Run {
    const { clock, proxyFor } = this.#options;
    return async (_, { signal }) => {
      const started = clock.steady();
      const tally = await generate(load, { clock, signal, proxyFor });
      return { output: tally.summary(clock.steady() - started), error: undefined };
    };
  }

  /** The same command for the same Canary runs once at a time: hooks call at every interval. */
  #start({ name, namespace, metadata }: TaskPayload, command: string, run: Run): void {
    const canary = `${name}.${namespace}`;
    const key = `${canary}+${command}`;
    const { logger } = this.#options;
    if (this.#running.has(key)) {
      logger.info({ canary }, 'command skipped, it is already running');
      return;
    }
    logger.info({ canary }, 'command starting');
    const running = this.#limited(command, run).then(({ output, error }) => {
      this.#running.delete(key);
      const log = isTrue(metadata['logCmdOutput']) ? { canary, output } : { canary };
      if (error === undefined) logger.info(log, 'command finished');
      else logger.error({ canary, output, error }, 'command failed');
    });
    this.#running.set(key, running);
  }

  async #limited(command: string, run: Run): Promise<Outcome> {
    const { timeout, clock, signal } = this.#options;
    const limit = new AbortController();
    const done = new AbortController();
    const expired = clock.sleep(timeout, { signal: done.signal }).then(
      () => limit.abort(new Error(`stopped after ${formatDuration(timeout)}`)),
      () => undefined,
    );
    const outcome = await run(command, { signal: AbortSignal.any([signal, limit.signal]) });
    done.abort();
    await expired;
    return outcome;
  }
}

function answerOf(command: string, { output, error }: Outcome, returnOutput: boolean): TaskAnswer {
  if (error !== undefined) {
    return { status: 500, body: `command ${command} failed: ${output}: ${error}` };
  }
  return { status: 200, body: returnOutput ? output : '' };
}

/** The spellings Go's `strconv.ParseBool` takes for true. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}
