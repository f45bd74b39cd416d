/**
 * The spec an object had before it was taken over, and those of its annotations that routed traffic, kept on the
 * object itself and put back when the Canary goes.
 */
import type { KubeObject, ObjectMeta, OwnerReference } from '../api/objects.ts';
import { at, isTree, texts, type Tree } from '../api/tree.ts';
import { MARK, readMark } from './mark.ts';
import { FLUX_OPT_OUT, isOwned, withAnnotations, withoutAnnotations } from './metadata.ts';
import { parseJson } from './services.ts';

const ORIGINAL = 'flagger.kubernetes.io/original-configuration';
const ORIGINAL_ANNOTATIONS = 'serin.dev/original-annotations';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Keys = (annotation: string) => boolean;
type Annotations = Readonly<Record<string, string>>;

/**
 * The annotations that remember the original, once: never on an object of our own, and not after we or kubectl have
 * left word of what it was. `routing` are those annotations of the object that route traffic.
 */
export function rememberOriginal(
  found: KubeObject | undefined,
  owner: OwnerReference,
  routing?: Keys,
): Annotations {
  if (found === undefined || isOwned(found, owner) || readMark(found).mark >= 0) return {};
  const { annotations = {} } = found.metadata;
  if (annotations[ORIGINAL] !== undefined || annotations[LAST_APPLIED] !== undefined) return {};
  return {
    [ORIGINAL]: JSON.stringify(found['spec'] ?? {}),
    ...(routing && { [ORIGINAL_ANNOTATIONS]: JSON.stringify(only(annotations, routing)) }),
  };
}

/** The object as it was; undefined where it is our own, or nobody knows what it was. */
export function restoreOriginal(
  found: KubeObject | undefined,
  owner: OwnerReference,
  routing: Keys = () => false,
): KubeObject | undefined {
  if (found === undefined || isOwned(found, owner)) return undefined;
  const spec = originalSpec(found.metadata);
  if (spec === undefined) return undefined;
  const { annotations = {} } = found.metadata;
  const ours = [ORIGINAL, ORIGINAL_ANNOTATIONS, MARK, ...Object.keys(FLUX_OPT_OUT)];
  const left = withoutAnnotations(found.metadata, ...ours, ...Object.keys(annotations).filter(routing));
  const theirs = only(originalAnnotations(annotations), routing);
  return { ...found, metadata: withAnnotations(left, { ...left.annotations, ...theirs }), spec };
}

function originalAnnotations(annotations: Annotations): Annotations {
  const kept = parseJson(annotations[ORIGINAL_ANNOTATIONS]);
  return texts(isTree(kept) ? kept : at(parseJson(annotations[LAST_APPLIED]), 'metadata', 'annotations'));
}

function only(annotations: Annotations, keys: Keys): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => keys(key)));
}

function originalSpec({ annotations = {} }: ObjectMeta): Tree | undefined {
  const kept = parseJson(annotations[ORIGINAL]);
  if (isTree(kept)) return kept;
  const applied = at(parseJson(annotations[LAST_APPLIED]), 'spec');
  return isTree(applied) ? applied : undefined;
}
