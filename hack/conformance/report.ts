/** What is printed: a line per claim, and how many there are of each kind. */
import { titleOf } from '../mutants/mutant.ts';
import { isHeld, type Held } from './claim.ts';
import type { Line } from './verdict.ts';

/** What became of a planted fault, by its title; empty where none was tried. */
export type Killed = Readonly<Record<string, string>>;

const NAMES_IN_A_LINE = 3;

export function lineOf(line: Line, killed: Killed = {}): string {
  const { claim, verdict, complaints } = line;
  const head = `${verdict.padEnd(6)} ${claim.id.padEnd(8)} ${claim.says}`;
  if (!isHeld(claim)) return [head, `${claim.open}: ${claim.because}`, ...complaints].join(' | ');
  return [head, ...heldBy(claim), mutantsOf(line, killed), ...remarks(claim), ...complaints].join(' | ');
}

function heldBy({ tests }: Held): readonly string[] {
  return Object.entries(tests).map(([file, names]) => {
    const more = names.length > NAMES_IN_A_LINE ? `, and ${names.length - NAMES_IN_A_LINE} more` : '';
    return `${file}: ${names
      .slice(0, NAMES_IN_A_LINE)
      .map((name) => `"${name}"`)
      .join(', ')}${more}`;
  });
}

function mutantsOf({ mutants }: Line, killed: Killed): string {
  if (mutants.length === 0) return 'mutant: none yet';
  const all = mutants.map((mutant) => {
    const outcome = killed[titleOf(mutant)];
    return outcome === undefined ? titleOf(mutant) : `${titleOf(mutant)} (${outcome})`;
  });
  return `mutant: ${all.join(', ')}`;
}

function remarks({ differs, lacks }: Held): readonly string[] {
  return [
    ...(differs === undefined ? [] : [`different on purpose: ${differs}`]),
    ...(lacks === undefined ? [] : [`not yet: ${lacks}`]),
  ];
}

export interface Totals {
  readonly claims: number;
  readonly pass: number;
  readonly partly: number;
  readonly failed: number;
  readonly notYet: number;
  readonly notInScope: number;
  readonly byDecision: number;
  readonly withMutant: number;
}

export function totalsOf(lines: readonly Line[]): Totals {
  const count = (holds: (line: Line) => boolean): number => lines.filter(holds).length;
  const open = (kind: string) =>
    count(({ claim, verdict }) => verdict === 'open' && !isHeld(claim) && claim.open === kind);
  return {
    claims: lines.length,
    pass: count(({ verdict }) => verdict === 'pass'),
    partly: count(({ verdict }) => verdict === 'partly'),
    failed: count(({ verdict }) => verdict === 'FAIL'),
    notYet: open('not yet'),
    notInScope: open('not in scope yet'),
    byDecision: open('by decision'),
    withMutant: count(({ mutants }) => mutants.length > 0),
  };
}

export function sentenceOf(totals: Totals): string {
  return (
    `${totals.claims} claims: ${totals.pass} held, ${totals.partly} held in part, ${totals.failed} failed, ` +
    `${totals.notYet} not yet, ${totals.notInScope} not in scope yet, ${totals.byDecision} left so by decision; ` +
    `${totals.withMutant} with a mutant`
  );
}

/** For programs: the same, every test with its status. */
export function objectOf(lines: readonly Line[], killed: Killed): unknown {
  return {
    ...totalsOf(lines),
    lines: lines.map(({ claim, verdict, tests, mutants, complaints }) => ({
      id: claim.id,
      says: claim.says,
      verdict,
      ...(isHeld(claim) ? { differs: claim.differs, lacks: claim.lacks } : { [claim.open]: claim.because }),
      tests,
      mutants: mutants.map((mutant) => ({ title: titleOf(mutant), outcome: killed[titleOf(mutant)] })),
      complaints,
    })),
  };
}
