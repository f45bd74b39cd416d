import { describe, expect, it } from '@jest/globals';

import { Reports } from '../../../src/load-tester/reports.ts';
import { instant } from '../../../src/shared/brand.ts';

const KEY = 'podinfo.test+hey';
const FAILURE = { checksum: 'one', reason: 'exit status 1' };

/** What each call, at these seconds, is told, where a task fails after every call. */
function told(...seconds: readonly number[]): readonly (string | undefined)[] {
  const reports = new Reports();
  return seconds.map((second) => {
    const reason = reports.called(KEY, 'one', instant(second * 1_000));
    reports.failed(KEY, FAILURE);
    return reason;
  });
}

const YES = FAILURE.reason;

describe('a failure', () => {
  it('is told to the next call', () => {
    expect(told(0, 30, 60, 90)).toEqual([undefined, YES, YES, YES]);
  });

  it('is told once', () => {
    const reports = new Reports();
    const call = (at: number): string | undefined => reports.called(KEY, 'one', instant(at));
    call(0);
    reports.failed(KEY, FAILURE);
    expect([call(1_000), call(2_000)]).toEqual([YES, undefined]);
  });

  it('waits for a call that comes later than its own end', () => {
    const reports = new Reports();
    reports.called(KEY, 'one', instant(0));
    reports.called(KEY, 'one', instant(10_000));
    reports.failed(KEY, FAILURE);
    expect(reports.called(KEY, 'one', instant(20_000))).toBe(YES);
  });

  it('is not told to a later run of the same revision, which begins after a pause', () => {
    expect(told(0, 30, 60, 121, 151)).toEqual([undefined, YES, YES, undefined, YES]);
    expect(told(0, 121, 241)).toEqual([undefined, undefined, YES]);
  });

  it('is told at the pace of the longest pause, as a hook may be called again sooner', () => {
    expect(told(0, 60, 61, 121, 180)).toEqual([undefined, YES, YES, YES, YES]);
  });

  it('is not told to another revision', () => {
    const reports = new Reports();
    reports.called(KEY, 'one', instant(0));
    reports.failed(KEY, FAILURE);
    expect(reports.called(KEY, 'two', instant(1_000))).toBeUndefined();
  });

  it('of a day ago is forgotten, and one that nobody calls for is nobody’s', () => {
    const reports = new Reports();
    reports.failed(KEY, FAILURE);
    reports.called(KEY, 'one', instant(0));
    reports.failed(KEY, FAILURE);
    reports.called('another', 'one', instant(86_400_000));
    reports.failed(KEY, FAILURE);
    expect(reports.called(KEY, 'one', instant(86_400_001))).toBeUndefined();
  });
});
