/** The sandbox's store as the demo reads it: by apiVersion and kind, and the fields the story depends on. */
import { z } from 'zod';
import type { KubeObject } from '../../src/api/objects.ts';
import type { Position } from './board.ts';
import type { ClusterView } from './routing.ts';

export interface ListedByKey {
  list(key: string, namespace?: string): readonly KubeObject[];
}

/** Keys of the store by apiVersion and kind, for what the demo looks at. */
const KEYS: Readonly<Record<string, string>> = {
  'v1/Service': 'services',
  'v1/Pod': 'pods',
  'v1/Event': 'events',
  'apps/v1/Deployment': 'deployments.apps',
  'apps/v1/ReplicaSet': 'replicasets.apps',
  'discovery.k8s.io/v1/EndpointSlice': 'endpointslices.discovery.k8s.io',
  'networking.istio.io/v1beta1/VirtualService': 'virtualservices.networking.istio.io',
  'gateway.networking.k8s.io/v1/HTTPRoute': 'httproutes.gateway.networking.k8s.io',
  'traefik.io/v1alpha1/IngressRoute': 'ingressroutes.traefik.io',
  'traefik.io/v1alpha1/TraefikService': 'traefikservices.traefik.io',
  'networking.k8s.io/v1/Ingress': 'ingresses.networking.k8s.io',
  'flagger.app/v1beta1/Canary': 'canaries.flagger.app',
};

const Canary = z.object({
  status: z.object({
    phase: z.string(),
    canaryWeight: z.number().default(0),
    failedChecks: z.number().default(0),
  }),
});
const Deployment = z.object({
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
  }),
});

export function viewOf(store: ListedByKey): ClusterView {
  return {
    list: ({ apiVersion, kind }, namespace) => {
      const key = KEYS[`${apiVersion}/${kind}`];
      if (key === undefined) throw new Error(`the demo does not look at ${apiVersion} ${kind}`);
      return store.list(key, namespace);
    },
  };
}

export interface Names {
  readonly namespace: string;
  readonly name: string;
}

/** Where the rollout stands; the phase is empty until the controller has written one. */
export function positionOf({ namespace, name }: Names, view: ClusterView, waitingFor: string): Position {
  const canary = find(view, 'flagger.app/v1beta1', 'Canary', namespace, name);
  const status = Canary.safeParse(canary).data?.status;
  if (status === undefined) return { phase: '', weight: 0, failedChecks: 0, waitingFor };
  return { phase: status.phase, weight: status.canaryWeight, failedChecks: status.failedChecks, waitingFor };
}

/** Image of a Deployment's first container, and how many pods it is to have; undefined while there is none. */
export function deploymentOf(
  { namespace, name }: Names,
  view: ClusterView,
): { readonly image: string; readonly replicas: number } | undefined {
  const spec = Deployment.safeParse(find(view, 'apps/v1', 'Deployment', namespace, name)).data?.spec;
  const image = spec?.template.spec.containers[0]?.image;
  return spec === undefined || image === undefined ? undefined : { image, replicas: spec.replicas };
}

function find(
  view: ClusterView,
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
): KubeObject | undefined {
  return view.list({ apiVersion, kind }, namespace).find(({ metadata }) => metadata.name === name);
}
