/** Whoever is called by a controller: webhooks and chats, by path, answering as they are told to. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readText, serve } from '../../support/loopback.ts';
import type { Changes } from './changes.ts';

export type Reply = number | 'hangs' | { readonly status: number; readonly body: string };

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  // A test looks into messages of every shape.
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Receiver {
  readonly url: string;
  readonly calls: readonly Received[];
  /** The bodies of the calls to a path. */
  at(path: string): readonly Received['body'][];
  /** From now on a path is answered so; 200 is what all others get. */
  reply(path: string, reply: Reply): void;
  close(): Promise<void>;
}

/** On the loopback interface, unless whoever calls stands elsewhere. */
export async function startReceiver(changes: Changes, address?: string): Promise<Receiver> {
  const calls: Received[] = [];
  const replies = new Map<string, Reply>();
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const text = await readText(request);
    const body = text.startsWith('{') ? (JSON.parse(text) as Received['body']) : { text };
    calls.push({ path, headers: request.headers, body });
    send(response, replies.get(path) ?? 200);
    changes.happened();
  };
  const server = await serve((request, response) => {
    // Who calls may be killed while it does.
    receive(request, response).catch(() => response.destroy());
  }, address);
  return {
    url: server.url,
    calls,
    at: (path) => calls.filter((call) => call.path === path).map(({ body }) => body),
    reply: (path, reply) => void replies.set(path, reply),
    close: () => server.close(),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'hangs') return;
  const { status, body } = typeof reply === 'number' ? { status: reply, body: '' } : reply;
  response.writeHead(status).end(body);
}
