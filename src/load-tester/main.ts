/** The load tester's process: gates, load and acceptance commands, called by webhooks. */
import { accessSync, constants } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { Counter, Registry, collectDefaultMetrics } from 'prom-client';

import { createLogger } from '../adapters/logger.ts';
import { systemClock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { asksForHelp, HELP, parseFlags, type Options } from './flags.ts';
import { Gates } from './gates.ts';
import { proxyFrom } from './proxy.ts';
import { loadTesterServer } from './server.ts';
import { Tasks } from './tasks.ts';

/** Time for answers that are under way when the process is told to stop. */
const SHUTDOWN_MS = 60_000;
/** How often connections are looked at that have nothing more to carry. */
const CLOSING_MS = 50;

const words = process.argv.slice(2);
const flags = parseFlags(words);
if (asksForHelp(words)) {
  console.log(HELP);
} else if (flags.ok) {
  run(flags.value);
} else {
  console.error(`loadtester: ${flags.error}`);
  process.exitCode = 2;
}

function run(options: Options): void {
  const stopping = new AbortController();
  const logger = createLogger({ level: options.logLevel, encoding: options.logEncoding });
  const tasks = new Tasks({
    timeout: options.timeout,
    allowShell: options.allowShell,
    heyInstalled: isOnPath('hey'),
    proxyFor: proxyFrom(options.proxy, process.env),
    clock: systemClock,
    logger,
    signal: stopping.signal,
  });
  const server = serverFor(options, tasks, logger);
  server.listen(options.port, () => logger.info({ port: portOf(server) }, 'listening'));
  server.on('error', (error) => {
    logger.error({ port: options.port, error: error.message }, 'cannot listen');
    process.exit(1);
  });
  const stop = (): void => {
    logger.info({}, 'stopping');
    // Answers that somebody waits for have their time; load that nobody waits for ends with them.
    const limit = setTimeout(() => process.exit(1), SHUTDOWN_MS);
    // A client that keeps its connection must not keep the process: it goes as soon as its answer is out.
    const closing = setInterval(() => server.closeIdleConnections(), CLOSING_MS);
    server.close(() => {
      clearInterval(closing);
      stopping.abort(new Error('the load tester is stopping'));
      void tasks.idle().then(() => clearTimeout(limit));
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function serverFor({ namespaces }: Options, tasks: Tasks, logger: Logger): Server {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const answers = new Counter({
    name: 'serin_loadtester_answers_total',
    help: 'Answers of the load tester to webhooks, by kind of path and status.',
    labelNames: ['path', 'status'],
    registers: [registry],
  });
  return loadTesterServer({
    gates: new Gates(),
    tasks,
    namespaces,
    metrics: () => registry.metrics(),
    failed: (error) => logger.error({ error }, 'a request failed'),
    answered: (path, status) => {
      answers.inc({ path: kindOfPath(path), status });
      logger.debug({ path, status }, 'answered');
    },
  });
}

/** Any path runs a task, so paths themselves would be labels without number. */
function kindOfPath(path: string): string {
  return /^\/(gate\/(approve|halt)|(gate|rollback)\/(check|open|close)|healthz|metrics)$/.test(path)
    ? path
    : 'task';
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
