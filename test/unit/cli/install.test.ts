import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';

const CLI = join(import.meta.dirname, '../../../src/cli/main.ts');

function serin(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
}

describe('serin install', () => {
  it('prints the three definitions for kubectl', () => {
    const { status, stdout } = serin('install', '--crds');

    const names = parseAllDocuments(stdout).map((document) => document.getIn(['metadata', 'name']));
    expect(names).toEqual([
      'alertproviders.flagger.app',
      'canaries.flagger.app',
      'metrictemplates.flagger.app',
    ]);
    expect(status).toBe(0);
  });

  it('prints everything in an order in which it can be applied, with what was asked for', () => {
    const words = ['--namespace', 'delivery', '--provider', 'nginx', 'traefik', '--replicas', '2'];
    const { status, stdout } = serin('install', ...words, '--image', 'registry.example.com/serin:1');

    const objects = parseAllDocuments(stdout);
    expect(objects.map((document) => document.get('kind'))).toEqual([
      'CustomResourceDefinition',
      'CustomResourceDefinition',
      'CustomResourceDefinition',
      'Namespace',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'Role',
      'RoleBinding',
      'Service',
      'Deployment',
    ]);
    const controller = objects.at(-1)?.toJS() as {
      readonly metadata: object;
      readonly spec: { readonly replicas: number; readonly template: { readonly spec: unknown } };
    };
    expect(controller.metadata).toMatchObject({ name: 'serin', namespace: 'delivery' });
    expect(controller.spec.replicas).toBe(2);
    expect(controller.spec.template.spec).toMatchObject({
      containers: [
        {
          image: 'registry.example.com/serin:1',
          args: expect.arrayContaining(['-mesh-provider=nginx', '-leader-election-namespace=delivery']),
        },
      ],
    });
    expect(status).toBe(0);
  });

  it.each([
    ['--provider', 'crossover', 'There are istio, gatewayapi:v1, '],
    ['--namespace', 'A_b', 'It is not the name of a namespace'],
    ['--metrics-server', 'prometheus:9090', 'Expected an address such as http://prometheus:9090.'],
    ['--replicas', '0', 'Expected a whole number from 1 to 10.'],
  ])('refuses %s %s with a sentence', (option, value, sentence) => {
    const { status, stderr, stdout } = serin('install', option, value);

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  it('does not print definitions only and something else', () => {
    const { status, stderr } = serin('install', '--crds', '--replicas', '2');

    expect(status).toBe(2);
    expect(stderr).toContain("option '--crds' cannot be used with option '--replicas <number>'");
  });
});
