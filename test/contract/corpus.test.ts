/**
 * Manifests as people publish them, each with the verdict a real API server gave: ours has to be the same. They
 * are other people's work and not part of this project; the suite runs where a folder of them is to be found.
 */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDefinitions } from '../../src/cli/check/definitions.ts';
import { readDocuments } from '../../src/cli/check/documents.ts';
import { makeJudge, type CheckedFile } from '../../src/cli/check/judge.ts';
import { isKubeObject } from '../../src/adapters/kubernetes/objects.ts';
import { parseMetricTemplate } from '../../src/api/metric-template.ts';
import { renderTemplate } from '../../src/api/template.ts';
import type { PrometheusPort } from '../../src/metrics/provider.ts';
import { metricProvider } from '../../src/metrics/registry.ts';
import { millis } from '../../src/shared/brand.ts';
import { systemClock } from '../../src/shared/clock.ts';
import type { Http } from '../../src/shared/http.ts';
import { err } from '../../src/shared/result.ts';
import { metricCredentials } from '../support/metric-fixture.ts';

const FOLDER = process.env['SERIN_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');
const OURS = /^(canary|metrictemplate|alertprovider)-.*\.yaml$/u;

const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => OURS.test(file)) : [];
const definitions = loadDefinitions(new URL('../../crds/', import.meta.url));
const judge = makeJudge({
  definitions,
  context: {
    defaultProvider: 'istio',
    capabilities: () => ({
      weights: true,
      mirror: { canary: true, blueGreen: true },
      match: true,
      affinity: true,
      routed: true,
    }),
    knownProviders: [],
    minimumInterval: millis(10_000),
    noCrossNamespaceRefs: false,
    ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
  },
});

const { signal } = new AbortController();
const nobody = async (): Promise<never> => err('nobody') as never;
const NOBODY = {
  identity: { google: nobody, aws: nobody },
  objects: { read: nobody, create: nobody, delete: nobody },
  paths: { get: nobody },
  random: () => 0.5,
};

function check(file: string): CheckedFile {
  return judge(file, readFileSync(join(FOLDER, file), 'utf8'));
}

if (files.length === 0) {
  it('is skipped: name a folder of manifests in SERIN_CORPUS to run it', () => {
    expect(files).toEqual([]);
  });
} else {
  describe('published manifests', () => {
    it.each(files)('%s gets the verdict of a real server', (file) => {
      const { verdict, expected } = check(file);
      expect(expected).toBeDefined();
      expect(verdict).toBe(expected);
    });

    it('are told the reason whenever they are rejected, with a place in the file', () => {
      const rejected = files.map(check).filter(({ verdict }) => verdict === 'rejected');
      expect(rejected.length).toBeGreaterThan(10);
      for (const { findings } of rejected) {
        const errors = findings.filter(({ severity }) => severity === 'error');
        expect(errors.length).toBeGreaterThan(0);
        for (const { line, message } of errors) {
          expect(line).toBeGreaterThan(1);
          expect(message).toMatch(/found|missing/u);
        }
      }
    });

    it('what is accepted as v1alpha3 is accepted as v1beta1, where its status is written', () => {
      const old = files.filter(
        (file) => check(file).verdict === 'accepted' && textOf(file).includes('flagger.app/v1alpha3'),
      );
      expect(old.length).toBeGreaterThan(5);
      for (const file of old) {
        const { verdict } = judge(file, textOf(file).replace('flagger.app/v1alpha3', 'flagger.app/v1beta1'));
        expect([file, verdict]).toEqual([file, 'accepted']);
      }
    });

    it('can be written with our own status and come back whole', () => {
      const { compiled } = definitions.find(({ kind }) => kind === 'Canary') ?? {};
      for (const file of files.filter(
        (name) => name.startsWith('canary-') && check(name).verdict === 'accepted',
      )) {
        const [manifest] = readDocuments(textOf(file)).manifests;
        const status = {
          phase: 'Progressing',
          canaryWeight: 10,
          serin: { step: 1, anything: { at: ['all'] } },
        };
        const { object } = compiled?.prune({ ...(manifest?.value as object), status }) ?? {};
        expect(object?.['status']).toEqual(status);
        expect(compiled?.validate(compiled.applyDefaults(object ?? {}))).toEqual([]);
      }
    });
  });
}

const SAMPLE = {
  ...{ name: 'podinfo', namespace: 'test', target: 'podinfo', service: 'podinfo', interval: '1m' },
  ...{ ingress: 'podinfo', route: 'podinfo', variables: {} },
};

const templates = files.filter((file) => file.startsWith('metrictemplate-'));

if (templates.length > 0) {
  describe('published metric templates', () => {
    /** What the system is sent; the sentence where nothing is. */
    async function asked(file: string): Promise<string> {
      const [object] = readDocuments(textOf(file)).manifests;
      const { template } = isKubeObject(object?.value) ? parseMetricTemplate(object.value) : {};
      if (template === undefined) throw new Error(`${file} is no metric template`);
      const query = renderTemplate(template.query, SAMPLE);
      if (!query.ok) return `not rendered: ${query.error}`;
      let sent = '';
      const http: Http = async ({ method, url, body = '' }) => {
        sent = `${method} ${url} ${body}`;
        return err({ kind: 'timeout', detail: 'nobody there' });
      };
      const prometheus: PrometheusPort = {
        query: async ({ address }, text) => {
          sent = `${address} ${text}`;
          return err({ kind: 'no-data' });
        },
      };
      const context = { ...NOBODY, http, prometheus, clock: systemClock };
      const { type, secretRef } = template.provider;
      const credentials = secretRef === undefined ? {} : metricCredentials(type);
      const provider = metricProvider({ ...template.provider, credentials }, context);
      if (!provider.ok) return provider.error;
      const result = await provider.value.query({ query: query.value, interval: '1m' }, { signal });
      return sent === '' && !result.ok && 'detail' in result.error ? result.error.detail : sent;
    }

    it.each(templates)('%s renders, or fails as it says', async (file) => {
      const [, failure] =
        /^# render: error - .*?(function "\w+"|no entry for key "\w+")/mu.exec(textOf(file)) ?? [];
      const told = await asked(file);

      if (failure === undefined) expect(told).not.toMatch(/^not rendered|^$/u);
      else expect(told).toMatch(new RegExp(`^not rendered: .*${failure}`, 'u'));
    });

    it('are asked of the system they are for, or refused where it could not understand', async () => {
      const started = async (name: string): Promise<string> =>
        asked(templates.find((file) => file.includes(name)) ?? '');

      expect(await started('datadog-triple-braces')).toContain('hits%7Bservice%3Apodinfo%7D');
      expect(await started('25-newrelic')).toContain('https://insights-api.newrelic.com/v1/accounts/12345/');
      expect(await started('26-cloudwatch')).toBe('nobody');
      expect(await started('27-cloudwatch')).toContain('found text that is not JSON');
      expect(await started('28-graphite')).toContain('http://graphite.monitoring:8080/render?target=alias');
      expect(await started('29-stackdriver')).toContain(
        'https://monitoring.googleapis.com/v3/projects/acme/',
      );
      expect(await started('30-folded')).toContain('direction="inbound"}[1m]))');
    });
  });
}

function textOf(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}
