/** What an API server makes of an object, without keeping it. */
import { at, count, list, text, tree, without, type Tree } from '../../src/api/tree.ts';
import type { Answer, ApiServer, Sent } from './server.ts';

export type Verdict =
  /** `kept` is what would be stored, but for what every server writes of its own. */
  | { readonly kind: 'accepted'; readonly kept: Tree }
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly message: string;
      readonly causes: readonly string[];
    };

export interface Place {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespace: string;
}

/** `Strict` refuses fields that the schema does not know; `Ignore` drops them. */
export type Validation = 'Strict' | 'Ignore';

export async function dryRun(
  server: ApiServer,
  place: Place,
  sent: Sent,
  validation: Validation,
): Promise<Verdict> {
  const query = new URLSearchParams({ dryRun: 'All', fieldValidation: validation });
  return verdictOf(await server.ask('POST', `${pathOf(place)}?${query.toString()}`, sent));
}

export function pathOf({ apiVersion, plural, namespace }: Place): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}/namespaces/${namespace}/${plural}`;
}

function verdictOf({ code, body }: Answer): Verdict {
  if (code < 300) return { kind: 'accepted', kept: kept(tree(body)) };
  const causes = list(at(body, 'details', 'causes')).map((cause) => text(at(cause, 'field')) ?? '');
  const message = text(at(body, 'message')) ?? '';
  return {
    kind: 'refused',
    code: count(at(body, 'code')) ?? code,
    message,
    causes: [...new Set(causes)].sort(),
  };
}

const SERVER_MADE = ['uid', 'creationTimestamp', 'generation', 'resourceVersion', 'managedFields'];

/** Of a Service, addresses that the cluster has given it. */
const ALLOCATED = ['clusterIP', 'clusterIPs'];

function kept(object: Tree): Tree {
  const metadata = without(tree(object['metadata']), ...SERVER_MADE);
  return { ...object, metadata, spec: without(tree(object['spec']), ...ALLOCATED) };
}
