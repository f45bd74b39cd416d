/** The entries for primary and canary in a list of backends, with what somebody set on how each is reached. */
import type { Tree } from '../api/tree.ts';

/**
 * The entry of that name as found; one that was not listed until now is reached as the other one is, or as the apex
 * was. Empty where nothing is known.
 */
export function optionsOf(name: string, apex: string, found: readonly Tree[]): Tree {
  const known = [name, `${apex}-primary`, `${apex}-canary`, apex]
    .map((wanted) => found.find((entry) => entry['name'] === wanted))
    .find((entry) => entry !== undefined);
  return known ?? {};
}
