/** Lists in pages and watches as a stream of events: the two primitives a reflector is made of. */
import type { Kind } from '../../api/kinds.ts';
import type { CallOptions, KubeObject } from '../../api/objects.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseStatus, unanswered, type Refusal } from './refusal.ts';
import { pathOf } from './resources.ts';
import type { ApiCall, Transport } from './transport.ts';

/** Objects per page: at some 3 kB each, 1.5 MB are parsed at once. */
const PAGE = 500;

/** What is listed and watched. */
export interface Selection extends Kind {
  /** Left out: all namespaces. */
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Only `metadata` is transferred, for kinds whose contents are large, secret or of no interest. */
  readonly metadataOnly?: boolean;
}

export interface Page {
  readonly items: readonly KubeObject[];
  /** The version of the list: the same on every page of it. */
  readonly version: string;
  /** Asks for the next page; '' at the end. */
  readonly next: string;
}

export type WatchEvent =
  | { readonly kind: 'put'; readonly object: KubeObject }
  | { readonly kind: 'gone'; readonly object: KubeObject }
  /** Nothing happened up to this version. */
  | { readonly kind: 'bookmark'; readonly version: string }
  /** The server ends the watch with a Status. */
  | { readonly kind: 'error'; readonly status: number; readonly detail: string };

/** One page. `whole` asks for everything at once, for when pages have expired halfway. */
export async function listPage(
  transport: Transport,
  selection: Selection,
  at: { readonly next: string; readonly whole: boolean },
  options: CallOptions,
): Promise<Result<Page, Refusal>> {
  const query = {
    ...selectors(selection),
    ...(!at.whole && { limit: String(PAGE) }),
    ...(at.next !== '' && { continue: at.next }),
  };
  const answer = await transport.call(
    callFor(selection, 'list', query, 'PartialObjectMetadataList'),
    options,
  );
  if (!answer.ok) return answer;
  const page = pageFrom(selection, answer.value);
  return page === undefined
    ? err(unanswered(`listing ${selection.plural}`, 'the answer is not a list'))
    : ok(page);
}

/** Events after `version`. The stream ends when the server ends it; it throws when the connection breaks. */
export async function openWatch(
  transport: Transport,
  selection: Selection,
  from: { readonly version: string; readonly seconds: number },
  options: CallOptions,
): Promise<Result<AsyncIterable<WatchEvent>, Refusal>> {
  const query = {
    ...selectors(selection),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from.version,
    timeoutSeconds: String(from.seconds),
  };
  const opened = await transport.stream(callFor(selection, 'watch', query, 'PartialObjectMetadata'), options);
  return opened.ok ? ok(eventsIn(selection, opened.value)) : opened;
}

/** One object as the selection would show it; undefined when it does not exist. */
export async function readOne(
  transport: Transport,
  selection: Selection,
  at: { readonly namespace: string; readonly name: string },
  options: CallOptions,
): Promise<Result<KubeObject | undefined, Refusal>> {
  const where = { name: at.name, ...(selection.namespaced && { namespace: at.namespace }) };
  const call = callFor(selection, 'get', {}, 'PartialObjectMetadata');
  const answer = await transport.call({ ...call, path: pathOf(selection, where) }, options);
  if (answer.ok) return ok(objectOf(selection, answer.value));
  return answer.error.error.kind === 'not-found' ? ok(undefined) : answer;
}

function callFor(
  selection: Selection,
  verb: 'list' | 'watch' | 'get',
  query: Readonly<Record<string, string>>,
  partial: string,
): ApiCall {
  const accept = `application/json;as=${partial};g=meta.k8s.io;v=v1`;
  return {
    verb,
    resource: selection.plural,
    path: pathOf(selection, { namespace: selection.namespace }),
    query,
    ...(selection.metadataOnly === true && { accept }),
  };
}

function selectors({ fieldSelector, labelSelector }: Selection): Readonly<Record<string, string>> {
  return {
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(labelSelector !== undefined && { labelSelector }),
  };
}

function pageFrom(selection: Selection, list: unknown): Page | undefined {
  if (!isRecord(list) || !isRecord(list['metadata'])) return undefined;
  // A server written in Go sends null for an empty list.
  const items: unknown = list['items'] ?? [];
  if (!Array.isArray(items)) return undefined;
  const { resourceVersion, continue: next } = list['metadata'];
  if (typeof resourceVersion !== 'string') return undefined;
  return {
    items: items.flatMap((item: unknown) => objectOf(selection, item) ?? []),
    version: resourceVersion,
    next: typeof next === 'string' ? next : '',
  };
}

/** Items of lists do not say what they are, and partial ones say they are PartialObjectMetadata. */
function objectOf({ apiVersion, kind }: Selection, item: unknown): KubeObject | undefined {
  if (!isRecord(item) || !isRecord(item['metadata'])) return undefined;
  const { metadata } = item;
  if (typeof metadata['name'] !== 'string') return undefined;
  return { ...item, apiVersion, kind, metadata: { ...metadata, name: metadata['name'] } };
}

async function* eventsIn(selection: Selection, stream: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent> {
  for await (const line of linesIn(stream)) yield eventFrom(selection, JSON.parse(line));
}

/** Lines of a stream; a last one without a line break was cut off and is left out. */
async function* linesIn(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
      rest = [];
      from = end + 1;
      if (line.trim() !== '') yield line;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
}

function eventFrom(selection: Selection, event: unknown): WatchEvent {
  const { type, object } = isRecord(event) ? event : {};
  if (type === 'ERROR') return errorFrom(object);
  const found = type === 'BOOKMARK' ? undefined : objectOf(selection, object);
  if (found !== undefined) return { kind: type === 'DELETED' ? 'gone' : 'put', object: found };
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {};
  const version = metadata['resourceVersion'];
  if (type === 'BOOKMARK' && typeof version === 'string') return { kind: 'bookmark', version };
  return { kind: 'error', status: 0, detail: `an event of type ${String(type)} that cannot be read` };
}

function errorFrom(object: unknown): WatchEvent {
  const status = isRecord(object) && typeof object['code'] === 'number' ? object['code'] : 0;
  return { kind: 'error', status, detail: parseStatus(JSON.stringify(object)).message || 'no explanation' };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
