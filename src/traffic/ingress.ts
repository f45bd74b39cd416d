/** The Ingress that a user's traffic comes in by, and the one beside it. */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, text, tree } from '../api/tree.ts';
import type { RoutedService } from './provider.ts';

const { apiVersion, kind } = KINDS.Ingress;

/** The user's, and the copy. */
export function ingressRefs({ name }: NonNullable<RoutedService['ingress']>): {
  readonly main: ObjectRef;
  readonly copy: ObjectRef;
} {
  return { main: { apiVersion, kind, name }, copy: { apiVersion, kind, name: `${name}-canary` } };
}

export function leadsToCanary({ apex }: RoutedService, found: KubeObject): boolean {
  return backendsIn(found['spec']).includes(`${apex}-canary`);
}

/** The Services that an Ingress, or a part of one, leads to. */
export function backendsIn(spec: unknown): readonly string[] {
  if (Array.isArray(spec)) return spec.flatMap(backendsIn);
  const name = text(at(spec, 'service', 'name'));
  return [...(name === undefined ? [] : [name]), ...Object.values(tree(spec)).flatMap(backendsIn)];
}

export function notFound({ apex, namespace }: RoutedService, { metadata }: KubeObject): string {
  return `backend ${apex} not found in ingress ${metadata.name}.${namespace}`;
}
