/** What every traffic provider promises, asked of each in the registry with its own fixtures. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/api/objects.ts';
import { at, isTree } from '../../src/api/tree.ts';
import type { Routes } from '../../src/core/model.ts';
import { instant, percent } from '../../src/shared/brand.ts';
import { observeLeft, placeAsked, placeNamed, placesLeft, renderLeft } from '../../src/traffic/places.ts';
import type { TrafficProvider } from '../../src/traffic/provider.ts';
import { trafficProviders } from '../../src/traffic/registry.ts';
import {
  observeRoutes,
  released,
  releaseTraffic,
  remainsOf,
  renderRoutes,
  renderServices,
  routedService,
  routeRefs,
  type RoutesInput,
} from '../../src/traffic/routes.ts';
import { featuredCases, plainCase, TARGET, trafficObjects } from '../support/traffic.ts';

const THEN = instant(Date.UTC(2026, 0, 1, 12));
const LATER = instant(Date.UTC(2026, 0, 1, 13));

const at10 = { canary: percent(10), mirrored: false };
const home = { canary: percent(0), mirrored: false };

function same(a: KubeObject, b: KubeObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

/** One of Kubernetes' own Services, not what routes to them. */
function isPlain({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === 'v1' && kind === 'Service';
}

/** What an API server does with writes, as far as it matters here. */
function written(current: readonly KubeObject[], writes: readonly KubeObject[]): readonly KubeObject[] {
  return writes.reduce<readonly KubeObject[]>((objects, write, index) => {
    const metadata = { ...write.metadata, resourceVersion: `${Date.UTC(2026, 0, 1)}${index}` };
    return [...objects.filter((object) => !same(object, write)), { ...write, metadata }];
  }, current);
}

/** The apex as it should not be: it selects the canary, or, where it routes by itself, names a revision too many. */
function spoilt(apex: KubeObject): KubeObject {
  const spec = apex['spec'] as Readonly<Record<string, unknown>>;
  const { traffic } = spec;
  const wrong = Array.isArray(traffic)
    ? { traffic: [...(traffic as unknown[]), { revisionName: 'podinfo-00000', percent: 0 }] }
    : { selector: { app: 'podinfo' } };
  return { ...apex, spec: { ...spec, ...wrong } };
}

/** Every weight in the tree is this number; one that is an annotation, where nothing is a share, is this text. */
function withWeights(value: unknown, weight: number, annotation: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withWeights(item, weight, annotation));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (/\/(canary-weight|backend-weights)$/.test(key)) return [key, annotation];
      return [key, key === 'weight' || key === 'percent' ? weight : withWeights(member, weight, annotation)];
    }),
  );
}

/** The target that routes by itself is the user's own; a copy of his route sends nobody to the canary any more. */
const GIVEN_BACK: Readonly<Record<string, readonly string[]>> = {
  knative: ['Service'],
  nginx: ['Ingress'],
  skipper: ['Ingress'],
  apisix: ['ApisixRoute'],
};

describe.each(Object.entries<TrafficProvider>(trafficProviders))('traffic provider %s', (key, provider) => {
  const { canary, found: before } = plainCase(key);
  const service = routedService(canary);
  const input: RoutesInput = { canary, provider, target: TARGET, current: before, now: THEN };
  const position = provider.routed ? at10 : home;
  const settle = (routes: Routes, mark: number, from: RoutesInput = input): RoutesInput => {
    const services = written(from.current, renderServices(from));
    const routed = renderRoutes({ ...from, current: services, routes, mark });
    return { ...from, current: written(services, routed) };
  };

  const positions: readonly Routes[] = [
    home,
    ...(provider.routed
      ? [1, 10, 50, 99, 100].map((weight) => ({ canary: percent(weight), mirrored: false }))
      : []),
    ...(provider.supports.mirror.canary ? [{ canary: percent(0), mirrored: true }] : []),
  ];

  it.each(positions)('reads back the position it writes: $canary%, mirrored $mirrored', (routes) => {
    expect(observeRoutes(settle(routes, 3)).routes).toEqual({
      ...routes,
      mark: 3,
      since: THEN,
      drifted: false,
    });
  });

  it.each(positions)('changes nothing when the position is right: $canary%, mirrored $mirrored', (routes) => {
    const settled = { ...settle(routes, 3), now: LATER };

    expect(renderServices(settled)).toEqual([]);
    expect(renderRoutes({ ...settled, routes, mark: 3 })).toEqual([]);
  });

  const isUsers = ({ metadata }: KubeObject): boolean =>
    before.some((object) => object.metadata.name === metadata.name);
  const elsewhere = (spec: unknown): unknown =>
    JSON.parse(JSON.stringify(spec).replaceAll(/podinfo(-primary|-canary)?/g, 'blog'));
  it.each([
    ['leads elsewhere altogether', () => true, () => true],
    ['leads elsewhere while what it hangs on is gone', (object: KubeObject) => !isUsers(object), () => true],
    ['is the user’s and leads elsewhere', () => true, isUsers],
  ])('writes what it finds once and not with every look, where that %s', (_, stays, changes) => {
    const settled = settle(position, 3);
    const current = settled.current
      .filter((object) => isPlain(object) || stays(object))
      .map((object) =>
        isPlain(object) || !changes(object) ? object : { ...object, spec: elsewhere(object['spec']) },
      );
    const first = renderRoutes({ ...settled, current, routes: position, mark: 3 });
    const later = { ...settled, current: written(current, first), now: LATER };

    expect(renderRoutes({ ...later, routes: position, mark: 3 })).toEqual([]);
  });

  it('names in its refs every object it renders', () => {
    const refs = routeRefs(canary, provider).map(({ kind, name }) => `${kind}/${name}`);
    const rendered = settle(position, 1).current.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

    expect(rendered.filter((name) => !refs.includes(name))).toEqual([]);
  });

  it('writes the apex Service before anything sends traffic by it', () => {
    expect(renderRoutes({ ...input, routes: position, mark: 1 })[0]?.kind).toBe('Service');
  });

  it('says that nothing routes before anything does', () => {
    expect(observeRoutes(input).routes).toBeUndefined();
  });

  it('puts a new mark on a position that stays, with its time', () => {
    const settled = { ...settle(position, 3), now: LATER };
    const writes = renderRoutes({ ...settled, routes: position, mark: 4 });

    expect(writes).toHaveLength(1);
    const after = { ...settled, current: written(settled.current, writes) };
    expect(observeRoutes(after).routes).toMatchObject({ mark: 4, since: LATER });
  });

  it('keeps annotations, labels and fields that others wrote', () => {
    const settled = settle(home, 1);
    const current = settled.current.map((object) =>
      isPlain(object)
        ? object
        : {
            ...object,
            metadata: {
              ...object.metadata,
              labels: { ...object.metadata.labels, 'example.com/team': 'web' },
              annotations: { ...object.metadata.annotations, 'example.com/note': 'kept' },
              finalizers: ['example.com/finalizer'],
            },
            spec: { ...(object['spec'] as object), exportTo: ['.'] },
            status: { observed: true },
          },
    );
    const writes = renderRoutes({ ...settled, current, routes: position, mark: 2 });

    for (const object of writes.filter((object) => !isPlain(object))) {
      expect(object.metadata.labels).toMatchObject({ 'example.com/team': 'web' });
      expect(object.metadata.annotations).toMatchObject({ 'example.com/note': 'kept' });
      expect(object.metadata.finalizers).toEqual(['example.com/finalizer']);
      expect(object).toMatchObject({ spec: { exportTo: ['.'] }, status: { observed: true } });
    }
    expect(observeRoutes({ ...settled, current }).routes?.drifted).toBe(false);
  });

  it('writes each object under the version it was rendered from', () => {
    const settled = settle(home, 1);

    for (const object of renderRoutes({ ...settled, routes: position, mark: 2 })) {
      const found = settled.current.find(
        ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
      );
      expect(object.metadata.resourceVersion).toBe(found?.metadata.resourceVersion);
    }
  });

  it('M7: keeps the position when it repairs something else', () => {
    const settled = settle(position, 3);
    const current = settled.current.map((object) =>
      object.kind === 'Service' && object.metadata.name === 'podinfo' ? spoilt(object) : object,
    );
    const broken = { ...settled, current, now: LATER };

    expect(observeRoutes(broken).routes).toEqual({ ...position, mark: 3, since: THEN, drifted: true });
    const repaired = written(current, renderRoutes({ ...broken, routes: position, mark: 3 }));
    expect(observeRoutes({ ...broken, current: repaired }).routes).toEqual({
      ...position,
      mark: 3,
      since: THEN,
      drifted: false,
    });
  });

  it('brings traffic home where it was before, and changes nothing else there', () => {
    const former = { ...canary.service, timeout: '7s', hosts: ['former.example.com'], gateways: ['former'] };
    const settled = settle(position, 3, { ...input, canary: { ...canary, service: former } });
    const elsewhere = { ...canary, service: { ...canary.service, apex: 'shop' }, provider: 'kubernetes' };
    const name = placeAsked(canary, provider);
    const place = placeNamed(name, elsewhere);
    if (place === undefined) throw new Error(`${name} is no place`);
    const left = { ...settled, canary: { ...place.canary, ingress: canary.ingress }, now: LATER };

    expect(observeLeft({ ...left, place: name })).toEqual({ place: name, ...position, since: THEN });
    const moved = written(settled.current, renderLeft({ ...left, routes: home, mark: 4 }));
    const meant = renderRoutes({ ...settled, now: LATER, routes: home, mark: 4 });
    const byItself = written(settled.current, meant);

    for (const object of byItself.filter((object) => !isPlain(object))) {
      const found = moved.find((one) => same(one, object));
      expect({ ...found, metadata: { ...found?.metadata, resourceVersion: '' } }).toEqual({
        ...object,
        metadata: { ...object.metadata, resourceVersion: '' },
      });
    }
    expect(renderLeft({ ...left, current: moved, routes: home, mark: 4 })).toEqual([]);
  });

  it('knows a place by the name it was given first, and nothing of one that is gone', () => {
    const name = placeAsked(canary, provider);
    const known = { ...canary, status: { ...canary.status, place: name, left: [] } };

    expect(placeAsked(known, provider)).toBe(name);
    expect(placesLeft(known, name)).toEqual([]);
    expect(placesLeft(known, 'kubernetes/shop').map((place) => place.name)).toEqual([name]);
    expect(observeLeft({ ...input, place: name })).toBeUndefined();
  });

  it('has nothing to give back of what it made itself, or once it has', () => {
    const settled = settle(position, 1);
    const writes = releaseTraffic(settled);

    expect(writes.map(({ kind }) => kind)).toEqual(GIVEN_BACK[key] ?? []);
    const remaining = remainsOf(settled);
    const kept = settled.current.filter((object) => !remaining.includes(object));
    const after = { ...settled, current: written(kept, writes) };
    expect(remaining.every((object) => object.metadata.namespace === undefined)).toBe(true);
    expect(releaseTraffic(after)).toEqual([]);
    expect(released(after)).toBe(true);
  });

  it.each([
    [0, 'none'],
    [-1, '-1'],
  ])('refuses weights that make no share: %d everywhere', (weight, annotation) => {
    const settled = settle(home, 1);
    const current = settled.current.map((object) => ({
      ...object,
      ...(withWeights(object, weight, annotation) as KubeObject),
    }));

    const { routes, malformed } = observeRoutes({ ...settled, current });
    expect(routes).toEqual(provider.routed ? undefined : expect.anything());
    expect(malformed === undefined).toBe(!provider.routed);
  });

  const goldens = [0, 10, 100].flatMap((weight) => {
    const golden = trafficObjects(key, `at-${weight}.yaml`);
    return golden === undefined ? [] : [[weight, golden] as const];
  });
  if (goldens.length > 0) {
    it.each(goldens)('renders at %d%% what is on record', (weight, golden) => {
      const routes = { canary: percent(weight), mirrored: false };

      expect(provider.render(service, routes, before)).toEqual(golden);
    });
  }

  const early = trafficObjects(key, 'before-pods.yaml');
  it('makes before any pod what is on record, or nothing but Services', () => {
    const made = renderServices(input).filter((object) => !isPlain(object));

    expect(made).toEqual(early ?? []);
  });

  const features = featuredCases(key);
  if (features.length > 0) {
    it.each(features)('renders $feature as on record', ({ feature, canary: featuring, found }) => {
      const golden = trafficObjects(key, `${feature}.yaml`) ?? [];
      const featured = routedService(featuring);
      const after = [...golden, ...found.filter((object) => !golden.some((one) => same(one, object)))];
      const routes = provider.parse(featured, after);

      if (!routes.ok) throw new Error(JSON.stringify(routes.error));
      expect(provider.render(featured, routes.value, found)).toEqual(golden);
      expect(provider.render(featured, routes.value, after)).toEqual(golden);
    });
  }

  const theirs = trafficObjects(key, 'found-takeover.yaml');
  if (theirs !== undefined) {
    it('takes over what the user has, and puts it back when the Canary goes', () => {
      const adopted = { ...input, current: theirs };
      expect(observeRoutes(adopted)).toEqual({ routes: undefined });

      const moved = settle(position, 2, settle(home, 1, adopted));
      const restored = written(moved.current, releaseTraffic(moved));
      for (const theirOwn of theirs) {
        const object = restored.find((one) => same(one, theirOwn));
        expect(object?.['spec']).toEqual(theirOwn['spec']);
        expect(object?.metadata.annotations).toEqual(theirOwn.metadata.annotations);
        expect(at(object, 'metadata', 'ownerReferences')).toBeUndefined();
      }
      expect(released({ ...moved, current: restored })).toBe(true);
    });
  }
});
