/** Joins what is claimed with what Jest has seen. Pure, so that its own mistakes have tests. */
import type { Mutant } from '../mutants/mutant.ts';
import { isHeld, type Claim, type Held } from './claim.ts';

export interface TestResult {
  readonly file: string;
  /** Of its blocks and its own, with blanks between. */
  readonly name: string;
  readonly status: string;
}

/** What one claim rests on, and everything that is wrong with that. */
export interface Line {
  readonly claim: Claim;
  readonly verdict: 'pass' | 'partly' | 'FAIL' | 'open';
  readonly tests: readonly TestResult[];
  readonly mutants: readonly Mutant[];
  readonly complaints: readonly string[];
}

export function judge(
  claims: readonly Claim[],
  results: readonly TestResult[],
  mutants: readonly Mutant[],
): readonly Line[] {
  const seen = new Set<string>();
  return claims.map((claim) => {
    const again = seen.has(claim.id) ? [`${claim.id} is claimed twice`] : [];
    seen.add(claim.id);
    return isHeld(claim) ? judged(claim, again, results, mutants) : unproven(claim, again);
  });
}

function unproven(claim: Claim, complaints: readonly string[]): Line {
  const verdict = complaints.length > 0 ? 'FAIL' : 'open';
  return { claim, verdict, tests: [], mutants: [], complaints };
}

function judged(
  claim: Held,
  again: readonly string[],
  results: readonly TestResult[],
  all: readonly Mutant[],
): Line {
  const wanted = Object.entries(claim.tests).flatMap(([file, names]) =>
    names.map((name) => ({ file, name })),
  );
  const found = wanted.map(({ file, name }) => ({
    file,
    name,
    tests: results.filter((result) => result.file === file && isCalled(result.name, name)),
  }));
  const tests = found.flatMap((one) => one.tests);
  const mutants = (claim.mutants ?? []).map((name) => ({ name, found: mutantsCalled(all, name) }));
  const complaints = [
    ...again,
    ...(wanted.length === 0 ? ['no test is named'] : []),
    ...found.filter((one) => one.tests.length === 0).map(({ file, name }) => `missing: ${file} "${name}"`),
    ...tests.filter(({ status }) => status !== 'passed').map(complaintOf),
    ...mutants.filter((one) => one.found.length === 0).map(({ name }) => `no mutant is called "${name}"`),
  ];
  const verdict = complaints.length > 0 ? 'FAIL' : claim.lacks === undefined ? 'pass' : 'partly';
  return { claim, verdict, tests, mutants: mutants.flatMap((one) => one.found), complaints };
}

function isCalled(name: string, wanted: string): boolean {
  return wanted.endsWith('…') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/** By its id, or by `id: what`. */
function mutantsCalled(mutants: readonly Mutant[], name: string): readonly Mutant[] {
  return mutants.filter(({ id, what }) => name === id || name === `${id}: ${what}`);
}

/** Jest calls a test that was not run pending, todo, skipped or disabled; none of them holds anything. */
function complaintOf({ file, name, status }: TestResult): string {
  return `${status === 'failed' ? 'failed' : 'skipped'}: ${file} "${name}"`;
}
