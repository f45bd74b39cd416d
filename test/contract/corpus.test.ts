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
import { millis } from '../../src/shared/brand.ts';

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

function textOf(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}
