/** The user documentation shows what happens: its timelines are those of goldens, and its links lead to them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GOLDENS, slug } from '../support/scenarios.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');
const PAGES = ['how-a-rollout-works.md', 'coming-from-flagger.md'];

const goldens = readdirSync(GOLDENS).map((file) => ({
  file,
  lines: readFileSync(join(GOLDENS, file), 'utf8').split('\n'),
}));

/** The fenced blocks of a page that are timelines, or parts of one. */
function excerpts(page: string): readonly (readonly string[])[] {
  const text = readFileSync(join(DOCS, page), 'utf8');
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block = '']) => block.trimEnd());
  return blocks.filter((block) => block.startsWith('t+')).map((block) => block.split('\n'));
}

/** All of these lines, in this order, with others in between. */
function tells(golden: readonly string[], excerpt: readonly string[]): boolean {
  let next = 0;
  for (const line of golden) if (line === excerpt[next]) next += 1;
  return next === excerpt.length;
}

describe('the documentation of rollouts', () => {
  it.each(PAGES)('shows in %s only timelines that really happen', (page) => {
    const invented = excerpts(page).filter((excerpt) => !goldens.some(({ lines }) => tells(lines, excerpt)));

    expect(invented).toEqual([]);
  });

  it('has timelines in its first page', () => {
    expect(excerpts('how-a-rollout-works.md').length).toBeGreaterThan(8);
  });

  it.each(PAGES)('links in %s to scenarios by their own names', (page) => {
    const text = readFileSync(join(DOCS, page), 'utf8');
    const links = [...text.matchAll(/\[([^\]]+)\]\(\.\.\/test\/scenario\/goldens\/([^)]+)\)/g)];
    const wrong = links
      .map(([, says = '', file = '']) => ({ says, file }))
      .filter(
        ({ says, file }) => `${slug(says)}.txt` !== file || !goldens.some((golden) => golden.file === file),
      );

    expect(wrong).toEqual([]);
  });

  it('keeps no golden that no scenario tells', () => {
    const here = import.meta.dirname;
    const sources = readdirSync(here).filter((file) => file.endsWith('.test.ts'));
    const told = sources.flatMap((file) =>
      [...readFileSync(join(here, file), 'utf8').matchAll(/says: '([^']+)'/g)].map(
        ([, says = '']) => `${slug(says)}.txt`,
      ),
    );

    expect(goldens.map(({ file }) => file).filter((file) => !told.includes(file))).toEqual([]);
  });
});
