/** Kubernetes' own autoscaler, read and written as autoscaling/v2 whatever version a manifest names. */
import { KINDS } from '../api/kinds.ts';
import type { AutoscalerRef } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, text, tree, type Tree } from '../api/tree.ts';
import { err, ok } from '../shared/result.ts';
import type { AutoscalerKind } from './autoscaler.ts';
import { ownerOf } from './copies.ts';
import { cloneAnnotations, includeLabels, PRIMARY } from './labels.ts';
import type { Look } from './target.ts';
import { findObject } from './tracked-config.ts';

const { apiVersion, kind } = KINDS.HorizontalPodAutoscaler;

export const horizontalPodAutoscaler: AutoscalerKind = {
  refs: ({ namespace }, { name }) => [
    { ...refOf(name), namespace },
    { ...refOf(`${name}${PRIMARY}`), namespace },
  ],

  clone(look, ref) {
    const { namespace } = look.canary;
    const original = findObject(look.objects, refOf(ref.name));
    if (original === undefined) return err(`${kind} ${ref.name}.${namespace} not found`);
    const found = findObject(look.objects, refOf(`${ref.name}${PRIMARY}`));
    const spec = specOf(look, ref, original);
    if (found !== undefined && scaledBy(found) !== scaledBy({ ...found, spec })) {
      const title = `${kind} ${found.metadata.name}.${namespace}`;
      const what = `${scaledBy(found)}, not ${scaledBy({ ...found, spec })}`;
      return err(`${title} exists and scales ${what}; delete or rename it`);
    }
    return ok({
      ...found,
      apiVersion,
      kind,
      metadata: {
        ...(found?.metadata ?? { namespace, ownerReferences: [ownerOf(look)] }),
        name: `${ref.name}${PRIMARY}`,
        ...members('labels', {
          ...found?.metadata.labels,
          ...includeLabels(original.metadata.labels, ['*']),
        }),
        ...members('annotations', {
          ...found?.metadata.annotations,
          ...cloneAnnotations(original.metadata.annotations),
        }),
      },
      spec,
    });
  },

  least(look, ref) {
    const original = findObject(look.objects, refOf(ref.name));
    return original && (count(at(original, 'spec', 'minReplicas')) ?? 1);
  },
};

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

/** All of the original, fields newer than this program too, about the primary and within its own bounds. */
function specOf({ canary }: Look, { bounds }: AutoscalerRef, original: KubeObject): Tree {
  const spec = tree(original['spec']);
  const scaleTargetRef = {
    ...tree(spec['scaleTargetRef']),
    kind: canary.target.kind,
    name: `${canary.target.name}${PRIMARY}`,
  };
  return { ...spec, ...bounds, scaleTargetRef };
}

function scaledBy(autoscaler: KubeObject): string {
  const target = at(autoscaler, 'spec', 'scaleTargetRef');
  return `${text(at(target, 'kind')) ?? ''} ${text(at(target, 'name')) ?? ''}`;
}

/** A map of metadata, left out where it is empty, as the API server does. */
function members(name: string, map: Readonly<Record<string, string>>): Tree {
  return Object.keys(map).length > 0 ? { [name]: map } : {};
}
