/** What Traefik does beyond what all providers promise: who is listed, and what of others stays on an entry. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list, tree } from '../../../src/api/tree.ts';
import { percent } from '../../../src/shared/brand.ts';
import { routedService } from '../../../src/traffic/routes.ts';
import { traefik } from '../../../src/traffic/traefik.ts';
import { canaryFrom, fixture } from '../../support/canaries.ts';

const service = routedService(canaryFrom(fixture('traffic', 'traefik', 'canary.yaml')));

function rendered(weight: number, current: readonly KubeObject[] = []): KubeObject {
  const [object] = traefik.render(service, { canary: percent(weight), mirrored: false }, current);
  if (object === undefined) throw new Error('nothing was rendered');
  return object;
}

function servicesOf(object: KubeObject): readonly unknown[] {
  return list(at(object, 'spec', 'weighted', 'services'));
}

function withServices(services: readonly unknown[]): KubeObject {
  return { ...rendered(0), spec: { weighted: { services } } };
}

function shareOf(...services: readonly unknown[]): unknown {
  const parsed = traefik.parse(service, [withServices(services)]);
  return parsed.ok ? parsed.value.canary : parsed.error.kind;
}

describe('a TraefikService', () => {
  it.each([
    [0, ['podinfo-primary']],
    [1, ['podinfo-primary', 'podinfo-canary']],
    [99, ['podinfo-primary', 'podinfo-canary']],
    [100, ['podinfo-canary']],
  ])('lists at %d%% only who gets requests', (weight, names) => {
    expect(servicesOf(rendered(weight)).map((entry) => at(entry, 'name'))).toEqual(names);
  });

  it('is understood as Flagger leaves it', () => {
    expect(shareOf({ name: 'podinfo-primary', weight: 100 })).toBe(0);
    expect(shareOf({ name: 'podinfo-primary', weight: 0 }, { name: 'podinfo-canary', weight: 100 })).toBe(
      100,
    );
  });

  it('is understood where it counts otherwise than in percent', () => {
    expect(shareOf({ name: 'podinfo-primary', weight: 3 }, { name: 'podinfo-canary' })).toBe(25);
  });

  it('says nothing about the canary where it lists neither of the two', () => {
    expect(shareOf({ name: 'podinfo', weight: 1 })).toBe('absent');
    expect(traefik.parse(service, [{ ...rendered(0), spec: {} }])).toMatchObject({
      error: { kind: 'absent' },
    });
  });

  it('makes no sense where its services are no list of names', () => {
    expect(shareOf({ weight: 1 })).toBe('malformed');
  });

  it('keeps what somebody set on an entry, each on its own', () => {
    const [primary, canary] = servicesOf(rendered(10)).map(tree);
    const edited = withServices([
      { ...canary, serversTransport: 'trusting' },
      { ...primary, passHostHeader: false },
    ]);

    expect(servicesOf(rendered(20, [edited]))).toEqual([
      { ...primary, passHostHeader: false, weight: 80 },
      { ...canary, serversTransport: 'trusting', weight: 20 },
    ]);
  });

  it('is not written again for the order of its services', () => {
    const [primary, canary] = servicesOf(rendered(10));
    const reordered = withServices([canary, primary]);

    expect(rendered(10, [reordered])['spec']).toEqual(reordered['spec']);
  });

  it('takes no options from an entry that is no Service', () => {
    const nested = withServices([{ name: 'podinfo', kind: 'TraefikService', weight: 7 }]);

    expect(servicesOf(rendered(0, [nested]))).toEqual(servicesOf(rendered(0)));
  });
});
