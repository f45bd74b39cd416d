/**
 * Where one request goes, read from the cluster's objects as the routers people use would: whichever kind of object
 * has its host, else the Service itself; then a ready endpoint. It opens no connection, and shares no line with the
 * code that writes those objects.
 */
import { z } from 'zod';
import { gatewayApi } from './routing/gateway-api.ts';
import { istio } from './routing/istio.ts';
import { nginx } from './routing/nginx.ts';
import {
  parsed,
  portOf,
  serviceOf,
  type Backend,
  type ClusterView,
  type Inbound,
  type Reader,
  type Route,
  type ServiceName,
} from './routing/objects.ts';
import { traefik } from './routing/traefik.ts';

export { serviceOf, type Backend, type ClusterView, type Inbound, type Route } from './routing/objects.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly pod: string;
  readonly namespace: string;
  /** The Deployment the pod belongs to. */
  readonly workload: string;
}

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

const SERVICE = { apiVersion: 'v1', kind: 'Service' };
const ENDPOINT_SLICE = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
const POD = { apiVersion: 'v1', kind: 'Pod' };
const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };

/** Whoever has the host first is followed. */
const READERS: readonly Reader[] = [gatewayApi, traefik, nginx, istio];

/** The route of a request, or undefined where neither a router's object nor a Service has its host. */
export function routeOf(inbound: Inbound, view: ClusterView, home: string): Route | undefined {
  for (const read of READERS) {
    const route = read(inbound, view, home);
    if (route !== undefined) return route === 'nowhere' ? undefined : route;
  }
  const asked = serviceOf(inbound.host, home);
  if (asked === undefined || !hasService(asked, view)) return undefined;
  const backend = { service: asked.name, namespace: asked.namespace, weight: 100 };
  const key = `${asked.namespace}/${asked.name}`;
  return { key, port: portOf(inbound.host), backends: [backend], mirror: undefined };
}

export function hasService(asked: ServiceName, view: ClusterView): boolean {
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
  const wanted = backend.port ?? port;
  return service?.spec.ports.find((one) => one.port === wanted)?.name ?? service?.spec.ports[0]?.name ?? '';
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
