/**
 * The primary's copies of tracked configuration. Several Canaries may share one copy, so it says for each of them
 * which revision it was written for. What a copy held before is kept beside it, so that a promotion can be undone.
 */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, OwnerReference } from '../api/objects.ts';
import type { Revision } from '../shared/brand.ts';
import { canonicalJson } from '../shared/digest.ts';
import { includeLabels, PRIMARY } from './labels.ts';
import type { Look } from './target.ts';
import {
  configDigest,
  configRef,
  contentOf,
  findObject,
  PREVIOUS,
  references,
  type ConfigKind,
  type TrackedConfig,
} from './tracked-config.ts';

/** What a Secret is that says nothing else. */
const OPAQUE = 'Opaque';
/** `<canary>=<revision>`, separated by commas. */
const REVISIONS = 'serin.dev/revisions';

/** A copy as a snapshot remembers it: never its data. */
export interface CopyRecord {
  readonly kind: ConfigKind;
  /** Of the copy. */
  readonly name: string;
  readonly digest: string;
}

export function ownerOf({ canary }: Look): OwnerReference {
  const { apiVersion, kind } = KINDS.Canary;
  return { apiVersion, kind, name: canary.name, uid: canary.uid, controller: true, blockOwnerDeletion: true };
}

/** The revision this copy was written for on behalf of this Canary. */
export function copiedRevision(copy: KubeObject, canary: string): string | undefined {
  return revisionsOf(copy).get(canary);
}

function revisionsOf(copy: KubeObject | undefined): ReadonlyMap<string, string> {
  const entries = (copy?.metadata.annotations?.[REVISIONS] ?? '').split(',').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry): [string, string] => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** Made for some Canary's primary, as opposed to a user's own object of such a name. */
export function isCopy({ metadata }: KubeObject): boolean {
  const owned = metadata.ownerReferences?.some(({ kind }) => kind === KINDS.Canary.kind) === true;
  return owned || metadata.annotations?.[REVISIONS] !== undefined;
}

/** The copies to write before the template: what each held is put aside first, unless it was written for this. */
export function copiesOf(
  look: Look,
  tracked: readonly TrackedConfig[],
  revision: Revision,
): readonly KubeObject[] {
  return tracked.flatMap(({ kind, name, object, digest }) => {
    const found = findObject(look.objects, configRef(kind, `${name}${PRIMARY}`));
    const outdated =
      found !== undefined &&
      copiedRevision(found, look.canary.name) !== revision &&
      configDigest(found) !== digest;
    const aside = outdated ? writeCopy(look, `${name}${PREVIOUS}`, found, undefined) : [];
    return [...aside, ...writeCopy(look, `${name}${PRIMARY}`, object, revision)];
  });
}

/** The copies that a snapshot remembers, put back; undefined where what one of them held is nowhere any more. */
export function restoredCopies(
  look: Look,
  records: readonly CopyRecord[],
  revision: Revision,
): readonly KubeObject[] | undefined {
  const writes: KubeObject[] = [];
  for (const { kind, name, digest } of records) {
    const source = [name, `${name.slice(0, -PRIMARY.length)}${PREVIOUS}`, name.slice(0, -PRIMARY.length)]
      .map((candidate) => findObject(look.objects, configRef(kind, candidate)))
      .find((candidate) => candidate !== undefined && configDigest(candidate) === digest);
    if (source === undefined) return undefined;
    writes.push(...writeCopy(look, name, source, revision));
  }
  return writes;
}

/** The copies a template runs on. */
export function copyRecords(look: Look, template: unknown): readonly CopyRecord[] {
  return references(template).flatMap(({ kind, name }) => {
    const copy = findObject(look.objects, configRef(kind, name));
    if (copy === undefined || !name.endsWith(PRIMARY) || !isCopy(copy)) return [];
    return [{ kind, name, digest: configDigest(copy) }];
  });
}

/** `name` with the content of `source`; nothing where it is so already. */
function writeCopy(
  look: Look,
  name: string,
  source: KubeObject,
  revision: Revision | undefined,
): readonly KubeObject[] {
  const { apiVersion, kind } = source;
  const found = findObject(look.objects, { apiVersion, kind, name });
  const revisions = new Map(revisionsOf(found));
  if (revision !== undefined) revisions.set(look.canary.name, revision);
  const others = (found?.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== look.canary.uid);
  const copy: KubeObject = {
    ...(source['type'] !== undefined && { type: source['type'] }),
    apiVersion,
    kind,
    metadata: {
      ...(found?.metadata ?? { namespace: look.canary.namespace }),
      name,
      labels: includeLabels(source.metadata.labels, look.options.includeLabelPrefixes),
      annotations: {
        ...found?.metadata.annotations,
        [REVISIONS]: [...revisions]
          .sort()
          .map(([canary, name]) => `${canary}=${name}`)
          .join(','),
      },
      ownerReferences: [ownerOf(look), ...others.map((owner) => ({ ...owner, controller: false }))],
    },
    ...contentOf(source),
  };
  return isWritten(copy, found) ? [] : [copy];
}

/** The type of a Secret cannot be changed: one of another type takes its place. */
export function isOfAnotherType(copy: KubeObject, found: KubeObject): boolean {
  return (copy['type'] ?? OPAQUE) !== (found['type'] ?? OPAQUE);
}

function isWritten(copy: KubeObject, found: KubeObject | undefined): boolean {
  if (found === undefined || isOfAnotherType(copy, found)) return false;
  if (configDigest(copy) !== configDigest(found)) return false;
  return (
    copy.metadata.annotations?.[REVISIONS] === found.metadata.annotations?.[REVISIONS] &&
    canonicalJson(copy.metadata.labels) === canonicalJson(found.metadata.labels ?? {})
  );
}
