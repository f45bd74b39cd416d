/** A MetricTemplate as its author wrote it, and the names its query may use. Which systems can be asked is the metrics' business. */
import { z } from 'zod';

import { memberOf } from './canary-schema.ts';
import { isKnativeService } from './knative.ts';
import type { Canary, Finding, MetricSpec, MetricTemplate } from './model.ts';
import type { KubeObject } from './objects.ts';
import { Report } from './report.ts';
import { salvage } from './salvage.ts';
import { boolean, record, text } from './schema-parts.ts';
import { keysOf, renderTemplate, type TemplateValue } from './template.ts';

const TYPES = [
  'prometheus',
  'influxdb',
  'datadog',
  'externalmetrics',
  'stackdriver',
  'cloudwatch',
  'newrelic',
  'graphite',
  'dynatrace',
  'keptn',
  'splunk',
] as const;

export const metricTemplateSchema = record({
  spec: record({
    provider: record({
      type: z.enum(TYPES, { error: `one of ${TYPES.join(', ')}` }),
      address: text.optional(),
      headers: z
        .record(z.string(), z.array(text, { error: 'a list of strings' }), {
          error: 'an object with lists of strings',
        })
        .optional(),
      secretRef: record({ name: text }).optional(),
      region: text.optional(),
      insecureSkipVerify: boolean.optional(),
    }),
    query: text,
  }),
});

export interface ParsedMetricTemplate {
  /** Undefined where there is no saying whom to ask or what. */
  readonly template: MetricTemplate | undefined;
  readonly findings: readonly Finding[];
}

/** Never throws for what a person can write. A query that cannot be filled in is an error beside the template. */
export function parseMetricTemplate(object: KubeObject): ParsedMetricTemplate {
  const report = new Report();
  const { data, findings } = salvage(metricTemplateSchema, object);
  report.add(findings);
  if (data === undefined) return { template: undefined, findings: report.findings };
  const { provider, query } = data.spec;
  checkQuery(query, report);
  const template: MetricTemplate = {
    namespace: object.metadata.namespace ?? 'default',
    name: object.metadata.name,
    provider: {
      type: provider.type,
      address: provider.address ?? '',
      headers: provider.headers ?? {},
      secretRef: provider.secretRef?.name || undefined,
      region: provider.region ?? '',
      insecureSkipVerify: provider.insecureSkipVerify ?? false,
    },
    query,
  };
  return { template, findings: report.findings };
}

/** The names a query may use, with what they stand for here. `extra` overrules, as a router that names its own route. */
export function queryFunctions(
  canary: Canary,
  metric: Pick<MetricSpec, 'interval' | 'templateVariables'>,
  extra: Readonly<Record<string, TemplateValue>> = {},
): Readonly<Record<string, TemplateValue>> {
  const { name, namespace, target, service, status, object } = canary;
  const spec = object['spec'];
  return {
    name,
    namespace,
    target: target.name,
    service: service.apex,
    ingress: nameOf(spec, 'ingressRef') ?? target.name,
    // Knative counts requests by revision.
    route:
      (isKnativeService(target) && status.lastAppliedRevision) || (nameOf(spec, 'routeRef') ?? target.name),
    interval: metric.interval,
    variables: metric.templateVariables,
    ...extra,
  };
}

function nameOf(spec: unknown, reference: string): string | undefined {
  if (typeof spec !== 'object' || spec === null) return undefined;
  return memberOf(Reflect.get(spec, reference), 'name');
}

const SAMPLE: Readonly<Record<string, TemplateValue>> = {
  name: 'podinfo',
  namespace: 'default',
  target: 'podinfo',
  service: 'podinfo',
  ingress: 'podinfo',
  route: 'podinfo',
  interval: '1m',
};

/** Filled in once with made-up values, the variables it asks for included. */
function checkQuery(query: string, report: Report): void {
  const keys = keysOf(query, 'variables', [...Object.keys(SAMPLE), 'variables']);
  const variables = Object.fromEntries(keys.map((key) => [key, 'sample']));
  const rendered = renderTemplate(query, { ...SAMPLE, variables });
  if (!rendered.ok) report.error('spec.query', `cannot be filled in: ${rendered.error}`);
  else if (rendered.value.trim() === '') report.error('spec.query', 'is empty, expected a query');
}
