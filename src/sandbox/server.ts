/**
 * A small Kubernetes in memory, over HTTPS: for end-to-end tests, the demo and benchmarks. It speaks the API that
 * `kubectl` and controllers speak; it has no nodes and no durable storage.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseAllDocuments } from 'yaml';
import { millis } from '../shared/brand.ts';
import { systemClock, type Clock } from '../shared/clock.ts';
import { Account, type Grant } from './accounts.ts';
import { startActors, virtualPods, type PodRuntime } from './actors.ts';
import { Api, type Resource } from './api.ts';
import { BUILTIN_KINDS } from './builtin-kinds.ts';
import { makeCredentials, type Credentials } from './certificate.ts';
import { followDefinitions } from './custom-resources.ts';
import { Faults } from './faults.ts';
import { handle, type Past, type Server } from './handler.ts';
import { isObject, textAt, type JsonObject } from './json.ts';
import { aKind, Kinds, splitApiVersion, type KindOutline } from './kinds.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { followNamespaces } from './namespaces.ts';
import { RequestLog, type RequestReport } from './requests.ts';
import { Store } from './store.ts';
import type { Watch } from './watch.ts';

export interface SandboxOptions {
  readonly clock?: Clock;
  /** Runs the pods of workloads; without it they become ready after half a second, by report only. */
  readonly runtime?: PodRuntime;
  /** Whether workloads, Services and routes make progress by themselves; they do unless this is false. */
  readonly actors?: boolean;
  /** The port on the loopback address; any free one if not given. */
  readonly port?: number;
  /** Changes remembered per kind. */
  readonly window?: number;
  /** What `/version` says it is, where that matters: `{ major: '1', minor: '26' }`. */
  readonly version?: JsonObject;
}

export interface Sandbox {
  readonly url: string;
  /** The certificate authority, as PEM. */
  readonly ca: string;
  readonly token: string;
  readonly store: Store;
  readonly faults: Faults<Past>;
  /** A kubeconfig as text, with everything in it; its bearer may do everything. */
  kubeconfig(): string;
  /** Another user, who may do no more than this. */
  account(user: string, grants: readonly Grant[]): Account;
  /** The kubeconfig of such a user. */
  kubeconfigOf(account: Account): string;
  requests(): RequestReport;
  resetRequests(): void;
  /** Serves a kind without a definition: nothing is pruned, nothing is checked, status is apart. */
  registerKind(outline: KindOutline & { readonly version: string }): void;
  /**
   * Creates or replaces the objects of a YAML text, as `kubectl apply --server-side --force-conflicts` would; those
   * that name no namespace go to `default`. Returns them as stored, or throws the server's refusal.
   */
  applyYaml(text: string): readonly JsonObject[];
  /** Ends every connection and timer. */
  stop(): Promise<void>;
}

/** Listens once the promise resolves. The namespaces `default` and `kube-system` are there. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = systemClock, port = 0, window } = options;
  const kinds = new Kinds(BUILTIN_KINDS);
  const now = (): number => clock.now();
  const store = new Store({ kinds, clock, uid: randomUUID, ...(window === undefined ? {} : { window }) });
  const ended = new AbortController();
  const watches = new Set<Watch>();
  const admin = new Account('admin');
  const accounts = new Map([[admin.token, admin]]);
  const server: Server = {
    store,
    kinds,
    clock,
    api: new Api(store, now),
    faults: new Faults({
      snapshot: () => store.snapshot(),
      expire: () => store.expire(),
      closeWatches: (resource) => closeWatches(watches, resource),
    }),
    log: new RequestLog(),
    watches,
    accounts,
    version: options.version ?? {},
    signal: ended.signal,
  };
  followDefinitions(store, kinds, now);
  followNamespaces(store, kinds);
  const { runtime = virtualPods({ readyAfter: millis(500), clock }) } = options;
  if (options.actors !== false) startActors({ store, clock, runtime, signal: ended.signal });
  for (const name of ['default', 'kube-system']) applyObject(server, namespaceNamed(name));
  const credentials = makeCredentials(now(), ['localhost'], ['127.0.0.1']);
  const https = await listen(server, credentials, port);
  const url = `https://127.0.0.1:${(https.address() as AddressInfo).port}`;
  const kubeconfigOf = ({ token }: Account): string => kubeconfigText({ url, ca: credentials.ca, token });
  return {
    url,
    ca: credentials.ca,
    token: admin.token,
    store,
    faults: server.faults,
    kubeconfig: () => kubeconfigOf(admin),
    kubeconfigOf,
    account: (user, grants) => {
      const account = new Account(user, grants);
      accounts.set(account.token, account);
      return account;
    },
    requests: () => server.log.report(),
    resetRequests: () => server.log.reset(),
    registerKind: (outline) => {
      kinds.add(aKind({ ...outline, hasStatus: true, hasGeneration: true, custom: true }));
    },
    applyYaml: (text) => documentsIn(text).map((object) => applyObject(server, object)),
    stop: async () => {
      ended.abort(new Error('the sandbox was stopped'));
      closeWatches(watches);
      await close(https);
    },
  };
}

function closeWatches(watches: ReadonlySet<Watch>, resource?: string): void {
  for (const watch of [...watches]) if (resource === undefined || watch.key === resource) watch.end();
}

function namespaceNamed(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function documentsIn(text: string): readonly JsonObject[] {
  return parseAllDocuments(text)
    .map((document): unknown => {
      const [problem] = document.errors;
      if (problem !== undefined) throw problem;
      const value: unknown = document.toJS();
      return value;
    })
    .filter(isObject);
}

function applyObject({ api, kinds }: Server, object: JsonObject): JsonObject {
  const apiVersion = textAt(object, 'apiVersion');
  const kind = kinds.ofObject(apiVersion, textAt(object, 'kind'));
  if (kind === undefined) throw new Error(`no kind ${textAt(object, 'kind')} in ${apiVersion} is served`);
  const resource: Resource = { kind, version: splitApiVersion(apiVersion)[1], subresource: '' };
  const namespace = textAt(object, 'metadata', 'namespace') || 'default';
  const name = textAt(object, 'metadata', 'name');
  const options = { dryRun: false, manager: 'sandbox', fieldValidation: 'Ignore' } as const;
  const at = kind.namespaced ? { namespace, name } : { name };
  return api.patch(resource, at, { kind: 'apply', configuration: object, force: true }, options).object;
}

function listen(server: Server, { certificate, key }: Credentials, port: number): Promise<HttpsServer> {
  const https = createServer({ cert: certificate, key, ALPNProtocols: ['http/1.1'] }, (request, response) => {
    void handle(server, request, response);
  });
  // Clients keep connections for long; only they decide when one has been idle for too long.
  https.keepAliveTimeout = 0;
  https.requestTimeout = 0;
  return new Promise((resolve, reject) => {
    https.once('error', reject);
    https.listen(port, '127.0.0.1', () => resolve(https));
  });
}

function close(https: HttpsServer): Promise<void> {
  return new Promise((resolve) => {
    https.close(() => resolve());
    https.closeAllConnections();
  });
}
