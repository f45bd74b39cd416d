/** What an HTTPProxy does beyond what all providers promise: its class, whose its routes are, and what Contour says of it. */
import { describe, expect, it } from '@jest/globals';
import type { ServiceSpec } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list } from '../../../src/api/tree.ts';
import { percent } from '../../../src/shared/brand.ts';
import { contour } from '../../../src/traffic/contour.ts';
import type { RoutedService } from '../../../src/traffic/provider.ts';
import { routedService } from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture } from '../../support/canaries.ts';

const service = routedService(canaryFrom(fixture('traffic', 'contour', 'canary.yaml')));
const tested = routedService(canaryFrom(fixture('traffic', 'contour', 'canary-header-match.yaml')));

function rendered(weight: number, current: readonly KubeObject[] = [], of = service): KubeObject {
  const [object] = contour.render(of, { canary: percent(weight), mirrored: false }, current);
  if (object === undefined) throw new Error('nothing was rendered');
  return object;
}

function routesOf(object: KubeObject): readonly unknown[] {
  return list(at(object, 'spec', 'routes'));
}

function withRoutes(...routes: readonly unknown[]): KubeObject {
  return { ...rendered(0), spec: { routes } };
}

function withService(wish: Partial<ServiceSpec>): RoutedService {
  return { ...service, service: { ...service.service, ...wish } };
}

function shareOf(...services: readonly unknown[]): unknown {
  const parsed = contour.parse(service, [withRoutes({ services })]);
  return parsed.ok ? parsed.value.canary : parsed.error.kind;
}

describe('an HTTPProxy', () => {
  it('is understood as Flagger leaves it, with weights of nothing left out', () => {
    expect(shareOf({ name: 'podinfo-primary', weight: 100 }, { name: 'podinfo-canary' })).toBe(0);
    expect(shareOf({ name: 'podinfo-primary' }, { name: 'podinfo-canary', weight: 100 })).toBe(100);
  });

  it('sends everything to a Service that stands alone, and counts no mirror', () => {
    expect(shareOf({ name: 'podinfo-primary' })).toBe(0);
    expect(shareOf({ name: 'podinfo-canary' }, { name: 'shadow', mirror: true, weight: 7 })).toBe(100);
  });

  it('says nothing about the canary where it leads to neither of the two', () => {
    expect(shareOf({ name: 'podinfo', weight: 1 })).toBe('absent');
    expect(shareOf()).toBe('absent');
  });

  it('makes no sense where its services have no names', () => {
    expect(shareOf({ weight: 1 })).toBe('malformed');
  });

  it('names the class that the controller was given, or keeps what somebody wrote', () => {
    expect(at(rendered(0, [], { ...service, ingressClass: 'internal' }), 'spec', 'ingressClassName')).toBe(
      'internal',
    );
    expect(rendered(0)['spec']).not.toHaveProperty('ingressClassName');
    const found = { ...rendered(0), spec: { ingressClassName: 'theirs' } };
    expect(at(rendered(0, [found]), 'spec', 'ingressClassName')).toBe('theirs');
  });

  it('leaves those on the primary who are not chosen', () => {
    const services = routesOf(rendered(100, [], tested)).map((route) =>
      list(at(route, 'services')).map((entry) => at(entry, 'weight')),
    );

    expect(services).toEqual([
      [0, 100],
      [0, 100],
      [100, 0],
    ]);
  });

  it('demands a header with no text in it by a pattern, since an empty text is no condition', () => {
    const match = [{ headers: { 'x-canary': { exact: '' } } }];
    const analysis = { ...tested.analysis, match };
    const [chosen] = routesOf(rendered(100, [], { ...tested, analysis }));

    expect(at(chosen, 'conditions')).toContainEqual({ header: { name: 'x-canary', regex: '^.*$' } });
  });

  it('matches paths by prefix, as a whole, or by pattern', () => {
    const match = [{ uri: { prefix: '/a' } }, { uri: { exact: '/b' } }, { uri: { regex: '/c.*' } }, {}];
    const conditions = routesOf(rendered(0, [], withService({ match }))).map((route) =>
      at(route, 'conditions'),
    );

    expect(conditions).toEqual([
      [{ prefix: '/a' }],
      [{ exact: '/b' }],
      [{ regex: '/c.*' }],
      [{ prefix: '/' }],
    ]);
  });

  it.each([
    [{ attempts: 0 }, { count: -1 }],
    [{ retryOn: '5xx' }, { count: 1, retryOn: ['5xx'] }],
    [
      { attempts: 2, perTryTimeout: '1s', retryOn: ' reset , ' },
      { count: 2, perTryTimeout: '1s', retryOn: ['reset'] },
    ],
  ])('retries %j as Contour counts', (retries, policy) => {
    expect(at(routesOf(rendered(0, [], withService({ retries })))[0], 'retryPolicy')).toEqual(policy);
  });

  it('loses a timeout that the Canary names no longer', () => {
    const before = rendered(0, [], withService({ timeout: '7s' }));

    expect(at(routesOf(before)[0], 'timeoutPolicy')).toEqual({ response: '7s', idle: '5m' });
    expect(routesOf(rendered(0, [before]))).toEqual(routesOf(rendered(0)));
  });

  it('keeps routes to other Services, but for the very requests that ours are for', () => {
    const api = { conditions: [{ prefix: '/api' }], services: [{ name: 'api', port: 80 }] };
    const rival = { conditions: [{ prefix: '/' }], services: [{ name: 'rival', port: 80 }] };
    const everything = { services: [{ name: 'rival', port: 80 }] };
    const stale = {
      conditions: [{ prefix: '/old' }],
      services: [{ name: 'podinfo-canary', port: 80, weight: 9 }],
    };

    expect(routesOf(rendered(0, [withRoutes(rival, everything, api, stale)])).slice(1)).toEqual([api]);
  });

  it('is not written again for the order of conditions and services, or for a weight of nothing', () => {
    const found = rendered(0, [], tested);
    const reordered = routesOf(found).map((route) => ({
      ...(route as object),
      conditions: [...list(at(route, 'conditions'))].reverse(),
      services: [...list(at(route, 'services'))].reverse().map((entry) => {
        const { weight, ...rest } = entry as { readonly weight: number };
        return weight === 0 ? rest : { ...rest, weight };
      }),
    }));
    const same = { ...found, spec: { routes: reordered } };

    expect(rendered(0, [same], tested)['spec']).toEqual(same['spec']);
  });

  it('is not in force where Contour finds it invalid, and is where nobody includes it yet', () => {
    const told = (status: object): unknown => {
      const parsed = contour.parse(service, [{ ...rendered(10), status }]);
      return parsed.ok ? parsed.value : parsed.error;
    };

    expect(told({ currentStatus: 'invalid', description: 'service not found' })).toEqual({
      kind: 'pending',
      detail: 'HTTPProxy podinfo.test: Contour finds it invalid: service not found',
      written: { canary: 10, mirrored: false },
    });
    expect(told({ currentStatus: 'orphaned' })).toEqual({ canary: 10, mirrored: false });
  });
});
