import { describe, expect, it } from '@jest/globals';

import { parseMetricTemplate, queryFunctions } from '../../../src/api/metric-template.ts';
import { renderTemplate } from '../../../src/api/template.ts';
import { aParsedCanary } from '../../support/canary-object.ts';

function aTemplate(spec: Record<string, unknown>) {
  const provider = { type: 'prometheus', address: 'http://prometheus:9090' };
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'MetricTemplate',
    metadata: { name: 'latency', namespace: 'ops' },
    spec: { provider, query: 'up', ...spec },
  };
}

function sentences(spec: Record<string, unknown>): readonly string[] {
  return parseMetricTemplate(aTemplate(spec)).findings.map(({ field, message }) => `${field}: ${message}`);
}

describe('a metric template', () => {
  it('is read with everything a provider may need', () => {
    const provider = {
      type: 'datadog',
      headers: { 'X-Scope': ['a', 'b'] },
      secretRef: { name: 'keys' },
      region: 'eu',
      insecureSkipVerify: true,
    };
    expect(parseMetricTemplate(aTemplate({ provider, query: 'avg:{{ target }}' }))).toEqual({
      template: {
        namespace: 'ops',
        name: 'latency',
        provider: {
          type: 'datadog',
          address: '',
          headers: { 'X-Scope': ['a', 'b'] },
          secretRef: 'keys',
          region: 'eu',
          insecureSkipVerify: true,
        },
        query: 'avg:{{ target }}',
      },
      findings: [],
    });
  });

  it.each([
    [{ query: undefined }, 'spec.query: is missing, expected a string'],
    [{ query: ' ' }, 'spec.query: is empty, expected a query'],
    [
      { query: 'a\n{{ args.name }}' },
      'spec.query: cannot be filled in: line 2, column 4: function "args" not defined',
    ],
    [
      { provider: { type: 'graphana' } },
      'spec.provider.type: found "graphana", expected one of prometheus, influxdb, datadog, externalmetrics, stackdriver, cloudwatch, newrelic, graphite, dynatrace, keptn, splunk',
    ],
  ])('%j is complained about', (spec, sentence) => {
    expect(sentences(spec)).toEqual([sentence]);
  });

  it('may ask for variables that only the canary knows', () => {
    expect(sentences({ query: '{{ variables.path }}{{ if variables.x }}{{ end }}' })).toEqual([]);
  });

  it('never shows the address or the headers in a complaint', () => {
    const provider = { type: 'prometheus', address: ['s3cret'], headers: { Authorization: 's3cret' } };
    expect(sentences({ provider }).join()).not.toContain('s3cret');
  });
});

describe('a query', () => {
  const query =
    '{{ name }} {{ namespace }} {{ target }} {{ service }} {{ ingress }} {{ route }} {{ interval }} {{ variables.a }}';
  const metric = { interval: '2m', templateVariables: { a: 'b' } };

  it('knows the canary it is about', () => {
    const canary = aParsedCanary({
      name: 'front',
      service: { name: 'web' },
      spec: { ingressRef: { kind: 'Ingress', name: 'edge' } },
    });
    expect(renderTemplate(query, queryFunctions(canary, metric))).toEqual({
      ok: true,
      value: 'front test podinfo web edge podinfo 2m b',
    });
  });

  it('can be given another route', () => {
    const names = queryFunctions(aParsedCanary(), metric, { route: 'podinfo-00002' });
    expect(renderTemplate('{{ route }}', names)).toEqual({ ok: true, value: 'podinfo-00002' });
  });
});
