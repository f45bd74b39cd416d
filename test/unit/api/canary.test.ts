import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parseCanary, type CanaryContext } from '../../../src/api/canary.ts';
import { abilitiesOf } from '../../../src/traffic/registry.ts';
import { aCanary, aParsedCanary, ISTIO_BY_DEFAULT, type CanaryWish } from '../../support/canary-object.ts';

function sentences(wish: CanaryWish, context: CanaryContext = ISTIO_BY_DEFAULT): readonly string[] {
  const { findings } = parseCanary(aCanary(wish), context);
  return findings.map(({ severity, field, message }) => `${severity} ${field}: ${message}`);
}

function problemOf(wish: CanaryWish, context: CanaryContext = ISTIO_BY_DEFAULT) {
  return parseCanary(aCanary(wish), context).problem;
}

describe('a target named in the middle of a run', () => {
  const target = {
    workload: 'Deployment/podinfo',
    uid: 'u',
    generation: 2,
    template: '1-t',
    revision: '1-b',
  };
  const serin = { step: 0, mirrored: false, mark: 2, changedAt: 0, phaseSince: 0, plan: '', target };
  const status = { phase: 'Progressing', canaryWeight: 20, serin };
  const another = { targetRef: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'shop' } };
  const targetOf = (wish: CanaryWish): string => {
    const { target, service } = aParsedCanary(wish);
    return `${target.apiVersion} ${target.kind} ${target.name} behind ${service.apex}`;
  };

  it('has to wait until that is over, and so has the Service that is called after it', () => {
    const wish = { spec: another, service: { name: undefined }, status };

    expect(targetOf(wish)).toBe('apps/v1 Deployment podinfo behind podinfo');
    expect(sentences(wish)).toContain(
      'warning spec.targetRef: names DaemonSet shop while Deployment podinfo is being rolled out; it is taken up when that run is over',
    );
  });

  it.each([
    ['at rest', { ...status, phase: 'Succeeded', canaryWeight: 0 }],
    ['where nobody knows what the run is about', { ...status, serin: { ...serin, target: undefined } }],
    ['where nothing is recorded', undefined],
  ])('is taken at its word %s', (_, found) => {
    const wish = { spec: another, service: { name: undefined }, ...(found && { status: found }) };
    expect(targetOf(wish)).toBe('apps/v1 DaemonSet shop behind shop');
  });

  it.each([
    ['Knative Service/podinfo', 'v1', 'serving.knative.dev/v1 Service podinfo'],
    ['Service/podinfo', 'serving.knative.dev/v1', 'v1 Service podinfo'],
  ])('is told from one of the same kind and name in another group: %s', (workload, apiVersion, held) => {
    const running = { ...status, serin: { ...serin, target: { ...target, workload } } };
    const named = { targetRef: { apiVersion, kind: 'Service', name: 'podinfo' } };
    const wish = { spec: named, service: { name: undefined }, status: running };

    expect(targetOf(wish)).toBe(`${held} behind podinfo`);
  });

  it('waits as long as the canary of a failed run carries traffic', () => {
    const failed = { ...status, phase: 'Failed', canaryWeight: 100 };
    expect(targetOf({ spec: another, status: failed })).toContain('Deployment podinfo');
  });
});

describe('a canary as its author wrote it', () => {
  it('is understood without a word when nothing is wrong with it', () => {
    const { canary, findings, problem } = parseCanary(aCanary(), ISTIO_BY_DEFAULT);
    expect(findings).toEqual([]);
    expect(problem).toBeUndefined();
    expect(canary?.spec).toEqual({
      strategy: { kind: 'canary', weights: [20, 40, 60], mirror: false },
      stepWeightPromotion: 0,
      interval: 60_000,
      threshold: 5,
      decay: 0,
      progressDeadline: 600_000,
      skipAnalysis: false,
      suspend: false,
      revertOnDeletion: false,
      hooks: [],
      metrics: [
        { name: 'request-success-rate', source: 'builtin', onInconclusive: 'fail' },
        { name: 'request-duration', source: 'builtin', onInconclusive: 'fail' },
      ],
      routed: true,
      autoscaler: '',
    });
  });

  it.each([
    [undefined, undefined, false],
    [undefined, true, true],
    [false, true, false],
    [true, false, true],
  ])(
    'that says revertOnDeletion %s goes by that, or else by the controller’s %s (M17)',
    (own, ours, meant) => {
      const spec = own === undefined ? {} : { revertOnDeletion: own };
      const context = { ...ISTIO_BY_DEFAULT, ...(ours !== undefined && { revertOnDeletion: ours }) };
      expect(parseCanary(aCanary({ spec }), context).canary?.spec.revertOnDeletion).toBe(meant);
    },
  );

  it('reads the same under its old name, in either version', () => {
    const analysis = { interval: '30s', threshold: 2, stepWeight: 50 };
    for (const apiVersion of ['flagger.app/v1beta1', 'flagger.app/v1alpha3']) {
      const spec = { analysis: undefined, canaryAnalysis: analysis };
      const { interval, threshold, strategy } = aParsedCanary({ apiVersion, spec }).spec;
      expect({ interval, threshold, strategy }).toEqual({
        interval: 30_000,
        threshold: 2,
        strategy: { kind: 'canary', weights: [50, 100], mirror: false },
      });
    }
  });

  it('follows the newer name where both are there, and says so', () => {
    const wish = { spec: { canaryAnalysis: { stepWeight: 1 } } };
    expect(aParsedCanary(wish).analysis.stepWeight).toBe(20);
    expect(sentences(wish)).toEqual([
      'warning spec.canaryAnalysis: has no effect beside analysis, its newer name; drop it',
    ]);
  });

  it('keeps the object it was made of', () => {
    const object = aCanary({ spec: { nobodyKnowsThis: { at: 'all' } } });
    expect(parseCanary(object, ISTIO_BY_DEFAULT).canary?.object).toBe(object);
  });

  it('skips the analysis that is not there', () => {
    expect(aParsedCanary({ spec: { analysis: undefined } }).spec.skipAnalysis).toBe(true);
    expect(problemOf({ spec: { analysis: undefined } })).toBeUndefined();
  });

  it('takes numbers in quotes and nulls as people mean them', () => {
    const wish = {
      service: { targetPort: '9898', hosts: null },
      analysis: { threshold: '3', stepWeight: '25', webhooks: null },
    };
    expect(sentences(wish)).toEqual([]);
    const { spec, service } = aParsedCanary(wish);
    expect([spec.threshold, spec.strategy, service.targetPort]).toEqual([
      3,
      { kind: 'canary', weights: [25, 50], mirror: false },
      9898,
    ]);
  });

  it.each([
    ['defaults to the target and the port', {}, { apex: 'podinfo', portName: 'http', targetPort: 9898 }],
    ['takes a target port of 0 as none', { targetPort: 0 }, { targetPort: 80 }],
    [
      'takes the name of a port',
      { targetPort: 'grpc', portName: 'grpc' },
      { targetPort: 'grpc', portName: 'grpc' },
    ],
    ['has its own name', { name: 'front' }, { apex: 'front' }],
  ])('its service %s', (_title, service, expected) => {
    expect(aParsedCanary({ service }).service).toMatchObject(expected);
  });

  it.each([
    [{ interval: undefined }, 60_000],
    [{ interval: '' }, 60_000],
    [{ interval: '1m30s' }, 90_000],
    [{ interval: '1s' }, 10_000],
    [{ interval: '30syapi:v1' }, 60_000],
  ])('waits between steps: %j is %d ms', (analysis, interval) => {
    expect(aParsedCanary({ analysis }).spec.interval).toBe(interval);
  });

  it.each([
    [undefined, 10_000],
    ['', 10_000],
    ['5', 10_000],
    ['1m30s', 90_000],
  ])('waits for a webhook: %j is %d ms', (timeout, meant) => {
    const webhooks = [{ name: 'load', url: 'http://tester/', timeout }];
    expect(aParsedCanary({ analysis: { webhooks } }).analysis.webhooks[0]?.timeout).toBe(meant);
  });

  it('never tolerates fewer than one failed check', () => {
    expect(aParsedCanary({ analysis: { threshold: -1 } }).spec.threshold).toBe(1);
  });
});

describe('failed checks that are forgiven (M36)', () => {
  it.each([
    [undefined, 0],
    [2, 2],
    [-1, 0],
  ])('are %s as written, %d as meant', (failedChecksDecay, decay) => {
    const analysis = { interval: '30s', threshold: 2, stepWeight: 50, failedChecksDecay };
    expect(parseCanary(aCanary({ spec: { analysis } }), ISTIO_BY_DEFAULT).canary?.spec.decay).toBe(decay);
  });
});

describe('a metric that waits for its window (M32)', () => {
  it.each([
    ['30s', true, 30_000, 0],
    [undefined, true, 60_000, 0],
    ['30s', false, undefined, 0],
    ['1w', true, undefined, 1],
  ])('of %s, %s, waits for %s', (interval, waitForWindow, window, warnings) => {
    const metric = { name: 'errors', query: 'x', thresholdRange: { max: 1 }, interval, waitForWindow };
    const wish = { analysis: { metrics: [metric] } };
    expect(aParsedCanary(wish).spec.metrics[0]?.window).toBe(window);
    expect(sentences(wish).filter((text) => text.includes('waitForWindow'))).toHaveLength(warnings);
  });
});

describe('the strategy of a canary', () => {
  const canary = (...weights: number[]) => ({ kind: 'canary', weights, mirror: false });
  it.each([
    [
      'overshoots the highest weight rather than miss it',
      { stepWeight: 20, maxWeight: 50 },
      canary(20, 40, 60),
    ],
    ['ends at all traffic without one', { stepWeight: 30, maxWeight: undefined }, canary(30, 60, 90, 100)],
    ['moves at once with a large step', { stepWeight: 60, maxWeight: 50 }, canary(60)],
    [
      'follows the weights listed',
      { stepWeight: 0, maxWeight: 0, stepWeights: [1, 10, 80] },
      canary(1, 10, 80),
    ],
    [
      'clips the last weight listed',
      { stepWeight: 0, maxWeight: 0, stepWeights: [10, 120] },
      canary(10, 100),
    ],
    ['prefers the step to the list', { stepWeight: 50, stepWeights: [1, 2] }, canary(50)],
    ['mirrors first', { stepWeight: 50, mirror: true }, { ...canary(50), mirror: true }],
    [
      'is blue/green with iterations',
      { iterations: 3 },
      { kind: 'blue-green', iterations: 3, mirror: false, routed: true },
    ],
    [
      'is A/B with iterations and a match',
      { iterations: 3, match: [{ headers: {} }] },
      { kind: 'ab-testing', iterations: 3 },
    ],
    ['shifts weight with a match alone', { stepWeight: 50, match: [{ headers: {} }] }, canary(50)],
  ])('%s', (_title, analysis, strategy) => {
    expect(aParsedCanary({ analysis }).spec.strategy).toEqual(strategy);
  });

  it('stops at the highest weight where the annotation asks for it', () => {
    const annotations = { 'serin.dev/clamp-max-weight': 'true' };
    expect(aParsedCanary({ annotations }).spec.strategy).toEqual(canary(20, 40, 50));
  });

  it('is blue/green of ten iterations where nothing routes, and says why', () => {
    const wish = { spec: { provider: 'kubernetes' }, analysis: { match: [{ headers: {} }], mirror: true } };
    const { spec } = aParsedCanary(wish);
    expect(spec.strategy).toEqual({ kind: 'blue-green', iterations: 10, mirror: false, routed: false });
    expect(spec.forced).toEqual({ matchDropped: true, iterationsAssumed: true });
    expect(spec.routed).toBe(false);
    expect(problemOf(wish)).toBeUndefined();
    expect(sentences(wish)).toEqual([
      'warning spec.analysis.match: has no effect: provider kubernetes routes no requests, so there is no A/B testing',
      'warning spec.analysis.mirror: has no effect: provider kubernetes routes no requests, so none are mirrored',
      'warning spec.analysis.iterations: is not set: provider kubernetes cannot shift traffic by weight, so 10 iterations of blue/green are run',
    ]);
  });

  it('tells nothing where kubernetes does what was asked', () => {
    const { spec } = aParsedCanary({
      spec: { provider: 'kubernetes' },
      analysis: { iterations: 5, stepWeight: 0 },
    });
    expect(spec).not.toHaveProperty('forced');
  });

  it('always ascends, ends and stays within the traffic there is', () => {
    const weight = fc.integer({ min: -200, max: 300 });
    const written = fc.record({
      stepWeight: weight,
      maxWeight: weight,
      stepWeights: fc.array(weight, { maxLength: 6 }),
      iterations: fc.integer({ min: -2, max: 1 }),
      mirror: fc.boolean(),
    });
    fc.assert(
      fc.property(written, fc.boolean(), (analysis, clamp) => {
        const annotations = { 'serin.dev/clamp-max-weight': String(clamp) };
        const { strategy } = aParsedCanary({ analysis, annotations }).spec;
        if (strategy.kind !== 'canary') return strategy.kind === 'blue-green' && strategy.iterations > 0;
        const { weights } = strategy;
        const ascends = weights.every((step, index) => step > (weights[index - 1] ?? 0) && step <= 100);
        return weights.length > 0 && ascends;
      }),
    );
  });
});

describe('what cannot be followed', () => {
  const gateway = { provider: 'gatewayapi:v1' };
  const parents = { gatewayRefs: [{ name: 'public' }] };
  it.each<readonly [CanaryWish, string, string]>([
    [
      { spec: { provider: 'consul' } },
      'UnknownProvider',
      'spec.provider: found "consul", known are istio, gatewayapi, kubernetes',
    ],
    [
      { spec: { ...gateway } },
      'InvalidSpec',
      'spec.service.gatewayRefs: is empty, provider gatewayapi:v1 needs the Gateway (or parent Service) that routes attach to',
    ],
    [
      { analysis: { stepWeight: 0 } },
      'InvalidSpec',
      'spec.analysis.stepWeight: is not set, and neither are stepWeights and iterations: the canary would never get any traffic; set one of them',
    ],
    [
      { analysis: { stepWeight: undefined, stepWeights: [] } },
      'InvalidSpec',
      'spec.analysis.stepWeights: is empty, expected at least one weight from 1 to 100: the canary would never get any traffic',
    ],
    [
      { analysis: { stepWeight: -5 } },
      'InvalidSpec',
      'spec.analysis.stepWeight: found -5, expected 1 to 100',
    ],
    [
      { analysis: { stepWeight: 0, maxWeight: 0, stepWeights: [10, 10] } },
      'InvalidSpec',
      'spec.analysis.stepWeights[1]: found 10, expected more than 10 and at most 100: steps have to ascend',
    ],
    [
      { spec: { service: { port: 80, name: 'Bad_Name' } } },
      'InvalidSpec',
      'spec.service.name: found "Bad_Name", expected at most 55 lower case letters, digits and dashes, as in podinfo',
    ],
    [
      { analysis: { stepWeight: 2.5 } },
      'InvalidSpec',
      'spec.analysis.stepWeight: found 2.5, expected a whole number',
    ],
    [
      { analysis: { stepWeight: 1e20 } },
      'InvalidSpec',
      'spec.analysis.stepWeight: found 100000000000000000000, expected a whole number of at most 15 digits',
    ],
    [
      { analysis: { stepWeight: 0, maxWeight: 0, stepWeights: ['x'] } },
      'InvalidSpec',
      'spec.analysis.stepWeights[0]: found "x", expected a whole number',
    ],
    [
      { analysis: { stepWeightPromotion: -1 } },
      'InvalidSpec',
      'spec.analysis.stepWeightPromotion: found -1, expected 0 to 100',
    ],
    [
      { analysis: { primaryReadyThreshold: 101 } },
      'InvalidSpec',
      'spec.analysis.primaryReadyThreshold: found 101, expected a percentage of pods from 0 to 100',
    ],
    [
      { analysis: { metrics: [{ interval: '1m' }] } },
      'InvalidSpec',
      'spec.analysis.metrics[0].name: is missing, expected a string',
    ],
    [
      { analysis: { webhooks: [{ name: 'x', url: 'http://x', type: 'pre-roll' }] } },
      'InvalidSpec',
      'spec.analysis.webhooks[0].type: found "pre-roll", expected one of confirm-rollout, pre-rollout, rollout, confirm-traffic-increase, confirm-promotion, post-rollout, rollback, event',
    ],
    [
      { analysis: { sessionAffinity: { cookieName: 'a', primaryCookieName: 'a' } } },
      'InvalidSpec',
      'spec.analysis.sessionAffinity.primaryCookieName: found "a", the same as cookieName; the two cookies need different names',
    ],
    [
      { spec: { autoscalerRef: { kind: 'HorizontalPodAutoscaler' } } },
      'InvalidSpec',
      "spec.autoscalerRef.name: is missing, expected the kind and name of the target's autoscaler",
    ],
    [
      { spec: { autoscalerRef: 'web' } },
      'InvalidSpec',
      'spec.autoscalerRef: found "web", expected an object',
    ],
    [
      {
        spec: {
          autoscalerRef: {
            kind: 'HorizontalPodAutoscaler',
            name: 'web',
            primaryScalerReplicas: { minReplicas: 5, maxReplicas: 3 },
          },
        },
      },
      'InvalidSpec',
      'spec.autoscalerRef.primaryScalerReplicas: found minReplicas 5, maxReplicas 3, expected 1 or more, and maxReplicas no less than minReplicas',
    ],
    [
      { analysis: { sessionAffinity: { maxAge: 60 } } },
      'InvalidSpec',
      'spec.analysis.sessionAffinity.cookieName: is missing, expected the name of a cookie',
    ],
    [
      { analysis: { sessionAffinity: { cookieName: 'a b' } } },
      'InvalidSpec',
      'spec.analysis.sessionAffinity.cookieName: found "a b", expected the name of a cookie: no spaces, commas, semicolons or other separators',
    ],
    [
      { analysis: { sessionAffinity: { cookieName: 'a', domain: 'x; Secure' } } },
      'InvalidSpec',
      'spec.analysis.sessionAffinity.domain: found "x; Secure", expected text without semicolons or line breaks',
    ],
    [
      { analysis: { sessionAffinity: { cookieName: 'a', maxAge: -1 } } },
      'InvalidSpec',
      'spec.analysis.sessionAffinity.maxAge: found -1, expected 1 or more seconds',
    ],
    [
      { analysis: { sessionAffinity: { cookieName: 'a', sameSite: 'lax' } } },
      'InvalidSpec',
      'spec.analysis.sessionAffinity.sameSite: found "lax", expected one of Strict, Lax, None',
    ],
    [
      { service: { delegation: true, hosts: ['a.example.com'] } },
      'InvalidSpec',
      'spec.service.hosts: is set together with delegation; a delegate VirtualService has no hosts, drop one of the two',
    ],
    [
      { spec: { targetRef: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'a' } } },
      'InvalidSpec',
      'spec.provider: a Knative Service can only be rolled out with provider knative',
    ],
  ])('%j', (wish, reason, detail) => {
    expect(problemOf(wish)).toEqual({ reason, detail });
    expect(parseCanary(aCanary(wish), ISTIO_BY_DEFAULT).canary).toBeDefined();
  });

  it('M6: is refused where it asks for copies of requests that the provider cannot send', () => {
    expect(problemOf({ spec: gateway, service: parents, analysis: { mirror: true } })).toEqual({
      reason: 'UnsupportedFeature',
      detail:
        'spec.analysis.mirror: asks for mirrored requests, which provider gatewayapi:v1 cannot send while it shifts traffic by weight; drop mirror, or set iterations for blue/green',
    });
  });

  describe('as a Knative Service', () => {
    const ksvc = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'podinfo' };
    const known = { ...ISTIO_BY_DEFAULT, capabilities: abilitiesOf };
    const detailOf = (spec: object, context = known) =>
      problemOf({ spec: { service: undefined, ...spec } }, context)?.detail;

    it('is accepted with provider knative, and needs no service', () => {
      expect(
        sentences({ spec: { targetRef: ksvc, provider: 'knative', service: undefined } }, known),
      ).toEqual([]);
    });

    it('has to name the provider, whatever the controller’s own is', () => {
      const detail = 'spec.provider: a Knative Service can only be rolled out with provider knative';

      expect(detailOf({ targetRef: ksvc, provider: 'istio' })).toBe(detail);
      expect(detailOf({ targetRef: ksvc }, { ...known, defaultProvider: 'knative' })).toBe(detail);
    });

    it('has no autoscaler', () => {
      const autoscalerRef = { kind: 'HorizontalPodAutoscaler', name: 'podinfo' };

      expect(detailOf({ targetRef: ksvc, provider: 'knative', autoscalerRef })).toBe(
        'spec.autoscalerRef: cannot be used with a Knative Service, which scales itself; drop it',
      );
    });

    it('is all that provider knative is for', () => {
      const detail =
        'spec.targetRef: provider knative needs a target of kind Service and apiVersion serving.knative.dev/v1';

      expect(problemOf({ spec: { provider: 'knative' } }, known)?.detail).toBe(detail);
      expect(problemOf({}, { ...known, defaultProvider: 'knative' })?.detail).toBe(detail);
    });
  });

  it('is refused on a provider that cannot route by header or by weight', () => {
    const weak: CanaryContext = {
      ...ISTIO_BY_DEFAULT,
      capabilities: () => ({
        weights: false,
        match: false,
        affinity: false,
        routed: true,
        mirror: { canary: false, blueGreen: false },
      }),
    };
    expect(problemOf({}, weak)?.reason).toBe('UnsupportedFeature');
    expect(problemOf({ analysis: { iterations: 2, match: [{}] } }, weak)?.detail).toContain(
      'cannot do; drop match',
    );
    expect(problemOf({ analysis: { iterations: 2, stepWeight: 0 } }, weak)).toBeUndefined();
  });

  it.each([
    [{ spec: { targetRef: undefined } }, 'spec.targetRef: is missing'],
    [{ spec: { targetRef: { kind: 'Deployment' } } }, 'spec.targetRef.name: is missing'],
    [{ spec: { service: undefined } }, 'spec.service: is missing'],
    [{ service: { port: undefined } }, 'spec.service.port: is missing'],
    [{ service: { port: 0 } }, 'spec.service.port: found 0'],
  ])('leaves no canary at all without a target or a service: %j', (wish, start) => {
    const { canary, problem } = parseCanary(aCanary(wish), ISTIO_BY_DEFAULT);
    expect(canary).toBeUndefined();
    expect(problem?.detail.startsWith(start)).toBe(true);
  });

  it('does not call a port missing that cannot be read', () => {
    const detail = 'spec.service.port: found 80.5, expected a whole number';
    expect(problemOf({ service: { port: 80.5 } })?.detail).toBe(detail);
  });

  it('names the unknown provider before everything that follows from it', () => {
    const problem = problemOf({ spec: { provider: 'consul' }, analysis: { stepWeight: -1 } });
    expect(problem?.reason).toBe('UnknownProvider');
    expect(problem?.detail).toContain('spec.analysis.stepWeight: found -1');
  });

  it('includes other namespaces only where they are blocked', () => {
    const wish = {
      analysis: {
        metrics: [
          { name: 'x', templateRef: { name: 'latency', namespace: 'ops' }, thresholdRange: { max: 1 } },
        ],
        alerts: [{ name: 'a', providerRef: { name: 'slack', namespace: 'test' } }],
      },
    };
    expect(problemOf(wish)).toBeUndefined();
    expect(problemOf(wish, { ...ISTIO_BY_DEFAULT, noCrossNamespaceRefs: true })).toEqual({
      reason: 'CrossNamespaceReference',
      detail:
        "spec.analysis.metrics[0].templateRef: can't access metric template latency.ops, cross-namespace references are blocked",
    });
  });

  it.each([
    ['ops', "spec.upstreamRef: can't access gloo upstream edge.ops, cross-namespace references are blocked"],
    ['test', undefined],
  ])('does so for upstreams of Gloo in namespace %s', (namespace, detail) => {
    const wish = { spec: { upstreamRef: { kind: 'Upstream', name: 'edge', namespace } } };

    expect(problemOf(wish, { ...ISTIO_BY_DEFAULT, noCrossNamespaceRefs: true })?.detail).toBe(detail);
  });

  it.each([
    [
      'ops',
      "spec.analysis.alerts[0].providerRef: can't access alert provider slack.ops, cross-namespace references are blocked",
    ],
    ['test', undefined],
    ['', undefined],
  ])('does so for alert providers in namespace "%s"', (namespace, detail) => {
    const alerts = [{ name: 'a', providerRef: { name: 'slack', namespace } }];
    const context = { ...ISTIO_BY_DEFAULT, noCrossNamespaceRefs: true };
    expect(problemOf({ analysis: { alerts } }, context)?.detail).toBe(detail);
  });

  it('never shows what may be a secret', () => {
    const webhooks = [
      { name: 'x', url: 17, metadata: { token: ['s3cret'] } },
      { name: 'y', url: 's3cret' },
    ];
    expect(sentences({ analysis: { webhooks } }).join()).not.toContain('s3cret');
  });

  it('does not keep a mistake in one place from being read in another', () => {
    const metrics = [{ name: 7 }, { name: 'request-duration', thresholdRange: { max: 500, min: 'low' } }];
    const { canary, findings } = parseCanary(aCanary({ analysis: { metrics } }), ISTIO_BY_DEFAULT);
    expect(findings.map(({ field }) => field)).toEqual([
      'spec.analysis.metrics[0].name',
      'spec.analysis.metrics[1].thresholdRange.min',
    ]);
    expect(canary?.analysis.metrics.map(({ thresholdRange }) => thresholdRange)).toEqual([{ max: 500 }]);
  });

  it('never makes the parser throw', () => {
    const anything = fc.dictionary(
      fc.constantFrom('targetRef', 'service', 'analysis', 'provider', 'canaryAnalysis', 'skipAnalysis'),
      fc.anything({ maxDepth: 4 }),
    );
    fc.assert(
      fc.property(anything, fc.jsonValue(), (spec, status) => {
        const json = JSON.parse(JSON.stringify(spec)) as Record<string, unknown>;
        const object = { ...aCanary({ status }), spec: json };
        const { canary, problem } = parseCanary(object, ISTIO_BY_DEFAULT);
        return canary !== undefined || problem !== undefined;
      }),
    );
  });
});

describe('what can be followed, though perhaps not as its author thinks', () => {
  const metric = (entry: object) => ({ analysis: { metrics: [entry] } });
  it.each<readonly [CanaryWish, string]>([
    [
      { analysis: { interval: '5s' } },
      'spec.analysis.interval: found "5s", raised to 10s, the shortest allowed here',
    ],
    [
      { analysis: { interval: 'often' } },
      'spec.analysis.interval: found "often", expected a span such as 30s or 1m; 1m0s is used',
    ],
    [
      { analysis: { maxWeight: 0 } },
      'spec.analysis.maxWeight: found 0, taken as 100: all traffic in the end',
    ],
    [
      { spec: { metricsServer: 'prometheus:9090' } },
      'spec.metricsServer: does not begin with http:// or https://, so every query fails',
    ],
    ...['', '/gate', 'http://', 'ftp://tester/'].map((url): [CanaryWish, string] => [
      { analysis: { webhooks: [{ name: 'gate', url }] } },
      'spec.analysis.webhooks[0].url: does not begin with http:// or https://, so every call fails',
    ]),
    [
      { analysis: { maxWeight: 150 } },
      'spec.analysis.maxWeight: found 150, there is no more traffic than 100',
    ],
    [
      { analysis: { iterations: 5 } },
      'spec.analysis.stepWeight: has no effect beside iterations, which ask for blue/green or A/B testing; drop one of the two',
    ],
    [
      { analysis: { stepWeights: [1] } },
      'spec.analysis.stepWeights: has no effect beside stepWeight; drop one of the two',
    ],
    [
      { analysis: { match: [{ headers: {} }] } },
      'spec.analysis.match: has no effect without iterations: traffic is shifted by weight; set iterations for A/B testing',
    ],
    [
      { spec: { progressDeadlineSeconds: 0 } },
      'spec.progressDeadlineSeconds: found 0, expected 1 or more; 600 is used',
    ],
    [
      metric({ name: 'errors', thresholdRange: { max: 1 } }),
      'spec.analysis.metrics[0]: "errors" has neither a templateRef nor a query and is not built in, so every check of it fails; add a templateRef, or use request-success-rate or request-duration',
    ],
    [
      metric({ name: 'errors', query: 'x', thresholdRange: { min: 2, max: 1 } }),
      'spec.analysis.metrics[0].thresholdRange: min 2 is above max 1, so every check fails',
    ],
    [
      metric({ name: 'errors', query: 'x' }),
      'spec.analysis.metrics[0]: has no thresholdRange, so every value above 0 fails; set thresholdRange.min or thresholdRange.max',
    ],
    [
      metric({ name: 'request-success-rate' }),
      'spec.analysis.metrics[0]: has no thresholdRange, so every value passes; set thresholdRange.min or thresholdRange.max',
    ],
    [
      { analysis: { webhooks: [{ name: 'load', url: 'http://tester/', timeout: 'soon' }] } },
      'spec.analysis.webhooks[0].timeout: found "soon", expected a span such as 30s or 1m; 10s is used',
    ],
    [
      {
        analysis: {
          webhooks: [
            { name: 'a', url: 'http://a' },
            { name: 'a', url: 'http://a' },
          ],
        },
      },
      'spec.analysis.webhooks[1].name: found "a", the same as spec.analysis.webhooks[0]; events will not tell them apart',
    ],
  ])('%j', (wish, warning) => {
    expect(problemOf(wish)).toBeUndefined();
    expect(sentences(wish)).toEqual([`warning ${warning}`]);
  });

  it('checks a built-in name with a query and a template three times', () => {
    const entry = {
      name: 'request-duration',
      query: 'up',
      templateRef: { name: 'latency' },
      thresholdRange: { max: 9 },
    };
    const { spec, analysis } = aParsedCanary(metric(entry));
    expect(spec.metrics.map(({ source }) => source)).toEqual(['builtin', 'query', 'template']);
    expect(
      analysis.metrics.map(({ query, templateRef, interval }) => [query, templateRef?.name, interval]),
    ).toEqual([
      [undefined, undefined, '1m'],
      ['up', undefined, '1m'],
      [undefined, 'latency', ''],
    ]);
  });

  it('calls a webhook without a type at every step, and an alert without a severity information', () => {
    const wish = {
      analysis: {
        webhooks: [{ name: 'load', url: 'http://tester/', type: '', metadata: { retries: 3, quiet: true } }],
        alerts: [{ name: 'a', providerRef: { name: 'slack' } }],
      },
    };
    const { analysis, spec } = aParsedCanary(wish);
    expect(spec.hooks).toEqual([{ type: 'rollout', name: 'load', muted: false, onInconclusive: 'fail' }]);
    expect(analysis.webhooks[0]).toMatchObject({
      timeout: 10_000,
      metadata: { retries: '3', quiet: 'true' },
    });
    expect(analysis.alerts[0]?.severity).toBe('info');
  });
});

describe('session affinity', () => {
  const affinityOf = (sessionAffinity: object, wish: CanaryWish = {}): unknown =>
    parseCanary(aCanary({ ...wish, analysis: { ...wish.analysis, sessionAffinity } }), ISTIO_BY_DEFAULT)
      .canary?.analysis.sessionAffinity;
  const warnings = (wish: CanaryWish): readonly string[] =>
    parseCanary(aCanary(wish), ISTIO_BY_DEFAULT)
      .findings.filter(({ severity }) => severity === 'warning')
      .map(({ field, message }) => `${field}: ${message}`);

  it.each([undefined, 0])('keeps a cookie for a day where maxAge is %s', (maxAge) => {
    expect(affinityOf({ cookieName: 'a', ...(maxAge !== undefined && { maxAge }) })).toEqual({
      cookieName: 'a',
      maxAge: 86_400,
      httpOnly: false,
      secure: false,
      partitioned: false,
    });
  });

  it('has all that is written', () => {
    const whole = {
      cookieName: 'a',
      primaryCookieName: 'b',
      maxAge: 60,
      domain: 'example.com',
      path: '/',
      sameSite: 'None',
      httpOnly: true,
      secure: true,
      partitioned: true,
    };
    expect(affinityOf(whole)).toEqual(whole);
  });

  it('has no effect where nobody sees two versions by chance, which is said', () => {
    const sessionAffinity = { cookieName: 'a' };
    const match = [{ headers: { 'x-user': { exact: 'insider' } } }];
    const ab = { iterations: 2, stepWeight: undefined, maxWeight: undefined, match };
    expect(affinityOf(sessionAffinity, { analysis: ab })).toBeUndefined();
    expect(warnings({ analysis: { ...ab, sessionAffinity } })).toEqual([
      'spec.analysis.sessionAffinity: has no effect with match: in A/B testing the conditions say who sees the canary',
    ]);
    const plain = { spec: { provider: 'kubernetes' }, analysis: { iterations: 2, stepWeight: undefined } };
    expect(warnings({ ...plain, analysis: { ...plain.analysis, sessionAffinity } })).toEqual([
      'spec.analysis.sessionAffinity: has no effect: provider kubernetes routes no requests, so no visitor sees two versions',
    ]);
  });

  it('warns of cookies that browsers refuse', () => {
    expect(
      warnings({ analysis: { sessionAffinity: { cookieName: 'a', sameSite: 'None', partitioned: true } } }),
    ).toEqual([
      'spec.analysis.sessionAffinity.sameSite: found "None": browsers refuse such a cookie unless secure is true',
      'spec.analysis.sessionAffinity.partitioned: found true: browsers refuse such a cookie unless secure is true',
    ]);
  });
});
