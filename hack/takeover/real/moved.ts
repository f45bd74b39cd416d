/** A recorded state as it would look here: in a namespace of its own, at this cluster's Gateway, with hooks that answer. */
import type { KubeObject } from '../../../src/api/objects.ts';
import type { RecordedState } from '../recordings.ts';

export interface Surroundings {
  readonly namespace: string;
  /** The base address of whoever answers hooks. */
  readonly hooks: string;
  readonly gateway: { readonly name: string; readonly namespace: string };
}

/** What they were where Flagger was recorded. */
const HOOKS = 'http://172.30.0.1:18080';
const GATEWAY = { name: 'gateway', namespace: 'istio-ingress' };

export function moved(state: RecordedState, to: Surroundings): RecordedState {
  const from = namespaceOf(state);
  const text = JSON.stringify(state.objects)
    .replaceAll(from, to.namespace)
    .replaceAll(HOOKS, to.hooks)
    .replaceAll(inRef(GATEWAY), inRef(to.gateway));
  return { ...state, objects: JSON.parse(text) as readonly KubeObject[] }; // Objects before, and texts in them changed.
}

export function namespaceOf({ objects }: RecordedState): string {
  return objects[0]?.metadata.namespace ?? 'default';
}

/** As it stands in a reference. */
function inRef({ name, namespace }: Surroundings['gateway']): string {
  return JSON.stringify({ name, namespace }).slice(1, -1);
}
