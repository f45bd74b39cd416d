/**
 * The charts, by what they are expected to render: they give the permissions the table has, and `serin install` prints
 * the same. `npm run charts` holds what is expected against what helm renders; so does the last suite, where there is
 * a helm.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import {
  casesOf,
  CHARTS,
  goldenOf,
  refusedOf,
  renderCase,
  renderRefused,
  type Chart,
} from '../../hack/charts/goldens.ts';
import { findHelm } from '../../hack/charts/helm.ts';
import { KINDS } from '../../src/api/kinds.ts';
import { at, isTree, list, text, tree } from '../../src/api/tree.ts';
import {
  beyondNamespaces,
  definitionRules,
  leaseRules,
  ROUTES,
  workRules,
  type Rule,
} from '../../src/cli/install/rules.ts';
import { resolveTraffic, trafficProviders, type TrafficKey } from '../../src/traffic/registry.ts';
import { routeRefs } from '../../src/traffic/routes.ts';
import { canaryFrom, fixture } from '../support/canaries.ts';
import { folderOf } from '../support/traffic.ts';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'src/cli/main.ts');
const [SERIN, LOAD_TESTER] = CHARTS;

function objectsIn(yaml: string): readonly unknown[] {
  return parseAllDocuments(yaml)
    .map((document) => {
      const value: unknown = document.toJS();
      return value;
    })
    .filter(isTree);
}

/** One line per verb on a resource: `Role test: get apps/deployments`. */
function granted(place: string, rules: readonly unknown[]): readonly string[] {
  return rules
    .flatMap((rule) => {
      const names = list(at(rule, 'resourceNames'));
      const tail = names.length === 0 ? '' : ` ${names.join(',')}`;
      const members = (name: string): readonly string[] => list(at(rule, name)).map(String);
      return members('apiGroups').flatMap((group) =>
        members('resources').flatMap((resource) =>
          members('verbs').map((verb) => `${place}: ${verb} ${group}/${resource}${tail}`),
        ),
      );
    })
    .sort();
}

function grantedBy(objects: readonly unknown[], name: RegExp): readonly string[] {
  return objects
    .filter((object) => /Role$/.test(text(at(object, 'kind')) ?? ''))
    .filter((object) => name.test(text(at(object, 'metadata', 'name')) ?? ''))
    .flatMap((object) => {
      const namespace = text(at(object, 'metadata', 'namespace'));
      return granted(namespace === undefined ? 'everywhere' : namespace, list(at(object, 'rules')));
    })
    .sort();
}

describe("the role of the chart's account", () => {
  const cases: Readonly<Record<string, readonly (readonly [string, readonly Rule[]])[]>> = {
    default: [
      ['everywhere', workRules({ providers: ['istio'], trackConfigs: true, secretNames: [] })],
      ['everywhere', definitionRules()],
      ['serin-system', leaseRules()],
    ],
    namespaced: [
      ['test', workRules({ providers: ['nginx'], trackConfigs: true, secretNames: [] })],
      ['test', leaseRules()],
    ],
    least: [
      [
        'everywhere',
        workRules({ providers: ['kubernetes'], trackConfigs: false, secretNames: ['datadog', 'slack'] }),
      ],
      ['serin-system', leaseRules()],
    ],
    everything: [
      [
        'everywhere',
        workRules({
          providers: Object.keys(ROUTES).flatMap(nameOf),
          trackConfigs: true,
          secretNames: [],
          keptn: true,
          externalMetrics: ['queue_messages_ready'],
        }),
      ],
      ['everywhere', definitionRules()],
      ['serin-system', leaseRules()],
    ],
    openshift: [],
  };

  it.each(Object.entries(cases))('is what is needed, and no more: %s', (name, places) => {
    const objects = objectsIn(goldenOf(SERIN, name));
    const wanted = places.flatMap(([place, rules]) => granted(place, rules)).sort();

    expect(objects.length).toBeGreaterThan(0);
    expect(grantedBy(objects, /^(?!.*-prometheus$)/)).toEqual(wanted);
  });

  it.each(casesOf(SERIN))('has no wildcard: %s', (name) => {
    expect(grantedBy(objectsIn(goldenOf(SERIN, name)), /./).filter((line) => line.includes('*'))).toEqual([]);
  });

  it.each(Object.keys(trafficProviders))('has the kinds that provider %s routes by', (key) => {
    const folder = join(ROOT, 'test/fixtures/traffic', folderOf(key));
    const canaries = readdirSync(folder).filter((file) => file.startsWith('canary'));
    const { provider } = resolveTraffic(nameOf(key)[0] ?? '') ?? {};
    if (provider === undefined) throw new Error(`nothing means ${key}`);
    const kinds = canaries.flatMap((file) =>
      routeRefs(canaryFrom(fixture('traffic', folderOf(key), file)), provider).map(({ kind }) => kind),
    );

    expect([...new Set(kinds)].filter((kind) => kind !== 'Service').sort()).toEqual(
      [...new Set(ROUTES[key as TrafficKey].map((name) => KINDS[name].kind))].sort(),
    );
  });
});

describe('without a ClusterRole', () => {
  it('go all providers but those that route by objects in no namespace', () => {
    expect(beyondNamespaces(Object.keys(ROUTES).flatMap(nameOf))).toEqual(['kuma']);
  });
});

/** The names of a provider that the chart takes. */
function nameOf(key: string): readonly string[] {
  return providersIn('rbac', 'properties', 'providers', 'items').filter(
    (name) => resolveTraffic(name)?.key === key,
  );
}

function schemaOf(chart: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, 'charts', chart, 'values.schema.json'), 'utf8'));
}

function providersIn(...path: readonly string[]): readonly string[] {
  return list(at(schemaOf('serin'), 'properties', ...path, 'enum')).map(String);
}

describe('the providers the chart takes', () => {
  it('are those there are', () => {
    const names = providersIn('meshProvider');
    const reached = new Set(names.flatMap((name) => resolveTraffic(name)?.key ?? []));

    expect([...reached].sort()).toEqual(Object.keys(trafficProviders).sort());
    expect(names.filter((name) => name !== '' && resolveTraffic(name) === undefined)).toEqual([]);
    expect(providersIn('rbac', 'properties', 'providers', 'items')).toEqual(
      names.filter((name) => name !== ''),
    );
  });
});

describe('serin install', () => {
  it.each([
    ['default', []],
    ['namespaced', ['--namespaced', 'test', '--provider', 'nginx']],
  ])('prints what the chart renders: %s', (name, options) => {
    const { stdout, status } = spawnSync(process.execPath, [CLI, 'install', ...options], {
      encoding: 'utf8',
    });
    const printed = objectsIn(stdout).filter(
      (object) => !/^(CustomResourceDefinition|Namespace)$/.test(kindOf(object)),
    );
    const rendered = objectsIn(goldenOf(SERIN, name)).filter(
      (object) => at(object, 'metadata', 'annotations', 'helm.sh/hook') === undefined,
    );

    expect(status).toBe(0);
    expect(sorted(printed.map(withoutHelm))).toEqual(sorted(rendered.map(withoutHelm)));
    expect(objectsIn(stdout).filter((object) => kindOf(object) === 'CustomResourceDefinition')).toHaveLength(
      3,
    );
  });
});

function kindOf(object: unknown): string {
  return text(at(object, 'kind')) ?? '';
}

/** The labels of helm say who installed it, which is what differs. */
function withoutHelm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHelm);
  if (!isTree(value)) return value;
  const kept = Object.entries(value).filter(
    ([key]) => key !== 'helm.sh/chart' && key !== 'app.kubernetes.io/managed-by',
  );
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutHelm(member)]));
}

function sorted(objects: readonly unknown[]): readonly unknown[] {
  const place = (object: unknown): string =>
    `${kindOf(object)} ${text(at(object, 'metadata', 'name')) ?? ''}`;
  return [...objects].sort((a, b) => place(a).localeCompare(place(b)));
}

/** Paths of the values of Flagger's charts, 1.44; lists and maps of the user's own are one value each. */
const FLAGGERS: Readonly<Record<Chart['name'], string>> = {
  serin: `image.repository image.tag image.pullPolicy image.pullSecret logLevel annotations podAnnotations
    podPriorityClassName metricsServer serviceMonitor.enabled serviceMonitor.honorLabels serviceMonitor.namespace
    serviceMonitor.labels meshProvider namespace selectorLabels configTracking.enabled ingressAnnotationsPrefix
    ingressClass includeLabelPrefix threadiness securityContext.enabled securityContext.context eventWebhook clusterName
    slack.user slack.channel slack.url slack.proxy slack.proxyUrl msteams.url msteams.proxyUrl podMonitor.enabled
    podMonitor.namespace podMonitor.interval podMonitor.additionalLabels podMonitor.honorLabels env
    leaderElection.enabled leaderElection.replicaCount serviceAccount.create serviceAccount.name
    serviceAccount.annotations rbac.create rbac.pspEnabled crd.create linkerdAuthPolicy.create
    linkerdAuthPolicy.namespace nameOverride fullnameOverride resources nodeSelector tolerations affinity
    prometheus.install prometheus.image prometheus.pullSecret prometheus.retention prometheus.securityContext.enabled
    prometheus.securityContext.context kubeconfigQPS kubeconfigBurst controlplane.kubeconfig.secretName
    controlplane.kubeconfig.key podDisruptionBudget.enabled podDisruptionBudget.minAvailable podLabels deploymentLabels
    noCrossNamespaceRefs additionalVolumes additionalVolumeMounts`,
  loadtester: `replicaCount image.repository image.tag image.pullPolicy image.pullSecret podLabels podAnnotations
    podPriorityClassName logLevel cmd.timeout cmd.namespaceRegexp nameOverride fullnameOverride env service.type
    service.port resources volumes volumeMounts nodeSelector tolerations affinity rbac.create rbac.scope rbac.rules
    rbac.serviceAccountAnnotations serviceAccountName meshName backends appmesh.enabled appmesh.backends istio.enabled
    istio.host istio.gateway.enabled istio.tls.enabled istio.tls.httpsRedirect securityContext.enabled
    securityContext.context podSecurityContext.enabled podSecurityContext.context podDisruptionBudget.enabled
    podDisruptionBudget.minAvailable`,
};

describe.each(CHARTS)("values of Flagger's chart in $name", (chart) => {
  const paths = FLAGGERS[chart.name].split(/\s+/);
  const used = readFileSync(join(ROOT, 'test/fixtures/charts', chart.name, 'everything/values.yaml'), 'utf8');
  const templates = readdirSync(join(ROOT, 'charts', chart.name, 'templates'), {
    recursive: true,
    encoding: 'utf8',
  })
    .filter((file) => /\.(yaml|tpl|txt)$/.test(file))
    .map((file) => readFileSync(join(ROOT, 'charts', chart.name, 'templates', file), 'utf8'))
    .join('\n');
  const tail = readFileSync(join(ROOT, 'charts', chart.name, 'values.yaml'), 'utf8').split(
    'Taken and without effect',
  )[1];

  it('are taken, each of them', () => {
    const inSchema = (path: string): unknown =>
      path.split('.').reduce<unknown>((schema, name) => at(schema, 'properties', name), schemaOf(chart.name));

    expect(paths.filter((path) => inSchema(path) === undefined)).toEqual([]);
  });

  it('have an effect in some template, or are named as those that have none', () => {
    const idle = paths.filter((path) => {
      const [first = '', ...rest] = path.split('.');
      const last = rest.at(-1) ?? first;
      const read = templates.includes(`.${first}`) && templates.includes(`.${last}`);
      return !read && !(tail ?? '').includes(path) && !(tail ?? '').includes(first);
    });

    expect(tail).toBeDefined();
    expect(idle).toEqual([]);
  });

  it('are all among the values that are rendered', () => {
    const values: unknown = parse(used);
    const absent = paths.filter((path) => at(values, ...path.split('.')) === undefined);

    // Other names of what is there, and what goes with another case only.
    expect(
      absent.filter(
        (path) =>
          !/^(slack\.proxyUrl|namespace|serviceAccountName|prometheus\.securityContext\..*)$/.test(path),
      ),
    ).toEqual([]);
  });
});

describe('the chart of the load tester', () => {
  it('listens at 8080 behind a Service on port 80', () => {
    const objects = objectsIn(goldenOf(LOAD_TESTER, 'default'));
    const specOf = (kind: string): unknown =>
      objects.map((object) => (kindOf(object) === kind ? at(object, 'spec') : undefined)).find(isTree);
    const [container] = list(at(specOf('Deployment'), 'template', 'spec', 'containers'));

    expect(list(at(specOf('Service'), 'ports'))).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    expect(list(at(container, 'ports'))).toEqual([{ name: 'http', containerPort: 8080 }]);
    expect(list(at(container, 'args'))).toContain('-port=8080');
  });
});

describe('every pod of the charts', () => {
  const pods = CHARTS.flatMap((chart) =>
    casesOf(chart)
      .filter((name) => name !== 'openshift')
      .flatMap((name) =>
        objectsIn(goldenOf(chart, name)).flatMap((object) => {
          const spec = kindOf(object) === 'Pod' ? at(object, 'spec') : at(object, 'spec', 'template', 'spec');
          const title = `${chart.name} ${name} ${text(at(object, 'metadata', 'name'))}`;
          return isTree(spec) ? [{ title, spec }] : [];
        }),
      ),
  );

  it.each(pods)('is one that Pod Security lets in where it is "restricted": $title', ({ spec }) => {
    expect(at(spec, 'securityContext', 'runAsNonRoot')).toBe(true);
    expect(at(spec, 'securityContext', 'seccompProfile', 'type')).toBe('RuntimeDefault');
    for (const container of list(spec['containers'])) {
      const context = tree(at(container, 'securityContext'));
      expect(context['allowPrivilegeEscalation']).toBe(false);
      expect(at(context, 'capabilities', 'drop')).toEqual(['ALL']);
      expect(context['readOnlyRootFilesystem']).toBe(true);
    }
  });
});

const helm = findHelm();

(helm === undefined ? describe.skip : describe)('helm', () => {
  const found = helm ?? '';

  it.each(CHARTS.flatMap((chart) => casesOf(chart).map((name) => ({ chart, name }))))(
    'renders chart $chart.name with $name as expected',
    ({ chart, name }) => {
      expect(renderCase(found, chart, name)).toEqual({ ok: true, text: goldenOf(chart, name), error: '' });
    },
  );

  it.each(CHARTS.flatMap((chart) => refusedOf(chart).map((refused) => ({ chart, ...refused }))))(
    'is refused by chart $chart.name: $says',
    ({ chart, ...refused }) => {
      const { ok, error } = renderRefused(found, chart, refused);

      expect(ok).toBe(false);
      expect(error).toContain(refused.says);
    },
  );
});

describe('the definitions', () => {
  it('are in no chart, so that no release owns them', () => {
    for (const chart of CHARTS) {
      expect(existsSync(join(ROOT, 'charts', chart.name, 'crds'))).toBe(false);
      for (const name of casesOf(chart))
        expect(goldenOf(chart, name)).not.toContain('kind: CustomResourceDefinition');
    }
  });
});
