/** What a TrafficSplit does beyond what all providers promise: its versions, and weights as others write them. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list } from '../../../src/api/tree.ts';
import { percent } from '../../../src/shared/brand.ts';
import { placeAsked } from '../../../src/traffic/places.ts';
import { resolveTraffic } from '../../../src/traffic/registry.ts';
import { routedService } from '../../../src/traffic/routes.ts';
import { linkerd, smi } from '../../../src/traffic/smi.ts';
import { canaryFrom, fixture } from '../../support/canaries.ts';

const canary = canaryFrom(fixture('traffic', 'linkerd', 'canary.yaml'));
const service = routedService(canary);

function rendered(weight: number, current: readonly KubeObject[] = []): KubeObject {
  const [object] = linkerd.render(service, { canary: percent(weight), mirrored: false }, current);
  if (object === undefined) throw new Error('nothing was rendered');
  return object;
}

function withBackends(...backends: readonly unknown[]): KubeObject {
  return { ...rendered(0), spec: { service: 'podinfo', backends } };
}

function shareOf(...backends: readonly unknown[]): unknown {
  const parsed = linkerd.parse(service, [withBackends(...backends)]);
  return parsed.ok ? parsed.value.canary : parsed.error.kind;
}

describe('a TrafficSplit', () => {
  it.each([
    ['linkerd', 'v1alpha1'],
    ['osm', 'v1alpha2'],
    ['smi:v1alpha1', 'v1alpha1'],
    ['smi:v1alpha1:istio', 'v1alpha1'],
    ['smi:v1alpha2', 'v1alpha2'],
    ['smi:v1alpha3', 'v1alpha3'],
  ])('of %s is of version %s', (name, version) => {
    const named = { ...service, provider: name };
    const provider = resolveTraffic(name)?.provider;
    const ref = provider?.refs(named)[0];
    const [object] = provider?.render(named, { canary: percent(10), mirrored: false }, []) ?? [];

    expect(ref?.apiVersion).toBe(`split.smi-spec.io/${version}`);
    expect(object?.apiVersion).toBe(ref?.apiVersion);
  });

  it('is the same place in another version', () => {
    const known = { ...canary, status: { ...canary.status, place: 'linkerd/podinfo' } };

    expect(placeAsked({ ...known, provider: 'smi:v1alpha2' }, smi)).toBe('linkerd/podinfo');
  });

  it('is understood with weights as Kubernetes writes quantities', () => {
    const primary = { service: 'podinfo-primary', weight: '900m' };
    expect(shareOf({ service: 'podinfo-canary', weight: '100m' }, primary)).toBe(10);
    expect(shareOf({ service: 'podinfo-canary', weight: '0.3' }, primary)).toBe(25);
    expect(shareOf({ service: 'podinfo-canary', weight: 'some' }, primary)).toBe('malformed');
  });

  it('gives nothing to a canary that it does not list, and everything to one that stands alone', () => {
    expect(shareOf({ service: 'podinfo-primary', weight: 1 })).toBe(0);
    expect(shareOf({ service: 'podinfo-canary', weight: 1 })).toBe(100);
  });

  it('says nothing about the canary where it lists neither of the two', () => {
    expect(shareOf({ service: 'podinfo-blue', weight: 1 })).toBe('absent');
    expect(shareOf()).toBe('absent');
  });

  it('makes no sense where its backends are no list of Services', () => {
    expect(shareOf({ weight: 1 })).toBe('malformed');
  });

  it('is not written again for weights as texts, or for their order', () => {
    const found = withBackends(
      { service: 'podinfo-primary', weight: '90' },
      { service: 'podinfo-canary', weight: '10' },
    );

    expect(rendered(10, [found])['spec']).toEqual(found['spec']);
    expect(list(at(rendered(20, [found]), 'spec', 'backends'))).toEqual([
      { service: 'podinfo-canary', weight: 20 },
      { service: 'podinfo-primary', weight: 80 },
    ]);
  });

  it('has the gateways of Istio only where its mesh is Istio', () => {
    const gateways = ['istio-system/public'];
    const annotationsOf = (provider: string): unknown => {
      const named = { ...service, provider, service: { ...service.service, gateways } };
      return smi.render(named, { canary: percent(0), mirrored: false }, [])[0]?.metadata.annotations;
    };
    const key = 'VirtualService.v1alpha3.networking.istio.io/spec.gateways';

    expect(annotationsOf('smi:v1alpha1:istio')).toHaveProperty([key], '["istio-system/public"]');
    expect(annotationsOf('smi:v1alpha1')).not.toHaveProperty([key]);
  });
});
