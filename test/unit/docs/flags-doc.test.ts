/** The page about flags and the flags themselves say the same. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { helpText } from '../../../src/controller/flags.ts';

interface DescribedFlag {
  readonly name: string;
  readonly initial: string;
  readonly environment: string | undefined;
  readonly allowed: readonly string[];
}

/** As `-help` prints them: name and kind on one line, what it is for and the facts in brackets on the next. */
const flags: readonly DescribedFlag[] = [
  ...helpText().matchAll(/^ {2}-([\w-]+)(?: \w+)?\n {8}.*\(default ([^;)]*)(.*)\)$/gm),
].map(([, name = '', initial = '', facts = '']) => ({
  name,
  initial,
  environment: /environment (\w+) wins/.exec(facts)?.[1],
  allowed: /one of ([\w, ]+)/.exec(facts)?.[1]?.split(', ') ?? [],
}));

/** Rows `| `-name` | default | meaning |`, by name. */
const rows = new Map(
  readFileSync(new URL('../../../docs/flags.md', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [, name] = /^\| `-([\w-]+)`/.exec(line) ?? [];
      return name === undefined ? [] : [[name, line]];
    }),
);

describe('docs/flags.md', () => {
  it('has a row for every flag, and none for a flag there is not', () => {
    expect(flags.length).toBeGreaterThan(20);
    expect([...rows.keys()].sort()).toEqual([...flags.map(({ name }) => name), 'help', 'version'].sort());
  });

  it.each(flags)('says the default of -$name, what is allowed, and which variable wins', (flag) => {
    const row = rows.get(flag.name) ?? '';
    const initial = flag.initial === 'empty' ? 'empty' : `\`${flag.initial}\``;

    expect(row.split(' | ')[1]).toBe(initial);
    expect(flag.allowed.filter((word) => !row.includes(`\`${word}\``))).toEqual([]);
    expect(row).toContain(flag.environment === undefined ? '' : `\`${flag.environment}\``);
  });
});
