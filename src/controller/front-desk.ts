/** The HTTP port of the controller: is it alive, is it ready, what has it counted. It changes nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { err, ok, type Result } from '../shared/result.ts';

export interface Desk {
  readonly registry: Registry;
  /** A sentence about why this process had better be restarted; undefined while it is well. */
  ailing(): string | undefined;
  /** A sentence about what is still missing; undefined while this process leads or could. */
  unready(): string | undefined;
  /** Called before metrics are read. */
  refresh(): void;
}

export interface OpenDesk {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on every address; port 0 is any free one. The failure says why that cannot be. */
export async function openDesk(desk: Desk, port: number): Promise<Result<OpenDesk, string>> {
  const server = createServer((request, response) => {
    answer(desk, request, response).catch(() => {
      response.writeHead(500).end('internal error\n');
    });
  });
  const fault = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(port, () => resolve(undefined));
  });
  if (fault !== undefined) {
    const reason = fault.code === 'EADDRINUSE' ? 'another process listens there' : fault.message;
    return err(`port ${port} cannot be opened: ${reason}; -port names another one`);
  }
  return ok({
    // A server that listens on a port has an address with one.
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405).end('only GET is served here\n');
  } else if (path === '/healthz') {
    verdict(response, desk.ailing());
  } else if (path === '/readyz') {
    verdict(response, desk.unready());
  } else if (path === '/metrics') {
    desk.refresh();
    response.writeHead(200, { 'Content-Type': desk.registry.contentType }).end(await desk.registry.metrics());
  } else {
    response.writeHead(404).end('served are /healthz, /readyz and /metrics\n');
  }
}

function verdict(response: ServerResponse, fault: string | undefined): void {
  response.writeHead(fault === undefined ? 200 : 503, { 'Content-Type': 'text/plain' });
  response.end(fault === undefined ? 'OK' : `${fault}\n`);
}
