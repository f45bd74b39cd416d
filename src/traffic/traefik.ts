/**
 * Traefik: one TraefikService that shares requests out between the Services of primary and canary. The user's
 * IngressRoute refers to it by name.
 */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { list, text, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { percent, type Percent } from '../shared/brand.ts';
import { err, ok } from '../shared/result.ts';
import { optionsOf } from './entries.ts';
import type { RuleList } from './existing-rules.ts';
import { withExistingRoute } from './existing-route.ts';
import { find, routeMetadata, sorted, unlessSame } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf, type Weighted } from './share.ts';

const { apiVersion, kind } = KINDS.TraefikService;
/** Traefik's own, where an entry says none. */
const WEIGHT = 1;

const Spec = z.object({
  weighted: z
    .object({
      services: z.array(z.object({ name: z.string(), weight: z.number().default(WEIGHT) })).default([]),
    })
    .default({ services: [] }),
});

const made: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: false, affinity: false },
  routed: true,

  refs: ({ namespace, apex }) => [{ ...refOf(apex), namespace }],

  render(service, routes, current) {
    const found = find(current, refOf(service.apex));
    const { labels, annotations } = service.service.metadata.apex;
    const custom = { labels, annotations: { ...annotations, ...rememberOriginal(found, service.owner) } };
    const metadata = routeMetadata(service, service.apex, found, custom);
    return [{ ...(found ?? { apiVersion, kind }), metadata, spec: specOf(service, routes, found) }];
  },

  parse({ namespace, apex }, current) {
    const found = find(current, refOf(apex));
    if (found === undefined) return err({ kind: 'absent' });
    const subject = `TraefikService ${apex}.${namespace}`;
    const parsed = Spec.safeParse(found['spec']);
    if (!parsed.success) {
      return err({ kind: 'malformed', detail: `${subject}: ${z.prettifyError(parsed.error)}` });
    }
    const { services } = parsed.data.weighted;
    const backends = [`${apex}-primary`, `${apex}-canary`];
    // Somebody's own services, applied again over ours, say nothing about the canary: they are to be taken over.
    if (!services.some(({ name }) => backends.includes(name))) return err({ kind: 'absent' });
    const canary = canaryShare(apex, services);
    if (canary !== undefined) return ok({ canary, mirrored: false });
    const detail = `${subject}: no services with weights for ${backends.join(' and ')}`;
    return err({ kind: 'malformed', detail });
  },

  release({ apex, owner }, current) {
    const restored = restoreOriginal(find(current, refOf(apex)), owner);
    return restored === undefined ? [] : [restored];
  },
};

/** A TraefikService of the user's that shares requests out between the apex and others. */
const WEIGHTED: RuleList = {
  rulesIn: (spec) => (spec['weighted'] === undefined ? [] : [tree(spec['weighted'])]),
  withRules: (spec, [weighted]) => ({ ...spec, weighted }),
  backends: 'services',
  weight: WEIGHT,
  serviceOf: (entry, namespace) => {
    const here = (entry['namespace'] ?? namespace) === namespace && entry['kind'] !== kind;
    return here ? text(entry['name']) : undefined;
  },
  renamed: (entry, _, name) => ({ ...entry, name }),
  onlyServing: true,
};

export const traefik: TrafficProvider = withExistingRoute(made, [{ apiVersion, kind, lists: [WEIGHTED] }]);

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

/** Who is not listed gets nothing. */
function canaryShare(apex: string, services: readonly Weighted[]): Percent | undefined {
  const canary = shareOf(`${apex}-canary`, services);
  if (canary !== undefined) return canary;
  return shareOf(`${apex}-primary`, services) === undefined ? undefined : percent(0);
}

/** The services and their weights are ours; `sticky` and what else there may be is not. */
function specOf(service: RoutedService, routes: Routes, found: KubeObject | undefined): Tree {
  const spec = tree(found?.['spec']);
  const weighted = tree(spec['weighted']);
  const services = servicesOf(service, routes, list(weighted['services']).map(tree));
  return {
    ...without(spec, 'mirroring', 'highestRandomWeight', 'failover'),
    weighted: { ...weighted, services: unlessSame(weighted['services'], services, meaning) },
  };
}

/**
 * Only who gets requests is listed: as long as one Service of the list has no endpoints Traefik serves none of
 * them, and neither a parked canary nor a primary that is being restored has any. Each is reached as it was: its
 * scheme, its transport, the host header.
 */
function servicesOf(
  { namespace, apex, service }: RoutedService,
  { canary }: Routes,
  found: readonly Tree[],
): readonly Tree[] {
  const plain = found.filter((entry) => entry['kind'] !== kind);
  const entry = (role: 'primary' | 'canary', weight: number): Tree => {
    const name = `${apex}-${role}`;
    return { ...optionsOf(name, apex, plain), name, namespace, port: service.port, weight };
  };
  const entries = [entry('primary', 100 - canary), entry('canary', canary)];
  return entries.filter(({ weight }) => weight !== 0);
}

/** Services may come in any order, with or without the weight that an entry has by default. */
function meaning(services: unknown): unknown {
  return sorted(list(services).map((entry) => ({ weight: WEIGHT, ...tree(entry) })));
}
