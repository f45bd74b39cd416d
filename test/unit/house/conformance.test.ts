/** A list of claims is worth what it notices: a test that is gone, failed or skipped, a number twice, one forgotten. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Claim } from '../../../hack/conformance/claim.ts';
import { claimsCalled, filesOf, isHeld } from '../../../hack/conformance/claim.ts';
import { CLAIMS } from '../../../hack/conformance/claims.ts';
import { lineOf, sentenceOf, totalsOf } from '../../../hack/conformance/report.ts';
import { judge, type TestResult } from '../../../hack/conformance/verdict.ts';
import { MUTANTS } from '../../../hack/mutants/list.ts';
import type { Mutant } from '../../../hack/mutants/mutant.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FILE = 'test/a.test.ts';
const CLAIM: Claim = { id: '1.1', says: 'it works', tests: { [FILE]: ['a thing works'] } };
const MUTANT: Mutant = { id: 'M1', what: 'broken', file: 'a', find: 'b', replace: 'c', test: { file: FILE } };

function aResult(name: string, status = 'passed', file = FILE): TestResult {
  return { file, name, status };
}

const verdictOf = (claim: Claim, ...results: readonly TestResult[]) => {
  const [line] = judge([claim], results, [MUTANT]);
  return [line?.verdict, ...(line?.complaints ?? [])];
};

describe('a claim', () => {
  it('holds where its test has passed', () => {
    expect(verdictOf(CLAIM, aResult('a thing works'), aResult('another', 'failed'))).toEqual(['pass']);
  });

  it.each([
    ['failed', 'failed'],
    ['pending', 'skipped'],
    ['todo', 'skipped'],
    ['disabled', 'skipped'],
    ['skipped', 'skipped'],
  ])('fails with a test that is %s', (status, said) => {
    expect(verdictOf(CLAIM, aResult('a thing works', status))).toEqual([
      'FAIL',
      `${said}: ${FILE} "a thing works"`,
    ]);
  });

  it.each([
    ['is not there', []],
    ['has another name', [aResult('a thing works well')]],
    ['is in another file', [aResult('a thing works', 'passed', 'test/b.test.ts')]],
  ])('fails with a test that %s', (_, results) => {
    expect(verdictOf(CLAIM, ...results)).toEqual(['FAIL', `missing: ${FILE} "a thing works"`]);
  });

  it('means all tests of a beginning, of which there has to be one', () => {
    const all = { ...CLAIM, tests: { [FILE]: ['a thing …'] } };

    expect(verdictOf(all, aResult('a thing works'), aResult('a thing stays'))).toEqual(['pass']);
    expect(verdictOf(all, aResult('a thing works'), aResult('a thing stays', 'failed'))[0]).toBe('FAIL');
    expect(verdictOf(all, aResult('two things'))[0]).toBe('FAIL');
  });

  it('fails where two tests have its name and one of them has failed', () => {
    const results = [aResult('a thing works'), aResult('a thing works', 'failed')];

    expect(verdictOf(CLAIM, ...results)[0]).toBe('FAIL');
  });

  it('fails without any test, or with a fault that nobody plants', () => {
    expect(verdictOf({ ...CLAIM, tests: {} })).toEqual(['FAIL', 'no test is named']);
    expect(verdictOf({ ...CLAIM, mutants: ['M2'] }, aResult('a thing works'))).toEqual([
      'FAIL',
      'no mutant is called "M2"',
    ]);
  });

  it('holds in part where something is lacking', () => {
    expect(verdictOf({ ...CLAIM, lacks: 'the rest' }, aResult('a thing works'))).toEqual(['partly']);
  });

  it('is open where that is said, with the reason', () => {
    const open: Claim = { id: '1.2', says: 'it flies', open: 'not yet', because: 'no wings' };

    expect(verdictOf(open)).toEqual(['open']);
    expect(judge([open], [], []).map((line) => lineOf(line))).toEqual([
      'open   1.2      it flies | not yet: no wings',
    ]);
  });

  it('fails where its number is taken, open or not', () => {
    const again: Claim = { id: '1.1', says: 'it flies', open: 'not yet', because: 'no wings' };
    const lines = judge([CLAIM, CLAIM, again], [aResult('a thing works')], []);

    expect(lines.map(({ verdict }) => verdict)).toEqual(['pass', 'FAIL', 'FAIL']);
    expect(lines[1]?.complaints).toEqual(['1.1 is claimed twice']);
  });
});

describe('what is printed', () => {
  const planted = { ...CLAIM, mutants: ['M1'], differs: 'faster' };
  const lines = judge([planted, { ...CLAIM, id: '1.3' }], [aResult('a thing works')], [MUTANT]);

  it('is a line with tests, faults and remarks', () => {
    expect(lines.map((line) => lineOf(line, { 'M1: broken': 'killed' }))).toEqual([
      `pass   1.1      it works | ${FILE}: "a thing works" | mutant: M1: broken (killed) | different on purpose: faster`,
      `pass   1.3      it works | ${FILE}: "a thing works" | mutant: none yet`,
    ]);
  });

  it('ends with how many there are of each kind', () => {
    expect(sentenceOf(totalsOf(lines))).toBe(
      '2 claims: 2 held, 0 held in part, 0 failed, 0 not yet, 0 not in scope yet, 0 left so by decision; 1 with a mutant',
    );
  });
});

describe('claims asked for alone', () => {
  const called = (...ids: readonly string[]) => claimsCalled(CLAIMS, ids).map(({ id }) => id);

  it('are those of a number, or of a part of the checklist', () => {
    expect(called('M1', '10.2.1')).toEqual(['10.2.1', 'M1']);
    expect(called('10.2')).toEqual(Array.from({ length: 7 }, (_, index) => `10.2.${index + 1}`));
    expect(called('M99', '10.')).toEqual([]);
  });
});

describe('the claims', () => {
  const counted = (prefix: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
  const sections = (chapter: number, ...counts: readonly number[]): readonly string[] =>
    counts.flatMap((count, index) => counted(`${chapter}.${index + 1}.`, count));
  const IDS = [
    ...sections(2, 5, 8, 27, 6, 7, 4, 6, 10, 10, 6, 7, 3, 1, 10),
    ...sections(3, 6, 5, 5, 14, 11, 10, 4, 6, 6, 6, 10),
    ...sections(6, 5, 7, 27),
    ...sections(9, 3, 45, 1),
    ...counted('10.1.', 20),
    ...counted('10.2.', 7),
    ...counted('10.3.', 17),
    ...counted('10.4.', 20),
    ...counted('10.5.', 33),
    '10.5.37',
    ...counted('10.5.', 41).slice(38),
    '10.5.44',
    '10.5.35',
    '10.5.36',
    ...counted('10.5.43.', 5),
    ...counted('10.5.46.', 4),
    ...counted('10.5.34.', 2),
    '10.5.38',
    '10.5.42',
    '10.5.45',
    ...counted('10.6.', 4),
    '10.6.5',
    ...counted('10.6.5.', 4),
    '10.6.6',
    '10.6.7',
    ...counted('M', 66).filter((id) => {
      const number = Number(id.slice(1));
      return number <= 17 || (number >= 20 && number <= 29) || (number >= 30 && number <= 42) || number >= 50;
    }),
  ];

  it('are for every number there is, each once and in order', () => {
    expect(CLAIMS.map(({ id }) => id)).toEqual(IDS);
  });

  it('name files that are there', () => {
    expect(filesOf(CLAIMS).filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('name faults that are planted, and put against one of their own files, or against the search', () => {
    const wrong = judge(CLAIMS, [], MUTANTS).flatMap(({ claim, complaints, mutants }) => [
      ...complaints.filter((what) => what.startsWith('no mutant') || what.includes('twice')),
      ...mutants
        .filter(({ test }) => isHeld(claim) && 'file' in test && claim.tests[test.file] === undefined)
        .map(({ id, what }) => `${claim.id}: ${id}: ${what}`),
    ]);

    expect(wrong).toEqual([]);
  });

  it('give a reason for whatever is not held', () => {
    const silent = CLAIMS.filter((claim) => !isHeld(claim) && claim.because.length < 20);

    expect(silent).toEqual([]);
  });
});
