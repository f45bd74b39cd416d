/**
 * Where one request goes, read from the cluster's objects as Istio would: the VirtualService of its host if
 * there is one, else the Service itself; then a ready endpoint. It opens no connection.
 */
import { z } from 'zod';
import type { KubeObject } from '../../src/api/objects.ts';

/** The objects of the cluster at this moment. */
export interface ClusterView {
  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    namespace?: string,
  ): readonly KubeObject[];
}

export interface Inbound {
  /** Host with optional port, as in the request. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly pod: string;
  readonly namespace: string;
  /** The Deployment the pod belongs to. */
  readonly workload: string;
}

export interface Backend {
  readonly service: string;
  readonly namespace: string;
  readonly weight: number;
}

export interface Route {
  readonly key: string;
  readonly port: number | undefined;
  readonly backends: readonly Backend[];
  readonly mirror: { readonly backend: Backend; readonly percentage: number } | undefined;
}

const StringMatch = z.object({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
const Destination = z.object({ host: z.string() });
const HttpRule = z.object({
  match: z
    .array(
      z.object({
        uri: StringMatch.optional(),
        method: StringMatch.optional(),
        headers: z.record(z.string(), StringMatch).optional(),
      }),
    )
    .optional(),
  route: z.array(z.object({ destination: Destination, weight: z.number().optional() })).default([]),
  mirror: Destination.optional(),
  mirrorPercentage: z.object({ value: z.number() }).optional(),
});
const VirtualService = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ hosts: z.array(z.string()).default([]), http: z.array(HttpRule).default([]) }),
});
const Service = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ ports: z.array(z.object({ name: z.string().optional(), port: z.number() })).default([]) }),
});
const EndpointSlice = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
  ports: z.array(z.object({ name: z.string().nullish(), port: z.number() })).nullish(),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        conditions: z.object({ ready: z.boolean().nullish() }).nullish(),
        targetRef: z.object({ name: z.string() }).nullish(),
      }),
    )
    .nullish(),
});
const Owned = z.object({
  metadata: z.object({
    name: z.string(),
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
  }),
});

type HttpRule = z.infer<typeof HttpRule>;
type StringMatch = z.infer<typeof StringMatch>;

const VIRTUAL_SERVICE = { apiVersion: 'networking.istio.io/v1beta1', kind: 'VirtualService' };
const SERVICE = { apiVersion: 'v1', kind: 'Service' };
const ENDPOINT_SLICE = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
const POD = { apiVersion: 'v1', kind: 'Pod' };
const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };

/** Name and namespace a host means; a bare name is looked for in `home`. Undefined for what is no service name. */
export function serviceOf(host: string, home: string): { name: string; namespace: string } | undefined {
  const [name = '', namespace = home, ...rest] = host.replace(/:\d+$/, '').toLowerCase().split('.');
  const cluster = rest.join('.');
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !/^[a-z0-9-]+$/.test(namespace)) return undefined;
  return ['', 'svc', 'svc.cluster.local'].includes(cluster) ? { name, namespace } : undefined;
}

/** The route of a request, or undefined where neither a VirtualService nor a Service has its host. */
export function routeOf(inbound: Inbound, view: ClusterView, home: string): Route | undefined {
  const asked = serviceOf(inbound.host, home);
  if (asked === undefined) return undefined;
  const port = portOf(inbound.host);
  const rules = rulesOf(asked, view);
  const index = rules.findIndex((rule) => admits(rule, inbound));
  const rule = rules[index];
  if (rule !== undefined)
    return weighted(rule, `${asked.namespace}/${asked.name}/${index}`, asked.namespace, port);
  if (rules.length > 0 || !hasService(asked, view)) return undefined;
  const backend = { service: asked.name, namespace: asked.namespace, weight: 100 };
  return { key: `${asked.namespace}/${asked.name}`, port, backends: [backend], mirror: undefined };
}

export function hasService(asked: { name: string; namespace: string }, view: ClusterView): boolean {
  return parsed(Service, view.list(SERVICE, asked.namespace)).some(
    ({ metadata }) => metadata.name === asked.name,
  );
}

/** The ready endpoints behind a backend, in a stable order. */
export function endpointsOf(
  backend: Backend,
  port: number | undefined,
  view: ClusterView,
): readonly Endpoint[] {
  const { service, namespace } = backend;
  const slices = parsed(EndpointSlice, view.list(ENDPOINT_SLICE, namespace)).filter(
    ({ metadata }) => metadata.labels['kubernetes.io/service-name'] === service,
  );
  const portName = portNameOf(backend, port, view);
  return slices
    .flatMap((slice) => {
      const target = slice.ports?.find(({ name }) => (name ?? '') === portName) ?? slice.ports?.[0];
      if (target === undefined) return [];
      return (slice.endpoints ?? []).flatMap((endpoint) => {
        const [address] = endpoint.addresses;
        if (address === undefined || endpoint.conditions?.ready === false) return [];
        const pod = endpoint.targetRef?.name ?? address;
        return [{ address, port: target.port, pod, namespace, workload: workloadOf(pod, namespace, view) }];
      });
    })
    .sort((a, b) => (a.pod < b.pod ? -1 : 1));
}

/** The ready endpoints of every Service. */
export function allEndpoints(view: ClusterView): readonly Endpoint[] {
  return parsed(Service, view.list(SERVICE)).flatMap(({ metadata: { name, namespace } }) =>
    endpointsOf({ service: name, namespace, weight: 0 }, undefined, view),
  );
}

function portNameOf(backend: Backend, port: number | undefined, view: ClusterView): string {
  const services = parsed(Service, view.list(SERVICE, backend.namespace));
  const service = services.find(({ metadata }) => metadata.name === backend.service);
  return service?.spec.ports.find((one) => one.port === port)?.name ?? service?.spec.ports[0]?.name ?? '';
}

function workloadOf(pod: string, namespace: string, view: ClusterView): string {
  const ownerOf = (kind: typeof POD, name: string): string | undefined =>
    parsed(Owned, view.list(kind, namespace)).find(({ metadata }) => metadata.name === name)?.metadata
      .ownerReferences[0]?.name;
  const replicaSet = ownerOf(POD, pod);
  // Without owners the generated part of the name is all there is to go by.
  if (replicaSet === undefined) return pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '');
  return ownerOf(REPLICA_SET, replicaSet) ?? replicaSet;
}

function rulesOf(asked: { name: string; namespace: string }, view: ClusterView): readonly HttpRule[] {
  const own = parsed(VirtualService, view.list(VIRTUAL_SERVICE, asked.namespace)).find(({ metadata, spec }) =>
    spec.hosts.some((host) => {
      const service = serviceOf(host, metadata.namespace);
      return service?.name === asked.name && service.namespace === asked.namespace;
    }),
  );
  return own?.spec.http ?? [];
}

function admits(rule: HttpRule, inbound: Inbound): boolean {
  if (rule.match === undefined || rule.match.length === 0) return true;
  return rule.match.some(
    ({ uri, method, headers }) =>
      matches(uri, inbound.path) &&
      matches(method, inbound.method) &&
      Object.entries(headers ?? {}).every(([name, match]) => {
        const value = inbound.headers[name.toLowerCase()];
        return value !== undefined && matches(match, String(value));
      }),
  );
}

function matches(match: StringMatch | undefined, value: string): boolean {
  if (match === undefined) return true;
  if (match.exact !== undefined) return value === match.exact;
  if (match.prefix !== undefined) return value.startsWith(match.prefix);
  return match.regex === undefined || new RegExp(`^(?:${match.regex})$`).test(value);
}

function weighted(rule: HttpRule, key: string, namespace: string, port: number | undefined): Route {
  const backends = rule.route.flatMap(({ destination, weight }) => {
    const service = serviceOf(destination.host, namespace);
    // Istio sends everything to a destination that is alone, whatever its weight says.
    const share = rule.route.length === 1 ? 100 : (weight ?? 0);
    return service === undefined
      ? []
      : [{ service: service.name, namespace: service.namespace, weight: share }];
  });
  const copy = rule.mirror === undefined ? undefined : serviceOf(rule.mirror.host, namespace);
  const mirror = copy && {
    backend: { service: copy.name, namespace: copy.namespace, weight: 0 },
    percentage: rule.mirrorPercentage?.value ?? 100,
  };
  return { key, port, backends, mirror };
}

function portOf(host: string): number | undefined {
  const port = /:(\d+)$/.exec(host)?.[1];
  return port === undefined ? undefined : Number(port);
}

const memory = new WeakMap<z.ZodType, WeakMap<object, unknown>>();

/** The objects that fit a schema; each object is read once, since the cluster never changes one in place. */
function parsed<Schema extends z.ZodType>(
  schema: Schema,
  objects: readonly KubeObject[],
): readonly z.output<Schema>[] {
  const known = memory.get(schema) ?? new WeakMap<object, unknown>();
  memory.set(schema, known);
  return objects.flatMap((object) => {
    if (!known.has(object)) known.set(object, schema.safeParse(object).data);
    const value = known.get(object) as z.output<Schema> | undefined; // What this schema made of it, two lines above.
    return value === undefined ? [] : [value];
  });
}
