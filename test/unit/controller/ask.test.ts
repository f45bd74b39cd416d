import { describe, expect, it } from '@jest/globals';
import { ask } from '../../../src/controller/ask.ts';
import type { HookType, Phase, Question } from '../../../src/core/model.ts';
import { revision } from '../../../src/shared/brand.ts';
import { err, ok } from '../../../src/shared/result.ts';
import { aParsedCanary } from '../../support/canary-object.ts';
import { FakeTools } from './tools.ts';

const { signal } = new AbortController();
const METRIC: Question = { kind: 'metric', index: 0, revision: revision('1-ab') };
const HOOK = { kind: 'hook', type: 'rollout', index: 0, revision: revision('1-ab') } as const;

function aTemplate(namespace = 'test'): Parameters<FakeTools['put']>[0] {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name: 'errors', namespace },
    spec: {
      provider: { type: 'prometheus', address: 'http://other:9090', secretRef: { name: 'login' } },
      query: 'errors{app="{{ target }}"}',
    },
  };
}

function templated(namespace?: string): ReturnType<typeof aParsedCanary> {
  const templateRef = { name: 'errors', ...(namespace !== undefined && { namespace }) };
  return aParsedCanary({
    analysis: { metrics: [{ name: 'errors', templateRef, thresholdRange: { max: 5 } }] },
  });
}

describe('a question of the core', () => {
  it('about a hook is a call that says Progressing and names the revision', async () => {
    const tools = new FakeTools();
    const canary = aParsedCanary({
      analysis: { webhooks: [{ name: 'load', type: 'rollout', url: 'http://load', metadata: { cmd: 'x' } }] },
    });
    expect(await ask(tools, canary, HOOK, signal)).toEqual({ kind: 'yes' });
    const { checksum, ...rest } = JSON.parse(tools.requests[0]?.body ?? '') as Record<string, unknown>;
    expect(rest).toEqual({
      name: 'podinfo',
      namespace: 'test',
      phase: 'Progressing',
      metadata: { cmd: 'x' },
    });
    expect(checksum).toMatch(/^1-/);
  });

  it.each<readonly [HookType, Phase, Phase]>([
    ['confirm-rollout', 'Initialized', 'Initialized'],
    ['confirm-rollout', 'Failed', 'Failed'],
    ['confirm-rollout', 'Waiting', 'Waiting'],
    ['pre-rollout', 'Progressing', 'Progressing'],
    ['rollout', 'WaitingPromotion', 'Progressing'],
    ['confirm-traffic-increase', 'Progressing', 'Progressing'],
    ['confirm-promotion', 'WaitingPromotion', 'Progressing'],
    ['rollback', 'Progressing', 'Progressing'],
    ['rollback', 'WaitingPromotion', 'WaitingPromotion'],
  ])('about a %s hook while the Canary is %s says %s', async (type, phase, told) => {
    const tools = new FakeTools();
    const canary = aParsedCanary({ analysis: { webhooks: [{ name: 'one', type, url: 'http://one' }] } });
    const status = { ...canary.status, phase };
    await ask(tools, { ...canary, status }, { ...HOOK, type }, signal);
    expect(JSON.parse(tools.requests[0]?.body ?? '')).toHaveProperty('phase', told);
  });

  it('about a hook that refuses is answered no, with its own words', async () => {
    const tools = new FakeTools();
    tools.answers.set('http://load', 403);
    const canary = aParsedCanary({
      analysis: { webhooks: [{ name: 'load', type: 'rollout', url: 'http://load' }] },
    });
    expect(await ask(tools, canary, HOOK, signal)).toEqual({
      kind: 'no',
      failure: { kind: 'hook', hook: 'load', detail: 'not now' },
    });
  });

  it('about a built-in metric goes to the server of the flag and is counted', async () => {
    const tools = new FakeTools('-metrics-server=http://flag:9090');
    tools.value = ok(98.5);
    expect(await ask(tools, aParsedCanary(), METRIC, signal)).toMatchObject({
      kind: 'no',
      failure: { kind: 'success-rate', value: 98.5, bound: 99, side: 'min' },
    });
    expect(tools.queries[0]).toContain('http://flag:9090 none sum( rate(');
    expect(await tools.vitals.registry.metrics()).toContain(
      'flagger_canary_metric_analysis{name="podinfo",namespace="test",metric="request-success-rate"} 98.5',
    );
  });

  it('about the duration of requests is counted in seconds, though judged in milliseconds', async () => {
    const tools = new FakeTools();
    tools.value = ok(250);
    const canary = aParsedCanary({
      analysis: { metrics: [{ name: 'request-duration', thresholdRange: { max: 500 } }] },
    });
    expect(await ask(tools, canary, METRIC, signal)).toEqual({
      kind: 'yes',
      measured: { value: 250, max: 500, unit: 'milliseconds' },
    });
    expect(await tools.vitals.registry.metrics()).toContain('metric="request-duration"} 0.25');
  });

  it('about an in-line query names the Canary in it', async () => {
    const tools = new FakeTools();
    const inline = (query: string) =>
      aParsedCanary({ analysis: { metrics: [{ name: 'errors', query, thresholdRange: { max: 5 } }] } });
    await ask(tools, inline('errors{app="{{ target }}"}[{{ interval }}]'), METRIC, signal);
    expect(tools.queries[0]).toContain('errors{app="podinfo"}[1m]');

    expect(await ask(tools, inline('errors{{ nobody }}'), METRIC, signal)).toMatchObject({
      kind: 'inconclusive',
      failure: { kind: 'query-failed', metric: 'errors', source: 'query' },
    });
  });

  it('about a metric without data is answered inconclusive', async () => {
    const tools = new FakeTools();
    tools.value = err({ kind: 'no-data' });
    expect((await ask(tools, aParsedCanary(), METRIC, signal)).kind).toBe('inconclusive');
  });

  it('about a template uses its address and its secret, read when it is needed', async () => {
    const tools = new FakeTools();
    tools.put(aTemplate());
    const token = Buffer.from('t0p').toString('base64');
    tools.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace: 'test' },
      data: { token },
    });
    expect(await ask(tools, templated(), METRIC, signal)).toMatchObject({
      kind: 'yes',
      measured: { unit: 'plain' },
    });
    expect(tools.queries).toEqual(['http://other:9090 bearer errors{app="podinfo"}']);
    expect(tools.reads).toEqual(['Secret/test/login']);
  });

  it('about a template that is not there, or whose secret is not, says which', async () => {
    const tools = new FakeTools();
    const missing = await ask(tools, templated(), METRIC, signal);
    expect(missing).toMatchObject({
      failure: { kind: 'template', template: 'errors.test', part: 'template' },
    });
    tools.put(aTemplate());
    const bare = await ask(tools, templated(), METRIC, signal);
    expect(bare).toMatchObject({ failure: { kind: 'template', part: 'secret', subject: 'login' } });
    expect(tools.queries).toEqual([]);
  });

  it('about a template of another namespace is refused where that is switched off', async () => {
    const tools = new FakeTools('-no-cross-namespace-refs');
    tools.put(aTemplate('other'));
    expect(await ask(tools, templated('other'), METRIC, signal)).toMatchObject({
      failure: { kind: 'template', detail: 'references to other namespaces are switched off' },
    });
  });

  it('about the providers asks each system once', async () => {
    const tools = new FakeTools();
    const providers: Question = { kind: 'providers', revision: revision('1-ab') };
    expect(await ask(tools, aParsedCanary(), providers, signal)).toEqual({ kind: 'yes' });
    expect(tools.queries).toEqual(['http://prometheus:9090 none vector(1)']);
    tools.value = err({ kind: 'unreachable', detail: 'connection refused' });
    expect(await ask(tools, aParsedCanary(), providers, signal)).toEqual({
      kind: 'no',
      failure: { kind: 'providers', detail: 'request-success-rate: connection refused' },
    });
  });

  it('about the providers asks the server of the Canary where it names one, and not the global one', async () => {
    const tools = new FakeTools('-metrics-server=http://nowhere:9090');
    const own = aParsedCanary({ spec: { metricsServer: 'http://own:9090' } });
    await ask(tools, own, { kind: 'providers', revision: revision('1-ab') }, signal);
    expect(tools.queries).toEqual(['http://own:9090 none vector(1)']);
  });

  it('about the providers finds a template in either namespace', async () => {
    for (const namespace of [undefined, 'test', 'ops']) {
      const tools = new FakeTools();
      const place = namespace ?? 'test';
      tools.put(aTemplate(place));
      const metadata = { name: 'login', namespace: place };
      tools.put({ apiVersion: 'v1', kind: 'Secret', metadata, data: { token: 'dDBw' } });
      const providers: Question = { kind: 'providers', revision: revision('1-ab') };
      expect(await ask(tools, templated(namespace), providers, signal)).toEqual({ kind: 'yes' });
      expect(tools.queries).toEqual(['http://other:9090 bearer vector(1)']);
    }
  });

  it('about the providers names the metric and the template that is missing, or the Secret that is', async () => {
    const tools = new FakeTools();
    const providers: Question = { kind: 'providers', revision: revision('1-ab') };
    expect(await ask(tools, templated(), providers, signal)).toMatchObject({
      failure: { kind: 'providers', detail: 'errors: metric template errors.test: it does not exist' },
    });
    tools.put(aTemplate());
    expect(await ask(tools, templated(), providers, signal)).toMatchObject({
      failure: {
        kind: 'providers',
        detail: expect.stringMatching(/^errors: metric template errors\.test secret login: /u),
      },
    });
  });
});
