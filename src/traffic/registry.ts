/** The traffic providers there are, and the names users give them. */
import { apisix } from './apisix.ts';
import { appmesh, appmeshV1beta2 } from './appmesh.ts';
import { contour } from './contour.ts';
import { gatewayapi } from './gateway-api.ts';
import { gloo } from './gloo.ts';
import { istio } from './istio.ts';
import { knative } from './knative.ts';
import { kuma } from './kuma.ts';
import { kubernetes } from './kubernetes.ts';
import { nginx } from './nginx.ts';
import { skipper } from './skipper.ts';
import { linkerd, osm, smi } from './smi.ts';
import { traefik } from './traefik.ts';
import type { Abilities } from '../api/model.ts';
import type { TrafficProvider } from './provider.ts';

export const trafficProviders = {
  istio,
  gatewayapi,
  traefik,
  nginx,
  skipper,
  apisix,
  contour,
  linkerd,
  osm,
  smi,
  knative,
  gloo,
  kuma,
  appmesh,
  'appmesh:v1beta2': appmeshV1beta2,
  kubernetes,
} as const satisfies Record<string, TrafficProvider>;

export type TrafficKey = keyof typeof trafficProviders;

interface Name {
  readonly key: TrafficKey;
  readonly means: (name: string) => boolean;
  /** What people are told to write, where it is not the key. */
  readonly written?: readonly string[];
}

/**
 * Which names mean which provider. `gatewayapi:v1beta1` is the same stored object as `gatewayapi:v1`, seen through
 * an older version of the API; it is read and written as v1.
 */
const NAMES: readonly Name[] = [
  { key: 'istio', means: (name) => name === 'istio' },
  {
    key: 'gatewayapi',
    means: (name) => name.startsWith('gatewayapi:v1'),
    written: ['gatewayapi:v1', 'gatewayapi:v1beta1'],
  },
  { key: 'traefik', means: (name) => name === 'traefik' },
  { key: 'nginx', means: (name) => name === 'nginx' },
  { key: 'skipper', means: (name) => name === 'skipper' },
  { key: 'apisix', means: (name) => name === 'apisix' },
  { key: 'contour', means: (name) => name === 'contour' },
  { key: 'linkerd', means: (name) => name === 'linkerd' },
  { key: 'osm', means: (name) => name === 'osm' },
  {
    key: 'smi',
    means: (name) => /^smi:v1alpha[123]/.test(name),
    written: ['smi:v1alpha1', 'smi:v1alpha2', 'smi:v1alpha3'],
  },
  { key: 'knative', means: (name) => name === 'knative' },
  { key: 'gloo', means: (name) => name.startsWith('gloo') },
  { key: 'kuma', means: (name) => name === 'kuma' },
  { key: 'appmesh', means: (name) => name === 'appmesh' },
  { key: 'appmesh:v1beta2', means: (name) => name.startsWith('appmesh:v1beta2') },
  { key: 'kubernetes', means: (name) => name === 'kubernetes' },
];

/** The provider a Canary or a flag names; undefined for a name that means none. */
export function resolveTraffic(
  name: string,
): { readonly key: TrafficKey; readonly provider: TrafficProvider } | undefined {
  const entry = NAMES.find(({ means }) => means(name));
  return entry && { key: entry.key, provider: trafficProviders[entry.key] };
}

/** What the named provider can do, for whoever holds a spec against it; undefined for a name that means none. */
export function abilitiesOf(name: string): Abilities | undefined {
  const provider = resolveTraffic(name)?.provider;
  if (provider === undefined) return undefined;
  const { supports, routed, objections, existingRoutes = [] } = provider;
  return { ...supports, routed, existingRoutes, ...(objections !== undefined && { objections }) };
}

/** Names to tell people. */
export const providerNames: readonly string[] = NAMES.flatMap(({ key, written }) => written ?? [key]);
