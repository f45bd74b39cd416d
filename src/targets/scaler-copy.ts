/** What copies of autoscalers have in common, whatever their kind. */
import type { Kind } from '../api/kinds.ts';
import type { AutoscalerRef, Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, text, tree, type Tree } from '../api/tree.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { ownerOf } from './copies.ts';
import { cloneAnnotations, includeLabels, PRIMARY } from './labels.ts';
import type { Look } from './target.ts';
import { findObject } from './tracked-config.ts';

/** In what kinds of autoscalers differ where they are copied. */
export interface CopyRules {
  readonly kind: Kind;
  /** The copy's spec, but for what it scales. */
  spec(original: KubeObject): Tree;
  /** Labels and annotations, by key or its beginning, that are about the original alone. */
  readonly own?: readonly string[];
}

export function scalerRefs({ apiVersion, kind }: Kind, { namespace }: Canary, { name }: AutoscalerRef) {
  const ref = (of: string): ObjectRef => ({ apiVersion, kind, name: of, namespace });
  return [ref(name), ref(`${name}${PRIMARY}`)] as const;
}

export function originalOf(
  { objects, canary }: Look,
  kind: Kind,
  ref: AutoscalerRef,
): KubeObject | undefined {
  return findObject(objects, scalerRefs(kind, canary, ref)[0]);
}

/** See `AutoscalerKind.clone`. */
export function copyScaler(look: Look, ref: AutoscalerRef, rules: CopyRules): Result<KubeObject, string> {
  const { canary, objects } = look;
  const { apiVersion, kind } = rules.kind;
  const { namespace } = canary;
  const original = originalOf(look, rules.kind, ref);
  if (original === undefined) return err(`${kind} ${ref.name}.${namespace} not found`);
  const found = findObject(objects, scalerRefs(rules.kind, canary, ref)[1]);
  const spec = aboutPrimary(canary, rules.spec(original));
  if (found !== undefined && scaledBy(found) !== scaledBy({ ...found, spec })) {
    const what = `${scaledBy(found)}, not ${scaledBy({ ...found, spec })}`;
    return err(`${kind} ${found.metadata.name}.${namespace} exists and scales ${what}; delete or rename it`);
  }
  const labels = {
    ...found?.metadata.labels,
    ...shared(includeLabels(original.metadata.labels, ['*']), rules),
  };
  const annotations = {
    ...found?.metadata.annotations,
    ...shared(cloneAnnotations(original.metadata.annotations), rules),
  };
  return ok({
    ...found,
    apiVersion,
    kind,
    metadata: {
      ...(found?.metadata ?? { namespace, ownerReferences: [ownerOf(look)] }),
      name: `${ref.name}${PRIMARY}`,
      ...members('labels', labels),
      ...members('annotations', annotations),
    },
    spec,
  });
}

function aboutPrimary({ target }: Canary, spec: Tree): Tree {
  const name = `${target.name}${PRIMARY}`;
  return { ...spec, scaleTargetRef: { ...tree(spec['scaleTargetRef']), kind: target.kind, name } };
}

function shared(
  map: Readonly<Record<string, string>>,
  { own = [] }: CopyRules,
): Readonly<Record<string, string>> {
  const others = Object.entries(map).filter(([key]) => !own.some((start) => key.startsWith(start)));
  return Object.fromEntries(others);
}

function scaledBy(autoscaler: KubeObject): string {
  const target = at(autoscaler, 'spec', 'scaleTargetRef');
  return `${text(at(target, 'kind')) ?? DEFAULT_KIND} ${text(at(target, 'name')) ?? ''}`;
}

/** What a ScaledObject scales that does not say. */
const DEFAULT_KIND = 'Deployment';

/** A map of metadata, left out where it is empty, as the API server does. */
function members(name: string, map: Readonly<Record<string, string>>): Tree {
  return Object.keys(map).length > 0 ? { [name]: map } : {};
}
