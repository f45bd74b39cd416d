/** What a provider cannot do of what a Canary asks is refused with a sentence, at the field that asks for it. */
import { describe, expect, it } from '@jest/globals';
import { parseCanary } from '../../../src/api/canary.ts';
import type { CanaryContext } from '../../../src/api/canary.ts';
import { abilitiesOf, providerNames } from '../../../src/traffic/registry.ts';
import { aCanary, ISTIO_BY_DEFAULT } from '../../support/canary-object.ts';

const context: CanaryContext = {
  ...ISTIO_BY_DEFAULT,
  capabilities: abilitiesOf,
  knownProviders: providerNames,
};

function problemOf(spec: Record<string, unknown>): string | undefined {
  const object = aCanary();
  const before = object['spec'] as Record<string, unknown>;
  const parsed = parseCanary({ ...object, spec: { ...before, ...spec } }, context);
  return parsed.problem && `${parsed.problem.reason} ${parsed.problem.detail}`;
}

function warningsOf(spec: Record<string, unknown>): readonly string[] {
  const object = aCanary();
  const before = object['spec'] as Record<string, unknown>;
  const { findings } = parseCanary({ ...object, spec: { ...before, ...spec } }, context);
  return findings
    .filter(({ severity, field }) => severity === 'warning' && field.startsWith('spec.service'))
    .map(({ field, message }) => `${field}: ${message}`);
}

const steps = { interval: '1m', threshold: 5, stepWeight: 10 };
const iterations = { interval: '1m', threshold: 5, iterations: 2 };
const gateway = { provider: 'gatewayapi:v1' };
const service = { port: 80, gatewayRefs: [{ name: 'gateway' }] };

describe('on Istio', () => {
  it('refuses to mirror TCP connections', () => {
    expect(
      problemOf({ service: { port: 80, appProtocol: 'TCP' }, analysis: { ...steps, mirror: true } }),
    ).toBe(
      'UnsupportedFeature spec.analysis.mirror: cannot be honoured with service.appProtocol tcp: connections cannot be mirrored; drop it',
    );
  });

  it('refuses A/B testing of TCP connections', () => {
    const analysis = { ...iterations, match: [{ headers: { 'x-user': { exact: 'insider' } } }] };
    expect(problemOf({ service: { port: 80, appProtocol: 'tcp' }, analysis })).toContain(
      'spec.analysis.match',
    );
  });

  it('shifts TCP connections by weight', () => {
    expect(problemOf({ service: { port: 80, appProtocol: 'tcp' }, analysis: steps })).toBeUndefined();
  });
});

describe('on the Gateway API', () => {
  it('refuses conditions that an HTTPRoute has no words for', () => {
    const analysis = { ...iterations, match: [{ sourceLabels: { app: 'web' } }] };
    expect(problemOf({ ...gateway, service, analysis })).toBe(
      'UnsupportedFeature spec.analysis.match[0]: matches by sourceLabels, which an HTTPRoute cannot; drop it',
    );
  });

  it('refuses them in the service too', () => {
    const match = [{ uri: { prefix: '/' } }, { method: { prefix: 'G' } }];
    expect(problemOf({ ...gateway, service: { ...service, match }, analysis: steps })).toContain(
      'spec.service.match[1]: matches a method other than exactly',
    );
  });

  it.each([
    [{ uri: { prefix: '/' }, ignoreUriCase: true }, 'ignoreUriCase'],
    [{ gateways: ['mesh'] }, 'gateways'],
  ])('leaves out, and says so, what only Istio compares in the service: %j', (match, field) => {
    const spec = { ...gateway, service: { ...service, match: [match] }, analysis: steps };
    expect(problemOf(spec)).toBeUndefined();
    expect(warningsOf(spec)).toEqual([
      `spec.service.match[0]: matches by ${field}, which an HTTPRoute cannot: left out, so it matches more; drop it`,
    ]);
  });

  it('leaves out, and says so, origins that are patterns', () => {
    const corsPolicy = { allowOrigins: [{ exact: 'https://a.example.com' }, { regex: '.*' }] };
    const spec = { ...gateway, service: { ...service, corsPolicy }, analysis: steps };
    expect(problemOf(spec)).toBeUndefined();
    expect(warningsOf(spec)).toEqual([
      'spec.service.corsPolicy.allowOrigins[1]: is a pattern, which an HTTPRoute cannot match: left out, so nobody is let in by it; name its origins with exact',
    ]);
  });

  it('takes lists and maps with nothing in them for no conditions', () => {
    const match = [{ uri: { prefix: '/' }, gateways: [], sourceLabels: {}, sourceNamespace: '' }];
    const analysis = {
      ...iterations,
      match: [{ headers: { 'x-user': { exact: 'insider' } }, gateways: [] }],
    };
    expect(problemOf({ ...gateway, service: { ...service, match }, analysis })).toBeUndefined();
    const nobody = { ...iterations, match: [{ headers: {} }] };
    expect(problemOf({ provider: 'contour', analysis: nobody })).toContain('matches by no header');
  });

  it('takes what it can say', () => {
    const analysis = { ...iterations, match: [{ headers: { 'x-user': { exact: 'insider' } } }] };
    expect(problemOf({ ...gateway, service, analysis })).toBeUndefined();
  });

  it('does not mind a match that chooses nobody', () => {
    const analysis = { ...steps, match: [{ sourceLabels: { app: 'web' } }] };
    expect(problemOf({ ...gateway, service, analysis })).toBeUndefined();
  });
});

describe('on Traefik', () => {
  const match = [{ headers: { 'x-user': { exact: 'insider' } } }];

  it('refuses A/B testing and mirroring', () => {
    const provider = 'traefik';
    expect(problemOf({ provider, analysis: { ...iterations, match } })).toContain(
      'spec.analysis.match: asks for A/B',
    );
    expect(problemOf({ provider, analysis: { ...steps, mirror: true } })).toContain(
      'spec.analysis.mirror: asks for',
    );
    expect(problemOf({ provider, analysis: { ...iterations, mirror: true } })).toContain(
      'in blue/green; drop mirror',
    );
  });
});

describe('on nginx', () => {
  const nginx = { provider: 'nginx', ingressRef: { kind: 'Ingress', name: 'edge' } };
  const header = { headers: { 'x-user': { exact: 'insider' } } };
  const cookie = { headers: { Cookie: { exact: 'canary' } } };
  const problemOfMatch = (...match: readonly object[]): string | undefined =>
    problemOf({ ...nginx, analysis: { ...iterations, match } });

  it('needs to know which Ingress', () => {
    expect(problemOf({ provider: 'nginx', analysis: steps })).toContain('spec.ingressRef: is missing');
  });

  it('takes one header, one cookie, or either', () => {
    expect(problemOfMatch(header)).toBeUndefined();
    expect(problemOfMatch(cookie)).toBeUndefined();
    expect(problemOfMatch(cookie, header)).toBeUndefined();
  });

  it.each([
    [[header, { headers: { 'x-other': { regex: '.' } } }], 'match[1]: matches by a second header'],
    [[cookie, header, cookie], 'match[2]: matches by a second cookie'],
    [
      [{ headers: { ...header.headers, ...cookie.headers } }],
      'match[0]: matches by x-user and Cookie at once',
    ],
    [
      [{ ...header, uri: { prefix: '/a' }, method: { exact: 'GET' } }],
      'match[0]: matches by uri, method, which',
    ],
    [
      [{ ...header, sourceLabels: { app: 'web' } }],
      'match[0]: matches by sourceLabels, which an Ingress cannot',
    ],
    [[{}], 'match[0]: matches by no header'],
    [
      [{ headers: { cookie: { regex: '^(.*?;)?(type=insider)(;.*)?$' } } }],
      'match[0]: matches a cookie, expected',
    ],
    [
      [{ headers: { cookie: { exact: 'canary=always' } } }],
      'match[0]: matches a cookie, expected exact with its name',
    ],
  ])('refuses what its annotations cannot say: %j', (match, sentence) => {
    expect(problemOfMatch(...match)).toContain(`UnsupportedFeature spec.analysis.${sentence}`);
  });

  it('refuses to bring those back in steps who are chosen by a header', () => {
    const analysis = { ...iterations, match: [header], stepWeightPromotion: 20 };
    expect(problemOf({ ...nginx, analysis })).toContain('spec.analysis.stepWeightPromotion: in A/B testing');
    expect(problemOf({ ...nginx, analysis: { ...steps, stepWeightPromotion: 20 } })).toBeUndefined();
  });

  it('does not mind a match that chooses nobody', () => {
    expect(
      problemOf({ ...nginx, analysis: { ...steps, match: [{ uri: { prefix: '/' } }] } }),
    ).toBeUndefined();
  });
});

describe('on Contour', () => {
  const contour = { provider: 'contour' };
  const header = { headers: { 'x-user': { exact: 'insider' } } };

  it('takes headers and query parameters of whatever kind', () => {
    const match = [
      header,
      { headers: { 'x-user': { prefix: 'in' } }, queryParams: { beta: { regex: '.' } } },
    ];
    expect(problemOf({ ...contour, analysis: { ...iterations, match } })).toBeUndefined();
  });

  it.each([
    [
      { ...header, sourceLabels: { app: 'web' } },
      'matches by sourceLabels, which an HTTPProxy cannot; drop it',
    ],
    [{ ...header, method: { exact: 'GET' } }, 'matches by method, which an HTTPProxy cannot; drop it'],
    [{ uri: { prefix: '/beta' } }, 'matches by no header and no query parameter; an HTTPProxy chooses'],
  ])('refuses to choose visitors by what it cannot: %j', (match, sentence) => {
    expect(problemOf({ ...contour, analysis: { ...iterations, match: [header, match] } })).toContain(
      `UnsupportedFeature spec.analysis.match[1]: ${sentence}`,
    );
  });

  it('leaves out conditions of the service, and refuses reasons to retry, that it does not know', () => {
    const method = { method: { exact: 'GET' } };
    const spec = { ...contour, service: { port: 80, match: [method] }, analysis: steps };
    expect(problemOf(spec)).toBeUndefined();
    expect(warningsOf(spec)).toEqual([
      'spec.service.match[0]: matches by method, which an HTTPProxy cannot: left out, so it matches more; drop it',
    ]);
    const retries = { attempts: 3, retryOn: 'gateway-error,503' };
    expect(problemOf({ ...contour, service: { port: 80, retries }, analysis: steps })).toContain(
      'spec.service.retries.retryOn: found "503", an HTTPProxy knows 5xx, gateway-error',
    );
  });

  it('does not mind a match that chooses nobody', () => {
    expect(
      problemOf({ ...contour, analysis: { ...steps, match: [{ method: { exact: 'GET' } }] } }),
    ).toBeUndefined();
  });

  it('refuses mirroring', () => {
    expect(problemOf({ ...contour, analysis: { ...steps, mirror: true } })).toContain('spec.analysis.mirror');
  });
});

describe('a provider that splits a route of the user', () => {
  it('needs to know which', () => {
    expect(problemOf({ provider: 'skipper', analysis: steps })).toBe(
      'InvalidSpec spec.ingressRef: is missing, provider skipper needs the name of the Ingress to split',
    );
    expect(problemOf({ provider: 'apisix', analysis: steps })).toBe(
      'InvalidSpec spec.routeRef: is missing, provider apisix needs the name of the ApisixRoute to split',
    );
  });
});

describe.each(['linkerd', 'osm', 'smi:v1alpha3', 'skipper', 'apisix'])('on %s', (provider) => {
  it('refuses A/B testing and mirroring', () => {
    const match = [{ headers: { 'x-user': { exact: 'insider' } } }];
    expect(problemOf({ provider, analysis: { ...iterations, match } })).toContain(
      'spec.analysis.match: asks for A/B',
    );
    expect(problemOf({ provider, analysis: { ...steps, mirror: true } })).toContain(
      'spec.analysis.mirror: asks for',
    );
  });
});

describe('on Gloo', () => {
  const problemOfMatch = (...match: readonly object[]): string | undefined =>
    problemOf({ provider: 'gloo', analysis: { ...iterations, match } });

  it('takes headers, query parameters and a method', () => {
    const queryParams = { preview: { prefix: 'y' } };
    expect(problemOfMatch({ headers: { 'x-user': { suffix: '-in' } } }, { queryParams })).toBeUndefined();
    expect(problemOfMatch({ method: { exact: 'GET' } })).toBeUndefined();
  });

  it.each([
    [{ uri: { prefix: '/a' }, authority: { exact: 'a' } }, 'matches by authority, uri, which a RouteTable'],
    [{ method: { prefix: 'G' } }, 'matches a method other than exactly'],
    [{}, 'matches by no header, query parameter or method'],
  ])('refuses what a RouteTable cannot say: %j', (match, sentence) => {
    expect(problemOfMatch(match)).toContain(`UnsupportedFeature spec.analysis.match[0]: ${sentence}`);
  });

  it('reads no conditions of the service, and minds none', () => {
    const service = { port: 80, match: [{ uri: { prefix: '/' } }] };
    expect(problemOf({ provider: 'gloo', service, analysis: steps })).toBeUndefined();
  });
});

describe('on App Mesh', () => {
  const mesh = { provider: 'appmesh:v1beta2' };
  const problemOfMatch = (...match: readonly object[]): string | undefined =>
    problemOf({ ...mesh, analysis: { ...iterations, match } });
  const problemOfService = (service: object): string | undefined =>
    problemOf({ ...mesh, service: { port: 80, ...service }, analysis: steps });

  it('takes any of up to ten alternatives of headers', () => {
    const headers = (count: number): readonly object[] =>
      Array.from({ length: count }, (_, index) => ({ headers: { [`x-${index}`]: { suffix: 'in' } } }));

    expect(problemOfMatch(...headers(10))).toBeUndefined();
    expect(problemOfMatch(...headers(11))).toBe(
      'UnsupportedFeature spec.analysis.match: has 11 entries, expected at most 10',
    );
  });

  it.each([
    [{ method: { exact: 'GET' }, uri: { prefix: '/a' } }, 'matches by uri, method, which App Mesh cannot'],
    [{ queryParams: { a: { exact: 'b' } } }, 'matches by queryParams, which App Mesh cannot'],
    [{}, 'matches by no header'],
  ])('refuses other conditions: %j', (match, sentence) => {
    expect(problemOfMatch(match)).toContain(`UnsupportedFeature spec.analysis.match[0]: ${sentence}`);
  });

  it.each([
    [{ timeout: 'soon' }, 'spec.service.timeout: found "soon", expected a span of time such as 15s'],
    [{ retries: { perTryTimeout: '1 s' } }, 'spec.service.retries.perTryTimeout: found "1 s"'],
    [
      { retries: { retryOn: 'gateway-error,5xx' } },
      'spec.service.retries.retryOn: found "5xx", App Mesh knows',
    ],
  ])('says what it cannot make sense of: %j', (service, sentence) => {
    expect(problemOfService(service)).toContain(sentence);
    expect(
      problemOfService({ timeout: '15s', retries: { retryOn: 'gateway-error, stream-error' } }),
    ).toBeUndefined();
  });

  it('needs the name of the mesh in its older version', () => {
    expect(problemOf({ provider: 'appmesh', analysis: steps })).toContain(
      'spec.service.meshName: is missing',
    );
    expect(
      problemOf({ provider: 'appmesh', service: { port: 80, meshName: 'a' }, analysis: steps }),
    ).toBeUndefined();
  });
});

describe('session affinity', () => {
  const sessionAffinity = { cookieName: 'v' };
  const match = [{ headers: { cookie: { regex: 'beta' } } }];

  it.each(['istio', 'gatewayapi:v1'])('is refused on %s beside conditions on cookies', (provider) => {
    const spec = { provider, service: { ...service, match }, analysis: { ...steps, sessionAffinity } };
    expect(problemOf(spec)).toBe(
      'UnsupportedFeature spec.service.match[0].headers.cookie: cannot be combined with analysis.sessionAffinity, which matches cookies; drop one of the two',
    );
  });

  it('is refused for TCP connections', () => {
    const analysis = { ...steps, sessionAffinity };
    expect(problemOf({ service: { port: 80, appProtocol: 'tcp' }, analysis })).toContain(
      'spec.analysis.sessionAffinity: cannot be honoured with service.appProtocol tcp',
    );
  });

  it.each(['traefik', 'nginx', 'contour', 'linkerd'])(
    'is refused by a provider that cannot match cookies: %s',
    (provider) => {
      const ingressRef = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'podinfo' };
      expect(problemOf({ provider, ingressRef, analysis: { ...steps, sessionAffinity } })).toBe(
        `UnsupportedFeature spec.analysis.sessionAffinity: asks to keep visitors by a cookie, which provider ${provider} cannot do; drop it`,
      );
    },
  );
});
