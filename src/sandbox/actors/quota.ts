/** Quotas on the number of pods, the only ones there are here. */
import { numberAt, objectAt, textAt } from '../json.ts';
import type { Store } from '../store.ts';
import { phaseOf } from './pods.ts';

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/** Why one more pod may not be created, in Kubernetes' words. */
export function exceededQuota(store: Store, namespace: string): string | undefined {
  const used = store.list('pods', namespace).filter((pod) => !ENDED.has(phaseOf(pod))).length;
  for (const quota of store.list('resourcequotas', namespace)) {
    const hard = objectAt(quota, 'spec', 'hard');
    const limit = Number(textAt(hard, 'pods') || (numberAt(hard, 'pods') ?? Number.POSITIVE_INFINITY));
    if (used + 1 <= limit) continue;
    return `exceeded quota: ${quota.metadata.name}, requested: pods=1, used: pods=${used}, limited: pods=${limit}`;
  }
  return undefined;
}
