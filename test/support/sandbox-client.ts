/** Talks plain HTTPS to a sandbox, so that what crosses the wire can be looked at as it is. */
import { request, type RequestOptions } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sandbox } from '../../src/sandbox/server.ts';

export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // A test looks into answers of every shape.
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Call {
  readonly body?: unknown;
  /** Sent as it is, in place of a body. */
  readonly text?: string;
  readonly type?: string;
  readonly accept?: string;
  readonly token?: string;
}

export interface OpenWatch {
  readonly events: readonly WatchEvent[];
  readonly ended: Promise<void>;
  close(): void;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Readonly<Record<string, unknown>>;
}

function optionsFor(sandbox: Sandbox, method: string, call: Call): RequestOptions {
  const { token = sandbox.token, accept = 'application/json', type = 'application/json' } = call;
  const headers = {
    authorization: `Bearer ${token}`,
    accept,
    'content-type': type,
    'user-agent': 'tester/1',
  };
  return { method, ca: sandbox.ca, headers, agent: false };
}

/** Rejects if the connection ends without an answer. */
export function ask(sandbox: Sandbox, method: string, path: string, call: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(sandbox.url + path, optionsFor(sandbox, method, call), (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const body = text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : { text };
        resolve({ code: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end(call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body)));
  });
}

/** Resolves once the server has answered; events gather in the list. */
export function openWatch(sandbox: Sandbox, path: string, call: Call = {}): Promise<OpenWatch> {
  return new Promise((resolve, reject) => {
    const sent = request(sandbox.url + path, optionsFor(sandbox, 'GET', call), (response) => {
      const events: WatchEvent[] = [];
      let rest = '';
      response.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
      });
      const ended = new Promise<void>((done) => response.on('close', done));
      resolve({ events, ended, close: () => sent.destroy() });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Waits for real sockets: the condition is looked at until it holds, for five seconds at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (condition()) return;
    await pause(5);
  }
  throw new Error(`did not come true in time: ${condition.toString()}`);
}
