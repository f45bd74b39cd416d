/** Names of places, and objects there that are not what they were. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list } from '../../../src/api/tree.ts';
import type { Status } from '../../../src/core/model.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import {
  observeLeft,
  placeAsked,
  placeNamed,
  placesLeft,
  renderLeft,
  type LeftInput,
} from '../../../src/traffic/places.ts';
import { trafficProviders, type TrafficKey } from '../../../src/traffic/registry.ts';
import { renderRoutes } from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture } from '../../support/canaries.ts';

const NOW = instant(Date.UTC(2026, 0, 1, 12));
const at10 = { canary: percent(10), mirrored: false };
const home = { canary: percent(0), mirrored: false };

function aCanary(key: TrafficKey, status: Partial<Status> = {}): Canary {
  const canary = canaryFrom(fixture('traffic', key, 'canary.yaml'));
  return { ...canary, status: { ...canary.status, ...status } };
}

const asked = (key: TrafficKey, status: Partial<Status> = {}, provider: string = ''): string => {
  const canary = aCanary(key, status);
  return placeAsked(provider === '' ? canary : { ...canary, provider }, trafficProviders[key]);
};

describe('the name of a place', () => {
  it('says which provider routes for which Service', () => {
    expect(asked('istio')).toBe('istio/podinfo');
    expect(asked('nginx')).toBe('nginx/podinfo/edge');
    expect(asked('kubernetes')).toBe('kubernetes/podinfo');
  });

  it('stays where another name for the provider means the same objects', () => {
    const place = 'gatewayapi:v1beta1/podinfo';
    expect(asked('gatewayapi', { place }, 'gatewayapi:v1')).toBe(place);
    expect(asked('gatewayapi', { place: 'istio/podinfo', left: [place] }, 'gatewayapi:v1')).toBe(place);
    expect(asked('gatewayapi', { place: 'istio/podinfo' }, 'gatewayapi:v1')).toBe('gatewayapi:v1/podinfo');
  });

  it('means nothing where it cannot be read', () => {
    expect(placeNamed('consul/podinfo', aCanary('istio'))).toBeUndefined();
    expect(placeNamed('istio', aCanary('istio'))).toBeUndefined();
    expect(
      placesLeft(aCanary('istio', { place: 'istio/podinfo', left: ['x', 'istio/old'] }), 'istio/podinfo'),
    ).toMatchObject([{ name: 'istio/old' }]);
  });

  it('is that of the status, and left by nobody, while the provider is none that is known', () => {
    const places = placesLeft(aCanary('istio', { place: 'istio/podinfo', left: ['istio/old'] }), undefined);
    expect(places.map(({ name }) => name)).toEqual(['istio/old']);
  });
});

/** As routes were left at 10%, but for what somebody made of the VirtualService. */
function left(
  edit: (spec: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): LeftInput {
  const canary = aCanary('istio');
  const target = { label: 'app', value: 'podinfo', primary: { app: 'podinfo-primary' }, ports: [] };
  const input = { canary, provider: trafficProviders.istio, target, current: [], now: NOW };
  const current = renderRoutes({ ...input, routes: at10, mark: 1 }).map((object): KubeObject => {
    return object.kind === 'VirtualService'
      ? { ...object, spec: edit({ ...(at(object, 'spec') as object) }) }
      : object;
  });
  return { ...input, current, place: 'istio/podinfo' };
}

const rules = (objects: readonly KubeObject[]): readonly unknown[] =>
  list(
    at(
      objects.find(({ kind }) => kind === 'VirtualService'),
      'spec',
      'http',
    ),
  );
const weights = (rule: unknown): unknown => list(at(rule, 'route')).map((to) => at(to, 'weight'));

describe('routes that were left', () => {
  it('are written as they would be anew where their rules are not those we know', () => {
    const input = left((spec) => ({
      ...spec,
      http: [{ match: [{ uri: {} }], route: [] }, ...list(spec['http'])],
    }));
    const written = rules(renderLeft({ ...input, routes: home, mark: 2 }));

    expect(written.map(weights)).toEqual([[100, 0]]);
  });

  it('that make no sense may send everything, and are written anew', () => {
    const input = left((spec) => ({
      ...spec,
      http: [{ route: [{ destination: { host: 'podinfo-canary' } }, { destination: { host: 'x' } }] }],
    }));

    expect(observeLeft(input)).toMatchObject({ canary: 100 });
    expect(rules(renderLeft({ ...input, routes: home, mark: 2 })).map(weights)).toEqual([[100, 0]]);
  });

  it('that lead elsewhere are none of ours any more', () => {
    const input = left((spec) => ({ ...spec, http: [{ route: [{ destination: { host: 'other' } }] }] }));
    expect(observeLeft(input)).toBeUndefined();
  });

  it('are not made again', () => {
    const { current, ...input } = left((spec) => spec);
    const kept = current.filter(({ kind }) => kind !== 'DestinationRule');
    const written = renderLeft({ ...input, current: kept, routes: home, mark: 2 });

    expect(written.map(({ kind }) => kind)).toEqual(['VirtualService']);
  });
});
