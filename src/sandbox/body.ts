/** Reading and writing the bodies of requests and answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeProtobuf } from './protobuf.ts';
import { badRequest, Refusal } from './refusal.ts';
import { readYaml } from './yaml.ts';

const MAX_BYTES = 3 * 1024 * 1024;

export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

/** The body as plain data, from JSON or YAML; undefined if there is none. `strict` refuses equal keys in YAML. */
export async function readBody(request: IncomingMessage, { strict } = { strict: false }): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BYTES)
      throw new Refusal(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
  }
  if (size === 0) return undefined;
  const body = Buffer.concat(chunks);
  return mediaType(request).includes('protobuf')
    ? decodeProtobuf(body)
    : decode(body.toString('utf8'), strict);
}

/** JSON where it looks like it, since that is much the faster to read. */
function decode(text: string, strict: boolean): unknown {
  try {
    return /^\s*[[{]/.test(text) ? (JSON.parse(text) as unknown) : readYaml(text, { strict });
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function sendJson(
  response: ServerResponse,
  code: number,
  value: unknown,
  headers: Readonly<Record<string, string | string[]>> = {},
): void {
  const text = JSON.stringify(value);
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(text);
}

export function sendText(response: ServerResponse, text: string, type = 'text/plain'): void {
  response.writeHead(200, { 'content-type': type });
  response.end(text);
}
