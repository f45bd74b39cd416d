/** What people who come from Flagger know of Services, Istio and the Gateway API, where no fixture shows it. */
import { describe, expect, it } from '@jest/globals';
import type { ServiceSpec } from '../../../src/api/model.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { at, list, text } from '../../../src/api/tree.ts';
import type { Routes } from '../../../src/core/model.ts';
import { instant, percent } from '../../../src/shared/brand.ts';
import { isOwned } from '../../../src/traffic/metadata.ts';
import { trafficProviders } from '../../../src/traffic/registry.ts';
import { observeRoutes, renderRoutes, type RoutesInput } from '../../../src/traffic/routes.ts';
import { apexService, ownerOf } from '../../../src/traffic/services.ts';
import { canaryFrom, canaryServing, fixture } from '../../support/canaries.ts';
import { TARGET } from '../../support/traffic.ts';

const NOW = instant(Date.UTC(2026, 0, 1));
const at10 = { canary: percent(10), mirrored: false };
type Meshed = 'istio' | 'gatewayapi';

function inputFor(key: Meshed, name: string, service: Partial<ServiceSpec> = {}): RoutesInput {
  const parsed = canaryFrom(fixture('traffic', key, `${name}.yaml`));
  const canary = { ...parsed, service: { ...parsed.service, ...service } };
  return { canary, provider: trafficProviders[key], target: TARGET, current: [], now: NOW };
}

/** What routes, with everything that was written before. */
function written(input: RoutesInput, routes: Routes = at10): readonly KubeObject[] {
  const writes = renderRoutes({ ...input, routes, mark: 1 });
  const replaced = ({ kind, metadata }: KubeObject): boolean =>
    writes.some((object) => object.kind === kind && object.metadata.name === metadata.name);
  return [...input.current.filter((object) => !replaced(object)), ...writes];
}

function specOf(objects: readonly KubeObject[], kind: string): unknown {
  return objects.find((object) => object.kind === kind)?.['spec'];
}

describe('a Service of a Canary', () => {
  it('is made by it where its Canary says it controls it, and by nothing less', () => {
    const owner = ownerOf(canaryServing('{ port: 80 }'));
    const owned = (reference: object): boolean =>
      isOwned(
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'x', ownerReferences: [{ ...owner, ...reference }] },
        },
        owner,
      );

    expect(owned({})).toBe(true);
    expect(owned({ controller: false })).toBe(false);
    expect(owned({ kind: 'Deployment' })).toBe(false);
    expect(owned({ name: 'other' })).toBe(false);
  });

  it('gets the metadata that is asked for later, and loses what is asked for no longer', () => {
    const before = apexService(
      canaryServing('{ port: 80, apex: { labels: { a: x }, annotations: { b: y } } }'),
      TARGET,
      [],
    );
    const asked = canaryServing('{ port: 80, apex: { labels: { a: z }, annotations: { c: y } } }');
    const { labels, annotations } = apexService(asked, TARGET, [before]).metadata;

    expect(labels).toEqual({ app: 'podinfo', a: 'z' });
    expect(annotations).toMatchObject({ c: 'y' });
    expect(annotations).not.toHaveProperty('b');
  });
});

describe('destinations on Istio', () => {
  it.each([
    ['behind a gateway with discovered ports', true, ['public', 'mesh'], false, { number: 9898 }],
    ['of a delegate with discovered ports', true, undefined, true, { number: 9898 }],
    ['inside the mesh', true, ['mesh', 'public'], false, undefined],
    ['without a gateway', true, undefined, false, undefined],
    ['with the one port they have', false, ['public'], false, undefined],
  ] as const)('name their port %s, or not', (_, portDiscovery, gateways, delegation, port) => {
    const input = inputFor('istio', 'canary', { portDiscovery, gateways, delegation, hosts: [] });
    const [rule] = list(at(specOf(written(input), 'VirtualService'), 'http'));

    expect(list(at(rule, 'route')).map((to) => at(to, 'destination', 'port'))).toEqual([port, port]);
  });
});

describe('a VirtualService that becomes a delegate', () => {
  it('loses hosts and gateways it had until then (fluxcd/flagger#1464, #1329)', () => {
    const current = written(
      inputFor('istio', 'canary', { hosts: ['app.example.com'], gateways: ['public'] }),
    );
    const delegating = { ...inputFor('istio', 'canary-delegation'), current };

    expect(specOf(current, 'VirtualService')).toMatchObject({ gateways: ['public'] });
    expect(observeRoutes(delegating).routes?.drifted).toBe(true);
    const spec = specOf(written(delegating), 'VirtualService');
    expect(Object.keys(spec ?? {})).toEqual(['http']);
  });
});

describe('a mirror of blue/green', () => {
  it.each(['istio', 'gatewayapi'] as const)('is there as long as requests are mirrored, on %s', (key) => {
    const name = key === 'istio' ? 'canary-mirror' : 'canary-mirror-blue-green';
    const input = inputFor(key, name);
    const mirrors = (objects: readonly KubeObject[]): boolean =>
      /"(mirror|requestMirror)":/.test(JSON.stringify(objects));
    const mirrored = written(input, { canary: percent(0), mirrored: true });
    const ended = written({ ...input, current: mirrored }, { canary: percent(0), mirrored: false });

    expect(mirrors(mirrored)).toBe(true);
    expect(observeRoutes({ ...input, current: mirrored }).routes).toMatchObject({
      mirrored: true,
      drifted: false,
    });
    expect(mirrors(ended)).toBe(false);
  });
});

describe('filters of an HTTPRoute', () => {
  it('come in one order, whatever the order of the wishes', () => {
    const headers = (names: readonly string[]) => ({
      request: {
        set: Object.fromEntries(names.map((name) => [name, 'set'])),
        add: Object.fromEntries(names.map((name) => [`${name}-more`, 'added'])),
      },
    });
    const rulesWith = (names: readonly string[]): unknown =>
      at(
        specOf(written(inputFor('gatewayapi', 'canary', { headers: headers(names) })), 'HTTPRoute'),
        'rules',
      );

    expect(rulesWith(['x-b', 'x-c', 'x-a'])).toEqual(rulesWith(['x-a', 'x-b', 'x-c']));
    expect(JSON.stringify(rulesWith(['x-b', 'x-a']))).toContain(
      '"set":[{"name":"x-a","value":"set"},{"name":"x-b","value":"set"}]',
    );
  });
});

describe('M21: what somebody left half empty', () => {
  const specs: readonly object[] = [
    {},
    { http: [{}], tcp: [], hosts: null },
    { http: [{ route: [{ destination: {} }] }] },
    { http: [{ route: [{ destination: { host: 'podinfo-canary' } }] }] },
    { rules: [{}], parentRefs: [{}] },
    { rules: [{ backendRefs: [{ name: 'podinfo-canary' }], matches: [{ headers: [{ name: 'x' }] }] }] },
    { rules: [{ backendRefs: [{}], filters: [{ type: 'RequestMirror' }] }] },
  ];

  it.each(['istio', 'gatewayapi'] as const)('never makes %s throw, and is mended', (key) => {
    const input = inputFor(key, 'canary-session-affinity');
    const settled = written(input);

    for (const spec of specs) {
      const current = settled.map((object) => (object.kind === 'Service' ? object : { ...object, spec }));
      const status = { parents: [{ parentRef: { name: 'gateway' }, conditions: [{}] }, {}] };
      const reported = current.map((object) => ({ ...object, status }));

      expect(() => observeRoutes({ ...input, current: reported })).not.toThrow();
      const mended = written({ ...input, current });
      expect(observeRoutes({ ...input, current: mended }).routes).toMatchObject({
        canary: 10,
        drifted: false,
      });
    }
  });
});

describe('what people have asked for', () => {
  const RULES = { istio: ['VirtualService', 'http'], gatewayapi: ['HTTPRoute', 'rules'] } as const;

  it('a Service may be the parent of an HTTPRoute, and has to accept it like any other (fluxcd/flagger#1813)', () => {
    const input = inputFor('gatewayapi', 'canary', {
      gatewayRefs: [{ group: 'core', kind: 'Service', name: 'podinfo', port: 9898 }],
    });
    const accepted = (status: string): RoutesInput => ({
      ...input,
      current: written(input).map((object) => ({
        ...object,
        metadata: { ...object.metadata, generation: 1 },
        status: {
          parents: [
            {
              parentRef: { group: 'core', kind: 'Service', name: 'podinfo', namespace: 'test', port: 9898 },
              conditions: [{ type: 'Accepted', status, observedGeneration: 1 }],
            },
          ],
        },
      })),
    });

    expect(observeRoutes(accepted('False')).pending).toContain('parent podinfo has not accepted it');
    expect(observeRoutes(accepted('True')).routes).toMatchObject({ canary: 10, mark: 1 });
  });

  it.each(['istio', 'gatewayapi'] as const)(
    'visitors of the primary stay with it as those of the canary do, on %s (fluxcd/flagger#1339, #1647)',
    (key) => {
      const objects = written(inputFor(key, 'canary-session-affinity'), {
        canary: percent(30),
        mirrored: false,
      });
      const [kind, member] = RULES[key];
      const rules = list(at(specOf(objects, kind), member)).map((rule) => JSON.stringify(rule));

      expect(rules).toHaveLength(3);
      expect(rules[0]).toMatch(/canary-cookie.*"weight":0.*"weight":100/);
      expect(rules[1]).toMatch(/primary-cookie.*"weight":100.*"weight":0/);
      expect(rules[2]).toMatch(/"weight":70.*primary-cookie=.*"weight":30.*canary-cookie=/);
    },
  );

  it('annotations of a cloud on an HTTPRoute stay (fluxcd/flagger#1746)', () => {
    const input = inputFor('gatewayapi', 'canary');
    const theirs = { 'application-networking.k8s.aws/lattice-assigned-domain-name': 'x' };
    const current = written(input).map((object) => ({
      ...object,
      metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...theirs } },
    }));
    const after = written({ ...input, current }, { canary: percent(20), mirrored: false });

    expect(after.find(({ kind }) => kind === 'HTTPRoute')?.metadata.annotations).toMatchObject(theirs);
  });
});

describe('a route whose host changes', () => {
  it.each([
    ['istio', 'VirtualService', 'hosts'],
    ['gatewayapi', 'HTTPRoute', 'hostnames'],
  ] as const)('on %s gets it at the weight that is there', (key, kind, member) => {
    const current = written(inputFor(key, 'canary'));
    const moved = { ...inputFor(key, 'canary', { hosts: ['new.example.com'] }), current };
    const after = written(moved, observeRoutes(moved).routes ?? at10);

    expect(list(at(specOf(after, kind), member)).map(text)).toContain('new.example.com');
    expect(observeRoutes({ ...moved, current: after }).routes).toMatchObject({ canary: 10, drifted: false });
  });
});
