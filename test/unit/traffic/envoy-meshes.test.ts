/** What Kuma's routes do beyond what all providers promise: an object of the whole cluster has one owner, and one only. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, tree } from '../../../src/api/tree.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { kuma } from '../../../src/traffic/kuma.ts';
import {
  observeRoutes,
  releaseTraffic,
  remainsOf,
  renderRoutes,
  routedService,
  type RoutesInput,
} from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture, objectIn } from '../../support/canaries.ts';
import { TARGET } from '../../support/traffic.ts';

const NOW = instant(Date.UTC(2026, 0, 1));
const at10 = { canary: percent(10), mirrored: false };

describe('a TrafficRoute of Kuma', () => {
  const canary = canaryFrom(fixture('traffic', 'kuma', 'canary.yaml'));
  const theirs = objectIn(fixture('traffic', 'kuma', 'found-takeover.yaml'));
  const look = (current: readonly KubeObject[], namespace = 'test'): RoutesInput => ({
    ...{ canary: { ...canary, namespace }, provider: kuma, target: TARGET, current, now: NOW },
  });
  const routeIn = (input: RoutesInput): KubeObject | undefined =>
    renderRoutes({ ...input, routes: at10, mark: 1 }).find(({ kind }) => kind === 'TrafficRoute');
  const made = routeIn(look([]));
  if (made === undefined) throw new Error('nothing was rendered');

  it('is in no namespace and has no owner that is in one', () => {
    expect(made.metadata.namespace).toBeUndefined();
    expect(made.metadata.ownerReferences).toBeUndefined();
    expect(kuma.refs(routedService(canary))[0]?.namespace).toBeUndefined();
  });

  it('is never written for two Canaries (M65)', () => {
    const other = look([made], 'shop');

    expect(routeIn(other)).toBeUndefined();
    expect(observeRoutes(other).pending).toBe(
      'TrafficRoute podinfo, which there is one of in the whole cluster, routes for Canary test/podinfo; give this Canary another service.name, or delete it where nothing needs it',
    );
    expect(releaseTraffic(other)).toEqual([]);
    expect(remainsOf(other)).toEqual([]);
  });

  it.each([
    ['all that is sent', [{ match: { 'kuma.io/service': '*' } }]],
    ['what another namespace is sent', [{ match: { 'kuma.io/service': 'podinfo_shop_svc_9898' } }]],
    ['whatever has a tag', [{ match: { version: 'v1' } }]],
  ])('is left alone where it routes %s', (_, destinations) => {
    const wide = { ...theirs, spec: { ...tree(theirs['spec']), destinations } };

    expect(routeIn(look([wide]))).toBeUndefined();
    expect(observeRoutes(look([wide])).pending).toContain('TrafficRoute podinfo, which');
  });

  it('that is ours already is put back, whatever somebody made of its destinations', () => {
    const spoilt = { ...made, spec: { ...tree(made['spec']), destinations: [] } };

    expect(observeRoutes(look([spoilt])).routes).toMatchObject({ canary: 10, drifted: true });
    expect(at(routeIn(look([spoilt])), 'spec')).toEqual(made['spec']);
  });

  it('keeps its weights when the Canary names another port', () => {
    const { service } = canary;
    const input = look([made]);
    const moved = { ...input, canary: { ...canary, service: { ...service, port: 80 } } };

    expect(observeRoutes(moved).routes).toMatchObject({ canary: 10, drifted: true });
  });

  it('is deleted with a Canary that gives everything back, and one of the user’s is put back instead', () => {
    const flaggers = objectIn(fixture('traffic', 'kuma', 'found-flagger.yaml'));
    const taken = routeIn(look([theirs]));
    if (taken === undefined) throw new Error('nothing was rendered');

    expect(remainsOf(look([made]))).toEqual([made]);
    expect(remainsOf(look([flaggers]))).toEqual([flaggers]);
    expect(remainsOf(look([taken]))).toEqual([]);
    expect(releaseTraffic(look([taken])).map(({ spec }) => spec)).toEqual([theirs['spec']]);
    expect(remainsOf(look([theirs]))).toEqual([]);
  });

  it('stays in the mesh it is in, unless the Canary names one', () => {
    const elsewhere = { ...theirs, mesh: 'edge' };
    const naming = { ...canary, annotations: { 'kuma.io/mesh': 'shop' } };

    expect(routeIn(look([elsewhere]))?.['mesh']).toBe('edge');
    expect(routeIn({ ...look([elsewhere]), canary: naming })?.['mesh']).toBe('shop');
  });

  it('makes no sense where its split is no list of destinations', () => {
    const broken = { ...made, spec: { ...tree(made['spec']), conf: { split: 7 } } };

    expect(observeRoutes(look([broken])).malformed).toContain('TrafficRoute podinfo: ✖');
    expect(observeRoutes(look([broken])).malformed).toContain('conf.split');
  });
});
