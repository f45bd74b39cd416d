/** Gateway API: one HTTPRoute. What its rules are made of is in `gateway-api-rules.ts`. */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, defined, list, text, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { mirrorsTo, objections, ruleMeaning, rulesOf, setCookieOf } from './gateway-api-rules.ts';
import { cookiesFrom } from './affinity.ts';
import { find, routeMetadata, sorted, unlessSame } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, RoutesError, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.HTTPRoute;
const GROUP = 'gateway.networking.k8s.io';

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

export const gatewayapi: TrafficProvider = {
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
    const pending = unaccepted(service, found);
    if (pending === undefined) return ok(routes);
    return err({ kind: 'pending', detail: `${subject(service)}: ${pending}`, written: routes });
  },

  release({ apex, owner }, current) {
    const restored = restoreOriginal(find(current, refOf(apex)), owner);
    return restored === undefined ? [] : [restored];
  },
};

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

// ----------------------------------------------------------------------------------------------------------- parents

function parentRef(ref: Tree): Tree {
  return { ...ref, group: text(ref['group']) ?? GROUP, kind: text(ref['kind']) ?? 'Gateway' };
}

function parents(refs: unknown): unknown {
  return sorted(list(refs).map((ref) => parentRef(tree(ref))));
}

/**
 * Why a parent does not follow the route as it stands. A parent nobody reports on is taken to follow: not every
 * implementation reports. Of several that report on one parent, one that has accepted is enough.
 */
function unaccepted({ namespace, service }: RoutedService, found: KubeObject): string | undefined {
  const reports = list(at(found, 'status', 'parents'));
  const generation = found.metadata.generation ?? 0;
  for (const parent of service.gatewayRefs.map(parentRef)) {
    const verdicts = reports
      .filter((report) => isSameParent(parent, parentRef(tree(at(report, 'parentRef'))), namespace))
      .map((report) => acceptance(report));
    const current = verdicts.some(({ status, observed }) => status === 'True' && observed >= generation);
    const [first] = verdicts;
    if (first === undefined || current) continue;
    const name = text(parent['name']) ?? '';
    return `parent ${name} has not accepted it (status: ${first.status}, observed generation: ${first.observed}, current generation: ${generation})`;
  }
  return undefined;
}

function acceptance(report: unknown): { readonly status: string; readonly observed: number } {
  const accepted = list(at(report, 'conditions')).find((condition) => at(condition, 'type') === 'Accepted');
  const observed = count(at(accepted, 'observedGeneration')) ?? 0;
  return { status: text(at(accepted, 'status')) ?? 'Unknown', observed };
}

function isSameParent(a: Tree, b: Tree, namespace: string): boolean {
  const same = ['group', 'kind', 'name', 'sectionName', 'port'].every((key) => a[key] === b[key]);
  return same && (a['namespace'] ?? namespace) === (b['namespace'] ?? namespace);
}
