/** What nginx does beyond what all providers promise: the user's Ingress, the copy of it, and its annotations. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { nginx } from '../../../src/traffic/nginx.ts';
import {
  observeRoutes,
  releaseTraffic,
  renderRoutes,
  routedService,
  type RoutesInput,
} from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture, objectsIn } from '../../support/canaries.ts';

const NOW = instant(Date.UTC(2026, 0, 1));
const PREFIX = 'nginx.ingress.kubernetes.io/canary';
const TARGET = { label: 'app', value: 'podinfo', primary: { app: 'podinfo-primary' }, ports: [] };

const canary = canaryFrom(fixture('traffic', 'nginx', 'canary.yaml'));
const tested = canaryFrom(fixture('traffic', 'nginx', 'canary-header-and-cookie.yaml'));
const [main] = objectsIn(fixture('traffic', 'nginx', 'before.yaml')) as readonly [KubeObject];

function rendered(weight: number, current: readonly KubeObject[] = [main], of = canary): KubeObject {
  const [copy] = nginx.render(routedService(of), { canary: percent(weight), mirrored: false }, current);
  if (copy === undefined) throw new Error('nothing was rendered');
  return copy;
}

function annotated(annotations: Readonly<Record<string, string>>): KubeObject {
  const copy = rendered(0);
  return { ...copy, metadata: { ...copy.metadata, annotations } };
}

function positionOf(copy: KubeObject, of = canary): unknown {
  const parsed = nginx.parse(routedService(of), [main, copy]);
  return parsed.ok ? parsed.value.canary : parsed.error.kind;
}

function positionAnnotations({ metadata }: KubeObject): Readonly<Record<string, string>> {
  const all = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([key]) => key.startsWith(PREFIX)));
}

describe('the copy of an Ingress', () => {
  it('follows the spec of the original, at the weight that is there', () => {
    const moved = {
      ...main,
      spec: JSON.parse(JSON.stringify(main['spec']).replaceAll('app.', 'www.')) as object,
    };
    const copy = rendered(10);
    const input: RoutesInput = { canary, provider: nginx, target: TARGET, current: [moved, copy], now: NOW };

    expect(observeRoutes(input).routes).toMatchObject({ canary: 10, drifted: true });
    expect(JSON.stringify(rendered(10, [moved, copy])['spec'])).toContain('www.example.com');
  });

  it('goes on leading where it leads while the original leads elsewhere', () => {
    const elsewhere = { ...main, spec: { defaultBackend: { service: { name: 'other' } } } };
    const copy = rendered(10);

    expect(rendered(0, [elsewhere, copy])['spec']).toEqual(copy['spec']);
    expect(positionAnnotations(rendered(0, [elsewhere, copy]))[`${PREFIX}-weight`]).toBe('0');
  });

  it('has labels and annotations of its own once it is made', () => {
    const copy = rendered(0);
    const labelled = { ...main, metadata: { ...main.metadata, labels: { app: 'renamed' } } };

    expect(rendered(10, [labelled, copy]).metadata.labels).toEqual(copy.metadata.labels);
  });

  it('keeps visitors by the cookie that the original asks for (fluxcd/flagger#1487)', () => {
    const sticky = {
      'nginx.ingress.kubernetes.io/affinity': 'cookie',
      'nginx.ingress.kubernetes.io/session-cookie-name': 'shop',
    };
    const asking = { ...main, metadata: { ...main.metadata, annotations: sticky } };

    expect(rendered(10, [asking]).metadata.annotations).toMatchObject(sticky);
  });

  it('does not take over what kubectl noted about the original', () => {
    expect(
      Object.keys(rendered(0).metadata.annotations ?? {}).filter((key) => key.includes('kubectl')),
    ).toEqual([]);
  });

  it('does not take over that the original is somebody’s canary itself', () => {
    const annotations = { [PREFIX]: 'true', [`${PREFIX}-by-header`]: 'x' };
    const odd = { ...main, metadata: { ...main.metadata, annotations } };

    expect(positionAnnotations(rendered(10, [odd]))).toEqual({
      [PREFIX]: 'true',
      [`${PREFIX}-weight`]: '10',
    });
  });
});

describe('the position of an Ingress', () => {
  it.each([
    [{ [`${PREFIX}-weight`]: '40' }, 40],
    [{ [`${PREFIX}-weight`]: '40', [`${PREFIX}-weight-total`]: '200' }, 20],
    [{}, 0],
    [{ [`${PREFIX}-by-header`]: 'x-canary' }, 100],
    [{ [`${PREFIX}-by-cookie`]: 'canary', [`${PREFIX}-weight`]: '0' }, 100],
    [{ [`${PREFIX}-weight`]: '140' }, 'malformed'],
    [{ [`${PREFIX}-weight`]: '1e1' }, 'malformed'],
  ])('with %j is %s', (annotations, position) => {
    expect(positionOf(annotated(annotations))).toBe(position);
  });

  it('at home in an A/B test is a weight of nothing, and no condition is left', () => {
    const home = rendered(0, [main, rendered(100, [main], tested)], tested);

    expect(positionAnnotations(home)).toEqual({ [PREFIX]: 'true', [`${PREFIX}-weight`]: '0' });
    expect(positionOf(home, tested)).toBe(0);
  });

  it.each([1, 50, 99])('in an A/B test that begins at %d%% is that share', (weight) => {
    expect(positionOf(rendered(weight, [main], tested), tested)).toBe(weight);
  });

  it('is written under the prefix that the controller listens to', () => {
    const ingress = { name: 'edge', annotationsPrefix: 'ingress.example.com' };
    const annotations = rendered(10, [main], { ...canary, ingress }).metadata.annotations;

    expect(annotations).toMatchObject({ 'ingress.example.com/canary-weight': '10' });
    expect(Object.keys(annotations ?? {}).filter((key) => key.startsWith(PREFIX))).toEqual([]);
  });
});

describe('an Ingress that cannot be split', () => {
  const observed = (current: readonly KubeObject[]): ReturnType<typeof observeRoutes> =>
    observeRoutes({ canary, provider: nginx, target: TARGET, current, now: NOW });
  const elsewhere = { ...main, spec: { rules: [{ host: 'app.example.com' }] } };

  it('is not there', () => {
    expect(observed([])).toEqual({ routes: undefined, pending: 'Ingress edge.test not found' });
    expect(nginx.render(routedService(canary), { canary: percent(0), mirrored: false }, [])).toEqual([]);
  });

  it('leads elsewhere', () => {
    const { pending } = observed([elsewhere]);
    expect(pending).toBe('backend podinfo not found in ingress edge.test');
  });

  it('leads elsewhere since: the copy says where traffic would be', () => {
    expect(observed([elsewhere, rendered(10)])).toMatchObject({
      routes: { canary: 10, mark: -1 },
      pending: 'backend podinfo not found in ingress edge.test',
    });
  });

  it('has a namesake of the copy that is no canary, which stays as it is', () => {
    const metadata = { name: 'edge-canary', namespace: 'test', resourceVersion: '9' };
    const theirs = { ...main, metadata, spec: rendered(0)['spec'] };
    const input = { canary, provider: nginx, target: TARGET, current: [main, theirs], now: NOW };
    const routes = { canary: percent(10), mirrored: false };

    expect(observeRoutes(input)).toEqual({
      routes: undefined,
      pending: 'Ingress edge-canary.test exists and is no canary; delete or rename it',
    });
    expect(renderRoutes({ ...input, routes, mark: 1 }).map(({ kind }) => kind)).toEqual(['Service']);
    expect(releaseTraffic(input)).toEqual([]);
  });
});

describe('two Canaries on one Ingress', () => {
  it('do not fight over the copy: the second waits', () => {
    const other = { ...canary, name: 'backend', service: { ...canary.service, apex: 'backend' } };
    const rules = [main['spec'], { defaultBackend: { service: { name: 'backend' } } }];
    const shared = { ...main, spec: Object.assign({}, ...rules) as object };
    const input = {
      canary: other,
      provider: nginx,
      target: TARGET,
      current: [shared, rendered(10)],
      now: NOW,
    };
    const routes = { canary: percent(0), mirrored: false };

    expect(observeRoutes(input)).toEqual({
      routes: undefined,
      pending: 'Ingress edge-canary.test belongs to Canary podinfo; give each Canary an Ingress of its own',
    });
    expect(renderRoutes({ ...input, routes, mark: 1 }).map(({ kind }) => kind)).toEqual(['Service']);
  });
});

describe('a copy whose Canary goes', () => {
  it.each([
    ['at a weight', canary, 50],
    ['in an A/B test', tested, 100],
  ])('sends nobody to the canary any more, since the Service may go before it: %s', (_, of, weight) => {
    const input = { canary: of, provider: nginx, target: TARGET, now: NOW };
    const copy = rendered(weight, [main], of);
    const [released, ...more] = releaseTraffic({ ...input, current: [main, copy] });

    expect(more).toEqual([]);
    expect(released).toMatchObject({
      spec: copy['spec'],
      metadata: { ownerReferences: copy.metadata.ownerReferences },
    });
    expect(released && positionAnnotations(released)).toEqual({
      [PREFIX]: 'true',
      [`${PREFIX}-weight`]: '0',
    });
    expect(releaseTraffic({ ...input, current: released ? [main, released] : [] })).toEqual([]);
  });
});

describe('a canary of the user’s own', () => {
  const [theirs] = objectsIn(fixture('traffic', 'nginx', 'found-takeover.yaml')) as readonly [KubeObject];

  it('that kubectl applied is put back as it was applied', () => {
    const { spec, metadata } = theirs;
    const applied = JSON.stringify({ metadata: { annotations: metadata.annotations }, spec });
    const annotations = {
      ...metadata.annotations,
      'kubectl.kubernetes.io/last-applied-configuration': applied,
    };
    const before = { ...theirs, metadata: { ...metadata, annotations } };
    const taken = rendered(10, [main, before]);
    const input = { canary, provider: nginx, target: TARGET, current: [main, taken], now: NOW };

    expect(positionAnnotations(taken)).toEqual({ [PREFIX]: 'true', [`${PREFIX}-weight`]: '10' });
    expect(releaseTraffic(input)).toEqual([before]);
  });
});
