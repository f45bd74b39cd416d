/** The outcome of a check for people: a table of what was found in each file, and a summary. */
import { counted, table, type Paint } from '../render.ts';
import type { CheckedFile, CheckFinding, Verdict } from './judge.ts';

/** Ends in a line feed. */
export function report(files: readonly CheckedFile[], paint: Paint): string {
  const blocks = files.map((file) => block(file, paint));
  return `${blocks.join('')}${expectations(files, paint)}\n${summary(files, paint)}\n`;
}

const MARKS = { accepted: 'green', rejected: 'red', skipped: 'dim' } as const satisfies Record<
  Verdict,
  string
>;

function block(checked: CheckedFile, paint: Paint): string {
  const { file, verdict, findings, skipped } = checked;
  const others = skipped.length === 0 ? '' : paint('dim', `  (skipped: ${[...new Set(skipped)].join(', ')})`);
  const head = `${paint(MARKS[verdict], verdict)}  ${paint('bold', file)}${others}\n`;
  return (
    head +
    table(
      findings.map((finding) => row(finding, paint)),
      '  ',
    )
  );
}

function row(
  { line, column, severity, object, field, message }: CheckFinding,
  paint: Paint,
): readonly string[] {
  const style = severity === 'error' ? 'red' : 'yellow';
  return [`${line}:${column}`, paint(style, severity), object ?? '', field, message];
}

/** Agreements and differences, for files that say what they expect. */
function expectations(files: readonly CheckedFile[], paint: Paint): string {
  const expecting = files.filter(({ verdict, expected }) => expected !== undefined && verdict !== 'skipped');
  if (expecting.length === 0) return '';
  const rows = expecting.map(({ file, verdict, expected }) => {
    const isSame = verdict === expected;
    return [file, expected ?? '', verdict, paint(isSame ? 'green' : 'red', isSame ? 'agrees' : 'DIFFERS')];
  });
  return `\n${table([['FILE', 'EXPECTED', 'VERDICT', ''], ...rows])}`;
}

function summary(files: readonly CheckedFile[], paint: Paint): string {
  const count = (verdict: Verdict): number => files.filter((file) => file.verdict === verdict).length;
  const findings = files.flatMap((file) => file.findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const verdicts = `${count('accepted')} accepted, ${count('rejected')} rejected, ${count('skipped')} skipped`;
  const line = `${counted(files.length, 'file')}: ${verdicts}; ${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}`;
  return `${paint('bold', line)}${agreement(files)}`;
}

function agreement(files: readonly CheckedFile[]): string {
  const expecting = files.filter(({ verdict, expected }) => expected !== undefined && verdict !== 'skipped');
  if (expecting.length === 0) return '';
  const same = expecting.filter(({ verdict, expected }) => verdict === expected).length;
  return `; ${same} of ${counted(expecting.length, 'expectation')} met`;
}
