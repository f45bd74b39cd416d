/** The two versions of App Mesh's objects: what is the same in both is called differently. */
import { KINDS, type Kind } from '../api/kinds.ts';
import { defined, type Tree } from '../api/tree.ts';

/** Milliseconds, of which App Mesh is told in more than one way. */
export interface Retries {
  readonly perTry: number;
  readonly attempts: number;
  readonly events: readonly string[];
}

export interface Dialect {
  readonly node: Kind;
  /** What holds the routes. */
  readonly routing: Kind;
  /** What leads to that, where it is an object of its own. */
  readonly entry: Kind | undefined;
  /** Nodes beside those of primary and canary: the apex itself. */
  readonly apexNode: boolean;
  /** Which port listens: the container's, or the Service's. */
  readonly port: 'targetPort' | 'port';
  /** What all objects of one mesh say, where none is found by the namespace's labels. */
  readonly mesh: (name: string | undefined) => Tree;
  readonly routingName: (name: string, namespace: string) => string;
  readonly dns: (host: string) => Tree;
  readonly backend: (name: string) => Tree;
  /** Of nodes, whose requests may take no longer. */
  readonly listenerTimeout: (span: number) => Tree;
  readonly target: (node: string) => Tree;
  readonly router: (name: string, listeners: readonly Tree[]) => Tree;
  readonly http: 'http' | 'httpRoute';
  readonly routeTimeout: (span: number) => Tree;
  readonly retryPolicy: (retries: Retries) => Tree;
}

function span(value: number): Tree {
  return { unit: 'ms', value };
}

export const V1BETA1: Dialect = {
  node: KINDS.AppMeshVirtualNodeV1beta1,
  routing: KINDS.AppMeshVirtualServiceV1beta1,
  entry: undefined,
  apexNode: true,
  port: 'port',
  mesh: (meshName) => defined({ meshName }),
  routingName: (name, namespace) => `${name}.${namespace}`,
  dns: (hostName) => ({ hostName }),
  backend: (virtualServiceName) => ({ virtualService: { virtualServiceName } }),
  listenerTimeout: () => ({}),
  target: (virtualNodeName) => ({ virtualNodeName }),
  router: (name, listeners) => ({ virtualRouter: { name, listeners } }),
  http: 'http',
  routeTimeout: () => ({}),
  retryPolicy: ({ perTry, attempts, events }) => ({
    perRetryTimeoutMillis: perTry,
    maxRetries: attempts,
    httpRetryEvents: events,
  }),
};

export const V1BETA2: Dialect = {
  node: KINDS.AppMeshVirtualNode,
  routing: KINDS.AppMeshVirtualRouter,
  entry: KINDS.AppMeshVirtualService,
  apexNode: false,
  port: 'targetPort',
  mesh: () => ({}),
  routingName: (name) => name,
  dns: (hostname) => ({ hostname }),
  backend: (name) => ({
    virtualService: name.startsWith('arn:aws')
      ? { virtualServiceARN: name }
      : { virtualServiceRef: { name } },
  }),
  listenerTimeout: (value) => ({ timeout: { http: { perRequest: span(value) } } }),
  target: (name) => ({ virtualNodeRef: { name } }),
  router: (_, listeners) => ({ listeners }),
  http: 'httpRoute',
  routeTimeout: (value) => ({ timeout: { perRequest: span(value) } }),
  retryPolicy: ({ perTry, attempts, events }) => ({
    perRetryTimeout: span(perTry),
    maxRetries: attempts,
    httpRetryEvents: events,
  }),
};
