/**
 * Whether a Service has anybody to send requests to. A workload is ready before that is known of its Service: another
 * controller writes the EndpointSlices, later by seconds where it is behind, and a router that is given a share of
 * nobody may answer with errors for all of them.
 */
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, list, text, tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { find } from './metadata.ts';
import { isKnown, markedRef, positionWritten, type RoutesInput } from './routes.ts';
import { serviceRef, type Role } from './services.ts';

/** On a slice, the Service it belongs to; set by Kubernetes. */
export const SERVICE_LABEL = 'kubernetes.io/service-name';

/**
 * The Services that get their first requests with `routes`. The primary only while a Canary begins: later it is ready
 * or nothing else can be done, and traffic that cannot go on must be able to go home.
 */
export function openedBy(input: RoutesInput, routes: Routes): readonly ObjectRef[] {
  const written = positionWritten(input);
  const canary = routes.canary > 0 && (written === undefined || written.canary === 0);
  const begins = input.canary.status.phase === 'Initializing' && !isRouted(input);
  const roles: readonly Role[] = [
    ...(canary ? ['canary' as const] : []),
    ...(begins ? ['primary' as const] : []),
  ];
  return roles
    .map((role) => serviceRef(input.canary, role))
    .filter((ref) => selects(find(input.current, ref)));
}

function isRouted({ canary, provider, current }: RoutesInput): boolean {
  const object = find(current, markedRef(canary, provider));
  return object !== undefined && isKnown(object, canary);
}

/** Of a Service that selects no pods Kubernetes keeps no slices. */
function selects(service: KubeObject | undefined): boolean {
  const spec = tree(service?.['spec']);
  return text(spec['type']) !== 'ExternalName' && Object.keys(tree(spec['selector'])).length > 0;
}

/** One endpoint that is ready is enough; `ready` left out means true, as the API says. */
export function isServed(slices: readonly KubeObject[]): boolean {
  const endpoints = slices.flatMap((slice) => list(slice['endpoints']));
  return endpoints.some((endpoint) => at(endpoint, 'conditions', 'ready') !== false);
}
