/** The spec an object had before it was taken over, kept on the object itself and put back when the Canary goes. */
import type { KubeObject, ObjectMeta, OwnerReference } from '../api/objects.ts';
import { at, isTree, type Tree } from '../api/tree.ts';
import { MARK, readMark } from './mark.ts';
import { FLUX_OPT_OUT, isOwned, withoutAnnotations } from './metadata.ts';
import { parseJson } from './services.ts';

const ORIGINAL = 'flagger.kubernetes.io/original-configuration';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The annotation that remembers the original, once: never on an object of our own, and not after we or kubectl have
 * left word of what it was.
 */
export function rememberOriginal(
  found: KubeObject | undefined,
  owner: OwnerReference,
): Readonly<Record<string, string>> {
  if (found === undefined || isOwned(found, owner) || readMark(found).mark >= 0) return {};
  const { annotations = {} } = found.metadata;
  if (annotations[ORIGINAL] !== undefined || annotations[LAST_APPLIED] !== undefined) return {};
  return { [ORIGINAL]: JSON.stringify(found['spec'] ?? {}) };
}

/** The object as it was; undefined where it is our own, or nobody knows what it was. */
export function restoreOriginal(
  found: KubeObject | undefined,
  owner: OwnerReference,
): KubeObject | undefined {
  if (found === undefined || isOwned(found, owner)) return undefined;
  const spec = originalSpec(found.metadata);
  if (spec === undefined) return undefined;
  const metadata = withoutAnnotations(found.metadata, ORIGINAL, MARK, ...Object.keys(FLUX_OPT_OUT));
  return { ...found, metadata, spec };
}

function originalSpec({ annotations = {} }: ObjectMeta): Tree | undefined {
  const kept = parseJson(annotations[ORIGINAL]);
  if (isTree(kept)) return kept;
  const applied = at(parseJson(annotations[LAST_APPLIED]), 'spec');
  return isTree(applied) ? applied : undefined;
}
