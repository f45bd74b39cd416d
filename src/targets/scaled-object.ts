/**
 * KEDA's autoscaler. It wakes what has been scaled to nothing, so the user's is told to keep its target there, by the
 * annotation that KEDA has for that. What the user's asks about the target, the copy asks about the primary.
 */
import { KINDS } from '../api/kinds.ts';
import type { AutoscalerRef } from '../api/model.ts';
import type { KubeObject } from '../api/objects.ts';
import { at, count, defined, list, text, tree, type Tree } from '../api/tree.ts';
import type { AutoscalerKind } from './autoscaler.ts';
import { change, PRIMARY } from './labels.ts';
import { copyScaler, originalOf, scalerRefs } from './scaler-copy.ts';

const KIND = KINDS.ScaledObject;
const PAUSED = 'autoscaling.keda.sh/paused-replicas';
/** The copy is not paused with the original; the label KEDA itself puts on each, with its own name. */
const OWN = ['autoscaling.keda.sh/paused', 'scaledobject.keda.sh/name'];

export const scaledObject: AutoscalerKind = {
  refs: (canary, ref) => scalerRefs(KIND, canary, ref),

  clone: (look, ref) =>
    copyScaler(look, ref, {
      kind: KIND,
      own: OWN,
      spec: (original) => specOf(look.canary.target.name, ref, original),
    }),

  least(look, ref) {
    const original = originalOf(look, KIND, ref);
    return original && (count(at(original, 'spec', 'minReplicaCount')) ?? 1);
  },

  pause: {
    isPaused: (original) => original.metadata.annotations?.[PAUSED] === '0',
    annotations: (paused) => ({ [PAUSED]: paused ? '0' : null }),
  },
};

/** All of the original, fields newer than this program too. */
function specOf(target: string, { bounds, queries }: AutoscalerRef, original: KubeObject): Tree {
  const spec = tree(original['spec']);
  const triggers = list(spec['triggers']).map((trigger) => aboutPrimary(trigger, target, queries));
  const advanced = change(spec['advanced'], 'horizontalPodAutoscalerConfig', (config) =>
    change(config, 'name', (name) => (text(name) ? `${String(name)}${PRIMARY}` : name)),
  );
  return defined({
    ...spec,
    minReplicaCount: bounds['minReplicas'] ?? spec['minReplicaCount'],
    maxReplicaCount: bounds['maxReplicas'] ?? spec['maxReplicaCount'],
    triggers: spec['triggers'] === undefined ? undefined : triggers,
    advanced,
  });
}

/** As the Canary says, by the trigger's name; where it says nothing of any, with the target's name replaced. */
function aboutPrimary(trigger: unknown, target: string, queries: AutoscalerRef['queries']): unknown {
  const named = queries?.[text(at(trigger, 'name')) ?? ''];
  if (queries !== undefined && named === undefined) return trigger;
  return change(trigger, 'metadata', (metadata) =>
    named === undefined
      ? change(metadata, 'query', (query) => renamed(query, target))
      : { ...tree(metadata), query: named },
  );
}

/** Not within longer words, and not where it is the primary's already. */
function renamed(query: unknown, target: string): unknown {
  if (typeof query !== 'string') return query;
  const literal = target.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const name = new RegExp(`(?<![a-zA-Z0-9])${literal}(?:-canary|-primary)?(?![a-zA-Z0-9])`, 'g');
  return query.replace(name, () => `${target}${PRIMARY}`);
}
