/**
 * What the traffic providers can do, as data: the command line reads manifests and moves no traffic, so it does
 * not import the providers themselves. A contract test holds this against their registry.
 */
import type { Capabilities } from '../../api/model.ts';

type Abilities = Capabilities & { readonly routed: boolean };

const PROVIDERS = {
  istio: { weights: true, mirror: { canary: true, blueGreen: true }, match: true, routed: true },
  gatewayapi: { weights: true, mirror: { canary: true, blueGreen: true }, match: true, routed: true },
  kubernetes: { weights: false, mirror: { canary: false, blueGreen: false }, match: false, routed: false },
} as const satisfies Record<string, Abilities>;

/** Names to tell people. */
export const providerNames: readonly string[] = Object.keys(PROVIDERS);

/** By the beginning of the name, as `gatewayapi:v1`; undefined for a provider that is not built in. */
export function abilitiesOf(name: string): Abilities | undefined {
  if (name === 'istio' || name === 'kubernetes') return PROVIDERS[name];
  return name.startsWith('gatewayapi:v1') ? PROVIDERS.gatewayapi : undefined;
}
