/** The pins against what is beside them: modules, add-ons, and the commands they lead to. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { addOnFiles } from '../../../hack/cluster/addon-plan.ts';
import { buildFolder, compilation, digestOf } from '../../../hack/cluster/build.ts';
import { ADD_ON_RECIPES } from '../../../hack/cluster/images.ts';
import { ADD_ONS, CORE, HELM_BUILD, KUBE, PODINFOS, TRAEFIK } from '../../../hack/cluster/pins.ts';

const SOURCES = join(import.meta.dirname, '../../../hack/cluster/go');
const ALL = [...CORE, ...ADD_ONS];

function goMod(name: string): string {
  return readFileSync(join(SOURCES, name, 'go.mod'), 'utf8');
}

describe('the pins', () => {
  it('have modules with checksums for every build that needs any', () => {
    const without = ALL.filter(({ name }) => name !== 'pause')
      .map(({ name }) => join(SOURCES, name, 'go.sum'))
      .filter((file) => !existsSync(file));

    expect(without).toEqual([]);
  });

  it.each([
    ['kube', 'k8s.io/kubernetes', KUBE.version],
    ['helm', 'helm.sh/helm/v3', HELM_BUILD.version],
    ['traefik', 'github.com/traefik/traefik/v3', TRAEFIK.version],
    ['traefik', TRAEFIK.patched?.module ?? '', TRAEFIK.patched?.version],
  ])('say the version that %s has of %s', (name, module, version) => {
    expect(goMod(name)).toContain(`${module} ${version}`);
  });

  it('give every version of the example its own place, and Kubernetes the version that clients see', () => {
    expect(new Set(ALL.map((build) => buildFolder(build, '/cache'))).size).toBe(ALL.length);
    expect(compilation(KUBE, '.', '/out').join(' ')).toContain('gitVersion=v1.36.3');
    expect(
      PODINFOS.map(
        (build) =>
          compilation(build, '.', '/out')
            .join(' ')
            .match(/VERSION=\S+/)?.[0],
      ),
    ).toEqual(PODINFOS.map(({ version }) => `VERSION=${version}`));
  });

  it('lead to another place when anything changes, except for how long it takes', () => {
    const before = digestOf(HELM_BUILD, { 'go.mod': 'a' });

    expect(digestOf({ ...HELM_BUILD, seconds: 1 }, { 'go.mod': 'a' })).toBe(before);
    expect(digestOf({ ...HELM_BUILD, tags: ['x'] }, { 'go.mod': 'a' })).not.toBe(before);
    expect(digestOf(HELM_BUILD, { 'go.mod': 'b' })).not.toBe(before);
  });
});

describe('the add-ons', () => {
  it('run images that are made here', () => {
    const made = ADD_ON_RECIPES.map(({ name }) => name);
    const used = addOnFiles().flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/image: (\S+)/g)].map(([, image = '']) => image),
    );

    expect(used).toHaveLength(5);
    expect(used.filter((image) => !made.includes(image))).toEqual([]);
  });

  it('are files that kubectl can read', () => {
    const errors = addOnFiles().flatMap((file) =>
      parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => document.errors),
    );

    expect(errors).toEqual([]);
  });
});
