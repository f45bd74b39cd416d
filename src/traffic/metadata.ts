/** What every object that routes traffic for a Canary carries in its metadata, and whose it is. */
import type { CustomMetadata } from '../api/model.ts';
import type { KubeObject, ObjectMeta, ObjectRef, OwnerReference } from '../api/objects.ts';
import { canonicalJson } from '../shared/digest.ts';

/** Tell Flux to leave alone what a rollout keeps changing. */
export const FLUX_OPT_OUT: Readonly<Record<string, string>> = {
  'helm.toolkit.fluxcd.io/driftDetection': 'disabled',
  'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
};

const NOTHING: CustomMetadata = { labels: {}, annotations: {} };

/** Meshes call their kinds alike, so a kind alone is none. */
export function find(current: readonly KubeObject[], ref: ObjectRef): KubeObject | undefined {
  return current.find(
    ({ apiVersion, kind, metadata }) =>
      apiVersion === ref.apiVersion &&
      kind === ref.kind &&
      metadata.name === ref.name &&
      (ref.namespace === undefined || metadata.namespace === ref.namespace),
  );
}

/** Made by us for this Canary: its controller is a Canary of that name. */
export function isOwned(object: KubeObject, owner: OwnerReference): boolean {
  const references = object.metadata.ownerReferences ?? [];
  return references.some(
    ({ kind, name, controller }) => controller === true && kind === owner.kind && name === owner.name,
  );
}

/**
 * Metadata of a mesh object: ours is added, what others wrote stays. Only an object we create gets the Canary as its
 * owner; one that was there before is not ours to have deleted with it.
 */
export function routeMetadata(
  service: { readonly namespace: string; readonly owner: OwnerReference },
  name: string,
  current: KubeObject | undefined,
  custom: CustomMetadata = NOTHING,
): ObjectMeta {
  const labels = { ...current?.metadata.labels, ...custom.labels };
  return {
    ...(current?.metadata ?? { namespace: service.namespace, ownerReferences: [service.owner] }),
    name,
    ...(Object.keys(labels).length > 0 && { labels }),
    annotations: { ...current?.metadata.annotations, ...custom.annotations, ...FLUX_OPT_OUT },
  };
}

/** The metadata without these annotations. */
export function withoutAnnotations(metadata: ObjectMeta, ...keys: readonly string[]): ObjectMeta {
  const kept = Object.entries(metadata.annotations ?? {}).filter(([key]) => !keys.includes(key));
  return withAnnotations(metadata, Object.fromEntries(kept));
}

/** With none the field is left out, as an API server leaves it out: else what was written would never be found. */
export function withAnnotations(
  { annotations: _, ...metadata }: ObjectMeta,
  annotations: Readonly<Record<string, string>>,
): ObjectMeta {
  return Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
}

/**
 * `found` if it means the same as `meant`, else `meant`: what says the same in another order, or with a default
 * filled in, is not written again.
 */
export function unlessSame<Value>(
  found: unknown,
  meant: Value,
  normalise: (value: unknown) => unknown,
): unknown {
  return canonicalJson(normalise(found)) === canonicalJson(normalise(meant)) ? found : meant;
}

export function differs(meant: KubeObject, found: KubeObject | undefined): boolean {
  return found === undefined || canonicalJson(meant) !== canonicalJson(found);
}

/** A copy in an order of its own, for lists in which order means nothing. */
export function sorted(values: readonly unknown[]): readonly unknown[] {
  return [...values].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}
