/** A gateway that accepts every HTTPRoute for every parent it names. It carries no traffic. */
import type { Instant } from '../../shared/brand.ts';
import { listAt, textAt, type JsonObject } from '../json.ts';
import { timestamp, type Name, type Store, type StoredObject } from '../store.ts';

const KEY = 'httproutes.gateway.networking.k8s.io';

export function actOnRoute(store: Store, name: Name, now: Instant): undefined {
  const route = store.get(KEY, name);
  if (route === undefined) return;
  const parents = listAt(route, 'spec', 'parentRefs').map((parentRef, index) => ({
    parentRef,
    controllerName: 'sandbox.local/gateway',
    conditions: [
      condition(route, index, now, 'Accepted', 'Accepted', 'Route is accepted'),
      condition(route, index, now, 'ResolvedRefs', 'ResolvedRefs', 'All references are resolved'),
    ],
  }));
  store.update(KEY, { ...route, status: { parents } }, { part: 'status' });
}

/** The time stays as it is while the condition holds, whatever the generation. */
function condition(
  route: StoredObject,
  index: number,
  now: Instant,
  type: string,
  reason: string,
  message: string,
): JsonObject {
  const known = listAt(listAt(route, 'status', 'parents')[index], 'conditions').find(
    (item) => textAt(item, 'type') === type,
  );
  const lastTransitionTime = textAt(known, 'lastTransitionTime') || timestamp(now);
  return {
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime,
    observedGeneration: route.metadata.generation,
  };
}
