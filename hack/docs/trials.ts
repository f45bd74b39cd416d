/**
 * What each traffic provider is tried with, for whoever has to judge how far to trust it: whose definitions a real API
 * server holds its objects against, and which router counts real requests by them.
 */
import type { TrafficKey } from '../../src/traffic/registry.ts';
import { VENDORS } from '../schemas/vendors.ts';

interface Trial {
  /** A vendor of the list by its name, Kubernetes itself, or why there is none. */
  readonly definitions: string | { readonly none: string };
  readonly router: string | { readonly none: string };
}

const ENVOY = { none: 'its data plane is an Envoy of its own build' };

export const TRIALS: Readonly<Record<TrafficKey, Trial>> = {
  istio: { definitions: 'Istio', router: ENVOY },
  gatewayapi: { definitions: 'Gateway API', router: 'Traefik' },
  traefik: { definitions: 'Traefik', router: 'Traefik' },
  nginx: { definitions: 'Kubernetes', router: 'Traefik, by its provider for ingress-nginx' },
  skipper: { definitions: 'Kubernetes', router: 'Skipper' },
  apisix: { definitions: 'APISIX', router: { none: 'no package carries OpenResty as it needs it' } },
  contour: { definitions: 'Contour', router: { none: 'an Envoy has to be packed for it' } },
  linkerd: {
    definitions: { none: 'no module has them for v1alpha1' },
    router: { none: 'no package carries its proxy' },
  },
  osm: { definitions: 'Open Service Mesh', router: { none: 'retired by its makers' } },
  smi: { definitions: 'Open Service Mesh', router: { none: 'a specification, not a router' } },
  knative: { definitions: 'Knative', router: { none: 'its own controllers are needed' } },
  gloo: { definitions: { none: 'its module has them for Kubernetes before 1.22 alone' }, router: ENVOY },
  kuma: { definitions: { none: 'no module carries them' }, router: ENVOY },
  appmesh: { definitions: { none: 'its module has them for Kubernetes before 1.22 alone' }, router: ENVOY },
  'appmesh:v1beta2': { definitions: { none: 'no module carries them' }, router: ENVOY },
  kubernetes: { definitions: 'Kubernetes', router: 'kube-proxy' },
};

const HEAD = ['Provider', 'Objects are tried under the definitions of', 'Requests are counted through'];

/** Lines of Markdown, a row for each provider. */
export function trialTable(): string {
  const rows = Object.entries(TRIALS).map(([name, { definitions, router }]) => [
    `\`${name}\``,
    wordsOf(typeof definitions === 'string' ? withVersion(definitions) : definitions),
    wordsOf(router),
  ]);
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function withVersion(name: string): string {
  const vendor = VENDORS.find((one) => one.name === name);
  return vendor === undefined ? name : `${name} ${vendor.version}`;
}

function wordsOf(what: string | { readonly none: string }): string {
  return typeof what === 'string' ? what : `none: ${what.none}`;
}
