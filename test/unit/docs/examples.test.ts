/** What the documentation shows is true: manifests are accepted and can be followed, links lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { CanaryContext } from '../../../src/api/canary.ts';
import { loadDefinitions } from '../../../src/cli/check/definitions.ts';
import { readDocuments } from '../../../src/cli/check/documents.ts';
import { makeJudge } from '../../../src/cli/check/judge.ts';
import { isRecord, valueAt } from '../../../src/cli/check/record.ts';
import { millis } from '../../../src/shared/brand.ts';
import { providerNames, resolveTraffic } from '../../../src/traffic/registry.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CRDS = new URL('../../../crds/', import.meta.url);

const context: CanaryContext = {
  defaultProvider: 'istio',
  capabilities: (name) => {
    const found = resolveTraffic(name)?.provider;
    return found && { ...found.supports, routed: found.routed };
  },
  knownProviders: providerNames,
  minimumInterval: millis(10_000),
  noCrossNamespaceRefs: false,
  ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
};
const judge = makeJudge({ definitions: loadDefinitions(CRDS), context });

const pages: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

interface Block {
  /** `docs/traffic.md:12`. */
  readonly at: string;
  readonly language: string;
  readonly text: string;
  /** The last line of prose before it. */
  readonly lead: string;
}

function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const [, language] = /^```(\w*)/.exec(lines[index] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.findIndex((line, place) => place > index && line.startsWith('```'));
    const lead = lines.slice(0, index).findLast((line) => line.trim() !== '') ?? '';
    blocks.push({ at: `${page}:${index + 1}`, language, text: lines.slice(index + 1, end).join('\n'), lead });
    index = end;
  }
  return blocks;
}

const blocks = pages.flatMap(blocksOf);
const manifests = blocks.filter(({ language }) => language === 'yaml');
/** A fragment of a Canary's spec is judged inside a Canary that has the rest. */
const fragments = manifests.filter(({ text }) => /^(analysis|service|metrics|webhooks):/m.test(text));
const objects = manifests.filter(({ text }) => /^apiVersion: flagger\.app/m.test(text));
/** Shown because they are wrong; what is said of them stands below. */
const WRONG = ['docs/check.md'];

function faultsIn(at: string, text: string): readonly string[] {
  const { verdict, findings } = judge(at, text);
  const errors = findings.filter(
    ({ severity, message }) => severity === 'error' || /unknown field/.test(message),
  );
  return [
    ...(verdict === 'rejected' ? [`${at}: rejected`] : []),
    ...errors.map(({ line, field, message }) => `${at} (${line}) ${field}: ${message}`),
  ];
}

/** The fragment in place of the same part of a Canary that is complete. */
function completed(fragment: unknown): string {
  const spec = {
    targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
    service: { port: 9898 },
    ...(isRecord(fragment) ? fragment : {}),
  };
  const { metrics, webhooks, ...rest } = spec as Record<string, unknown>;
  const analysis = { interval: '1m', threshold: 5, ...(isRecord(rest['analysis']) ? rest['analysis'] : {}) };
  const steps = ['iterations', 'stepWeight', 'stepWeights'].some(
    (name) => valueAt(analysis, name) !== undefined,
  );
  const whole = {
    ...analysis,
    ...(metrics !== undefined && { metrics }),
    ...(webhooks !== undefined && { webhooks }),
    ...(!steps && { stepWeight: 10 }),
  };
  const metadata = { name: 'podinfo', namespace: 'test' };
  return JSON.stringify({
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata,
    spec: { ...rest, analysis: whole },
  });
}

describe('manifests in the documentation', () => {
  it('are there', () => {
    expect(objects.length).toBeGreaterThan(8);
    expect(fragments.length).toBeGreaterThan(8);
  });

  it('are YAML', () => {
    const broken = manifests.flatMap(({ at, text }) =>
      readDocuments(text).problems.map(({ message }) => `${at} ${message}`),
    );

    expect(broken).toEqual([]);
  });

  it('are accepted by the definitions and can be followed, where they are whole objects', () => {
    const whole = objects.filter(({ at }) => !WRONG.includes(at.split(':')[0] ?? ''));

    expect(whole.flatMap(({ at, text }) => faultsIn(at, text))).toEqual([]);
  });

  it('are accepted by the definitions and can be followed, where they are parts of a Canary', () => {
    const faults = fragments
      .filter((block) => !objects.includes(block))
      .flatMap(({ at, text }) =>
        readDocuments(text).manifests.flatMap(({ value }) => faultsIn(at, completed(value))),
      );

    expect(faults).toEqual([]);
  });
});

describe('links in the documentation', () => {
  const links = pages.flatMap((page) =>
    [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => ({ page, to })),
  );
  const inside = links.filter(({ to }) => !/^[a-z]+:/.test(to));

  it('lead to files that exist', () => {
    const lost = inside.filter(({ page, to }) => !existsSync(pathOf(page, to)));

    expect(inside.length).toBeGreaterThan(20);
    expect(lost.map(({ page, to }) => `${page} → ${to}`)).toEqual([]);
  });

  it('lead to headings that exist', () => {
    const lost = inside
      .filter(({ to }) => /\.md#|^#/.test(to))
      .filter(({ page, to }) => existsSync(pathOf(page, to)))
      .filter(({ page, to }) => !anchors(pathOf(page, to)).includes(to.split('#')[1] ?? ''));

    expect(lost.map(({ page, to }) => `${page} → ${to}`)).toEqual([]);
  });

  it('reach every page from the index', () => {
    const reached = new Set(['docs/index.md']);
    // A set that grows while it is walked is walked to its end.
    for (const from of reached) {
      const next = inside
        .filter(({ page }) => page === from)
        .map(({ to }) => relative(ROOT, pathOf(from, to)));
      for (const page of next) reached.add(page);
    }

    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });
});

/** A page without its code. */
function prose(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
}

function pathOf(page: string, to: string): string {
  const [file = ''] = to.split('#');
  return file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file);
}

/** Headings as GitHub names them. */
function anchors(path: string): readonly string[] {
  return [...prose(relative(ROOT, path)).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}
