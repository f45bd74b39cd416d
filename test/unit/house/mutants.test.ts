/** What a planted fault is worth depends on its being planted: none forgotten, none stale, each against a test that exists. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MUTANTS } from '../../../hack/mutants/list.ts';
import {
  DEFECT_IDS,
  DROP_IN,
  FEATURES,
  INVARIANT_IDS,
  LAWS,
  PROCESSES,
  TAKE_OVERS,
} from '../../../hack/mutants/mutant.ts';
import { INVARIANTS } from '../../simulation/invariants.ts';
import { SLICES } from '../../simulation/slices.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const REQUIRED: readonly string[] = [
  ...INVARIANT_IDS,
  ...DEFECT_IDS,
  ...LAWS,
  ...FEATURES,
  ...PROCESSES,
  ...DROP_IN,
  ...TAKE_OVERS,
];
/** That every state comes to rest is seen by the search, not in one pass. */
const OF_THE_SEARCH = 'invariant 9';

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Whether a test of this file has a title that begins so, on the line of its `it(` or on the next. */
function titled(file: string, name: string): boolean {
  return read(file)
    .replaceAll(/\(\s+'/g, "('")
    .includes(`('${name}`);
}

describe('planted faults', () => {
  it.each(REQUIRED)('there is one for %s', (id) => {
    expect(MUTANTS.filter((mutant) => mutant.id === id)).not.toEqual([]);
  });

  it('are for nothing that nobody has numbered', () => {
    expect(MUTANTS.map(({ id }) => id).filter((id) => !REQUIRED.includes(id))).toEqual([]);
  });

  it('are for every invariant there is, and for every defect that has a scenario', () => {
    const checked = Object.keys(INVARIANTS).map((name) => `invariant ${name.split(' ')[0]}`);
    const scenarios = read('test/scenario/defects.test.ts').matchAll(/it\('(M\d+):/g);

    expect([...checked, OF_THE_SEARCH].sort()).toEqual([...INVARIANT_IDS].sort());
    expect([...scenarios].map(([, id]) => id)).toEqual(DEFECT_IDS);
  });

  it('are found once in the file they are planted in', () => {
    const stale = MUTANTS.filter(({ file, find }) => read(file).split(find).length !== 2);

    expect(stale.map(({ id, what, file }) => `${id} ${what}: ${file}`)).toEqual([]);
  });

  it('are told apart', () => {
    const names = MUTANTS.map(({ id, what }) => `${id} ${what}`);

    expect(new Set(names).size).toBe(names.length);
  });

  it('are put against a test that is called after them', () => {
    const wrong = MUTANTS.filter(({ id, test }) => {
      if ('slice' in test) {
        const right = test.invariant === undefined || id === `invariant ${test.invariant}`;
        return !right || !SLICES.some(({ name }) => name === test.slice);
      }
      const called = !DEFECT_IDS.includes(id) || test.name === `${id}:`;
      return !called || (test.name !== undefined && !titled(test.file, test.name));
    });

    expect(wrong.map(({ id, what }) => `${id} ${what}`)).toEqual([]);
  });
});
