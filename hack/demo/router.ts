/**
 * One HTTP router in front of all pods, in place of a mesh and of gateways. It obeys what `routing.ts` reads, counts
 * what really happened, and exports that under Istio's and Traefik's metric names at its metrics address.
 */
import {
  Agent,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Counter } from '../../src/sandbox/counters.ts';
import { bodyOf, listen } from './loopback.ts';
import { exposition, ISTIO, RequestMetrics, TRAEFIK, type Labels } from './request-metrics.ts';
import { Rotation } from './rotation.ts';
import {
  allEndpoints,
  endpointsOf,
  routeOf,
  type Backend,
  type ClusterView,
  type Endpoint,
  type Route,
} from './routing.ts';

/** How one request of a client ended; copies made by mirroring are told apart. */
export interface Served {
  /** Undefined if no pod answered. */
  readonly workload: string | undefined;
  readonly status: number;
  readonly milliseconds: number;
  readonly mirrored: boolean;
}

export interface Router {
  readonly url: string;
  readonly metricsUrl: string;
  counters(): readonly Counter[];
  /** How requests to a host that carry nothing special are divided now; undefined where they have no route. */
  shares(host: string): readonly Backend[] | undefined;
  stop(): Promise<void>;
}

export interface RouterOptions {
  readonly view: ClusterView;
  /** Namespace of hosts without one. */
  readonly home: string;
  readonly onServed?: (served: Served) => void;
}

/** As Istio by default: a connection that fails is tried twice more, elsewhere if there is an elsewhere. */
const ATTEMPTS = 3;
const HOP_HEADERS = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
];

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Starts the router and its metrics listener on free ports. */
export async function startRouter(options: RouterOptions): Promise<Router> {
  const routing = new Routing(options);
  const traffic = await listen((incoming, response) => void routing.serve(incoming, response));
  const metrics = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(exposition(routing.counters()));
  });
  return {
    url: traffic.url,
    metricsUrl: metrics.url,
    counters: () => routing.counters(),
    shares: (host) => routing.shares(host),
    stop: async () => {
      routing.close();
      await Promise.all([traffic.stop(), metrics.stop()]);
    },
  };
}

class Routing {
  readonly #options: RouterOptions;
  readonly #mesh = new RequestMetrics(ISTIO);
  readonly #gateway = new RequestMetrics(TRAEFIK);
  readonly #backends = new Rotation();
  readonly #pods = new Rotation();
  readonly #copies = new Rotation();
  readonly #agent = new Agent({ keepAlive: true });

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Workloads that have had no request yet are in it with zeros. */
  counters(): readonly Counter[] {
    for (const { namespace, workload } of allEndpoints(this.#options.view)) {
      this.#mesh.announce(meshLabels(namespace, workload, 200));
    }
    return [...this.#mesh.counters(), ...this.#gateway.counters()];
  }

  shares(host: string): readonly Backend[] | undefined {
    const plain = { host, method: 'GET', path: '/', headers: {} };
    return routeOf(plain, this.#options.view, this.#options.home)?.backends;
  }

  close(): void {
    this.#agent.destroy();
  }

  async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const call = await this.#callOf(incoming).catch(() => undefined);
    if (call === undefined) return;
    const { host = '' } = incoming.headers;
    const route = routeOf({ ...call, host }, this.#options.view, this.#options.home);
    if (route === undefined)
      return say(response, 404, `no Service and no VirtualService has a route for host ${host}`);
    this.#mirror(route, call);
    const backend = this.#backends.next(route.key, route.backends);
    const delivered = backend && (await this.#deliver(backend, route.port, call, false));
    if (delivered !== undefined) return forward(response, delivered, backend?.answer);
    this.#served(undefined, 503, performance.now() - began, false);
    say(response, 503, `no ready pod answers for ${backend?.service ?? host}`);
  }

  async #callOf(incoming: IncomingMessage): Promise<Call> {
    const { method = 'GET', url = '/', headers } = incoming;
    return { method, path: url, headers, body: await bodyOf(incoming) };
  }

  /** A copy whose answer nobody waits for. */
  #mirror(route: Route, call: Call): void {
    if (route.mirror === undefined) return;
    const { backend, percentage } = route.mirror;
    const turn = this.#copies.next(route.key, [
      { copy: true, weight: percentage },
      { copy: false, weight: 100 - percentage },
    ]);
    if (turn?.copy === true) void this.#deliver(backend, route.port, call, true);
  }

  async #deliver(
    backend: Backend,
    port: number | undefined,
    call: Call,
    mirrored: boolean,
  ): Promise<Answer | undefined> {
    const endpoints = endpointsOf(backend, port, this.#options.view);
    const equal = endpoints.map((endpoint) => ({ endpoint, weight: 1 }));
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const endpoint = this.#pods.next(`${backend.namespace}/${backend.service}`, equal)?.endpoint;
      if (endpoint === undefined) return undefined;
      const answer = await this.#attempt(endpoint, backend, call, mirrored);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  async #attempt(
    endpoint: Endpoint,
    { counted }: Backend,
    call: Call,
    mirrored: boolean,
  ): Promise<Answer | undefined> {
    const { namespace, workload } = endpoint;
    const began = performance.now();
    const answer = await send(endpoint, call, this.#agent).catch(() => undefined);
    if (answer === undefined) return undefined;
    const milliseconds = performance.now() - began;
    this.#mesh.count(meshLabels(namespace, workload, answer.status), milliseconds);
    if (counted !== undefined) {
      const labels = { code: String(answer.status), method: call.method, protocol: 'http', service: counted };
      this.#gateway.count(labels, milliseconds);
    }
    this.#served(workload, answer.status, milliseconds, mirrored);
    return answer;
  }

  #served(workload: string | undefined, status: number, milliseconds: number, mirrored: boolean): void {
    this.#options.onServed?.({ workload, status, milliseconds, mirrored });
  }
}

function send(endpoint: Endpoint, call: Call, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...withoutHops(call.headers), 'content-length': String(call.body.length) };
    const { address: host, port } = endpoint;
    const outgoing = request(
      { host, port, method: call.method, path: call.path, headers, agent },
      (answer) => {
        bodyOf(answer).then(
          (body) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}

/** What a mesh's proxies would report about a request that reached a pod. */
function meshLabels(namespace: string, workload: string, status: number): Labels {
  return {
    reporter: 'destination',
    destination_workload_namespace: namespace,
    destination_workload: workload,
    response_code: String(status),
  };
}

function forward(response: ServerResponse, answer: Answer, more: Backend['answer']): void {
  const headers = { ...withoutHops(answer.headers), ...more, 'content-length': answer.body.length };
  response.writeHead(answer.status, headers);
  response.end(answer.body);
}

function say(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${sentence}\n`);
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.includes(name)));
}
