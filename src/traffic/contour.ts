/**
 * Contour: one HTTPProxy without a virtual host that shares requests out between the Services of primary and canary.
 * The user's own HTTPProxy includes it by name.
 */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, defined, list, text, tree, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { canonicalJson } from '../shared/digest.ts';
import { err, ok } from '../shared/result.ts';
import { leadsHere, objections, routesOf } from './contour-routes.ts';
import { find, routeMetadata, sorted, unlessSame } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.HTTPProxy;

const Service = z.object({
  name: z.string(),
  weight: z.number().optional(),
  mirror: z.boolean().default(false),
});
const Spec = z.object({
  routes: z.array(z.object({ services: z.array(Service).default([]) })).default([]),
});

export const contour: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: true, affinity: false },
  routed: true,
  objections,

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
    const subject = `HTTPProxy ${apex}.${namespace}`;
    const parsed = Spec.safeParse(found['spec']);
    if (!parsed.success) {
      return err({ kind: 'malformed', detail: `${subject}: ${z.prettifyError(parsed.error)}` });
    }
    const ours = [`${apex}-primary`, `${apex}-canary`];
    const split = parsed.data.routes.find(({ services }) => services.some(({ name }) => ours.includes(name)));
    // Somebody's own routes, applied again over ours, say nothing about the canary: they are to be taken over.
    if (split === undefined) return err({ kind: 'absent' });
    const services = split.services.filter(({ mirror }) => !mirror);
    const alone = services.length === 1 ? 1 : 0;
    const weights = services.map(({ name, weight = alone }) => ({ name, weight }));
    const canary = shareOf(`${apex}-canary`, [...weights, { name: `${apex}-canary`, weight: 0 }]);
    if (canary === undefined) {
      const detail = `${subject}: no services with weights for ${ours.join(' and ')}`;
      return err({ kind: 'malformed', detail });
    }
    const routes = { canary, mirrored: false };
    const trouble = troubleWith(found);
    return trouble === undefined
      ? ok(routes)
      : err({ kind: 'pending', detail: `${subject}: ${trouble}`, written: routes });
  },

  release({ apex, owner }, current) {
    const restored = restoreOriginal(find(current, refOf(apex)), owner);
    return restored === undefined ? [] : [restored];
  },
};

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

/** Why Contour does not route by it. One that nobody includes is orphaned, and not wrong for that. */
function troubleWith({ status }: KubeObject): string | undefined {
  if (at(status, 'currentStatus') !== 'invalid') return undefined;
  return `Contour finds it invalid: ${text(at(status, 'description')) ?? 'it does not say why'}`;
}

/** Routes to our Services are ours; others, the virtual host, inclusions and what else there may be are not. */
function specOf(service: RoutedService, position: Routes, found: KubeObject | undefined): Tree {
  const spec = tree(found?.['spec']);
  const before = list(spec['routes']).map(tree);
  const ours = routesOf(service, position, before);
  const taken = ours.map(({ conditions }) => keyOf(conditions));
  const others = before.filter(
    (route) => !leadsHere(route, service) && !taken.includes(keyOf(route['conditions'])),
  );
  return defined({
    ...spec,
    ingressClassName: service.ingressClass ?? spec['ingressClassName'],
    routes: unlessSame(spec['routes'], [...ours, ...others], meaning),
  });
}

/** Conditions of a route and its services may come in any order; routes may not. */
function meaning(routes: unknown): unknown {
  return list(routes).map((route) => ({
    ...tree(route),
    conditions: sorted(list(at(route, 'conditions'))),
    services: sorted(list(at(route, 'services')).map((entry) => ({ weight: 0, ...tree(entry) }))),
  }));
}

/** For Contour a route without a path is for every path. */
function keyOf(conditions: unknown): string {
  const written = list(conditions);
  const paths = ['prefix', 'exact', 'regex'];
  const named = written.some((one) => paths.some((path) => at(one, path) !== undefined));
  return canonicalJson(sorted(named ? written : [{ prefix: '/' }, ...written]));
}
