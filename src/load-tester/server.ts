/** The load tester's paths and what each answers. Methods are not looked at, as callers are used to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { err, ok, type Result } from '../shared/result.ts';
import { ACCEPTED, FORBIDDEN, OK, type Answer } from './answer.ts';
import { nameFault, type Gate, type Gates } from './gates.ts';
import { readPayload, type Payload } from './payload.ts';
import type { Tasks } from './runner.ts';
import type { Admit } from './token.ts';

const MAX_BODY = 1024 * 1024;

export interface ServerParts {
  readonly gates: Gates;
  readonly tasks: Pick<Tasks, 'handle'>;
  /** Who may have something done. */
  readonly admit: Admit;
  /** Namespaces whose payloads are served; undefined is all. */
  readonly namespaces: RegExp | undefined;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** A request failed for a reason of ours. */
  readonly failed: (error: unknown) => void;
  /** What was answered, for counting. */
  readonly answered: (path: string, status: number) => void;
}

const STRANGER: Answer = {
  status: 401,
  body: 'the token is missing or wrong: it goes into the URL of the webhook, http://hook:<token>@<host>/, or into a header, Authorization: Bearer <token>',
};

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
        parts.answered(path, 500);
        send(response, { status: 500, body: 'internal error' }, path);
      },
    );
  });
}

/** Whatever is no URL is a path without a meaning; to throw here would end the process. */
function pathOf({ url }: IncomingMessage): string {
  return URL.parse(url ?? '/', 'http://load-tester')?.pathname ?? '/';
}

function send(response: ServerResponse, { status, body }: Answer, path: string): void {
  const type = path === '/metrics' ? 'text/plain; version=0.0.4; charset=utf-8' : 'text/plain; charset=utf-8';
  response.writeHead(status, {
    'Content-Type': type,
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
  });
  response.end(body);
}

/** Probes and Prometheus have no token, and change nothing. */
async function answer(path: string, request: IncomingMessage, parts: ServerParts): Promise<Answer> {
  if (path === '/healthz') return ignoring(request, OK);
  if (path === '/metrics') return ignoring(request, { status: 200, body: await parts.metrics() });
  if (!(await parts.admit(request.headers.authorization))) return ignoring(request, STRANGER);
  if (path === '/gate/approve') return ignoring(request, OK);
  if (path === '/gate/halt') return ignoring(request, FORBIDDEN);
  return answerPayload(path, request, parts);
}

function ignoring(request: IncomingMessage, found: Answer): Answer {
  request.resume();
  return found;
}

async function answerPayload(path: string, request: IncomingMessage, parts: ServerParts): Promise<Answer> {
  const body = await readBody(request);
  if (!body.ok) return { status: 413, body: body.error };
  const payload = readPayload(body.value);
  if (!payload.ok) return { status: 400, body: payload.error };
  if (parts.namespaces?.test(payload.value.namespace) === false) return FORBIDDEN;
  const [, kind, verb = ''] = /^\/(gate|rollback)\/(check|open|close)$/.exec(path) ?? [];
  if (kind !== 'gate' && kind !== 'rollback') return parts.tasks.handle(payload.value);
  return answerGate(verb, kind, payload.value, parts.gates);
}

async function answerGate(
  verb: string,
  kind: Gate['kind'],
  { name, namespace }: Payload,
  gates: Gates,
): Promise<Answer> {
  const fault = nameFault({ name, namespace });
  if (fault !== undefined) return { status: 400, body: fault };
  const gate = { kind, name, namespace };
  if (verb === 'check') return (await gates.isOpen(gate)) ? { status: 200, body: 'Approved' } : FORBIDDEN;
  if (verb === 'open') await gates.open(gate);
  else await gates.close(gate);
  return ACCEPTED;
}

/** What comes after too much is read and dropped, so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<Result<string, string>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY) chunks.push(chunk);
  }
  if (length > MAX_BODY) return err(`the body has ${length} bytes, allowed are ${MAX_BODY}`);
  return ok(Buffer.concat(chunks).toString('utf8'));
}
