/**
 * What a person who adds a mesh, a metric system, a messenger or a kind of workload could forget: the line in the
 * registry, the fixtures, the place in the definitions, the queries, the section for users.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { capabilityTable } from '../hack/docs/capabilities.ts';
import { trialTable } from '../hack/docs/trials.ts';
import { parseCanary } from '../src/api/canary.ts';
import { parseMetricTemplate } from '../src/api/metric-template.ts';
import { loadDefinitions } from '../src/cli/check/definitions.ts';
import { valueAt } from '../src/cli/check/record.ts';
import { BUILTIN_METRICS, BUILTIN_QUERIES } from '../src/metrics/builtin.ts';
import { METRIC_PROVIDERS, metricProvider } from '../src/metrics/registry.ts';
import { NOTIFIERS } from '../src/notify/registry.ts';
import { millis } from '../src/shared/brand.ts';
import { systemClock } from '../src/shared/clock.ts';
import { autoscalerKinds } from '../src/targets/autoscalers.ts';
import { targetKind, targetKinds } from '../src/targets/registry.ts';
import { abilitiesOf, providerNames, resolveTraffic, trafficProviders } from '../src/traffic/registry.ts';
import { aCanary } from './support/canary-object.ts';
import { metricCredentials, metricTemplateOf } from './support/metric-fixture.ts';
import { folderOf } from './support/traffic.ts';
import { isKubeObject } from '../src/adapters/kubernetes/objects.ts';

const ROOT = join(import.meta.dirname, '..');
const CRDS = new URL('../crds/', import.meta.url);

interface Collection {
  readonly folder: string;
  readonly entries: Readonly<Record<string, unknown>>;
  /** The type that entries are declared with. */
  readonly type: string;
  /** The folder with a page for each entry; kinds of workloads have sections in that of the Canary. */
  readonly pages?: string;
  /** Does the definition allow this name? */
  readonly allows: (name: string) => boolean;
}

const COLLECTIONS: readonly Collection[] = [
  {
    folder: 'targets',
    entries: targetKinds,
    type: 'TargetKind',
    allows: (name) =>
      listed('Canary', 'properties.spec.properties.targetRef.properties.kind.enum')(kindIn(name)),
  },
  {
    folder: 'traffic',
    entries: trafficProviders,
    type: 'TrafficProvider',
    pages: 'docs/traffic',
    allows: matching('Canary', 'properties.spec.properties.provider.pattern'),
  },
  {
    folder: 'metrics',
    entries: METRIC_PROVIDERS,
    type: 'MetricProviderFactory',
    pages: 'docs/metrics',
    allows: listed('MetricTemplate', 'properties.spec.properties.provider.properties.type.enum'),
  },
  {
    folder: 'notify',
    entries: NOTIFIERS,
    type: 'Notifier',
    pages: 'docs/alerting',
    allows: listed('AlertProvider', 'properties.spec.properties.type.enum'),
  },
];

/** Knative's Services are of the same kind as others, in another group. */
function kindIn(name: string): string {
  return name.replace(/^Knative/u, '');
}

/** Of every served version, since a name has to be writable in each of them. */
function inSchemas(kind: string, path: string): readonly unknown[] {
  const found = loadDefinitions(CRDS).filter((definition) => definition.kind === kind);
  return found.map(({ schema }) => valueAt(schema, path));
}

function listed(kind: string, path: string): Collection['allows'] {
  const lists = inSchemas(kind, path);
  return (name) => lists.length > 0 && lists.every((list) => Array.isArray(list) && list.includes(name));
}

function matching(kind: string, path: string): Collection['allows'] {
  const patterns = inSchemas(kind, path);
  return (name) => patterns.length > 0 && patterns.every((pattern) => new RegExp(String(pattern)).test(name));
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(ROOT, 'src', folder)).filter((file) => file.endsWith('.ts'));
}

/** The exports of a folder that are declared as entries, with the file they are in. */
async function declared({ folder, type }: Collection): Promise<readonly { at: string; value: unknown }[]> {
  const found: { at: string; value: unknown }[] = [];
  for (const file of filesOf(folder)) {
    const text = readFileSync(join(ROOT, 'src', folder, file), 'utf8');
    const module: unknown = await import(join(ROOT, 'src', folder, file));
    for (const [, name = ''] of text.matchAll(new RegExp(`^export const (\\w+): ${type}\\b`, 'gm'))) {
      found.push({ at: `${folder}/${file}`, value: valueAt(module, name) });
    }
  }
  return found;
}

function headings(page: string): ReadonlySet<string> {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return new Set([...text.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) => title.replaceAll(' ', '')));
}

function readYaml(path: string): unknown {
  return parse(readFileSync(join(ROOT, path), 'utf8')) as unknown;
}

describe.each(COLLECTIONS)('$folder', (collection) => {
  const { folder, entries, pages, allows } = collection;
  const names = Object.keys(entries);

  it('has every entry that is written in its registry, and each there once', async () => {
    const registered = Object.values(entries);
    const written = await declared(collection);

    expect(written.filter(({ value }) => !registered.includes(value)).map(({ at }) => at)).toEqual([]);
    expect(written).toHaveLength(names.length);
    expect(new Set(registered).size).toBe(names.length);
  });

  it('has fixtures for every entry, and none for others', () => {
    const at = join(ROOT, 'test/fixtures', folder);
    const folders = existsSync(at) ? readdirSync(at, { withFileTypes: true }) : [];

    expect(
      folders
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort(),
    ).toEqual(names.map(folderOf).sort());
    expect(names.filter((name) => readdirSync(join(at, folderOf(name))).length === 0)).toEqual([]);
  });

  it('tells users about every entry, with a manifest where it has a page of its own', () => {
    if (pages === undefined) {
      const titles = headings('docs/canary.md');
      expect(names.filter((name) => !titles.has(name))).toEqual([]);
      return;
    }
    const written = readdirSync(join(ROOT, pages)).map((file) => file.replace(/\.md$/, ''));
    const text = (name: string): string => readFileSync(join(ROOT, pages, `${folderOf(name)}.md`), 'utf8');

    expect([...written].sort()).toEqual(names.map(folderOf).sort());
    expect(names.filter((name) => !text(name).startsWith(`# ${name}\n`))).toEqual([]);
    expect(names.filter((name) => !/^```yaml\napiVersion: flagger\.app\//m.test(text(name)))).toEqual([]);
  });

  it('can be written into an object that the API server takes', () => {
    expect(names.filter((name) => !allows(name))).toEqual([]);
    expect(allows('no-such-name')).toBe(false);
  });
});

describe('traffic', () => {
  const names = Object.keys(trafficProviders);

  it('has built-in queries for every provider, and none for others', () => {
    expect(Object.keys(BUILTIN_QUERIES).sort()).toEqual([...names].sort());
    for (const { successRate, requestRate, duration } of Object.values(BUILTIN_QUERIES)) {
      expect(
        [successRate, requestRate, duration].filter((query) => !query.includes('{{ interval }}')),
      ).toEqual([]);
    }
  });

  it('resolves every provider from some name that users write', () => {
    const reached = providerNames.map((name) => resolveTraffic(name)?.key);

    expect([...new Set(reached)]).toEqual(names);
  });

  it('shows in its page what every provider can do, and what it was tried with', () => {
    const page = readFileSync(join(ROOT, 'docs/traffic.md'), 'utf8');

    // Out of date? `npm run docs` writes it.
    expect(page).toContain(capabilityTable());
    expect(page).toContain(trialTable());
  });

  it('says in its page which metric systems count for it', () => {
    const page = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');

    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    expect(BUILTIN_METRICS.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('metrics', () => {
  it.each(Object.keys(METRIC_PROVIDERS))(
    'makes a provider of the template among the fixtures of %s',
    (name) => {
      const object = metricTemplateOf(name);
      if (!isKubeObject(object)) throw new Error('the fixture is no Kubernetes object');
      const { template, findings } = parseMetricTemplate(object);
      const { type = '', address = '', headers = {}, region = '', secretRef } = template?.provider ?? {};
      const made = metricProvider(
        {
          type,
          address,
          headers,
          region,
          insecureSkipVerify: false,
          credentials: secretRef === undefined ? {} : metricCredentials(name),
        },
        {
          http: unused,
          prometheus: { query: unused },
          identity: { google: unused, aws: unused },
          objects: { read: unused, create: unused, delete: unused },
          paths: { get: unused },
          random: unused,
          clock: systemClock,
        },
      );

      expect(findings).toEqual([]);
      expect(type).toBe(name);
      expect(made.ok).toBe(true);
    },
  );
});

describe('targets', () => {
  it.each(Object.keys(targetKinds))('finds the workload among the fixtures of %s by its kind', (name) => {
    const object = readYaml(`test/fixtures/targets/${name}/target.yaml`);
    if (!isKubeObject(object)) throw new Error('the fixture is no Kubernetes object');
    const { apiVersion, kind, metadata } = object;

    expect(kind).toBe(kindIn(name));
    expect(targetKind({ apiVersion, kind, name: metadata.name })).toBe(
      Object.values(targetKinds).at(Object.keys(targetKinds).indexOf(name)),
    );
  });
});

describe('autoscalers', () => {
  const findings = (kind: string): readonly string[] =>
    parseCanary(aCanary({ spec: { autoscalerRef: { kind, name: 'podinfo' } } }), {
      defaultProvider: 'istio',
      capabilities: abilitiesOf,
      knownProviders: [],
      ingressAnnotationsPrefix: '',
      minimumInterval: millis(10_000),
      noCrossNamespaceRefs: false,
    }).findings.map(({ message }) => message);

  it('of the kinds that are copied are taken without a word, those of others are warned of', () => {
    expect(Object.keys(autoscalerKinds).flatMap(findings)).toEqual([]);
    expect(findings('WatermarkPodAutoscaler')).toEqual([
      expect.stringContaining('has no effect on the primary'),
    ]);
  });

  it('have a section each in the page of the Canary', () => {
    const titles = headings('docs/canary.md');
    expect(Object.keys(autoscalerKinds).filter((name) => !titles.has(name))).toEqual([]);
  });
});

function unused(): never {
  throw new Error('making a provider asks nobody');
}
