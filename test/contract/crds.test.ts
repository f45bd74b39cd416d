/** The definitions we ship: that a real API server would take them, and that they say what users rely on. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isRecord, valueAt, type Entries } from '../../src/cli/check/record.ts';

const FILES = ['canary', 'metric-template', 'alert-provider'];

function definition(file: string): Entries {
  return parse(readFileSync(new URL(`../../crds/${file}.yaml`, import.meta.url), 'utf8')) as Entries;
}

function versionsOf(file: string): readonly Entries[] {
  return valueAt(definition(file), 'spec.versions') as readonly Entries[];
}

function versionOf(file: string, name: string): Entries {
  return versionsOf(file).find((version) => version['name'] === name) ?? {};
}

/** Columns as `Name type path priority`. */
function columnsOf(file: string, version: string): readonly string[] {
  const columns = versionOf(file, version)['additionalPrinterColumns'] as readonly Entries[];
  return columns.map((column) =>
    [column['name'], column['type'], column['jsonPath'], column['priority'] ?? 0].join(' '),
  );
}

/** Every level of a schema with its path; `inside` tells levels that only restrict others. */
function* levels(
  schema: unknown,
  path: string,
  inside = false,
): Generator<readonly [string, Entries, boolean]> {
  if (!isRecord(schema)) return;
  yield [path, schema, inside];
  for (const [key, property] of Object.entries(isRecord(schema['properties']) ? schema['properties'] : {})) {
    yield* levels(property, `${path}.${key}`, inside);
  }
  yield* levels(schema['items'], `${path}[]`, inside);
  yield* levels(schema['additionalProperties'], `${path}{}`, inside);
  for (const keyword of ['oneOf', 'anyOf', 'allOf']) {
    const alternatives = (schema[keyword] ?? []) as readonly unknown[];
    for (const alternative of alternatives) yield* levels(alternative, path, true);
  }
}

describe.each(FILES)('crds/%s.yaml', (file) => {
  it('is stored as v1beta1, serves older versions unconverted, and survives helm uninstall', () => {
    const { metadata, spec } = definition(file);
    expect(valueAt(spec, 'conversion.strategy')).toBe('None');
    expect(valueAt(spec, 'names.categories')).toEqual(['all']);
    expect(valueAt(spec, 'names.shortNames')).toBeUndefined();
    expect(valueAt(spec, 'scope')).toBe('Namespaced');
    expect((valueAt(metadata, 'annotations') as Entries)['helm.sh/resource-policy']).toBe('keep');
    expect(valueAt(metadata, 'name')).toBe(`${String(valueAt(spec, 'names.plural'))}.flagger.app`);
    expect(
      versionsOf(file)
        .filter(({ storage }) => storage === true)
        .map(({ name }) => name),
    ).toEqual(['v1beta1']);
    expect(
      versionsOf(file).every(
        ({ served, subresources }) => served === true && valueAt(subresources, 'status') !== undefined,
      ),
    ).toBe(true);
  });

  it('has the same schema in every version, so that each takes what the others stored', () => {
    const [first, ...others] = versionsOf(file).map((version) => JSON.stringify(version['schema']));
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toBe(first);
  });

  it('is a structural schema', () => {
    const schema = valueAt(versionOf(file, 'v1beta1'), 'schema.openAPIV3Schema');
    for (const [path, level, isRestriction] of levels(schema, '')) {
      const hasType =
        level['type'] !== undefined ||
        level['x-kubernetes-int-or-string'] === true ||
        level['x-kubernetes-preserve-unknown-fields'] === true;
      // Alternatives may restrict fields but neither declare, describe nor default them.
      const forbidden = isRestriction
        ? ['type', 'description', 'default', 'nullable', 'additionalProperties']
        : ['$ref', 'uniqueItems', 'definitions'];
      expect([path, hasType || isRestriction]).toEqual([path, true]);
      expect([path, forbidden.filter((keyword) => keyword in level)]).toEqual([path, []]);
      if (!isRestriction && level['type'] === 'array')
        expect([path, isRecord(level['items'])]).toEqual([path, true]);
      expect([path, 'properties' in level && 'additionalProperties' in level]).toEqual([path, false]);
    }
  });

  it('explains every field a user can write', () => {
    const schema = valueAt(versionOf(file, 'v1beta1'), 'schema.openAPIV3Schema');
    const silent = [...levels(schema, '')]
      .filter(
        ([path, level, isRestriction]) =>
          !isRestriction &&
          /\.\w+$/u.test(path) &&
          path !== '.metadata' &&
          level['description'] === undefined,
      )
      .map(([path]) => path);
    expect(silent).toEqual([]);
  });
});

describe('kubectl get', () => {
  const canary = (analysis: string): readonly string[] => [
    'Status string .status.phase 0',
    'Weight string .status.canaryWeight 0',
    'Suspended boolean .spec.suspend 1',
    'FailedChecks string .status.failedChecks 1',
    `Interval string .spec.${analysis}.interval 1`,
    `Mirror boolean .spec.${analysis}.mirror 1`,
    `StepWeight string .spec.${analysis}.stepWeight 1`,
    `StepWeights string .spec.${analysis}.stepWeights 1`,
    `MaxWeight string .spec.${analysis}.maxWeight 1`,
    'LastTransitionTime string .status.lastTransitionTime 0',
  ];

  it.each([
    ['canary', 'v1beta1', canary('analysis')],
    ['canary', 'v1alpha3', canary('canaryAnalysis')],
    ['metric-template', 'v1beta1', ['Provider string .spec.provider.type 0']],
    ['alert-provider', 'v1beta1', ['Type string .spec.type 0']],
  ])('shows for %s %s the columns that scripts read', (file, version, columns) => {
    expect(columnsOf(file, version)).toEqual(columns);
  });
});
