/** Who may import whom, and what the core may know: read from the import lines of every file. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SRC = resolve(import.meta.dirname, '../src');

/** Per folder what it may import: folders or files of `src`, packages by name, `node:` for Node's own. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: ['node:'],
  core: ['shared'],
  api: ['core', 'shared', 'zod'],
  targets: ['core', 'api', 'shared', 'zod'],
  traffic: ['core', 'api', 'shared', 'zod'],
  metrics: ['core', 'api', 'shared', 'zod'],
  notify: ['core', 'api', 'shared', 'zod'],
  hooks: ['core', 'api', 'shared', 'zod'],
  adapters: ['core', 'api', 'metrics', 'shared', 'node:'],
  controller: [
    'core',
    'api',
    'targets',
    'traffic',
    'metrics',
    'notify',
    'hooks',
    'shared',
    'zod',
    'node:',
    'prom-client',
  ],
  rehearsal: [
    'core',
    'controller/reconcile.ts',
    'controller/ports.ts',
    'targets',
    'traffic',
    'metrics',
    'notify',
    'hooks',
    'sandbox/store.ts',
    'api',
    'shared',
  ],
  sandbox: ['shared', 'node:', 'yaml'],
  'load-tester': ['api', 'adapters', 'shared', 'node:', 'prom-client', 'zod'],
  cli: [
    'api',
    'core',
    'rehearsal',
    'sandbox',
    'adapters',
    'traffic/registry.ts',
    'shared',
    'node:',
    'yaml',
    'commander',
  ],
};

/** Client libraries appear once each, so that upgrading one touches one place. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['adapters/kubernetes'],
  undici: ['adapters/kubernetes'],
  axios: ['adapters/http.ts'],
  'prometheus-query': ['adapters/prometheus.ts'],
  pino: ['adapters/logger.ts'],
  '@aws-sdk/credential-provider-node': ['adapters/cloud-identity.ts'],
  'google-auth-library': ['adapters/cloud-identity.ts'],
};

/** What would make a decision depend on more than its arguments. */
const IMPURE =
  /\b(Date\b|Math\.random|setTimeout|setInterval|setImmediate|process\.|performance\.|fetch\(|console\.|globalThis)/;

interface Import {
  readonly file: string;
  readonly from: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.split('\\').join('/'));

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^;'"]*?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'|^import\s+'([^']+)'/gm,
  );
  return [...found].map((match) => ({ file, from: match[1] ?? match[2] ?? match[3] ?? '' }));
});

/** A path below `src`, or the name of a package. */
function target({ file, from }: Import): string {
  if (!from.startsWith('.')) return from;
  return relative(SRC, resolve(SRC, dirname(file), from))
    .split('\\')
    .join('/');
}

function allowed(folder: string, to: string): boolean {
  const may = [folder, ...(MAY_IMPORT[folder] ?? [])];
  return may.some((entry) =>
    entry === 'node:' ? to.startsWith('node:') : to === entry || to.startsWith(`${entry}/`),
  );
}

describe('the import table', () => {
  it('has a line for every folder', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));

    expect([...folders].filter((folder) => MAY_IMPORT[folder ?? ''] === undefined)).toEqual([]);
  });

  it('is kept by every file', () => {
    const client = (to: string): boolean => ONLY_IN[to] !== undefined;
    const broken = imports
      .map((entry) => ({ ...entry, folder: entry.file.split('/')[0] ?? '', to: target(entry) }))
      .filter(({ file, to }) => file.includes('/') && !client(to))
      .filter(({ folder, to }) => !allowed(folder, to))
      .map(({ file, to }) => `${file} imports ${to}`);

    expect(broken).toEqual([]);
  });

  it('lets each client library in at one place only', () => {
    const stray = imports
      .filter(({ file, from }) => ONLY_IN[from]?.some((place) => file.startsWith(place)) === false)
      .map(({ file, from }) => `${file} imports ${from}`);

    expect(stray).toEqual([]);
  });

  it('lets only processes construct things: main.ts files are imported by nobody', () => {
    expect(imports.filter((entry) => /(^|\/)main\.ts$/.test(target(entry)))).toEqual([]);
  });

  it('keeps the pure folders free of the machine', () => {
    const pure = ['core', 'targets', 'traffic', 'notify'];
    const impure = files
      .filter((file) => pure.some((folder) => file.startsWith(`${folder}/`)))
      .flatMap((file) =>
        withoutComments(readFileSync(join(SRC, file), 'utf8'))
          .split('\n')
          .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
          .filter(({ line }) => IMPURE.test(line) && !/\bDate\.parse\(|new Date\(\w[\w.]*\)/.test(line)),
      )
      .map(({ at, line }) => `${at} ${line.trim()}`);

    expect(impure).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (block) => block.replace(/[^\n]/g, ' ')).replace(/\/\/.*$/gm, '');
}
