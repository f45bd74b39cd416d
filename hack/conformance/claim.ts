/** One behaviour that people who come from Flagger rely on, or one defect they are rid of, and what holds it. */

/** Full names of tests by their file. One that ends in `…` stands for all tests whose names begin so. */
export type Tests = Readonly<Record<string, readonly string[]>>;

interface Numbered {
  /** Of a state or a workload, `2.4.1`, of what is sent or said, `9.2.4`, of the checklist, `10.1.3`, or of a defect, `M12`. */
  readonly id: string;
  readonly says: string;
}

export interface Held extends Numbered {
  readonly tests: Tests;
  /** Planted faults that these tests die of: the id, for all under it, or `id: what`. None yet where there are none. */
  readonly mutants?: readonly string[];
  /** Where Serin means to be different, and how. */
  readonly differs?: string;
  /** What no test holds yet. */
  readonly lacks?: string;
}

export interface Open extends Numbered {
  readonly open: 'not yet' | 'not in scope yet' | 'by decision';
  readonly because: string;
}

export type Claim = Held | Open;

export function isHeld(claim: Claim): claim is Held {
  return 'tests' in claim;
}

/** The files whose tests are asked, each once. */
export function filesOf(claims: readonly Claim[]): readonly string[] {
  return [...new Set(claims.filter(isHeld).flatMap(({ tests }) => Object.keys(tests)))].sort();
}

/** Those of these numbers: `M12` is itself alone, `10.1` is all that begin with `10.1.`. */
export function claimsCalled(claims: readonly Claim[], ids: readonly string[]): readonly Claim[] {
  return claims.filter((claim) => ids.some((id) => claim.id === id || claim.id.startsWith(`${id}.`)));
}
