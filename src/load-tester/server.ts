/** The load tester's paths and what each answers. Methods are not looked at, as callers are used to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';

import { err, ok, type Result } from '../shared/result.ts';
import type { Gates } from './gates.ts';
import type { TaskAnswer, TaskPayload, Tasks } from './tasks.ts';

const MAX_BODY = 1024 * 1024;

const Payload = z.object({
  name: z.string().default(''),
  namespace: z.string().default(''),
  metadata: z.record(z.string(), z.string()).nullish(),
});

export interface ServerParts {
  readonly gates: Gates;
  readonly tasks: Pick<Tasks, 'handle'>;
  /** Namespaces whose payloads are served; undefined is all. */
  readonly namespaces: RegExp | undefined;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** A request failed for a reason of ours. */
  readonly failed: (error: unknown) => void;
  /** What was answered, for counting. */
  readonly answered: (path: string, status: number) => void;
}

const OK: TaskAnswer = { status: 200, body: 'OK' };
const FORBIDDEN: TaskAnswer = { status: 403, body: 'Forbidden' };
const DONE: TaskAnswer = { status: 202, body: '' };

/** A server that is not yet listening. */
export function loadTesterServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    const path = pathOf(request);
    answer(path, request, parts).then(
      (found) => {
        parts.answered(path, found.status);
        send(response, found, path);
      },
      (error: unknown) => {
        parts.failed(error);
        send(response, { status: 500, body: 'internal error' }, path);
      },
    );
  });
}

/** Whatever is no URL is a path without a meaning; to throw here would end the process. */
function pathOf({ url }: IncomingMessage): string {
  return URL.parse(url ?? '/', 'http://load-tester')?.pathname ?? '/';
}

function send(response: ServerResponse, { status, body }: TaskAnswer, path: string): void {
  const type = path === '/metrics' ? 'text/plain; version=0.0.4; charset=utf-8' : 'text/plain; charset=utf-8';
  response.writeHead(status, { 'Content-Type': type });
  response.end(body);
}

async function answer(path: string, request: IncomingMessage, parts: ServerParts): Promise<TaskAnswer> {
  switch (path) {
    case '/healthz':
      return ignoring(request, OK);
    case '/gate/approve':
      return ignoring(request, OK);
    case '/gate/halt':
      return ignoring(request, FORBIDDEN);
    case '/metrics':
      return ignoring(request, { status: 200, body: await parts.metrics() });
    default:
      return answerPayload(path, request, parts);
  }
}

function ignoring(request: IncomingMessage, found: TaskAnswer): TaskAnswer {
  request.resume();
  return found;
}

async function answerPayload(
  path: string,
  request: IncomingMessage,
  parts: ServerParts,
): Promise<TaskAnswer> {
  const payload = await readPayload(request);
  if (!payload.ok) return payload.error;
  if (parts.namespaces?.test(payload.value.namespace) === false) return FORBIDDEN;
  const gate = /^\/(gate|rollback)\/(check|open|close)$/.exec(path);
  if (gate === null) return parts.tasks.handle(payload.value);
  return answerGate(gate[2] ?? '', gateName(gate[1] ?? '', payload.value), parts.gates);
}

/** One gate per Canary for all its gate hooks, and one for its rollback hooks. */
function gateName(kind: string, { name, namespace }: TaskPayload): string | undefined {
  if (name === '' || namespace === '') return undefined;
  return kind === 'rollback' ? `rollback.${name}.${namespace}` : `${name}.${namespace}`;
}

function answerGate(verb: string, gate: string | undefined, gates: Gates): TaskAnswer {
  if (gate === undefined) return { status: 400, body: 'name and namespace of the canary are missing' };
  if (verb === 'check') return gates.isOpen(gate) ? { status: 200, body: 'Approved' } : FORBIDDEN;
  if (verb === 'open') gates.open(gate);
  else gates.close(gate);
  return DONE;
}

async function readPayload(request: IncomingMessage): Promise<Result<TaskPayload, TaskAnswer>> {
  const text = await readBody(request);
  if (text === undefined) return err({ status: 413, body: `the body is longer than ${MAX_BODY} bytes` });
  const payload = Payload.safeParse(parseJson(text));
  if (!payload.success) {
    return err({
      status: 400,
      body: 'the body is not a webhook payload: JSON with name, namespace, metadata',
    });
  }
  return ok({ ...payload.data, metadata: payload.data.metadata ?? {} });
}

/** undefined for a body that is too long; what comes after is read and dropped, so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
  }
  return length > MAX_BODY ? undefined : Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
