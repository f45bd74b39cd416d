/** What was found, as a table for people and as data for programs. */
import { table as columns } from '../table.ts';

/** One rollout under a fault. */
export interface Ending {
  readonly lane: string;
  readonly endedAs: string;
  readonly twinEndedAs: string;
  readonly wrong: readonly string[];
}

export interface Report {
  readonly fault: string;
  /** From 1 on. */
  readonly attempt: number;
  readonly endings: readonly Ending[];
  /** Requests of users that were not answered as they should be. */
  readonly lost: number;
  readonly seconds: number;
  /** What is wrong besides the endings. */
  readonly complaints: readonly string[];
}

export function isRight({ endings, lost, complaints }: Report): boolean {
  return (
    endings.length > 0 &&
    lost === 0 &&
    complaints.length === 0 &&
    endings.every(({ wrong }) => wrong.length === 0)
  );
}

/** Of several attempts at a fault the last one counts. */
export function lastOf(reports: readonly Report[]): readonly Report[] {
  return reports.filter(({ fault, attempt }) =>
    reports.every((other) => other.fault !== fault || other.attempt <= attempt),
  );
}

/** Everything that is wrong, a sentence each. */
export function sentencesOf({ endings, complaints }: Report): readonly string[] {
  return [
    ...complaints,
    ...endings.flatMap(({ lane, wrong }, index) =>
      wrong.map((text) => `rollout ${index + 1}, ${lane}: ${text}`),
    ),
  ];
}

const HEAD = ['fault', 'rollouts', 'ended as', 'twin ended as', 'requests lost', 'seconds', 'verdict'];

export function table(reports: readonly Report[]): string {
  return columns(HEAD, reports.map(cells));
}

function cells(report: Report): readonly string[] {
  const { fault, attempt, endings, lost, seconds } = report;
  return [
    attempt === 1 ? fault : `${fault}, once more`,
    String(endings.length),
    counted(endings.map(({ endedAs }) => endedAs)),
    counted(endings.map(({ twinEndedAs }) => twinEndedAs)),
    String(lost),
    String(seconds),
    isRight(report) ? 'right' : 'WRONG',
  ];
}

/** `3 Succeeded, 1 Failed`. */
function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ') || '-';
}

export function summary(reports: readonly Report[], seed: number): unknown {
  const counting = lastOf(reports);
  return {
    passed: counting.filter(isRight).length,
    failed: counting.filter((report) => !isRight(report)).length,
    lostRequests: counting.reduce((sum, { lost }) => sum + lost, 0),
    seed,
    faults: reports.map((report) => ({
      name: report.fault,
      attempt: report.attempt,
      right: isRight(report),
      rollouts: report.endings.length,
      lost: report.lost,
      seconds: report.seconds,
      wrong: sentencesOf(report),
    })),
  };
}
