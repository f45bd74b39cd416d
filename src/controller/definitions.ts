/** What the definitions a cluster serves lack, held against ours. Pure; how they are come by is `start-up.ts`. */
import type { KubeObject } from '../api/objects.ts';
import { at, list, text, tree } from '../api/tree.ts';

export type Lack =
  /** The kind is not served, or not in every version. */
  | { readonly kind: 'definition'; readonly version: string }
  /** Nothing can be remembered in it: the definitions are Flagger's. */
  | { readonly kind: 'memory' }
  /** They are ours of another day: what people write there would be dropped. `path` is the first such field. */
  | { readonly kind: 'field'; readonly path: string };

/** One version of a kind as we define it. */
export interface DefinedVersion {
  readonly apiVersion: string;
  readonly kind: string;
  readonly schema: unknown;
}

/** The served versions of a CustomResourceDefinition. */
export function versionsOf(definition: KubeObject): readonly DefinedVersion[] {
  const spec = definition['spec'];
  const kind = text(at(spec, 'names', 'kind')) ?? '';
  return list(at(spec, 'versions'))
    .filter((version) => at(version, 'served') === true)
    .map((version) => ({
      apiVersion: `${text(at(spec, 'group'))}/${text(at(version, 'name'))}`,
      kind,
      schema: at(version, 'schema', 'openAPIV3Schema'),
    }));
}

/** The worst that is lacking of a version of ours, `theirs` being its schema there, undefined where it has none. */
export function lackOf({ apiVersion, schema }: DefinedVersion, theirs: unknown): Lack | undefined {
  if (theirs === undefined) return { kind: 'definition', version: apiVersion };
  if (memoryIn(schema) !== undefined && memoryIn(theirs) === undefined) return { kind: 'memory' };
  const path = missing(schema, theirs, '');
  return path === undefined ? undefined : { kind: 'field', path };
}

function memoryIn(schema: unknown): unknown {
  return at(schema, 'properties', 'status', 'properties', 'serin');
}

/** The first field, or value of an enumeration, that ours has and theirs has not. */
function missing(ours: unknown, theirs: unknown, path: string): string | undefined {
  const value = list(at(ours, 'enum')).find((one) => at(theirs, 'enum') !== undefined && !has(theirs, one));
  if (value !== undefined) return `${path} ${JSON.stringify(value)}`;
  for (const [name, schema] of Object.entries(tree(at(ours, 'properties')))) {
    const counterpart = at(theirs, 'properties', name);
    const here = path === '' ? name : `${path}.${name}`;
    const found = counterpart === undefined ? here : missing(schema, counterpart, here);
    if (found !== undefined) return found;
  }
  const items = at(ours, 'items');
  return items === undefined ? undefined : missing(items, at(theirs, 'items'), `${path}[]`);
}

function has(schema: unknown, value: unknown): boolean {
  return list(at(schema, 'enum')).includes(value);
}
