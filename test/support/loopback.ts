/** Real servers, on the loopback interface unless told otherwise, and a plain client for them. For contract tests. */
import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { millis } from '../../src/shared/brand.ts';
import type { Http, HttpRequest, HttpResponse } from '../../src/shared/http.ts';
import { err, ok } from '../../src/shared/result.ts';

export interface Loopback {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on a free port until closed; closing cuts connections that still hang. */
export async function serve(listener: RequestListener, address = '127.0.0.1'): Promise<Loopback> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function readText(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Keeps the promises of `Http` as far as plain requests go: deadline, size limit, signal. */
export const loopbackHttp: Http = async (call, { signal }) => {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(call.timeout);
  try {
    return await exchange(call, AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return err({ kind: 'timeout', detail: `no answer within ${call.timeout} ms` });
    return err({ kind: 'unreachable', detail: error instanceof Error ? error.message : 'failed' });
  }
};

async function exchange(call: HttpRequest, signal: AbortSignal): ReturnType<Http> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, headers } = call;
    // A connection that was kept may be closed by the other side at the very moment.
    const options = {
      method,
      headers: { ...headers } as Record<string, string>,
      signal,
      agent: false,
    } as const;
    const outgoing = request(call.url, options);
    outgoing.on('response', resolve).on('error', reject).end(call.body);
  });
  const body = await readText(response);
  if (call.maxBytes !== undefined && body.length > call.maxBytes) {
    const detail = `answered with more than ${call.maxBytes} bytes`;
    return err({ kind: 'too-large', detail, status: response.statusCode ?? 0 });
  }
  const answer: HttpResponse = { status: response.statusCode ?? 0, body, elapsed: millis(0) };
  return ok(answer);
}
