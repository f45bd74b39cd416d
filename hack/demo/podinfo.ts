/**
 * A small imitation of podinfo. It understands those of its flags and environment that make a release good or bad, so
 * that manifests mean the same here and on a cluster that runs the real one.
 */
import { createServer, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';

export interface Podinfo {
  /** Resolves once it listens, to the address; to a sentence when it cannot. */
  readonly listening: Promise<string | undefined>;
  /** It is not ready from now on, answers for a while longer, and then nothing is open any more. */
  stop(): Promise<void>;
}

/** One answer of the application itself; probes are none. */
export interface Answered {
  readonly status: number;
  readonly milliseconds: number;
}

export interface PodinfoOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onAnswer?: (answered: Answered) => void;
}

/** Time between the order to stop and the end: the router learns of it meanwhile, as behind a preStop hook. */
const LINGER = 400;

const FLAGS = {
  address: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '9898' },
  version: { type: 'string', default: 'unknown' },
  hostname: { type: 'string', default: 'unknown' },
  'ui-message': { type: 'string' },
  // One answer in three is a 500.
  'random-error': { type: 'boolean', default: false },
  // Answers take a random time between these, in `random-delay-unit`.
  'random-delay': { type: 'boolean', default: false },
  'random-delay-unit': { type: 'string', default: 's' },
  'random-delay-min': { type: 'string', default: '0' },
  'random-delay-max': { type: 'string', default: '5' },
  // The probes never succeed.
  unhealthy: { type: 'boolean', default: false },
  unready: { type: 'boolean', default: false },
} as const;

export function servePodinfo(args: readonly string[], options: PodinfoOptions = {}): Podinfo {
  // A manifest may carry flags that only the real podinfo knows.
  const { values } = parseArgs({ args: [...args], options: FLAGS, strict: false });
  const { env = {}, onAnswer = () => undefined } = options;
  let stopping = false;

  const about = (): unknown => ({
    hostname: values.hostname,
    version: values.version,
    message:
      values['ui-message'] ??
      env['PODINFO_UI_MESSAGE'] ??
      `greetings from podinfo v${String(values.version)}`,
  });
  const server = createServer((request, response) => {
    const path = URL.parse(request.url ?? '/', 'http://pod')?.pathname ?? '/';
    if (path === '/healthz') return reply(response, values.unhealthy === true ? 503 : 200, { status: 'OK' });
    if (path === '/readyz')
      return reply(response, values.unready === true || stopping ? 503 : 200, { status: 'OK' });
    const began = performance.now();
    const answer = (status: number, body: unknown): void => {
      onAnswer({ status, milliseconds: performance.now() - began });
      reply(response, status, body);
    };
    if (path.startsWith('/status/')) return answer(Number(path.slice('/status/'.length)) || 400, {});
    const failing = values['random-error'] === true && Math.random() < 1 / 3;
    const late = values['random-delay'] === true ? delay(values) : 0;
    const say = (): void => answer(failing ? 500 : 200, about());
    // Not by a timer where there is nothing to wait for: one takes a millisecond at least.
    if (late === 0) say();
    else setTimeout(say, late);
  });
  const listening = new Promise<string | undefined>((resolve) => {
    server.once('error', (error) =>
      resolve(`cannot listen on ${String(values.address)}:${String(values.port)}: ${error.message}`),
    );
    server.listen(Number(values.port), String(values.address), () => resolve(undefined));
  });
  return {
    listening,
    stop: async () => {
      stopping = true;
      await new Promise((resolve) => setTimeout(resolve, LINGER));
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}

function delay(values: Readonly<Record<string, unknown>>): number {
  const least = Number(values['random-delay-min']);
  const span = least + Math.random() * (Number(values['random-delay-max']) - least);
  return values['random-delay-unit'] === 'ms' ? span : span * 1_000;
}
