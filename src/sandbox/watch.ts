/** One open watch: changes of a kind, narrowed by selectors, as lines of JSON until somebody ends it. */
import type { ServerResponse } from 'node:http';
import type { JsonObject } from './json.ts';
import type { Writer } from './representation.ts';
import type { Change, Store, StoredObject } from './store.ts';

export interface WatchRequest {
  readonly key: string;
  readonly keep: (object: StoredObject) => boolean;
  /** Changes after this version; 0 begins with the objects as they are. */
  readonly since: number;
  readonly bookmarks: boolean;
  /** Begin with the objects as they are, then a bookmark that says that they are complete. */
  readonly sendInitialEvents: boolean;
}

/** A client that reads so slowly is cut off, as Kubernetes does, rather than remembered for. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;

export class Watch {
  readonly #response: ServerResponse;
  readonly #store: Store;
  readonly #writer: Writer;
  readonly #request: WatchRequest;
  readonly #isSilent: () => boolean;
  readonly #ended: (() => void)[] = [];

  constructor(
    response: ServerResponse,
    store: Store,
    writer: Writer,
    request: WatchRequest,
    isSilent: () => boolean,
  ) {
    this.#response = response;
    this.#store = store;
    this.#writer = writer;
    this.#request = request;
    this.#isSilent = isSilent;
  }

  get key(): string {
    return this.#request.key;
  }

  /** Refuses a version that is no longer known; nothing has been written then. */
  start(): void {
    const { key, since, sendInitialEvents } = this.#request;
    const fromNow = since === 0 || sendInitialEvents;
    const missed = fromNow ? [] : this.#store.changesSince(key, since);
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    if (fromNow) this.#tellPresent();
    for (const change of missed) this.#tell(change);
    this.onEnd(this.#store.subscribe(key, (change) => this.#tell(change)));
    this.#response.once('close', () => this.#stop());
  }

  onEnd(act: () => void): void {
    this.#ended.push(act);
  }

  bookmark(): void {
    if (this.#request.bookmarks) this.#write('BOOKMARK', this.#writer.bookmark(this.#store.version, false));
  }

  /** Ends it in good order: with how far it has come, if the client cares. */
  end(): void {
    this.bookmark();
    this.#response.end();
    this.#stop();
  }

  #tellPresent(): void {
    for (const object of this.#store.page(this.#request.key, { keep: this.#request.keep }).items) {
      this.#write('ADDED', this.#writer.one(object));
    }
    if (this.#request.sendInitialEvents)
      this.#write('BOOKMARK', this.#writer.bookmark(this.#store.version, true));
  }

  /** An object that comes into the selection is added, one that leaves it is deleted. */
  #tell({ type, object, previous }: Change): void {
    const { keep } = this.#request;
    const was = previous !== undefined && keep(previous);
    const is = type !== 'DELETED' && keep(object);
    if (is) this.#write(was ? 'MODIFIED' : 'ADDED', this.#writer.one(object));
    else if (was) this.#write('DELETED', this.#writer.one(object));
  }

  #write(type: string, object: JsonObject): void {
    if (this.#isSilent()) return;
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
    if (this.#response.writableLength > MAX_UNREAD_BYTES) this.#response.destroy();
  }

  #stop(): void {
    for (const act of this.#ended.splice(0)) act();
  }
}
