/** The ways users come in, as the objects people write for each kind of router, and what a Canary says of it. */
import type { Application } from './application.ts';
import type { Manifest } from './kinds.ts';
import { PORT } from './manifests.ts';
import type { Splitter, Stage } from './stage.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Way {
  readonly splitter: Splitter;
  readonly provider: string;
  /** What people write beside the Canary. */
  objects(app: Pick<Application, 'namespace' | 'name'>, host: string): readonly Manifest[];
  /** What they write into `spec` and `spec.service` of the Canary. */
  spec(app: Pick<Application, 'name'>): Fields;
  service(stage: Stage, host: string): Fields;
}

/** A name outside the cluster, or, where there is no outside, the Service's. */
export function hostOf({ namespace, name }: Pick<Application, 'namespace' | 'name'>, way: Way): string {
  return way === MESH ? `${name}.${namespace}` : `${namespace}.example.com`;
}

/** Nothing but the Canary: the controller makes the route. */
export const GATEWAY: Way = {
  splitter: 'gatewayapi',
  provider: 'gatewayapi:v1',
  objects: () => [],
  spec: () => ({}),
  service: ({ gateway }, host) => ({ gatewayRefs: [gateway], hosts: [host] }),
};

/** A route of the user's leads to the TraefikService that the controller makes. */
export const TRAEFIK: Way = {
  splitter: 'traefik',
  provider: 'traefik',
  objects: ({ namespace, name }, host) => [
    ingressRoute({ namespace, name }, host, { kind: 'TraefikService', name }),
  ],
  spec: () => ({}),
  service: () => ({}),
};

/** An Ingress of the user's, beside which the controller makes a canary one. */
export const NGINX: Way = besideIngress('nginx');

/** The same for a router that takes the weights from an annotation. */
export const SKIPPER: Way = besideIngress('skipper');

/** Nothing is divided: a route of the user's leads to the apex Service. */
export const PLAIN: Way = {
  splitter: 'traefik',
  provider: 'kubernetes',
  objects: ({ namespace, name }, host) => [
    ingressRoute({ namespace, name }, host, { kind: 'Service', name, port: PORT }),
  ],
  spec: () => ({}),
  service: () => ({}),
};

/** Inside a mesh the Service's own name is the host. */
export const MESH: Way = {
  splitter: 'istio',
  provider: 'istio',
  objects: () => [],
  spec: () => ({}),
  service: () => ({}),
};

/** Provider and class of the Ingress have one name. */
function besideIngress(name: 'nginx' | 'skipper'): Way {
  return {
    splitter: name,
    provider: name,
    objects: (app, host) => [ingress(app, host, name)],
    spec: (app) => ({ ingressRef: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: app.name } }),
    service: () => ({}),
  };
}

function ingress(
  { namespace, name }: Pick<Application, 'namespace' | 'name'>,
  host: string,
  ingressClassName: string,
): Manifest {
  const service = { name, port: { number: PORT } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace, name },
    spec: {
      ingressClassName,
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service } }] } }],
    },
  };
}

function ingressRoute(
  { namespace, name }: Pick<Application, 'namespace' | 'name'>,
  host: string,
  service: Fields,
): Manifest {
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { namespace, name },
    spec: {
      entryPoints: ['web'],
      routes: [{ kind: 'Rule', match: `Host(\`${host}\`)`, services: [service] }],
    },
  };
}
