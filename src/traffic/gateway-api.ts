/** Gateway API: one HTTPRoute. What its rules are made of is in `gateway-api-rules.ts`. */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, defined, list, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { EXISTING_ROUTES } from './gateway-api-existing.ts';
import { parentRef, parents, unaccepted } from './gateway-api-parents.ts';
import { mirrorsTo, objections, ruleMeaning, rulesOf, setCookieOf } from './gateway-api-rules.ts';
import { cookiesFrom } from './affinity.ts';
import { withExistingRoute } from './existing-route.ts';
import { find, routeMetadata, sorted, unlessSame } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, RoutesError, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.HTTPRoute;

const Spec = z.object({
  rules: z
    .array(
      z.object({
        backendRefs: z.array(z.looseObject({ name: z.string(), weight: z.number().default(1) })).default([]),
        filters: z.array(z.looseObject({ type: z.string() })).default([]),
      }),
    )
    .default([]),
});

const made: TrafficProvider = {
  supports: { weights: true, mirror: { canary: true, blueGreen: true }, match: true, affinity: true },
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

  parse(service, current) {
    const found = find(current, refOf(service.apex));
    if (found === undefined) return err({ kind: 'absent' });
    const parsed = Spec.safeParse(found['spec']);
    if (!parsed.success) return malformed(service, z.prettifyError(parsed.error));
    const canary = `${service.apex}-canary`;
    // The last, since rules for visitors who already chose come before the one that splits.
    const split = parsed.data.rules.findLast(({ backendRefs }) =>
      backendRefs.some(({ name }) => name === canary),
    );
    // Somebody's own rules, applied again over ours, say nothing about the canary: they are to be taken over.
    if (split === undefined) return err({ kind: 'absent' });
    const share = shareOf(canary, split.backendRefs);
    if (share === undefined) {
      return malformed(service, `no rule with weights for ${service.apex}-primary and ${canary}`);
    }
    // A permanent mirror to the canary, if the user asks for one, is no position of ours.
    const permanent = service.service.mirror.filter((filter) => at(filter, 'backendRef', 'name') === canary);
    const cookies = cookiesFrom({
      primary: setCookieOf(`${service.apex}-primary`, split.backendRefs),
      canary: setCookieOf(canary, split.backendRefs),
    });
    const routes = {
      canary: share,
      mirrored: mirrorsTo(canary, split.filters) > permanent.length,
      ...cookies,
    };
    const pending = unaccepted(service.service.gatewayRefs, service.namespace, found);
    if (pending === undefined) return ok(routes);
    return err({ kind: 'pending', detail: `${subject(service)}: ${pending}`, written: routes });
  },

  release({ apex, owner }, current) {
    const restored = restoreOriginal(find(current, refOf(apex)), owner);
    return restored === undefined ? [] : [restored];
  },
};

export const gatewayapi: TrafficProvider = withExistingRoute(made, EXISTING_ROUTES);

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

function subject({ apex, namespace }: RoutedService): string {
  return `HTTPRoute ${apex}.${namespace}`;
}

function malformed(service: RoutedService, detail: string): Result<never, RoutesError> {
  return err({ kind: 'malformed', detail: `${subject(service)}: ${detail}` });
}

function specOf(service: RoutedService, routes: Routes, found: KubeObject | undefined): Tree {
  const spec = tree(found?.['spec']);
  const { hosts, gatewayRefs } = service.service;
  const hostnames = hosts.length > 0 ? hosts : undefined;
  return defined({
    ...without(spec, 'hostnames'),
    parentRefs: unlessSame(spec['parentRefs'], gatewayRefs.map(parentRef), parents),
    hostnames: hostnames && unlessSame(spec['hostnames'], hostnames, (names) => sorted(list(names))),
    rules: unlessSame(spec['rules'], rulesOf(service, routes), ruleMeaning),
  });
}
