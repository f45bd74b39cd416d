/**
 * The container of the demo: a small imitation of podinfo, one process per pod. It understands those of
 * podinfo's flags that make a release good or bad, so that the demo's manifests mean the same on a cluster.
 */
import { createServer, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    address: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '9898' },
    version: { type: 'string', default: 'unknown' },
    hostname: { type: 'string', default: 'unknown' },
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
  },
  // A manifest may carry flags that only the real podinfo knows.
  strict: false,
});

/** Time between the order to stop and the end: the router learns of it meanwhile, as behind a preStop hook. */
const LINGER = 400;
let stopping = false;

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://pod').pathname;
  if (path === '/healthz') return reply(response, values.unhealthy === true ? 503 : 200, { status: 'OK' });
  if (path === '/readyz')
    return reply(response, values.unready === true || stopping ? 503 : 200, { status: 'OK' });
  if (path.startsWith('/status/')) return reply(response, Number(path.slice('/status/'.length)) || 400, {});
  setTimeout(() => reply(response, failing() ? 500 : 200, about()), delay());
});

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}

function about(): unknown {
  return {
    hostname: values.hostname,
    version: values.version,
    message: `greetings from podinfo v${String(values.version)}`,
  };
}

function failing(): boolean {
  return values['random-error'] === true && Math.random() < 1 / 3;
}

function delay(): number {
  if (values['random-delay'] !== true) return 0;
  const least = Number(values['random-delay-min']);
  const span = least + Math.random() * (Number(values['random-delay-max']) - least);
  return values['random-delay-unit'] === 'ms' ? span : span * 1_000;
}

function stop(): void {
  stopping = true;
  setTimeout(() => process.exit(0), LINGER);
}

process.on('SIGTERM', stop);
// A terminal sends SIGINT to everybody; the stage decides who ends when.
process.on('SIGINT', () => undefined);
// The stage holds the other end of this pipe: when it is gone, so is the reason to run.
process.stdin.on('close', () => process.exit(0)).on('error', () => process.exit(0));
process.stdin.resume();

server.on('error', (error) => {
  console.error(`cannot listen on ${String(values.address)}:${String(values.port)}: ${error.message}`);
  process.exit(1);
});
server.listen(Number(values.port), String(values.address));
