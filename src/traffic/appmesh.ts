/**
 * AWS App Mesh, in two versions of its objects: nodes for the pods of primary and canary, and routes that share
 * requests to the apex out between them. The canary is reached by a name of its own as well.
 */
import { z } from 'zod';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, list, text, tree } from '../api/tree.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { V1BETA1, V1BETA2, type Dialect } from './appmesh-dialects.ts';
import { gatewayAnnotations, nodeSpec, objections, routingSpec } from './appmesh-objects.ts';
import { find, routeMetadata } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, RoutesError, TrafficProvider } from './provider.ts';
import type { SelectedTarget } from './services.ts';
import { shareOf } from './share.ts';

const Http = z.object({
  action: z.object({
    weightedTargets: z
      .array(
        z.object({
          virtualNodeName: z.string().optional(),
          virtualNodeRef: z.object({ name: z.string() }).optional(),
          weight: z.number().default(0),
        }),
      )
      .default([]),
  }),
});
const Spec = z.object({
  routes: z.array(z.object({ http: Http.optional(), httpRoute: Http.optional() })).default([]),
});

export const appmesh: TrafficProvider = speaking(V1BETA1);

export const appmeshV1beta2: TrafficProvider = speaking(V1BETA2);

interface Custom {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const NOTHING: Custom = { labels: {}, annotations: {} };

function speaking(dialect: Dialect): TrafficProvider {
  const refs = (service: RoutedService): readonly ObjectRef[] => refsOf(service, dialect);
  return {
    supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: true, affinity: false },
    routed: true,
    objections,
    refs,
    beforePods: (service, target, current) => nodes(service, target, current, dialect),
    render: (service, { canary }, current) =>
      [
        { name: `${service.apex}-canary`, canary: 100 },
        { name: service.apex, canary },
      ].flatMap((to) => road(service, to, current, dialect)),
    parse: (service, current) => parse(service, current, dialect),
    release: (service, current) =>
      refs(service).flatMap((ref) => restoreOriginal(find(current, ref), service.owner) ?? []),
  };
}

/** The object that holds the weights first. */
function refsOf({ namespace, apex }: RoutedService, dialect: Dialect): readonly ObjectRef[] {
  const { node, routing, entry, apexNode, routingName } = dialect;
  const ref = ({ apiVersion, kind }: Dialect['node'], name: string): ObjectRef => ({
    ...{ apiVersion, kind, namespace, name },
  });
  const roads = [apex, `${apex}-canary`];
  const pods = [...(apexNode ? [apex] : []), `${apex}-primary`, `${apex}-canary`];
  return [
    ...roads.map((name) => ref(routing, routingName(name, namespace))),
    ...(entry === undefined ? [] : roads.map((name) => ref(entry, name))),
    ...pods.map((name) => ref(node, name)),
  ];
}

/** An object as it should be, what is not ours taken from the one that is there. */
function object(
  service: RoutedService,
  { apiVersion, kind }: Dialect['node'],
  name: string,
  current: readonly KubeObject[],
  { labels, annotations }: Custom = NOTHING,
): KubeObject {
  const found = find(current, { apiVersion, kind, name });
  const custom = { labels, annotations: { ...annotations, ...rememberOriginal(found, service.owner) } };
  return { ...(found ?? { apiVersion, kind }), metadata: routeMetadata(service, name, found, custom) };
}

// ------------------------------------------------------------------------------------------------------------- nodes

/**
 * A pod that is made before its node gets no proxy, or is not let in. It is chosen as its Service chooses it, whatever
 * its workload is called; the target of a Canary that releases a Service has no pods that are known.
 */
function nodes(
  service: RoutedService,
  { label, value, primary, service: template }: SelectedTarget,
  current: readonly KubeObject[],
  dialect: Dialect,
): readonly KubeObject[] {
  const { apex } = service;
  const [ofPrimary, ofCanary] =
    template === undefined ? [primary ?? { [label]: `${value}-primary` }, { [label]: value }] : [];
  const node = (name: string, host: string, selector: typeof primary): KubeObject => {
    const made = object(service, dialect.node, name, current, service.service.metadata.apex);
    // Which pods are its own the older version reads from the pods.
    const chosen = dialect === V1BETA2 ? selector : undefined;
    return { ...made, spec: nodeSpec(service, dialect, host, chosen, tree(made['spec'])) };
  };
  return [
    ...(dialect.apexNode ? [node(apex, `${apex}-primary`, undefined)] : []),
    node(`${apex}-primary`, `${apex}-primary`, ofPrimary),
    node(`${apex}-canary`, `${apex}-canary`, ofCanary),
  ];
}

// ------------------------------------------------------------------------------------------------------------ routes

/** What leads to the nodes under this name, in the order in which one relies on the other. */
function road(
  service: RoutedService,
  to: { readonly name: string; readonly canary: number },
  current: readonly KubeObject[],
  dialect: Dialect,
): readonly KubeObject[] {
  const { routing, entry, routingName } = dialect;
  const annotations = to.name === service.apex ? gatewayAnnotations(service) : {};
  const custom = { labels: {}, annotations };
  const name = routingName(to.name, service.namespace);
  const routes = object(service, routing, name, current, entry === undefined ? custom : NOTHING);
  const spec = routingSpec(service, dialect, to, tree(routes['spec']));
  if (entry === undefined) return [{ ...routes, spec }];
  const made = object(service, entry, to.name, current, custom);
  const provider = { virtualRouter: { virtualRouterRef: { name: to.name } } };
  return [
    { ...routes, spec },
    { ...made, spec: { ...tree(made['spec']), provider } },
  ];
}

function parse(
  service: RoutedService,
  current: readonly KubeObject[],
  { routing, routingName }: Dialect,
): ReturnType<TrafficProvider['parse']> {
  const { apex, namespace } = service;
  const { apiVersion, kind } = routing;
  const name = routingName(apex, namespace);
  const found = find(current, { apiVersion, kind, name });
  if (found === undefined) return err({ kind: 'absent' });
  const subject = `${kind} ${name}${name === apex ? `.${namespace}` : ''}`;
  const malformed = (detail: string): Result<never, RoutesError> =>
    err({ kind: 'malformed', detail: `${subject}: ${detail}` });
  const parsed = Spec.safeParse(found['spec']);
  if (!parsed.success) return malformed(z.prettifyError(parsed.error));
  const ours = [`${apex}-primary`, `${apex}-canary`];
  const split = parsed.data.routes
    .map(({ http, httpRoute }) => (http ?? httpRoute)?.action.weightedTargets ?? [])
    .map((targets) =>
      targets.map(({ virtualNodeName, virtualNodeRef, weight }) => ({
        name: virtualNodeName ?? virtualNodeRef?.name ?? '',
        weight,
      })),
    )
    .find((targets) => targets.some((target) => ours.includes(target.name)));
  // Somebody's own routes, applied again over ours, say nothing about the canary: they are to be taken over.
  if (split === undefined) return err({ kind: 'absent' });
  const canary = shareOf(`${apex}-canary`, [...split, { name: `${apex}-canary`, weight: 0 }]);
  if (canary === undefined) return malformed(`no route with weights for ${ours.join(' and ')}`);
  const routes = { canary, mirrored: false };
  const trouble = unobserved(found);
  if (trouble === undefined) return ok(routes);
  return err({ kind: 'pending', detail: `${subject}: ${trouble}`, written: routes });
}

/** Why requests do not go yet where the routes say; undefined where they do. What nobody reports is taken to be so. */
function unobserved({ kind, metadata, status }: KubeObject): string | undefined {
  const { generation = 0 } = metadata;
  const observed = count(at(status, 'observedGeneration')) ?? generation;
  if (observed < generation) return `App Mesh has seen generation ${observed} of ${generation}`;
  const active = list(at(status, 'conditions')).find((one) => at(one, 'type') === `${kind}Active`);
  if (at(active, 'status') !== 'False') return undefined;
  const said = [at(active, 'reason'), at(active, 'message')].flatMap((word) => text(word) || []);
  return ['App Mesh does not route by it', ...said].join(': ');
}
