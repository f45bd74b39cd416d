/**
 * Kubernetes' own autoscaler, read and written as autoscaling/v2 whatever version a manifest names. The user's stays on
 * the target and is never written: Kubernetes leaves alone what has been scaled to nothing.
 */
import { KINDS } from '../api/kinds.ts';
import { at, count, tree } from '../api/tree.ts';
import type { AutoscalerKind } from './autoscaler.ts';
import { copyScaler, originalOf, scalerRefs } from './scaler-copy.ts';

const KIND = KINDS.HorizontalPodAutoscaler;

export const horizontalPodAutoscaler: AutoscalerKind = {
  refs: (canary, ref) => scalerRefs(KIND, canary, ref),

  // All of the original, fields newer than this program too, within the copy's own bounds.
  clone: (look, ref) =>
    copyScaler(look, ref, {
      kind: KIND,
      spec: (original) => ({ ...tree(original['spec']), ...ref.bounds }),
    }),

  least(look, ref) {
    const original = originalOf(look, KIND, ref);
    return original && (count(at(original, 'spec', 'minReplicas')) ?? 1);
  },
};
