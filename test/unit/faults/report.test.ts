import { describe, expect, it } from '@jest/globals';
import { isRight, lastOf, sentencesOf, summary, table, type Report } from '../../../hack/faults/report.ts';

const ending = (lane: string, endedAs: string, wrong: readonly string[] = []) => ({
  lane,
  endedAs,
  twinEndedAs: 'Succeeded',
  wrong,
});
const RIGHT: Report = {
  fault: 'etcd-killed',
  attempt: 1,
  endings: [ending('steps', 'Succeeded'), ending('gates', 'Succeeded')],
  lost: 0,
  seconds: 31,
  complaints: [],
};
const WRONG: Report = {
  ...RIGHT,
  fault: 'tester-gone',
  endings: [ending('steps', 'Succeeded'), ending('gates', 'Failed', ['phase is "Failed", not "Succeeded"'])],
};

describe('the report of a fault', () => {
  it('is right only if every rollout was, nothing was lost, and nothing else is complained of', () => {
    expect(isRight(RIGHT)).toBe(true);
    expect(isRight(WRONG)).toBe(false);
    expect(isRight({ ...RIGHT, lost: 1 })).toBe(false);
    expect(isRight({ ...RIGHT, complaints: ['kubelet is not back'] })).toBe(false);
  });

  it('is not right where nothing was rolled out', () => {
    expect(isRight({ ...RIGHT, endings: [] })).toBe(false);
  });

  it('is a line of the table', () => {
    expect(table([RIGHT, WRONG])).toBe(
      [
        'fault        rollouts  ended as               twin ended as  requests lost  seconds  verdict',
        'etcd-killed  2         2 Succeeded            2 Succeeded    0              31       right',
        'tester-gone  2         1 Succeeded, 1 Failed  2 Succeeded    0              31       WRONG',
      ].join('\n'),
    );
  });

  it('says of every rollout what was wrong', () => {
    expect(sentencesOf({ ...WRONG, complaints: ['kubelet is not back'] })).toEqual([
      'kubelet is not back',
      'rollout 2, gates: phase is "Failed", not "Succeeded"',
    ]);
  });

  it('counts in its last attempt, and is shown in each', () => {
    const first = { ...WRONG, lost: 3 };
    const second = { ...RIGHT, fault: WRONG.fault, attempt: 2 };

    expect(lastOf([RIGHT, first, second])).toEqual([RIGHT, second]);
    expect(table([first, second])).toContain('tester-gone, once more');
    expect(summary([RIGHT, first, second], 7)).toMatchObject({
      passed: 2,
      failed: 0,
      lostRequests: 0,
      faults: [{ attempt: 1 }, { attempt: 1, lost: 3, right: false }, { attempt: 2, right: true }],
    });
  });

  it('is summed up for programs', () => {
    expect(summary([RIGHT, { ...WRONG, lost: 3 }], 7)).toMatchObject({
      passed: 1,
      failed: 1,
      lostRequests: 3,
      seed: 7,
      faults: [
        { name: 'etcd-killed', right: true, rollouts: 2, lost: 0, seconds: 31, wrong: [] },
        { name: 'tester-gone', right: false },
      ],
    });
  });
});
