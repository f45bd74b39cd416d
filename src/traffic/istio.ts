/** Istio: one VirtualService that holds the weights, one DestinationRule for each backend. */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { HttpMatch, Objection } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, defined, list, text, tree, without, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { err, ok } from '../shared/result.ts';
import { percent } from '../shared/brand.ts';
import { affinityObjections, affinityOf, cookiesFrom, SET_COOKIE, type Affinity } from './affinity.ts';
import { withExistingRoute } from './existing-route.ts';
import { EXISTING_ROUTES } from './istio-existing.ts';
import { mergeMatches } from './match.ts';
import { find, routeMetadata, sorted, unlessSame } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { VirtualService, DestinationRule } = KINDS;
const MESH = 'mesh';

const Route = z.object({
  route: z
    .array(z.looseObject({ destination: z.object({ host: z.string() }), weight: z.number().optional() }))
    .default([]),
  mirror: z.object({ host: z.string() }).optional(),
});
const Spec = z.object({ http: z.array(Route).default([]), tcp: z.array(Route).default([]) });

const made: TrafficProvider = {
  supports: { weights: true, mirror: { canary: true, blueGreen: true }, match: true, affinity: true },
  routed: true,

  objections: (wish) => {
    const { service, analysis, strategy } = wish;
    if (service.appProtocol?.toLowerCase() !== 'tcp') return affinityObjections(wish);
    const mirrors = 'mirror' in strategy && strategy.mirror;
    return [
      ...(analysis.sessionAffinity === undefined
        ? []
        : [tcpObjection('analysis.sessionAffinity', 'connections have no cookies; drop it')]),
      ...(mirrors ? [tcpObjection('analysis.mirror', 'connections cannot be mirrored; drop it')] : []),
      ...(strategy.kind === 'ab-testing'
        ? [tcpObjection('analysis.match', 'connections have no headers to match; drop it')]
        : []),
    ];
  },

  refs: ({ namespace, apex }) => [
    { ...refOf(VirtualService, apex), namespace },
    { ...refOf(DestinationRule, `${apex}-canary`), namespace },
    { ...refOf(DestinationRule, `${apex}-primary`), namespace },
  ],

  render: (service, routes, current) => [
    destinationRule(service, 'canary', current),
    destinationRule(service, 'primary', current),
    virtualService(service, routes, current),
  ],

  parse(service, current) {
    const found = find(current, refOf(VirtualService, service.apex));
    if (found === undefined) return err({ kind: 'absent' });
    const parsed = Spec.safeParse(found['spec']);
    if (!parsed.success) {
      return err({ kind: 'malformed', detail: `${subject(service)}: ${z.prettifyError(parsed.error)}` });
    }
    const canary = `${service.apex}-canary`;
    const candidates = isTcp(service) ? parsed.data.tcp : parsed.data.http;
    const split = candidates.findLast(({ route }) =>
      route.some(({ destination }) => destination.host === canary),
    );
    // Somebody's own rules, applied again over ours, say nothing about the canary: they are to be taken over.
    if (split === undefined) return err({ kind: 'absent' });
    const weighted = split.route.map(({ destination, weight }) => ({
      name: destination.host,
      weight: weight ?? (split.route.length === 1 ? 100 : 0),
    }));
    const share = shareOf(canary, weighted);
    if (share === undefined) {
      const detail = `${subject(service)}: no route with weights for ${service.apex}-primary and ${canary}`;
      return err({ kind: 'malformed', detail });
    }
    const cookies = cookiesFrom({
      primary: setCookieOf(`${service.apex}-primary`, split.route),
      canary: setCookieOf(canary, split.route),
    });
    return ok({ canary: share, mirrored: split.mirror?.host === canary, ...cookies });
  },

  release({ apex, owner }, current) {
    const restored = restoreOriginal(find(current, refOf(VirtualService, apex)), owner);
    return restored === undefined ? [] : [restored];
  },
};

export const istio: TrafficProvider = withExistingRoute(made, EXISTING_ROUTES);

function refOf(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  name: string,
): ObjectRef {
  return { apiVersion, kind, name };
}

function subject({ apex, namespace }: RoutedService): string {
  return `VirtualService ${apex}.${namespace}`;
}

function isTcp({ service }: RoutedService): boolean {
  return service.appProtocol?.toLowerCase() === 'tcp';
}

function destinationRule(
  service: RoutedService,
  role: 'primary' | 'canary',
  current: readonly KubeObject[],
): KubeObject {
  const ref = refOf(DestinationRule, `${service.apex}-${role}`);
  const found = find(current, ref);
  const spec = defined({
    ...without(tree(found?.['spec']), 'trafficPolicy'),
    host: ref.name,
    trafficPolicy: service.service.trafficPolicy,
  });
  const { apiVersion, kind } = ref;
  return { ...(found ?? { apiVersion, kind }), metadata: routeMetadata(service, ref.name, found), spec };
}

function tcpObjection(field: string, message: string): Objection {
  return { field, message: `cannot be honoured with service.appProtocol tcp: ${message}` };
}

/** `http` and `tcp`, hosts and gateways are ours; `exportTo`, `tls` and what else there may be is not. */
function virtualService(service: RoutedService, routes: Routes, current: readonly KubeObject[]): KubeObject {
  const ref = refOf(VirtualService, service.apex);
  const found = find(current, ref);
  const spec = tree(found?.['spec']);
  const { labels, annotations } = service.service.metadata.apex;
  const custom = { labels, annotations: { ...annotations, ...rememberOriginal(found, service.owner) } };
  const [protocol, rules] = isTcp(service)
    ? (['tcp', [tcpRoute(service, routes)]] as const)
    : (['http', httpRoutes(service, routes)] as const);
  const { apiVersion, kind } = ref;
  return {
    ...(found ?? { apiVersion, kind }),
    metadata: routeMetadata(service, service.apex, found, custom),
    spec: {
      ...without(spec, 'hosts', 'gateways', 'http', 'tcp'),
      ...attachment(service, spec),
      [protocol]: unlessSame(spec[protocol], rules, ruleMeaning),
    },
  };
}

/** A delegate has neither hosts nor gateways: the VirtualService that delegates to it has them. */
function attachment({ apex, service }: RoutedService, found: Tree): Tree {
  if (service.delegation) return {};
  const { hosts, gateways } = service;
  const named = hosts.includes('*') || hosts.includes(apex);
  const set = (values: unknown): unknown => sorted(list(values));
  return {
    hosts: unlessSame(found['hosts'], named ? hosts : [...hosts, apex], set),
    gateways: unlessSame(found['gateways'], gateways?.length ? gateways : [MESH], set),
  };
}

// ------------------------------------------------------------------------------------------------------------ routes

function httpRoutes(service: RoutedService, routes: Routes): readonly Tree[] {
  const { match } = service.service;
  if (service.strategy !== 'ab-testing') return keptAndSplit(service, routes);
  const chosen = mergeMatches(service.analysis.match, match, ['headers', 'sourceLabels']);
  return [
    httpRoute(service, chosen, split(service, routes), routes),
    httpRoute(service, match, [destination(service, 'primary', 100)]),
  ];
}

/** Visitors who have chosen first, then everybody else by weight. */
function keptAndSplit(service: RoutedService, routes: Routes): readonly Tree[] {
  const { rules, setCookie } = affinityOf(service, routes);
  const kept = rules.map(({ match, canary, setCookie: end }) => {
    const position = { canary: percent(canary), mirrored: routes.mirrored };
    const ends = end === undefined ? {} : { primary: end };
    return httpRoute(service, match, split(service, position, ends), position);
  });
  const { match } = service.service;
  return [...kept, httpRoute(service, match, split(service, routes, setCookie), routes)];
}

function httpRoute(
  { apex, service, analysis }: RoutedService,
  match: readonly HttpMatch[],
  route: readonly Tree[],
  routes?: Routes,
): Tree {
  const { rewrite, timeout, retries, corsPolicy, headers } = service;
  const share = analysis.mirrorWeight > 0 ? { value: analysis.mirrorWeight } : undefined;
  const port = destinationPort(service);
  return defined({
    match: match.length > 0 ? match : undefined,
    rewrite: rewrite && without(rewrite, 'type'),
    timeout,
    retries,
    corsPolicy,
    headers,
    route,
    mirror: routes?.mirrored === true ? defined({ host: `${apex}-canary`, port }) : undefined,
    mirrorPercentage: routes?.mirrored === true ? share : undefined,
  });
}

function tcpRoute(service: RoutedService, routes: Routes): Tree {
  const ports = service.service.match.flatMap(({ port }) => (port === undefined ? [] : [{ port }]));
  return defined({ match: ports.length > 0 ? ports : undefined, route: split(service, routes) });
}

function split(
  service: RoutedService,
  { canary }: Routes,
  setCookie: Affinity['setCookie'] = {},
): readonly Tree[] {
  return [
    destination(service, 'primary', 100 - canary, setCookie.primary),
    destination(service, 'canary', canary, setCookie.canary),
  ];
}

function destination(
  { apex, service }: RoutedService,
  role: 'primary' | 'canary',
  weight: number,
  setCookie?: string,
): Tree {
  const port = destinationPort(service);
  const headers = setCookie === undefined ? undefined : { response: { add: { [SET_COOKIE]: setCookie } } };
  return defined({ destination: defined({ host: `${apex}-${role}`, port }), weight, headers });
}

/** What the answers of this destination set. */
function setCookieOf(host: string, route: readonly unknown[]): string | undefined {
  const found = route.find((to) => at(to, 'destination', 'host') === host);
  return text(at(found, 'headers', 'response', 'add', SET_COOKIE));
}

/** A Service of several ports behind a real gateway: Istio must be told which one is meant. */
function destinationPort({
  portDiscovery,
  gateways,
  delegation,
  port,
}: RoutedService['service']): Tree | undefined {
  const first = gateways?.[0];
  const outside = delegation || (first !== undefined && first !== MESH);
  return portDiscovery && outside ? { number: port } : undefined;
}

/** Alternatives of a match and destinations of a route may come in any order; rules may not. */
function ruleMeaning(rules: unknown): unknown {
  return list(rules).map((rule) => ({
    ...tree(rule),
    match: sorted(list(at(rule, 'match'))),
    route: sorted(list(at(rule, 'route'))),
  }));
}
