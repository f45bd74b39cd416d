/** IngressRoutes and the TraefikServices they lead to, as Traefik follows them. */
import { z } from 'zod';
import {
  hostOf,
  isBelow,
  Named,
  parsed,
  pathOf,
  type Backend,
  type ClusterView,
  type Inbound,
  type Reader,
} from './objects.ts';

const INGRESS_ROUTE = { apiVersion: 'traefik.io/v1alpha1', kind: 'IngressRoute' };
const TRAEFIK_SERVICE = { apiVersion: 'traefik.io/v1alpha1', kind: 'TraefikService' };

const Reference = z.object({
  kind: z.string().default('Service'),
  name: z.string(),
  namespace: z.string().optional(),
  port: z.number().optional(),
  weight: z.number().optional(),
});
const IngressRoute = z.object({
  metadata: Named,
  spec: z.object({
    routes: z.array(z.object({ match: z.string(), services: z.array(Reference).default([]) })),
  }),
});
const TraefikService = z.object({
  metadata: Named,
  spec: z.object({ weighted: z.object({ services: z.array(Reference).default([]) }).optional() }),
});

type Reference = z.infer<typeof Reference>;

export const traefik: Reader = (inbound, view) => {
  for (const { metadata, spec } of parsed(IngressRoute, view.list(INGRESS_ROUTE))) {
    const index = spec.routes.findIndex(({ match }) => admits(match, inbound));
    const services = spec.routes[index]?.services;
    if (services === undefined) continue;
    const key = `traefik/${metadata.namespace}/${metadata.name}/${index}`;
    const backends = services.flatMap((reference) => backendsOf(reference, metadata.namespace, 1, view));
    return { key, port: undefined, backends, mirror: undefined };
  }
  return undefined;
};

/** Conditions joined by `&&`, of the two kinds the manifests here use; any other matches nothing. */
function admits(rule: string, inbound: Inbound): boolean {
  return rule.split('&&').every((condition) => {
    const [, matcher, value = ''] = /^\s*(\w+)\(`([^`]*)`\)\s*$/.exec(condition) ?? [];
    if (matcher === 'Host') return hostOf(inbound.host) === value.toLowerCase();
    return matcher === 'PathPrefix' && isBelow(pathOf(inbound), value);
  });
}

/** A TraefikService divides its own weight among its parts. */
function backendsOf(
  { kind, name, namespace, port, weight = 1 }: Reference,
  home: string,
  share: number,
  view: ClusterView,
): readonly Backend[] {
  const place = namespace ?? home;
  if (kind === 'Service') {
    const counted = `${place}-${name}-${port ?? 0}@kubernetescrd`;
    return [
      {
        service: name,
        namespace: place,
        weight: share * weight,
        counted,
        ...(port !== undefined && { port }),
      },
    ];
  }
  const service = parsed(TraefikService, view.list(TRAEFIK_SERVICE, place)).find(
    ({ metadata }) => metadata.name === name,
  );
  const parts = service?.spec.weighted?.services ?? [];
  return parts.flatMap((part) => backendsOf(part, place, share * weight, view));
}
