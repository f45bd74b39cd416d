/** What a provider cannot do of what a Canary asks is refused with a sentence, at the field that asks for it. */
import { describe, expect, it } from '@jest/globals';
import { parseCanary } from '../../../src/api/canary.ts';
import type { CanaryContext } from '../../../src/api/canary.ts';
import { abilitiesOf, providerNames } from '../../../src/traffic/registry.ts';
import { aCanary, ISTIO_BY_DEFAULT } from '../../support/canary-object.ts';

const context: CanaryContext = {
  ...ISTIO_BY_DEFAULT,
  capabilities: abilitiesOf,
  knownProviders: providerNames,
};

function problemOf(spec: Record<string, unknown>): string | undefined {
  const object = aCanary();
  const before = object['spec'] as Record<string, unknown>;
  const parsed = parseCanary({ ...object, spec: { ...before, ...spec } }, context);
  return parsed.problem && `${parsed.problem.reason} ${parsed.problem.detail}`;
}

const steps = { interval: '1m', threshold: 5, stepWeight: 10 };
const iterations = { interval: '1m', threshold: 5, iterations: 2 };
const gateway = { provider: 'gatewayapi:v1' };
const service = { port: 80, gatewayRefs: [{ name: 'gateway' }] };

describe('on Istio', () => {
  it('refuses to mirror TCP connections', () => {
    expect(
      problemOf({ service: { port: 80, appProtocol: 'TCP' }, analysis: { ...steps, mirror: true } }),
    ).toBe(
      'UnsupportedFeature spec.analysis.mirror: cannot be honoured with service.appProtocol tcp: connections cannot be mirrored; drop it',
    );
  });

  it('refuses A/B testing of TCP connections', () => {
    const analysis = { ...iterations, match: [{ headers: { 'x-user': { exact: 'insider' } } }] };
    expect(problemOf({ service: { port: 80, appProtocol: 'tcp' }, analysis })).toContain(
      'spec.analysis.match',
    );
  });

  it('shifts TCP connections by weight', () => {
    expect(problemOf({ service: { port: 80, appProtocol: 'tcp' }, analysis: steps })).toBeUndefined();
  });
});

describe('on the Gateway API', () => {
  it('refuses conditions that an HTTPRoute has no words for', () => {
    const analysis = { ...iterations, match: [{ sourceLabels: { app: 'web' } }] };
    expect(problemOf({ ...gateway, service, analysis })).toBe(
      'UnsupportedFeature spec.analysis.match[0]: matches by sourceLabels, which an HTTPRoute cannot; drop it',
    );
  });

  it('refuses them in the service too', () => {
    const match = [{ uri: { prefix: '/' } }, { method: { prefix: 'G' } }];
    expect(problemOf({ ...gateway, service: { ...service, match }, analysis: steps })).toContain(
      'spec.service.match[1]: matches a method other than exactly',
    );
  });

  it('takes what it can say', () => {
    const analysis = { ...iterations, match: [{ headers: { 'x-user': { exact: 'insider' } } }] };
    expect(problemOf({ ...gateway, service, analysis })).toBeUndefined();
  });

  it('does not mind a match that chooses nobody', () => {
    const analysis = { ...steps, match: [{ sourceLabels: { app: 'web' } }] };
    expect(problemOf({ ...gateway, service, analysis })).toBeUndefined();
  });
});
