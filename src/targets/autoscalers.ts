/** The kinds of autoscaler of which a primary gets a copy. */
import { autoscalerName } from '../api/canary-autoscaler.ts';
import type { AutoscalerRef, Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { canonicalJson } from '../shared/digest.ts';
import { ok, type Result } from '../shared/result.ts';
import type { AutoscalerKind } from './autoscaler.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import type { Look } from './target.ts';
import { findObject } from './tracked-config.ts';

export const autoscalerKinds = {
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
} as const satisfies Record<string, AutoscalerKind>;

/** The target's autoscaler and the primary's, and the copy there may be of one that was named before. */
export function autoscalerRefs(canary: Canary): readonly ObjectRef[] {
  const { autoscaler } = canary;
  const former = formerRef(canary);
  const named = (autoscaler && kindOf(autoscaler)?.refs(canary, autoscaler)) ?? [];
  return former === undefined ? named : [...named, former];
}

/** The primary's autoscaler, if it has to be written; a sentence where it has to be and cannot. */
export function renderAutoscaler(look: Look): Result<KubeObject | undefined, string> {
  const { autoscaler } = look.canary;
  const kind = autoscaler && kindOf(autoscaler);
  if (autoscaler === undefined || kind === undefined) return ok(undefined);
  const meant = kind.clone(look, autoscaler);
  if (!meant.ok) return meant;
  const found = findObject(look.objects, { ...meant.value, name: meant.value.metadata.name });
  return ok(canonicalJson(meant.value) === canonicalJson(found ?? null) ? undefined : meant.value);
}

/** The copy of an autoscaler that the Canary names no more. Somebody else's object of that name is none. */
export function formerAutoscaler({ canary, objects }: Look): KubeObject | undefined {
  const ref = formerRef(canary);
  const found = ref && findObject(objects, ref);
  const owners = found?.metadata.ownerReferences ?? [];
  const ours = owners.some(({ controller, uid }) => controller === true && uid === canary.uid);
  return ours ? found : undefined;
}

/** How many replicas an autoscaled target is woken with; undefined where nothing scales it. */
export function leastReplicas(look: Look): number | undefined {
  const { autoscaler } = look.canary;
  return autoscaler && kindOf(autoscaler)?.least(look, autoscaler);
}

function formerRef(canary: Canary): ObjectRef | undefined {
  const { autoscaler } = canary.status;
  if (autoscaler === canary.spec.autoscaler) return undefined;
  const former = autoscalerName.parse(autoscaler);
  return former && kindOf(former)?.refs(canary, former)[1];
}

function kindOf({ kind }: Pick<AutoscalerRef, 'kind'>): AutoscalerKind | undefined {
  return Object.entries(autoscalerKinds).find(([known]) => known === kind)?.[1];
}
