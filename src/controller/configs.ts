/**
 * Tracked ConfigMaps and Secrets. Only their metadata is watched; the contents are read one by one when they have
 * changed, and all that is kept of them is a digest. A look therefore holds stand-ins: metadata, type and digest.
 * Whoever copies contents asks for them again, and gets them only if they are still those of the look.
 */
import type { ApiError, KubeObject, ObjectReader, ObjectRef } from '../api/objects.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { isStandIn, standInFor } from '../targets/tracked-config.ts';
import type { Tools } from './tools.ts';

interface Known {
  readonly version: string;
  readonly standIn: KubeObject;
}

type Cluster = Pick<Tools, 'objects' | 'watched'>;

/** What a Canary is made of cannot be looked at until somebody does something about it. People may read why. */
export class BlindError extends Error {}

export class ConfigShelf {
  readonly #known = new Map<string, Known>();

  /** Those of the references that exist, as stand-ins. Throws what is neither an object nor its absence: a `BlindError` where it will not pass by itself. */
  async look(
    tools: Cluster,
    refs: readonly ObjectRef[],
    signal: AbortSignal,
  ): Promise<readonly KubeObject[]> {
    await tools.watched.caughtUp(refs, { signal });
    const found: KubeObject[] = [];
    for (const ref of refs) {
      const object = await this.#standIn(tools, ref, signal);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** The object is gone, or no Canary looks at it any more. */
  forget(ref: ObjectRef): void {
    this.#known.delete(placeOf(ref));
  }

  async #standIn(
    { objects, watched }: Cluster,
    ref: ObjectRef,
    signal: AbortSignal,
  ): Promise<KubeObject | undefined> {
    const seen = watched.get(ref);
    if (seen === undefined) return undefined;
    const known = this.#known.get(placeOf(ref));
    if (known !== undefined && known.version === versionOf(seen)) return known.standIn;
    const read = await objects.read(ref, { signal });
    if (!read.ok && read.error.kind === 'not-found') return undefined;
    if (!read.ok) {
      const detail = `${ref.kind} ${ref.namespace}/${ref.name}: ${read.error.detail}`;
      throw read.error.kind === 'unavailable' ? new Error(detail) : new BlindError(detail);
    }
    const standIn = standInFor(read.value);
    this.#known.set(placeOf(ref), { version: versionOf(read.value), standIn });
    return standIn;
  }
}

/** The same objects with their contents; a conflict where one of them is no longer the one that was looked at. */
export async function withContents(
  objects: ObjectReader,
  looked: readonly KubeObject[],
  signal: AbortSignal,
): Promise<Result<readonly KubeObject[], ApiError>> {
  const whole: KubeObject[] = [];
  for (const object of looked) {
    if (!isStandIn(object)) {
      whole.push(object);
      continue;
    }
    const { apiVersion, kind, metadata } = object;
    const { name, namespace } = metadata;
    const ref = { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
    const read = await objects.read(ref, { signal });
    if (!read.ok) return read;
    if (versionOf(read.value) !== versionOf(object)) {
      return err({ kind: 'conflict', detail: `${kind} ${name} has changed since it was looked at` });
    }
    whole.push(read.value);
  }
  return ok(whole);
}

function versionOf({ metadata: { uid = '', resourceVersion = '' } }: KubeObject): string {
  return `${uid} ${resourceVersion}`;
}

function placeOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}
