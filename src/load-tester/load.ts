/** Sends the requests a `Load` describes. Redirects are not followed and certificates not checked. */
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { setImmediate as pause } from 'node:timers/promises';

import { after, instant, millis, until, type Instant } from '../shared/brand.ts';
import type { Clock } from '../shared/clock.ts';
import type { Load } from './command-line.ts';
import { Tally } from './tally.ts';

export interface LoadOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The proxy for a host, `http://host:port`, where the load itself names none. */
  readonly proxyFor: (host: string) => string | undefined;
}

/** Runs to its end, or until the signal aborts, which is not an error; what was counted so far is returned. */
export async function generate(load: Load, options: LoadOptions): Promise<Tally> {
  const tally = new Tally();
  const sender = senderFor(load, options);
  try {
    const workers = Array.from({ length: load.workers }, (_, index) =>
      work(load, shareOf(load, index), { ...options, tally, send: sender.send }),
    );
    await Promise.all(workers);
  } finally {
    sender.close();
  }
  return tally;
}

function shareOf({ requests, workers }: Load, index: number): number {
  if (requests === undefined) return Number.POSITIVE_INFINITY;
  return Math.floor(requests / workers) + (index < requests % workers ? 1 : 0);
}

type Send = (signal: AbortSignal) => ClientRequest;

interface Work extends LoadOptions {
  readonly tally: Tally;
  readonly send: Send;
}

/** One worker: a request at a time, none before it is due. What was missed while waiting is not made up for. */
async function work(load: Load, share: number, { clock, signal, tally, send }: Work): Promise<void> {
  const end = load.duration === undefined ? undefined : after(clock.steady(), load.duration);
  const pace = millis(load.rate > 0 ? 1_000 / load.rate : 0);
  let due = clock.steady();
  for (let sent = 0; sent < share; sent += 1) {
    if (signal.aborted || isOver(end, due)) return;
    try {
      if (due > clock.steady()) await clock.sleep(until(clock.steady(), due), { signal });
    } catch {
      return;
    }
    due = instant(Math.max(after(due, pace), clock.steady()));
    await once(load, send, tally, signal);
    if (isOver(end, clock.steady())) return;
  }
}

function isOver(end: Instant | undefined, time: Instant): boolean {
  return end !== undefined && time >= end;
}

async function once(load: Load, send: Send, tally: Tally, signal: AbortSignal): Promise<void> {
  const limits = load.timeout === undefined ? [signal] : [signal, AbortSignal.timeout(load.timeout)];
  const started = performance.now();
  try {
    const { status, bytes } = await exchange(send(AbortSignal.any(limits)), load.body);
    tally.answered(status, performance.now() - started, bytes);
  } catch (error) {
    if (!signal.aborted) tally.failed(reasonOf(error));
    // What cannot even be sent fails at once: without a pause nobody else would get a turn until the end.
    await pause();
  }
}

/** Without addresses and ports of our own side, so that equal ones are counted together. What is thrown is an object. */
function reasonOf(error: unknown): string {
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  if (name === 'TimeoutError' || name === 'AbortError') return 'time-out while waiting for the answer';
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message : 'failed';
}

function exchange(
  outgoing: ClientRequest,
  body: string,
): Promise<{ readonly status: number; readonly bytes: number }> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response: IncomingMessage) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
      response.on('error', reject);
    });
    outgoing.end(body);
  });
}

/**
 * A proxy is asked for plain http by the whole URL; for https the agent opens a tunnel through it. (The agent
 * could do both, but does not let a request name another host.)
 */
function senderFor(load: Load, { proxyFor }: LoadOptions): { readonly send: Send; close(): void } {
  const target = new URL(load.url);
  const proxy = load.proxy === undefined ? proxyFor(target.hostname) : `http://${load.proxy}`;
  const common = { keepAlive: load.keepAlive, maxSockets: load.workers };
  const { method, headers } = load;
  if (target.protocol === 'https:') {
    const agent = new TlsAgent({
      ...common,
      rejectUnauthorized: false,
      ...(proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxy } }),
    });
    const send: Send = (signal) => httpsRequest(target, { method, headers, agent, signal });
    return { send, close: () => agent.destroy() };
  }
  const agent = new Agent(common);
  const close = (): void => agent.destroy();
  if (proxy === undefined) {
    return { send: (signal) => httpRequest(target, { method, headers, agent, signal }), close };
  }
  const { hostname, port } = new URL(proxy);
  const via = { hostname, port: port === '' ? 80 : Number(port), path: target.href };
  const proxied = { Host: target.host, ...headers };
  return { send: (signal) => httpRequest({ ...via, method, headers: proxied, agent, signal }), close };
}
