/**
 * Gloo: one RouteTable that shares requests out between an Upstream of the primary and one of the canary. The user's
 * own VirtualService delegates to it, and says which host and path it is about.
 */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { HttpMatch, Objection, RoutingWish, StringMatch } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, list, text, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { isUpstream, modelRef, upstreamFor, upstreamRef, type Role } from './gloo-upstreams.ts';
import { conditionsIn, ISTIO_ONLY, patternOf } from './match.ts';
import { find, routeMetadata, sorted, unlessSame } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, RoutesError, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { apiVersion, kind } = KINDS.RouteTable;
/** Paths are the VirtualService's that delegates here. */
const BEYOND = [...ISTIO_ONLY, 'uri'];
/** As Gloo writes it, or once wrote it. */
const REJECTED: readonly unknown[] = ['Rejected', 2];

const Destination = z.object({
  weight: z.number().nullish(),
  destination: z.object({ upstream: z.object({ name: z.string() }).optional() }).default({}),
});
const Spec = z.object({
  routes: z
    .array(
      z.object({
        routeAction: z
          .object({ multi: z.object({ destinations: z.array(Destination).default([]) }).optional() })
          .default({}),
      }),
    )
    .default([]),
});

export const gloo: TrafficProvider = {
  supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: true, affinity: false },
  routed: true,
  objections,

  refs(service) {
    const model = modelRef(service);
    return [
      { ...refOf(service.apex), namespace: service.namespace },
      upstreamRef(service, 'primary'),
      upstreamRef(service, 'canary'),
      ...(model === undefined ? [] : [model]),
    ];
  },

  render: (service, routes, current) => [
    upstreamFor(service, 'canary', current),
    upstreamFor(service, 'primary', current),
    routeTable(service, routes, current),
  ],

  parse(service, current) {
    const found = find(current, refOf(service.apex));
    if (found === undefined) return err({ kind: 'absent' });
    const parsed = Spec.safeParse(found['spec']);
    if (!parsed.success) return malformed(service, z.prettifyError(parsed.error));
    const destinations = parsed.data.routes.map(({ routeAction }) =>
      (routeAction.multi?.destinations ?? []).map(({ weight, destination }) => ({
        name: roleOf(service, destination.upstream?.name ?? ''),
        weight: weight ?? 0,
      })),
    );
    // The first, since the one for visitors who are not chosen comes after it.
    const split = destinations.find((one) => one.some(({ name }) => name !== ''));
    // Somebody's own routes, applied again over ours, say nothing about the canary: they are to be taken over.
    if (split === undefined) return err({ kind: 'absent' });
    const canary = shareOf('canary', [...split, { name: 'canary', weight: 0 }]);
    if (canary === undefined) {
      const names = (['primary', 'canary'] as const).map((role) => upstreamRef(service, role).name);
      return malformed(service, `no destinations with weights for ${names.join(' and ')}`);
    }
    const routes = { canary, mirrored: false };
    const trouble = rejection(found) ?? missingModel(service, current);
    if (trouble === undefined) return ok(routes);
    return err({ kind: 'pending', detail: `${subject(service)}: ${trouble}`, written: routes });
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
  return `RouteTable ${apex}.${namespace}`;
}

function malformed(service: RoutedService, detail: string): Result<never, RoutesError> {
  return err({ kind: 'malformed', detail: `${subject(service)}: ${detail}` });
}

/** '' for whatever is neither of ours. */
function roleOf(service: RoutedService, name: string): Role | '' {
  return (['primary', 'canary'] as const).find((role) => isUpstream(service, role, name)) ?? '';
}

/** Why Gloo does not route by it. */
function rejection({ status }: KubeObject): string | undefined {
  const reports = [status, ...Object.values(tree(at(status, 'statuses')))];
  const refusal = reports.find((report) => REJECTED.includes(at(report, 'state')));
  if (refusal === undefined) return undefined;
  return `Gloo rejects it: ${text(at(refusal, 'reason')) ?? 'it does not say why'}`;
}

function missingModel(service: RoutedService, current: readonly KubeObject[]): string | undefined {
  const model = modelRef(service);
  if (model === undefined || find(current, model) !== undefined) return undefined;
  return `Upstream ${model.name}.${model.namespace ?? ''}, which upstreamRef names, cannot be found`;
}

// ------------------------------------------------------------------------------------------------------------ routes

function routeTable(service: RoutedService, routes: Routes, current: readonly KubeObject[]): KubeObject {
  const found = find(current, refOf(service.apex));
  const { labels, annotations } = service.service.metadata.apex;
  const custom = { labels, annotations: { ...annotations, ...rememberOriginal(found, service.owner) } };
  const spec = tree(found?.['spec']);
  const meant = routesOf(service, routes, list(spec['routes']).map(tree));
  return {
    ...(found ?? { apiVersion, kind }),
    metadata: routeMetadata(service, service.apex, found, custom),
    spec: { ...spec, routes: unlessSame(spec['routes'], meant, meaning) },
  };
}

/** Visitors who are chosen first; everybody else goes to the primary, and is not left without a route. */
function routesOf(service: RoutedService, { canary }: Routes, found: readonly Tree[]): readonly Tree[] {
  const options = optionsIn(service, found);
  if (service.strategy !== 'ab-testing') return [{ ...options, ...routeTo(service, canary) }];
  const matchers = service.analysis.match.map(matcherOf);
  return [
    { ...options, ...routeTo(service, canary), matchers },
    { ...options, ...routeTo(service, 0) },
  ];
}

/** What somebody set on a route of ours; on the user's own it was about something else. */
function optionsIn(service: RoutedService, found: readonly Tree[]): Tree {
  const ours = found.find((route) =>
    list(at(route, 'routeAction', 'multi', 'destinations')).some(
      (one) => roleOf(service, text(at(one, 'destination', 'upstream', 'name')) ?? '') !== '',
    ),
  );
  return without(ours ?? {}, 'matchers');
}

function routeTo(service: RoutedService, canary: number): Tree {
  const destination = (role: Role, weight: number): Tree => {
    const { name, namespace } = upstreamRef(service, role);
    return { destination: { upstream: { name, namespace } }, weight };
  };
  const destinations = [destination('primary', 100 - canary), destination('canary', canary)];
  return { inheritablePathMatchers: true, routeAction: { multi: { destinations } } };
}

/** Destinations may come in any order; routes may not. */
function meaning(routes: unknown): unknown {
  return list(routes).map((route) => {
    const action = tree(at(route, 'routeAction'));
    const multi = tree(action['multi']);
    const destinations = sorted(list(multi['destinations']).map((one) => ({ weight: 0, ...tree(one) })));
    return { ...tree(route), routeAction: { ...action, multi: { ...multi, destinations } } };
  });
}

// ------------------------------------------------------------------------------------------------------- conditions

/** What a RouteTable cannot do; visitors nobody meant would see the canary, or nobody would. */
function objections({ analysis, strategy }: RoutingWish): readonly Objection[] {
  const chosen = strategy.kind === 'ab-testing' ? analysis.match : [];
  return chosen.flatMap((match, index) => {
    const field = `analysis.match[${index}]`;
    const beyond = conditionsIn(match, BEYOND);
    if (beyond.length > 0) {
      return [{ field, message: `matches by ${beyond.join(', ')}, which a RouteTable cannot; drop it` }];
    }
    if (match.method !== undefined && !match.method.exact) {
      return [{ field, message: 'matches a method other than exactly, which a RouteTable cannot' }];
    }
    if (Object.keys(matcherOf(match)).length > 0) return [];
    const message = 'matches by no header, query parameter or method; a RouteTable chooses visitors by these';
    return [{ field, message }];
  });
}

function matcherOf({ headers, queryParams, method }: HttpMatch): Tree {
  const [byHeader, byQuery] = [valuesOf(headers), valuesOf(queryParams)];
  return {
    ...(byHeader.length > 0 && { headers: byHeader }),
    ...(byQuery.length > 0 && { queryParameters: byQuery }),
    ...(method?.exact && { methods: [method.exact] }),
  };
}

/** An empty text would be no condition at all, and let everybody in. */
function valuesOf(matches: Readonly<Record<string, StringMatch>> = {}): readonly Tree[] {
  const entries = Object.entries(matches).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, { exact, ...others }]) =>
    exact ? { name, value: exact } : { name, value: patternOf(others), regex: true },
  );
}
