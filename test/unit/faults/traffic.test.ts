import { describe, expect, it } from '@jest/globals';
import { misled, sharesIn, type Sight } from '../../../hack/faults/traffic.ts';

const route = (version: number, canary: number, generation = 1): Sight => ({
  kind: 'route',
  version,
  generation,
  shares: { primary: 100 - canary, canary },
});
const slice = (version: number, service: string, ready: number, generation = 1): Sight => ({
  kind: 'slice',
  version,
  generation,
  name: `${service}-1`,
  service,
  ready,
});
const AT_REST = [slice(9, 'primary', 1), route(5, 0), slice(7, 'canary', 0)];

describe('traffic that has nowhere to go', () => {
  it('is none where pods are ready before traffic comes, and gone after it has left', () => {
    const later = [slice(10, 'canary', 1), route(11, 30), route(12, 0), slice(13, 'canary', 0)];

    expect(misled(AT_REST, later)).toEqual([]);
  });

  it('is judged in the order of versions, not in the one in which it was seen', () => {
    const later = [route(11, 30), slice(10, 'canary', 1), slice(13, 'canary', 0), route(12, 0)];

    expect(misled(AT_REST, later)).toEqual([]);
  });

  it('is told of traffic that comes before the pods', () => {
    expect(misled(AT_REST, [route(10, 30), slice(11, 'canary', 1)])).toEqual([
      'canary got 30% of the traffic without a ready pod (resourceVersion 10)',
    ]);
  });

  it('is told of pods that go before the traffic', () => {
    const later = [slice(10, 'canary', 1), route(11, 100), slice(12, 'canary', 0), route(13, 0)];

    expect(misled(AT_REST, later)).toEqual([
      'canary got 100% of the traffic without a ready pod (resourceVersion 12)',
    ]);
  });

  it('is told once for as long as it lasts', () => {
    const later = [route(10, 30), slice(11, 'primary', 2), slice(12, 'primary', 1)];

    expect(misled(AT_REST, later)).toHaveLength(1);
  });

  it('is not told of where a watch has missed that the pods were there, or that the traffic had left', () => {
    const pods = [slice(10, 'canary', 0), route(11, 30, 2), route(12, 0, 3), slice(13, 'canary', 0, 3)];
    const traffic = [slice(10, 'canary', 1), route(11, 30, 2), slice(13, 'canary', 0, 2), route(14, 30, 4)];

    expect(misled(AT_REST, pods)).toEqual([]);
    expect(misled(AT_REST, traffic)).toEqual([
      'canary got 30% of the traffic without a ready pod (resourceVersion 14)',
    ]);
  });

  it('counts the pods of all slices of a Service', () => {
    const second = { ...slice(10, 'primary', 1), name: 'primary-2' };

    expect(misled(AT_REST, [second, slice(11, 'primary', 0)])).toEqual([]);
  });
});

describe('the shares of a route', () => {
  const metadata = { name: 'podinfo' };
  const aRoute = (kind: string, spec: unknown) => ({ apiVersion: 'v1', kind, metadata, spec });

  it('are read from the rules of an HTTPRoute', () => {
    const backendRefs = [
      { name: 'podinfo-primary', weight: 70 },
      { name: 'podinfo-canary', weight: 30 },
    ];

    expect(sharesIn('HTTPRoute', aRoute('HTTPRoute', { rules: [{ backendRefs }] }))).toEqual({
      'podinfo-primary': 70,
      'podinfo-canary': 30,
    });
  });

  it('are percent, whatever the weights add up to', () => {
    const services = [
      { name: 'podinfo-primary', weight: 3 },
      { name: 'podinfo-canary', weight: 1 },
    ];

    expect(sharesIn('TraefikService', aRoute('TraefikService', { weighted: { services } }))).toEqual({
      'podinfo-primary': 75,
      'podinfo-canary': 25,
    });
  });

  it('are all for a Service, where nothing divides', () => {
    expect(sharesIn('Service', aRoute('Service', {}))).toEqual({ podinfo: 100 });
  });
});
