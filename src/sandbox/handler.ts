/** One HTTP request to the API: authenticated, counted, befallen by faults, carried out, answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { millis } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import { attemptOf, type Account } from './accounts.ts';
import { factsOf, isTrue, parseAddress, verbOf, type Address } from './address.ts';
import type { Api } from './api.ts';
import { mediaType, readBody, sendJson, sendText } from './body.ts';
import { discover } from './discovery.ts';
import type { Faults, Misfortune } from './faults.ts';
import { textAt, textsAt, type JsonObject } from './json.ts';
import type { Kinds } from './kinds.ts';
import {
  continueToken,
  deleteOptions,
  objectBody,
  parseContinue,
  patchOf,
  writeOptions,
} from './parameters.ts';
import { expired, noSuchResource, notFound, Refusal } from './refusal.ts';
import { chooseRepresentation, Writer } from './representation.ts';
import type { RequestLog, Verb } from './requests.ts';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';
import { parseVersion, type Name, type Store, type StoredObject } from './store.ts';
import { Watch } from './watch.ts';

export type Past = ReturnType<Store['snapshot']>;

export interface Server {
  readonly store: Store;
  readonly api: Api;
  readonly kinds: Kinds;
  readonly clock: Clock;
  readonly faults: Faults<Past>;
  readonly log: RequestLog;
  readonly watches: Set<Watch>;
  /** By token. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** What `/version` says beyond the sandbox's own. */
  readonly version: JsonObject;
  /** Ends with the server: nothing sleeps longer. */
  readonly signal: AbortSignal;
}

interface Call {
  readonly server: Server;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly address: Address;
  readonly account: Account;
  /** What reads are answered from: the store, or the past. */
  readonly source: Past;
}

const OPEN_PATHS = ['version', 'healthz', 'livez', 'readyz', '_sandbox'];

/**
 * kubectl up to 1.27 asks for this before it applies anything, and contents itself with a document that describes
 * nothing: `swagger: "2.0"`, then `info` with title and version, as protobuf.
 */
const EMPTY_OPENAPI_V2 = '\n\x032.0\x12\x0d\n\x07sandbox\x12\x02v1';
const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export async function handle(
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await route(server, request, response);
  } catch (error) {
    if (server.signal.aborted || response.destroyed) return;
    const refusal = error instanceof Refusal ? error : internal(error);
    const retryAfter = refusal.details?.retryAfterSeconds;
    const headers: Record<string, string> =
      retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    if (response.headersSent) response.destroy();
    else sendJson(response, refusal.code, refusal.status(), headers);
  }
}

function internal(error: unknown): Refusal {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Refusal(500, 'InternalError', `Internal error occurred: ${message}`);
}

async function route(server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://sandbox');
  const path = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const account = OPEN_PATHS.includes(path[0] ?? '') ? undefined : accountOf(server, request);
  const attempt = attemptOf(request.method ?? '', path, isTrue(url.searchParams.get('watch')));
  // As Kubernetes does it, before it is looked whether there is such a resource.
  if (attempt !== undefined) account?.authorize(attempt);
  if (['healthz', 'livez', 'readyz'].includes(path[0] ?? '')) return sendText(response, 'ok');
  if (path.join('/') === 'openapi/v2') return sendText(response, EMPTY_OPENAPI_V2, OPENAPI_V2_TYPE);
  if (path[0] === '_sandbox') return control(server, path[1] ?? '', request, response);
  const address = parseAddress(path, server.kinds);
  if (address === undefined || account === undefined) {
    const found = discover(path, server.kinds);
    if (found === undefined) throw noSuchResource();
    return sendJson(response, 200, path[0] === 'version' ? { ...found, ...server.version } : found);
  }
  const verb = verbOf(request.method ?? '', address, url.searchParams, mediaType(request));
  if (verb === undefined)
    throw new Refusal(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    );
  const call = { server, request, response, query: url.searchParams, address, account, source: server.store };
  await befallen(call, verb);
}

function accountOf({ accounts }: Server, { headers }: IncomingMessage): Account {
  const account = accounts.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
  if (account === undefined) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
  return account;
}

/** The sandbox's own page: counters, and faults from other processes. */
async function control(
  server: Server,
  page: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (page === 'requests') {
    const report = server.log.report();
    if (request.method === 'DELETE') server.log.reset();
    return sendJson(response, 200, { ...report });
  }
  if (page !== 'faults') throw noSuchResource();
  if (request.method === 'DELETE') server.faults.clear();
  else server.faults.command(await readBody(request));
  return sendJson(response, 200, {});
}

async function befallen(call: Call, verb: Verb): Promise<void> {
  const { server, response, address } = call;
  const facts = factsOf(verb, address);
  server.log.count(facts);
  const misfortunes = server.faults.befall(facts);
  let source: Past = server.store;
  for (const misfortune of misfortunes) {
    if (await suffer(server, response, misfortune)) return;
    if (misfortune.past !== undefined) source = misfortune.past;
  }
  const mute = misfortunes.some(({ effect }) => effect.kind === 'drop-after');
  await perform({ ...call, source, response: mute ? unheard(response) : response }, verb);
  if (mute) response.destroy();
}

/** Whether that was the end of it. */
async function suffer(
  server: Server,
  response: ServerResponse,
  { effect }: Misfortune<Past>,
): Promise<boolean> {
  switch (effect.kind) {
    case 'drop':
      response.destroy();
      return true;
    case 'hang':
      return true;
    case 'delay':
      await server.clock.sleep(millis(effect.milliseconds), { signal: server.signal });
      return false;
    case 'status':
      throw statusFault(effect.code, effect);
    case 'stale':
    case 'drop-after':
      return false;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function statusFault(
  code: number,
  { reason, message, retryAfterSeconds }: { reason?: string; message?: string; retryAfterSeconds?: number },
): Refusal {
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new Refusal(
    code,
    reason ?? REASONS[code] ?? 'Unknown',
    message ?? `a fault of the sandbox: ${code}`,
    details,
  );
}

/** Takes an answer and tells nobody. */
function unheard(response: ServerResponse): ServerResponse {
  return Object.assign(Object.create(response) as ServerResponse, {
    writeHead: () => response,
    end: () => response,
    write: () => true,
  });
}

async function perform(call: Call, verb: Verb): Promise<void> {
  switch (verb) {
    case 'get':
      return get(call);
    case 'list':
      return list(call);
    case 'watch':
      return watch(call);
    case 'create':
      return create(call, await readSent(call));
    case 'update':
    case 'patch':
    case 'apply':
      return write(call, verb, await readSent(call));
    case 'delete':
      return remove(call, await readBody(call.request));
    case 'deletecollection':
      return removeAll(call, await readBody(call.request));
  }
}

function readSent({ request, query }: Call): Promise<unknown> {
  return readBody(request, { strict: query.get('fieldValidation') === 'Strict' });
}

function get(call: Call): void {
  const { server, source, address, response } = call;
  const { resource } = address;
  const object = source.get(resource.kind.key, nameOf(address));
  if (object === undefined) throw notFound(resource.kind, address.name ?? '');
  if (resource.subresource === 'scale') return sendJson(response, 200, server.api.view(resource, object));
  sendJson(response, 200, writerOf(call).one(object));
}

function list(call: Call): void {
  const { server, source, address, query, response } = call;
  const limit = Number(query.get('limit') ?? 0);
  const token = parseContinue(query.get('continue'));
  // A list that goes on is promised the version it began with; that must still be watchable.
  if (token !== undefined) checkVersion(server.store, address.resource.kind.key, token.version);
  const { items, next } = source.page(address.resource.kind.key, {
    namespace: address.namespace,
    after: token?.after,
    limit,
    keep: selection(call),
  });
  const version = token?.version ?? source.version;
  const more = next === undefined ? {} : { continue: continueToken(version, next) };
  const text = writerOf(call).list(items, { resourceVersion: String(version), ...more });
  sendText(response, text, 'application/json');
}

function checkVersion(store: Store, key: string, version: number): void {
  try {
    store.changesSince(key, version);
  } catch {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
}

/** What the selectors and, for one object, the name leave over; undefined if that is everything. */
function selection({ query, address }: Call): ((object: StoredObject) => boolean) | undefined {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', address.resource.kind);
  const { name } = address;
  if (labels === undefined && fields === undefined && name === undefined) return undefined;
  return (object) =>
    (name === undefined || object.metadata.name === name) &&
    (labels === undefined || labels(textsAt(object.metadata, 'labels'))) &&
    (fields === undefined || fields(object));
}

const BOOKMARK_EVERY = millis(30_000);

function watch(call: Call): void {
  const { server, address, query, response } = call;
  const { key } = address.resource.kind;
  const matching = selection(call);
  const { namespace } = address;
  const keep = (object: StoredObject): boolean =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (matching === undefined || matching(object));
  const watching = new Watch(
    response,
    server.store,
    writerOf(call),
    {
      key,
      keep,
      since: parseVersion(query.get('resourceVersion') ?? ''),
      bookmarks: isTrue(query.get('allowWatchBookmarks')),
      sendInitialEvents: isTrue(query.get('sendInitialEvents')),
    },
    () => server.faults.isSilent,
  );
  try {
    watching.start();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return tellExpired(response, error);
  }
  server.watches.add(watching);
  watching.onEnd(() => server.watches.delete(watching));
  watching.onEnd(server.log.watchOpened(key));
  void endInTime(server, watching, Number(query.get('timeoutSeconds') ?? 0));
}

/** Kubernetes answers 200 and says in the first event that the version is gone. */
function tellExpired(response: ServerResponse, refusal: Refusal): void {
  sendText(response, `${JSON.stringify({ type: 'ERROR', object: refusal.status() })}\n`, 'application/json');
}

/** Bookmarks while it is open, and the end when its time is up; without a timeout it has half an hour. */
async function endInTime({ clock, signal }: Server, watching: Watch, timeoutSeconds: number): Promise<void> {
  const stopped = new AbortController();
  watching.onEnd(() => stopped.abort(new Error('the watch ended')));
  const until = AbortSignal.any([signal, stopped.signal]);
  const end = clock.now() + (timeoutSeconds > 0 ? timeoutSeconds : 1_800) * 1_000;
  try {
    while (clock.now() < end) {
      await clock.sleep(millis(Math.min(BOOKMARK_EVERY, end - clock.now())), { signal: until });
      if (clock.now() < end) watching.bookmark();
    }
    watching.end();
  } catch (error) {
    if (!until.aborted) throw error;
  }
}

function create(call: Call, body: unknown): void {
  const { server, address, response } = call;
  const object = objectBody(body);
  const written = server.api.create(address.resource, address.namespace, object, writeOptions(call));
  respond(call, response, 201, written);
}

function write(call: Call, verb: 'update' | 'patch' | 'apply', body: unknown): void {
  const { server, address, response } = call;
  const { resource } = address;
  if (verb === 'apply') authorizeCreation(call);
  const written =
    verb === 'update'
      ? server.api.replace(resource, nameOf(address), objectBody(body), writeOptions(call))
      : server.api.patch(resource, nameOf(address), patchOf(call, body), writeOptions(call));
  respond(call, response, written.created ? 201 : 200, written);
}

/** Who applies what does not exist creates it, and must be allowed to. */
function authorizeCreation({ server, account, address }: Call): void {
  const { kind } = address.resource;
  if (server.store.get(kind.key, nameOf(address)) !== undefined) return;
  const { namespace, name } = address;
  account.authorize({ verb: 'create', group: kind.group, resource: kind.plural, namespace, name });
}

function respond(
  call: Call,
  response: ServerResponse,
  code: number,
  { object, warnings }: { readonly object: JsonObject; readonly warnings: readonly string[] },
): void {
  const headers =
    warnings.length === 0 ? {} : { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`) };
  const isScale = call.address.resource.subresource === 'scale';
  // Everything but a scale is an object of the store.
  sendJson(response, code, isScale ? object : writerOf(call).one(object as StoredObject), headers);
}

function remove(call: Call, body: unknown): void {
  const { server, address, response } = call;
  const { object, gone } = server.api.delete(address.resource, nameOf(address), deleteOptions(call, body));
  if (!gone) return sendJson(response, 200, object);
  const { kind } = address.resource;
  const group = kind.group === '' ? {} : { group: kind.group };
  const details = { name: address.name, ...group, kind: kind.plural, uid: textAt(object, 'metadata', 'uid') };
  sendJson(response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function removeAll(call: Call, body: unknown): void {
  const { server, address, response } = call;
  const { key } = address.resource.kind;
  const { items } = server.store.page(key, { namespace: address.namespace, keep: selection(call) });
  const options = deleteOptions(call, body);
  for (const { metadata } of items) {
    if (server.store.get(key, metadata) !== undefined) server.store.delete(key, metadata, options);
  }
  sendText(
    response,
    writerOf(call).list(items, { resourceVersion: String(server.store.version) }),
    'application/json',
  );
}

function nameOf({ resource, namespace, name = '' }: Address): Name {
  return resource.kind.namespaced ? { namespace, name } : { name };
}

function writerOf({ server, address, request, query }: Call): Writer {
  const representation = chooseRepresentation(request.headers.accept ?? '', query.get('includeObject'));
  return new Writer(address.resource, representation, () => server.clock.now());
}
