/**
 * A forward HTTP proxy that knows the names a cluster's DNS would know: the demo's helpers by a table, and the
 * cluster's Services, which it hands to the router. Controller and load tester reach everything through it.
 */
import { request, type Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { keepAliveAgent, listen, type Listener } from './loopback.ts';
import { serviceOf } from './routing.ts';

export interface ProxyOptions {
  /** Address of the router, which serves every Service of the cluster. */
  readonly router: string;
  readonly isService: (asked: { readonly name: string; readonly namespace: string }) => boolean;
  /** Address by host, as in `load-tester.prod`; the port asked for is ignored. */
  readonly helpers: ReadonlyMap<string, string>;
  /** Namespace of hosts without one. */
  readonly home: string;
}

/** Starts the proxy on a free port. Helpers may be added to the table later. */
export async function startProxy(options: ProxyOptions): Promise<Listener> {
  const agent = keepAliveAgent();
  const listener = await listen((incoming, response) => relay(incoming, response, options, agent));
  return {
    ...listener,
    stop: async () => {
      agent.destroy();
      await listener.stop();
    },
  };
}

/** The address that answers for a host, or undefined where the demo has none of that name. */
export function addressOf(host: string, options: ProxyOptions): string | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const helper =
    options.helpers.get(name) ?? options.helpers.get(name.replace(/\.svc(\.cluster\.local)?$/, ''));
  if (helper !== undefined) return helper;
  const asked = serviceOf(host, options.home);
  return asked !== undefined && options.isService(asked) ? options.router : undefined;
}

function relay(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  agent: Agent,
): void {
  const asked =
    URL.parse(incoming.url ?? '') ?? URL.parse(`http://${incoming.headers.host ?? ''}${incoming.url ?? ''}`);
  if (asked === null) return refuse(response, 400, 'a proxy needs an absolute URL or a Host header');
  const address = addressOf(asked.host, options);
  if (address === undefined) {
    return refuse(response, 502, `no Service and no helper of the demo is called ${asked.hostname}`);
  }
  const { hostname, port } = new URL(address);
  const { 'proxy-connection': _, ...received } = incoming.headers;
  const headers = { ...received, host: asked.host };
  const path = `${asked.pathname}${asked.search}`;
  const outgoing = request({ hostname, port, method: incoming.method, path, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', (error) => {
    if (response.headersSent) return void response.destroy();
    refuse(response, 502, `${asked.hostname} does not answer: ${error.message}`);
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${sentence}\n`);
}
