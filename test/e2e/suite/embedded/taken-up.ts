/**
 * The cluster as a router knows it. Routers gather changes for a moment and then take up all of them at once: until
 * then pods that are leaving are still asked, and routes are followed that nobody asks for any more.
 */
import type { ListedByKey } from '../../../../hack/demo/cluster-view.ts';
import type { KubeObject } from '../../../../src/api/objects.ts';

/** What the store had up to `gather` milliseconds ago; all of it from the same moment. */
export function takenUp(store: ListedByKey, gather: number, now = () => performance.now()): ListedByKey {
  const taken = new Map<string, readonly KubeObject[]>();
  let at = now();
  return {
    list: (key, namespace) => {
      if (now() - at >= gather) {
        at = now();
        for (const known of taken.keys()) taken.set(known, store.list(known));
      }
      const all = taken.get(key) ?? store.list(key);
      taken.set(key, all);
      return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
    },
  };
}
