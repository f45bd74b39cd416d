/** How visitors stay with the version they saw first: which rules there are, and what cookies they hand out. */
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list } from '../../../src/api/tree.ts';
import type { Cookies, Routes } from '../../../src/core/model.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { affinityOf } from '../../../src/traffic/affinity.ts';
import type { RoutedService, TrafficProvider } from '../../../src/traffic/provider.ts';
import { trafficProviders } from '../../../src/traffic/registry.ts';
import { observeRoutes, renderRoutes, routedService, type RoutesInput } from '../../../src/traffic/routes.ts';
import { canaryFrom, fixture, objectsIn } from '../../support/canaries.ts';

const at30: Routes = { canary: percent(30), mirrored: false };
const home: Routes = { canary: percent(0), mirrored: false };
const COOKIES: Cookies = { canary: 'canary-cookie=aaaaaaaaaa', primary: 'primary-cookie=bbbbbbbbbb' };

function service(key: 'istio' | 'gatewayapi', cookies: Cookies, feature = 'session-affinity'): RoutedService {
  const canary = canaryFrom(fixture('traffic', key, `canary-${feature}.yaml`));
  return { ...routedService(canary), cookies };
}

/** A visitor’s header against the rules as a router holds it: the canary’s share of the first that takes him. */
function taken(routed: RoutedService, routes: Routes, header: string): number | 'split' {
  const { rules } = affinityOf(routed, routes);
  const rule = rules.find(({ match }) =>
    match.some(({ headers }) => new RegExp(`^(?:${headers?.['Cookie']?.regex ?? '-'})$`).test(header)),
  );
  return rule?.canary ?? 'split';
}

describe('while the canary has a weight', () => {
  const routed = service('istio', COOKIES);

  it.each([
    ['canary-cookie=aaaaaaaaaa', 100],
    ['theme=dark; canary-cookie=aaaaaaaaaa; lang=de', 100],
    ['primary-cookie=bbbbbbbbbb; theme=dark', 0],
    ['canary-cookie=pastpastpa', 'split'],
    ['theme=dark', 'split'],
  ])('who comes with "%s" goes where he was before', (header, share) => {
    expect(taken(routed, at30, header)).toBe(share);
  });

  it('hands out both cookies, that of the primary for one interval only', () => {
    expect(affinityOf(routed, at30).setCookie).toEqual({
      canary: 'canary-cookie=aaaaaaaaaa; Max-Age=21600',
      primary: 'primary-cookie=bbbbbbbbbb; Max-Age=60',
    });
  });

  it('keeps nobody on the primary without a name for its cookie, though one is remembered', () => {
    const nameless = service('istio', { ...COOKIES, primary: '=bbbbbbbbbb' }, 'session-affinity-attributes');
    const { rules, setCookie } = affinityOf(nameless, at30);
    expect(rules.map(({ canary }) => canary)).toEqual([100]);
    expect(setCookie.primary).toBeUndefined();
  });

  it('splits by weight alone before a cookie is remembered', () => {
    expect(affinityOf(service('istio', {}), at30)).toEqual({ rules: [], setCookie: {} });
  });
});

describe('when the canary has none', () => {
  it('takes the cookie of the run back, under the attributes it was given with', () => {
    const ended = service('istio', { previous: 'canary-cookie=aaaaaaaaaa' }, 'session-affinity-attributes');
    const { rules, setCookie } = affinityOf(ended, home);
    expect(rules.map((rule) => [rule.canary, rule.setCookie])).toEqual([
      [
        0,
        'canary-cookie=aaaaaaaaaa; Max-Age=-1; Domain=example.com; HttpOnly; Partitioned; Path=/app; SameSite=Lax; Secure',
      ],
    ]);
    expect(setCookie).toEqual({});
  });

  it('has no such rule before the first run', () => {
    expect(affinityOf(service('istio', {}), home)).toEqual({ rules: [], setCookie: {} });
  });
});

describe.each(['istio', 'gatewayapi'] as const)('on %s', (key) => {
  const provider: TrafficProvider = trafficProviders[key];
  const input = (feature: string, current: readonly KubeObject[] = []): RoutesInput => ({
    canary: canaryFrom(fixture('traffic', key, `canary-${feature}.yaml`)),
    provider,
    target: { label: 'app', value: 'podinfo', ports: [] },
    current,
    now: instant(0),
  });

  it.each([
    ['session-affinity', 30],
    ['session-affinity-ended', 0],
    ['session-affinity-attributes', 30],
  ])('reads the weight of the split past the sticky rules: %s', (feature, canary) => {
    const objects = objectsIn(fixture('traffic', key, `${feature}.yaml`));
    expect(provider.parse(routedService(input(feature).canary), objects)).toMatchObject({
      ok: true,
      value: { canary, mirrored: false },
    });
  });

  it('reads the cookies that visitors are being given, and none that is being taken back', () => {
    const cookiesIn = (feature: string): unknown => {
      const parsed = provider.parse(
        routedService(input(feature).canary),
        objectsIn(fixture('traffic', key, `${feature}.yaml`)),
      );
      return parsed.ok && parsed.value.cookies;
    };
    expect(cookiesIn('session-affinity')).toEqual({
      canary: 'canary-cookie=mjkCdJRRpB',
      primary: 'primary-cookie=RqXgotavsb',
    });
    expect(cookiesIn('session-affinity-ended')).toBeUndefined();
  });

  it('puts a sticky rule back that somebody has removed, and moves nobody for it', () => {
    const settled = renderRoutes({ ...input('session-affinity'), routes: at30, mark: 2 });
    const rules = key === 'istio' ? 'http' : 'rules';
    const current = settled.map((object) => {
      const spec = at(object, 'spec');
      const some = list(at(spec, rules));
      return some.length === 0
        ? object
        : { ...object, spec: { ...(spec as object), [rules]: some.slice(1) } };
    });
    expect(observeRoutes(input('session-affinity', settled)).routes).toMatchObject({ drifted: false });
    expect(observeRoutes(input('session-affinity', current)).routes).toMatchObject({
      ...at30,
      mark: 2,
      drifted: true,
    });
  });

  it('M28: takes cookies back from nobody else, whatever other headers are set', () => {
    const objects = objectsIn(fixture('traffic', key, 'session-affinity-ended.yaml'));
    const rules = list(at(objects.at(-1), 'spec', key === 'istio' ? 'http' : 'rules'));
    expect(rules.map((rule) => JSON.stringify(rule).includes('Max-Age=-1'))).toEqual([true, false]);
    expect(rules.every((rule) => JSON.stringify(rule).includes('x-served-by'))).toBe(true);
  });

  it('hands out the cookies it is told to, not those of the last status', () => {
    const [object] = renderRoutes({
      ...input('session-affinity'),
      routes: at30,
      mark: 2,
      cookies: { canary: 'canary-cookie=newnewnewn' },
    }).slice(-1);
    expect(JSON.stringify(object)).toContain('canary-cookie=newnewnewn');
    expect(JSON.stringify(object)).not.toContain('mjkCdJRRpB');
  });
});
