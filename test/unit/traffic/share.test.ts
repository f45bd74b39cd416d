/** Weights as meshes write them, and the annotation that says whose they are. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { instant } from '../../../src/shared/brand.ts';
import { MARK, readMark, writeMark } from '../../../src/traffic/mark.ts';
import { resolveTraffic } from '../../../src/traffic/registry.ts';
import { shareOf } from '../../../src/traffic/share.ts';

const weights = (primary: number, canary: number): { name: string; weight: number }[] => [
  { name: 'primary', weight: primary },
  { name: 'canary', weight: canary },
];

describe('the share of a backend', () => {
  it.each([
    [90, 10, 10],
    [900_000, 100_000, 10],
    [2, 1, 33],
    [1, 2, 67],
    [1, 0, 0],
    [0, 7, 100],
  ])('%d to %d is %d%%', (primary, canary, share) => {
    expect(shareOf('canary', weights(primary, canary))).toBe(share);
  });

  it('never rounds a little to nothing, nor almost all to all', () => {
    expect(shareOf('canary', weights(1_000, 1))).toBe(1);
    expect(shareOf('canary', weights(1, 1_000))).toBe(99);
  });

  it.each([
    ['adds up to nothing', weights(0, 0)],
    ['is negative', weights(110, -10)],
    ['is no number', weights(Number.NaN, 10)],
    ['lacks the backend', [{ name: 'primary', weight: 100 }]],
  ])('is none where the weight %s', (_, backends) => {
    expect(shareOf('canary', backends)).toBeUndefined();
  });
});

describe('the mark', () => {
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'podinfo', annotations: { note: 'kept' } },
  };
  const since = instant(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

  it('is read as it was written, to the millisecond, beside what others annotated', () => {
    const marked = writeMark(service, { mark: 12, since });

    expect(readMark(marked)).toEqual({ mark: 12, since });
    expect(marked.metadata.annotations).toEqual({ note: 'kept', [MARK]: '12/2026-01-02T03:04:05.678Z' });
  });

  it.each(['', 'twelve/2026-01-02T03:04:05Z', '12', '12/yesterday', '-1/2026-01-02T03:04:05Z'])(
    'is none where it says %j',
    (value) => {
      const metadata = { name: 'podinfo', annotations: { [MARK]: value } };

      expect(readMark({ ...service, metadata })).toEqual({ mark: -1, since: 0 });
    },
  );
});

describe('names of providers', () => {
  it.each([
    ['istio', 'istio'],
    ['gatewayapi:v1', 'gatewayapi'],
    ['gatewayapi:v1beta1', 'gatewayapi'],
    ['traefik', 'traefik'],
    ['nginx', 'nginx'],
    ['skipper', 'skipper'],
    ['apisix', 'apisix'],
    ['contour', 'contour'],
    ['linkerd', 'linkerd'],
    ['osm', 'osm'],
    ['smi:v1alpha1', 'smi'],
    ['smi:v1alpha1:istio', 'smi'],
    ['smi:v1alpha3', 'smi'],
    ['kubernetes', 'kubernetes'],
  ])('%s means %s', (name, key) => {
    expect(resolveTraffic(name)?.key).toBe(key);
  });

  it.each([
    '',
    'crossover',
    'smi',
    'smi:v1alpha4',
    'nginx2',
    'traefik:v1',
    'gatewayapi',
    'istio2',
    'toString',
  ])('%j means none', (name) => {
    expect(resolveTraffic(name)).toBeUndefined();
  });
});
