/** The load tester's process: gates, load and acceptance commands, called by webhooks. */
import { accessSync, constants } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';

import { createHttp } from '../adapters/http.ts';
import { createLogger } from '../adapters/logger.ts';
import { systemClock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { asksForHelp, HELP, parseFlags, type Options } from './flags.ts';
import { openGates, type Gates } from './gates.ts';
import { proxyFrom } from './proxy.ts';
import { Tasks } from './runner.ts';
import { loadTesterServer } from './server.ts';
import { admission, type Admit } from './token.ts';
import { Vitals } from './vitals.ts';

/** Time for answers that are under way when the process is told to stop. */
const SHUTDOWN_MS = 60_000;
/** Time for what runs then to be ended, commands with what they have started. */
const ENDING_MS = 4_000;
/** How often connections are looked at that have nothing more to carry. */
const CLOSING_MS = 50;

const words = process.argv.slice(2);
const flags = parseFlags(words);
if (asksForHelp(words)) {
  console.log(HELP);
} else if (flags.ok) {
  await start(flags.value);
} else {
  refuse(flags.error);
}

function refuse(sentence: string): void {
  console.error(`loadtester: ${sentence}`);
  process.exitCode = 2;
}

async function start(options: Options): Promise<void> {
  const gates = await openGates(options.gatesDir);
  if (!gates.ok) return refuse(gates.error);
  const admit = await admission(options.tokenFile);
  if (!admit.ok) return refuse(admit.error);
  run(options, { gates: gates.value, admit: admit.value });
}

interface Opened {
  readonly gates: Gates;
  readonly admit: Admit;
}

function run(options: Options, opened: Opened): void {
  const stopping = new AbortController();
  const logger = createLogger({ level: options.logLevel, encoding: options.logEncoding });
  const vitals = new Vitals();
  const client = createHttp({ clock: systemClock });
  const { timeout, maxTasks, allowShell } = options;
  const tasks = new Tasks({
    tools: {
      allowShell,
      heyInstalled: isOnPath('hey'),
      proxyFor: proxyFrom(options.proxy, process.env),
      http: client.http,
      clock: systemClock,
    },
    timeout,
    maxTasks,
    watch: vitals,
    clock: systemClock,
    logger,
    signal: stopping.signal,
  });
  const server = loadTesterServer({
    ...opened,
    tasks,
    namespaces: options.namespaces,
    metrics: () => vitals.text(),
    failed: (error) => logger.error({ error }, 'a request failed'),
    answered: (path, status) => {
      vitals.answered(path, status);
      logger.debug({ path, status }, 'answered');
    },
  });
  listen(server, options.port, logger);
  endOnSignal(server, logger, async () => {
    stopping.abort(new Error('the load tester is stopping'));
    await tasks.idle();
    client.close();
  });
}

function listen(server: Server, port: number, logger: Logger): void {
  server.listen(port, () => logger.info({ port: portOf(server) }, 'listening'));
  server.on('error', (error) => {
    logger.error({ port, error: error.message }, 'cannot listen');
    process.exit(1);
  });
}

/** Takes no more requests, has those under way answered, and then ends load that nobody waits for. */
function endOnSignal(server: Server, logger: Logger, end: () => Promise<void>): void {
  const stop = (): void => {
    logger.info({}, 'stopping');
    const limit = setTimeout(() => {
      setTimeout(() => process.exit(1), ENDING_MS);
      void end();
    }, SHUTDOWN_MS);
    // A client that keeps its connection must not keep the process: it goes as soon as its answer is out.
    const closing = setInterval(() => server.closeIdleConnections(), CLOSING_MS);
    server.close(() => {
      clearInterval(closing);
      void end().then(() => clearTimeout(limit));
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
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
