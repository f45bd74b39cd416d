/** HTTP listeners on loopback, and what all of them do: find a free port, read a body, end for good. */
import { Agent, createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listener {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(handler: RequestListener): Promise<Listener> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // A server that listens on a port has an address with one.
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const IDLE = 2_000;

/**
 * For requests to listeners here and to routers. A connection that nobody used for two seconds is given up, before any
 * server closes it: a request that is sent in that very moment is lost.
 */
export function keepAliveAgent(maxSockets = Number.POSITIVE_INFINITY): Agent {
  return new Agent({ keepAlive: true, maxSockets, timeout: IDLE });
}

/** The whole body of a request; cut off after `limit` bytes. */
export async function bodyOf(request: IncomingMessage, limit = 1024 * 1024): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part as Buffer); // A request without an encoding yields buffers.
    size += bytes.length;
    if (size <= limit) parts.push(bytes);
  }
  return Buffer.concat(parts);
}

/** A port that was free a moment ago, for a program that must be told one. */
export async function freePort(): Promise<number> {
  const listener = await listen((_, response) => response.end());
  await listener.stop();
  return listener.port;
}
