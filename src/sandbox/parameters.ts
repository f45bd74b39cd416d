/** What a request says beside its address: options in the query, patches and options in the body. */
import type { IncomingMessage } from 'node:http';
import { isTrue } from './address.ts';
import type { Patch, WriteOptions } from './api.ts';
import { mediaType } from './body.ts';
import { isObject, listAt, numberAt, textAt, type JsonObject } from './json.ts';
import { badRequest, Refusal } from './refusal.ts';
import type { DeleteOptions, Propagation } from './store.ts';

export interface Sent {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
}

export function continueToken(version: number, after: string): string {
  return Buffer.from(JSON.stringify({ version, after })).toString('base64url');
}

export function parseContinue(
  text: string | null,
): { readonly version: number; readonly after: string } | undefined {
  if (text === null || text === '') return undefined;
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return { version: numberAt(token, 'version') ?? 0, after: textAt(token, 'after') };
  } catch {
    throw badRequest('continue key is not valid');
  }
}

export function patchOf({ request, query }: Sent, body: unknown): Patch {
  const type = mediaType(request);
  switch (type) {
    case 'application/json-patch+json':
      return { kind: 'json', operations: body };
    case 'application/merge-patch+json':
      return { kind: 'merge', patch: objectBody(body) };
    case 'application/strategic-merge-patch+json':
      return { kind: 'strategic', patch: objectBody(body) };
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+json':
      if (query.get('fieldManager') === null) {
        throw badRequest(
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
        );
      }
      return { kind: 'apply', configuration: objectBody(body), force: isTrue(query.get('force')) };
    default:
      throw new Refusal(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`,
      );
  }
}

export function writeOptions({ query, request }: Sent): WriteOptions {
  const validation = query.get('fieldValidation');
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  return {
    dryRun: query.get('dryRun') === 'All',
    manager: query.get('fieldManager') ?? agent,
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
  };
}

export function objectBody(body: unknown): JsonObject {
  if (!isObject(body)) throw badRequest('the body of the request is not an object');
  return body;
}

const PROPAGATIONS: readonly Propagation[] = ['Background', 'Foreground', 'Orphan'];

export function deleteOptions({ query }: Sent, body: unknown): DeleteOptions {
  const policy = textAt(body, 'propagationPolicy') || query.get('propagationPolicy');
  const grace = numberAt(body, 'gracePeriodSeconds') ?? query.get('gracePeriodSeconds');
  const dryRun = query.get('dryRun') === 'All' || listAt(body, 'dryRun').includes('All');
  return {
    uid: textAt(body, 'preconditions', 'uid') || undefined,
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion') || undefined,
    propagation: PROPAGATIONS.find((known) => known === policy),
    graceSeconds: grace === null ? undefined : Number(grace),
    dryRun,
  };
}
