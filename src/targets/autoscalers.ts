/** The kinds of autoscaler of which a primary gets a copy. */
import { autoscalerName } from '../api/canary-autoscaler.ts';
import type { AutoscalerRef, Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import type { Tree } from '../api/tree.ts';
import { canonicalJson } from '../shared/digest.ts';
import { ok, type Result } from '../shared/result.ts';
import type { AutoscalerKind } from './autoscaler.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { scaledObject } from './scaled-object.ts';
import type { Look } from './target.ts';
import { findObject } from './tracked-config.ts';

export const autoscalerKinds = {
  HorizontalPodAutoscaler: horizontalPodAutoscaler,
  ScaledObject: scaledObject,
} as const satisfies Record<string, AutoscalerKind>;

/** The target's autoscaler and the primary's, and those of the one that was named before, as far as they are there. */
export function autoscalerRefs(canary: Canary): readonly ObjectRef[] {
  const { autoscaler } = canary;
  const named = (autoscaler && kindOf(autoscaler)?.refs(canary, autoscaler)) ?? [];
  return [...named, ...(formerRefs(canary) ?? [])];
}

/** The target's, where that has to be told to scale it again before a Canary goes. */
export function pausedRefs(canary: Canary): readonly ObjectRef[] {
  const { autoscaler } = canary;
  const kind = autoscaler && kindOf(autoscaler);
  return autoscaler === undefined || kind?.pause === undefined ? [] : [kind.refs(canary, autoscaler)[0]];
}

/** Whether the target's autoscaler is told to leave it at nothing; undefined where there is none that could be. */
export function isPaused(look: Look): boolean | undefined {
  const found = pausable(look, look.canary.autoscaler);
  return found?.pause.isPaused(found.object);
}

export interface ScalerPatch {
  readonly ref: ObjectRef;
  readonly patch: Tree;
}

/** What tells the target's autoscaler to leave it at nothing, or to scale it again; undefined where it does already. */
export function pauseAutoscaler(look: Look, paused: boolean): ScalerPatch | undefined {
  return pausing(pausable(look, look.canary.autoscaler), paused);
}

/** The same for one that the Canary names no more and that is still told to leave its target at nothing. */
export function resumeFormer(look: Look): ScalerPatch | undefined {
  return pausing(pausable(look, formerName(look.canary)), false);
}

interface Pausable {
  readonly ref: ObjectRef;
  readonly object: KubeObject;
  readonly pause: NonNullable<AutoscalerKind['pause']>;
}

function pausable({ canary, objects }: Look, named: AutoscalerRef | undefined): Pausable | undefined {
  const kind = named && kindOf(named);
  if (named === undefined || kind?.pause === undefined) return undefined;
  const [ref] = kind.refs(canary, named);
  const object = findObject(objects, ref);
  return object && { ref, object, pause: kind.pause };
}

function pausing(found: Pausable | undefined, paused: boolean): ScalerPatch | undefined {
  if (found === undefined || found.pause.isPaused(found.object) === paused) return undefined;
  const { ref, object, pause } = found;
  const { resourceVersion } = object.metadata;
  return { ref, patch: { metadata: { resourceVersion, annotations: pause.annotations(paused) } } };
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
  const [, ref] = formerRefs(canary) ?? [];
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

function formerRefs(canary: Canary): ReturnType<AutoscalerKind['refs']> | undefined {
  const former = formerName(canary);
  return former && kindOf(former)?.refs(canary, former);
}

function formerName({ spec, status }: Canary): AutoscalerRef | undefined {
  return status.autoscaler === spec.autoscaler ? undefined : autoscalerName.parse(status.autoscaler);
}

function kindOf({ kind }: Pick<AutoscalerRef, 'kind'>): AutoscalerKind | undefined {
  return Object.entries(autoscalerKinds).find(([known]) => known === kind)?.[1];
}
