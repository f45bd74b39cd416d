import { describe, expect, it } from '@jest/globals';
import { Outages } from '../../../src/adapters/kubernetes/outages.ts';
import { HandClock } from '../../support/clock.ts';

/** Calls as [seconds until it ends, whether it was answered]; what is left to wait after the last, in seconds. */
async function settling(calls: readonly (readonly [number, boolean])[]): Promise<number | undefined> {
  const clock = new HandClock();
  const outages = new Outages(clock);
  for (const [seconds, answered] of calls) {
    await clock.advance(seconds * 1_000);
    outages.called(answered);
  }
  return outages.settledAt && (outages.settledAt - clock.now()) / 1_000;
}

describe('after an outage', () => {
  it.each([
    [
      'of ten seconds, things settle within twenty',
      [
        [5, true],
        [1, false],
        [4, false],
        [6, true],
      ],
      20,
    ],
    [
      'of ten minutes, within a minute',
      [
        [0, false],
        [600, true],
      ],
      60,
    ],
    [
      'there is less to wait for when time has passed',
      [
        [0, false],
        [10, true],
        [5, true],
      ],
      15,
    ],
    [
      'a shorter one changes nothing',
      [
        [0, false],
        [20, true],
        [1, false],
        [3, true],
      ],
      36,
    ],
  ] as const)('%s', async (_, calls, left) => {
    expect(await settling(calls)).toBe(left);
  });

  it.each([
    [
      'every call is answered',
      [
        [1, true],
        [100, true],
      ],
    ],
    [
      'a connection is cut and opened again',
      [
        [1, true],
        [0, false],
        [1, true],
      ],
    ],
    [
      'nothing is answered yet',
      [
        [0, false],
        [100, false],
      ],
    ],
  ] as const)('but there is none where %s', async (_, calls) => {
    expect(await settling(calls)).toBeUndefined();
  });

  it('a clock that is set back in the meantime lengthens nothing', async () => {
    const clock = new HandClock();
    const outages = new Outages(clock);
    outages.called(false);
    await clock.advance(10_000);
    clock.set(-3_600_000);
    outages.called(true);

    expect(outages.settledAt && outages.settledAt - clock.now()).toBe(20_000);
  });
});
