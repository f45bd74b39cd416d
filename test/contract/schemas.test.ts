/** The definitions we ship and the schemas we read with know the same fields, so that neither forgets one. */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { alertProviderSchema } from '../../src/api/alert-provider.ts';
import { canarySchema } from '../../src/api/canary.ts';
import { metricTemplateSchema } from '../../src/api/metric-template.ts';
import { loadDefinitions } from '../../src/cli/check/definitions.ts';
import { isRecord } from '../../src/cli/check/record.ts';

/** Every field below `spec`, with `[]` for elements and `{}` for values of a map. */
function* fields(schema: unknown, path: string): Generator<string> {
  if (!isRecord(schema)) return;
  yield path;
  for (const alternative of Array.isArray(schema['anyOf']) ? (schema['anyOf'] as readonly unknown[]) : []) {
    yield* fields(alternative, path);
  }
  for (const [key, property] of Object.entries(isRecord(schema['properties']) ? schema['properties'] : {})) {
    yield* fields(property, `${path}.${key}`);
  }
  if (isRecord(schema['items'])) yield* fields(schema['items'], `${path}[]`);
  const values = schema['additionalProperties'];
  if (isRecord(values) && Object.keys(values).length > 0) yield* fields(values, `${path}{}`);
}

function specOf(schema: unknown): unknown {
  return isRecord(schema) && isRecord(schema['properties']) ? schema['properties']['spec'] : undefined;
}

function shipped(kind: string): ReadonlySet<string> {
  const { schema } =
    loadDefinitions(new URL('../../crds/', import.meta.url)).find((definition) => definition.kind === kind) ??
    {};
  return new Set(fields(specOf(schema), 'spec'));
}

function read(schema: z.ZodType): ReadonlySet<string> {
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', unrepresentable: 'any' });
  return new Set(fields(specOf(json), 'spec'));
}

/** Where a schema stops and hands on what it finds: references, Istio's and the Gateway API's own shapes, cookies. */
const PASSED_ON = [
  /^spec\.(autoscaler|ingress|route|upstream)Ref/u,
  /^spec\.service\.(trafficPolicy|rewrite|retries|corsPolicy)/u,
  /^spec\.service\.(gatewayRefs|mirror)\[\]/u,
  /^spec\.(service|analysis|canaryAnalysis)\.match\[\]/u,
  /^spec\.(analysis|canaryAnalysis)\.sessionAffinity/u,
];

/** Shapes of Istio that some matches have and the definition, like the original, drops from others. */
const ONLY_READ = /^spec\.\w+\.match\[\]|\.webhooks\[\]\.metadata/u;

describe.each([
  ['Canary', canarySchema],
  ['MetricTemplate', metricTemplateSchema],
  ['AlertProvider', alertProviderSchema],
] as const)('%s', (kind, schema) => {
  it('is read by fields that the definition has', () => {
    const known = shipped(kind);
    expect([...read(schema)].filter((field) => !known.has(field) && !ONLY_READ.test(field))).toEqual([]);
  });

  it('has no field that nobody reads or hands on', () => {
    const known = read(schema);
    const forgotten = [...shipped(kind)].filter(
      (field) => !known.has(field) && !PASSED_ON.some((pattern) => pattern.test(field)),
    );
    expect(forgotten).toEqual([]);
  });
});
