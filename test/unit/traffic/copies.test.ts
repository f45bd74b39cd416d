/** What Skipper and APISIX do beyond what all providers promise: the user's route, the copy of it, and what comes first. */
import { describe, expect, it } from '@jest/globals';
import type { Canary } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list } from '../../../src/api/tree.ts';
import { percent } from '../../../src/shared/brand.ts';
import { placeAsked, placeNamed } from '../../../src/traffic/places.ts';
import type { TrafficProvider } from '../../../src/traffic/provider.ts';
import { trafficProviders } from '../../../src/traffic/registry.ts';
import { routedService } from '../../../src/traffic/routes.ts';
import { plainCase } from '../../support/traffic.ts';

interface Case {
  readonly provider: TrafficProvider;
  readonly canary: Canary;
  readonly main: KubeObject;
}

function caseOf(key: 'skipper' | 'apisix'): Case {
  const { canary, found } = plainCase(key);
  const [main] = found;
  if (main === undefined) throw new Error(`${key} has nothing to copy`);
  return { provider: trafficProviders[key], canary, main };
}

function rendered({ provider, canary, main }: Case, weight: number, current = [main]): KubeObject {
  const routes = { canary: percent(weight), mirrored: false };
  const [copy] = provider.render(routedService(canary), routes, current);
  if (copy === undefined) throw new Error('nothing was rendered');
  return copy;
}

function parsed({ provider, canary }: Case, ...current: readonly KubeObject[]): unknown {
  const found = provider.parse(routedService(canary), current);
  return found.ok ? found.value.canary : found.error;
}

function annotated(object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject {
  return { ...object, metadata: { ...object.metadata, annotations } };
}

describe.each(['skipper', 'apisix'] as const)('the copy of a route for %s', (key) => {
  const of = caseOf(key);
  const { provider, canary, main } = of;
  const { kind } = main;
  const copy = rendered(of, 10);

  it('follows the original, at the weight that is there', () => {
    const moved = {
      ...main,
      spec: JSON.parse(JSON.stringify(main['spec']).replaceAll('app.', 'www.')) as object,
    };

    expect(JSON.stringify(rendered(of, 10, [moved, copy])['spec'])).toContain('www.example.com');
    expect(parsed(of, rendered(of, 10, [moved, copy]), moved)).toBe(10);
  });

  it('goes on leading where it leads, by the weight it is given, while the original is gone', () => {
    const alone = rendered(of, 30, [copy]);

    expect(alone).toEqual(rendered(of, 30, [main, copy]));
    expect(parsed(of, alone)).toEqual({
      kind: 'pending',
      detail: `${kind} edge.test not found`,
      written: { canary: 30, mirrored: false },
    });
  });

  it('is not made of a route that leads elsewhere, and says so', () => {
    const elsewhere = {
      ...main,
      spec: JSON.parse(JSON.stringify(main['spec']).replaceAll('podinfo', 'blog')) as object,
    };

    expect(
      provider.render(routedService(canary), { canary: percent(0), mirrored: false }, [elsewhere]),
    ).toEqual([]);
    const copyElsewhere = { ...elsewhere, metadata: copy.metadata };
    expect(
      provider.render(routedService(canary), { canary: percent(0), mirrored: false }, [
        elsewhere,
        copyElsewhere,
      ]),
    ).toEqual([]);
    expect(parsed(of, elsewhere)).toMatchObject({ kind: 'pending', written: undefined });
    expect(parsed(of, elsewhere)).toMatchObject({
      detail: expect.stringMatching(/^backend podinfo not found in .*edge\.test$/),
    });
  });

  it('leaves alone what has its name and is none, or is that of another Canary', () => {
    const plain: KubeObject = {
      ...copy,
      metadata: { name: copy.metadata.name, namespace: 'test' },
      spec: {},
    };
    const [owner] = copy.metadata.ownerReferences ?? [];
    const others = {
      ...copy,
      metadata: { ...copy.metadata, ownerReferences: owner ? [{ ...owner, name: 'other' }] : [] },
    };

    expect(parsed(of, main, plain)).toMatchObject({
      detail: `${kind} ${copy.metadata.name}.test exists and is no canary; delete or rename it`,
    });
    expect(parsed(of, main, others)).toMatchObject({
      detail: `${kind} ${copy.metadata.name}.test belongs to Canary other; give each Canary an ${kind} of its own`,
    });
    for (const foreign of [plain, others]) {
      expect(
        provider.render(routedService(canary), { canary: percent(0), mirrored: false }, [main, foreign]),
      ).toEqual([]);
      expect(provider.release(routedService(canary), [main, foreign])).toEqual([]);
    }
  });

  it('is a place of its own for each route that is split', () => {
    const name = placeAsked(canary, provider);
    const place = placeNamed(name, { ...canary, ingress: undefined, route: undefined });

    expect(name).toBe(`${key}/podinfo/edge`);
    expect(provider.refs(routedService(place?.canary ?? canary)).map((ref) => ref.name)).toContain('edge');
  });

  it('is nothing without a name of a route', () => {
    const nameless = routedService({ ...canary, ingress: undefined, route: undefined });

    expect(provider.refs(nameless)).toEqual([]);
    expect(provider.render(nameless, { canary: percent(10), mirrored: false }, [main])).toEqual([]);
    expect(provider.parse(nameless, [main])).toMatchObject({ error: { kind: 'absent' } });
  });
});

describe('the predicates of a copy for Skipper', () => {
  const of = caseOf('skipper');
  const PREDICATE = 'zalando.org/skipper-predicate';
  const WEIGHTS = 'zalando.org/backend-weights';
  const predicatesAt = (weight: number, before: Readonly<Record<string, string>>): unknown =>
    rendered(of, weight, [of.main, annotated(rendered(of, 0), before)]).metadata.annotations?.[PREDICATE];

  it.each([
    ['', 'Weight(100)', 'False()'],
    ['False()', 'Weight(100)', 'False()'],
    ['Weight(100) && False()', 'Weight(100)', 'False()'],
    ['Method("GET")', 'Weight(100) && Method("GET")', 'False() && Method("GET")'],
    ['Method("GET")&&Weight(100)', 'Weight(100) && Method("GET")', 'False() && Method("GET")'],
    [
      'Header("x", "a && False() && \\"b") && Path(/^a&&b/) && Q(`&&`)',
      'Weight(100) && Header("x", "a && False() && \\"b") && Path(/^a&&b/) && Q(`&&`)',
      'False() && Header("x", "a && False() && \\"b") && Path(/^a&&b/) && Q(`&&`)',
    ],
  ])('begin with ours, whatever they were: %j', (before, active, parked) => {
    expect(predicatesAt(10, { [PREDICATE]: before })).toBe(active);
    expect(predicatesAt(0, { [PREDICATE]: before })).toBe(parked);
  });

  it('M21: are made where there is no annotation at all, in an Ingress with rules that say nothing', () => {
    const bare = { ...of.main, metadata: { name: 'edge', namespace: 'test' } };
    const rules = [{ host: 'bare.example.com' }, ...list(at(of.main, 'spec', 'rules'))];
    const copy = rendered(of, 10, [{ ...bare, spec: { rules } }]);

    expect(copy.metadata.annotations?.[PREDICATE]).toBe('Weight(100)');
    expect(at(copy, 'spec', 'rules')).toContainEqual({ host: 'bare.example.com' });
    expect(parsed(of, { ...bare, spec: {} })).toMatchObject({ kind: 'pending' });
  });

  it('give the canary nothing by False(), whatever its weight', () => {
    const at10 = rendered(of, 10);
    const parked = annotated(at10, { ...at10.metadata.annotations, [PREDICATE]: 'False()' });

    expect(parsed(of, of.main, parked)).toBe(0);
    expect(parsed(of, of.main, at10)).toBe(10);
  });

  it('come with weights that are written again only where they mean something else', () => {
    const theirs = '{ "podinfo-canary": 10, "podinfo-primary": 90 }';
    const copy = annotated(rendered(of, 10), { [WEIGHTS]: theirs });

    expect(rendered(of, 10, [of.main, copy]).metadata.annotations?.[WEIGHTS]).toBe(theirs);
    expect(rendered(of, 20, [of.main, copy]).metadata.annotations?.[WEIGHTS]).toBe(
      '{"podinfo-canary":20,"podinfo-primary":80}',
    );
  });

  it('are made of a copy that was nginx’s until now', () => {
    const copy = rendered(of, 10);
    const spec = JSON.parse(
      JSON.stringify(of.main['spec']).replaceAll('podinfo', 'podinfo-canary'),
    ) as object;
    const left = { ...annotated(copy, { 'nginx.ingress.kubernetes.io/canary-weight': '10' }), spec };

    expect(parsed(of, of.main, left)).toEqual({ kind: 'absent' });
    expect(rendered(of, 10, [of.main, left])['spec']).toEqual(copy['spec']);
  });

  it.each(['{', '[]', '{"podinfo-primary":100}', '{"podinfo-primary":"90","podinfo-canary":"10"}'])(
    'make no sense with the weights %s',
    (weights) => {
      const copy = rendered(of, 10);
      const broken = annotated(copy, { ...copy.metadata.annotations, [WEIGHTS]: weights });

      expect(parsed(of, of.main, broken)).toMatchObject({
        kind: 'malformed',
        detail: 'Ingress edge-canary.test: no weight for podinfo-canary in zalando.org/backend-weights',
      });
    },
  );
});

describe('the rules of a copy for APISIX', () => {
  const of = caseOf('apisix');
  const withRule = (change: object): KubeObject => {
    const [rule] = list(at(of.main, 'spec', 'http'));
    return { ...of.main, spec: { http: [{ name: 'blog' }, { ...(rule as object), ...change }] } };
  };
  const podinfo = { serviceName: 'podinfo', servicePort: 9898 };

  it.each([
    [{ backends: [podinfo, { serviceName: 'blog', servicePort: 80 }] }],
    [{ backends: [podinfo], upstreams: [{ name: 'outside' }] }],
  ])('are none of a rule that leads to others as well: %j', (change) => {
    expect(parsed(of, withRule(change))).toEqual({
      kind: 'pending',
      detail:
        'spec.http[1] of ApisixRoute edge.test leads to others beside podinfo; give podinfo a rule of its own',
      written: undefined,
    });
  });

  it('come first in the order that the user gave them', () => {
    const priorities = list(at(rendered(of, 10, [withRule({ priority: -3 })]), 'spec', 'http')).map((rule) =>
      at(rule, 'priority'),
    );

    expect(priorities).toEqual([9_997]);
  });

  it('share alike where no weight is written', () => {
    const copy = rendered(of, 10);
    const backends = [{ serviceName: 'podinfo-primary' }, { serviceName: 'podinfo-canary', weight: 300 }];

    expect(parsed(of, of.main, { ...copy, spec: { http: [{ backends }] } })).toBe(75);
  });

  it('lead to the apex again before they go', () => {
    const [last] = of.provider.release(routedService(of.canary), [of.main, rendered(of, 10)]);

    expect(at(list(at(last, 'spec', 'http'))[0], 'backends')).toEqual([podinfo]);
  });
});
