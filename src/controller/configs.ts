/**
 * Tracked ConfigMaps and Secrets. Only their metadata is watched; the objects themselves are read one by one for
 * the look that needs them, and kept no longer than it.
 */
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import type { Tools } from './tools.ts';

/** The objects that exist, as they are now. Throws what is neither an object nor its absence. */
export async function readConfigs(
  { objects }: Pick<Tools, 'objects'>,
  refs: readonly ObjectRef[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const ref of refs) {
    const read = await objects.read(ref, { signal });
    if (read.ok) found.push(read.value);
    else if (read.error.kind !== 'not-found')
      throw new Error(`${ref.kind} ${ref.name}: ${read.error.detail}`);
  }
  return found;
}
