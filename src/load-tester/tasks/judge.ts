/** Whether load has shown what it was to show, by the summary that `hey` prints, and our own generator too. */
import { ok, type Result } from '../../shared/result.ts';
import type { Answer } from '../answer.ts';
import type { Metadata } from '../payload.ts';
import { refuse } from './metadata.ts';
import type { Run } from './task.ts';

export interface Standard {
  /** A `hey` that got no answer at all has failed, although it ends with 0. */
  readonly isHey: boolean;
  /** Percent of the requests to be answered with a status below 500; undefined asks for nothing. */
  readonly least: number | undefined;
}

/** `minSuccessRate`, in percent. */
export function leastOf({ minSuccessRate }: Metadata): Result<number | undefined, Answer> {
  if (minSuccessRate === undefined) return ok();
  const least = /^\d+(\.\d+)?$/.test(minSuccessRate) ? Number(minSuccessRate) : Number.NaN;
  if (least <= 100) return ok(least);
  const found = JSON.stringify(minSuccessRate);
  return refuse(`metadata.minSuccessRate is ${found}, allowed are percents from 0 to 100 such as 99.5`);
}

/** The run, which fails as well where its load does not meet the standard. */
export function judged(run: Run, standard: Standard): Run {
  return async (options) => {
    const { output, failure } = await run(options);
    return { output, failure: failure ?? faultOf(output, standard) };
  };
}

function faultOf(output: string, { isHey, least }: Standard): string | undefined {
  if (!isHey && least === undefined) return undefined;
  const { answers, good, errors, example } = countsIn(output);
  const requests = answers + errors;
  if (requests === 0)
    return least === undefined ? undefined : 'minSuccessRate is set, but no summary of hey was printed';
  if (answers === 0) return `none of ${requests} requests was answered: ${example}`;
  if (least === undefined || good * 100 >= least * requests) return undefined;
  const share = `${good} of ${requests} requests were answered with a status below 500`;
  return `${share}, minSuccessRate asks for ${least}%`;
}

interface Counts {
  readonly answers: number;
  /** Those with a status below 500. */
  readonly good: number;
  readonly errors: number;
  /** What one of the errors says; '' without any. */
  readonly example: string;
}

function countsIn(output: string): Counts {
  const statuses = [...output.matchAll(/^ +\[(\d{3})\]\t(\d+) responses$/gm)];
  const [, distribution = ''] = output.split('Error distribution:\n');
  const errors = [...distribution.matchAll(/^ +\[(\d+)\]\t(.*)$/gm)];
  const sum = (counts: readonly (string | undefined)[]): number =>
    counts.reduce((total, count) => total + Number(count), 0);
  return {
    answers: sum(statuses.map(([, , count]) => count)),
    good: sum(statuses.filter(([, status]) => Number(status) < 500).map(([, , count]) => count)),
    errors: sum(errors.map(([, count]) => count)),
    example: errors[0]?.[2] ?? '',
  };
}
