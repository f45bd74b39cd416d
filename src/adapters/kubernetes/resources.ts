/** From apiVersion and kind to the path of the API. What the table does not know is asked of the server, once. */
import { kindOf, type Kind } from '../../api/kinds.ts';
import type { CallOptions } from '../../api/objects.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { unanswered, type Refusal } from './refusal.ts';
import type { Transport } from './transport.ts';

export interface Named {
  readonly apiVersion: string;
  readonly kind: string;
}

export class Resources {
  readonly #transport: Transport;
  readonly #discovered = new Map<string, Kind>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A kind that is not served is asked for again next time: its definition may have been installed meanwhile. */
  async find(of: Named, options: CallOptions): Promise<Result<Kind, Refusal>> {
    const known = kindOf(of) ?? this.#discovered.get(nameOf(of));
    if (known !== undefined) return ok(known);
    const path = rootOf(of.apiVersion);
    const answer = await this.#transport.call({ verb: 'get', resource: of.apiVersion, path }, options);
    if (!answer.ok) return answer;
    for (const kind of kindsIn(of.apiVersion, answer.value)) this.#discovered.set(nameOf(kind), kind);
    const found = this.#discovered.get(nameOf(of));
    return found === undefined ? err(notServed(of)) : ok(found);
  }
}

/** The path of a collection, or of one object in it. Throws where a namespaced kind has no namespace: that is a bug. */
export function pathOf(
  kind: Kind,
  { namespace, name, subresource }: { namespace?: string | undefined; name?: string; subresource?: string },
): string {
  const scope = kind.namespaced && namespace !== undefined ? ['namespaces', namespace] : [];
  if (kind.namespaced && namespace === undefined && name !== undefined) {
    throw new Error(`${kind.kind} ${name} is in a namespace, found none in the reference`);
  }
  const parts = [...scope, kind.plural, ...(name === undefined ? [] : [name])];
  const tail = subresource === undefined ? '' : `/${subresource}`;
  return `${rootOf(kind.apiVersion)}/${parts.map(encodeURIComponent).join('/')}${tail}`;
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function nameOf({ apiVersion, kind }: Named): string {
  return `${apiVersion} ${kind}`;
}

function notServed({ apiVersion, kind }: Named): Refusal {
  const refusal = unanswered(`looking up kind ${kind}`, `the cluster serves none in ${apiVersion}`);
  return { ...refusal, error: { kind: 'no-such-kind', detail: refusal.error.detail } };
}

/** An APIResourceList without its subresources. */
function kindsIn(apiVersion: string, list: unknown): readonly Kind[] {
  if (typeof list !== 'object' || list === null || !('resources' in list)) return [];
  if (!Array.isArray(list.resources)) return [];
  return list.resources.flatMap((entry: unknown): readonly Kind[] => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { name, kind, namespaced } = entry as { name?: unknown; kind?: unknown; namespaced?: unknown };
    if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) return [];
    return [{ apiVersion, kind, plural: name, namespaced: namespaced === true }];
  });
}
