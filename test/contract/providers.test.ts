/** What the command line believes of traffic providers is what the controller's registry says. */
import { expect, it } from '@jest/globals';
import { abilitiesOf, providerNames } from '../../src/cli/check/providers.ts';
import { resolveTraffic, trafficProviders } from '../../src/traffic/registry.ts';

it('knows every provider that is built in, and no other', () => {
  expect([...providerNames].sort()).toEqual(Object.keys(trafficProviders).sort());
});

it.each([
  'istio',
  'gatewayapi:v1',
  'gatewayapi:v1beta1',
  'gatewayapi',
  'kubernetes',
  'linkerd',
  'nginx',
  'smi:v1alpha1',
  'bogus',
  '',
])('says of "%s" what the controller would say', (name) => {
  const { provider } = resolveTraffic(name) ?? {};
  expect(abilitiesOf(name)).toEqual(provider && { ...provider.supports, routed: provider.routed });
});
