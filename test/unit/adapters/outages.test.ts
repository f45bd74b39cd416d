import { describe, expect, it } from '@jest/globals';
import { Outages } from '../../../src/adapters/kubernetes/outages.ts';
import { silentLogger } from '../../../src/shared/logger.ts';
import { HandClock } from '../../support/clock.ts';

/** Calls as `SECONDS:STATUS`, until each ends; what is left to wait after the last, in seconds. */
async function settling(calls: string): Promise<number | undefined> {
  const clock = new HandClock();
  const outages = new Outages(clock, silentLogger);
  for (const call of calls.split(' ')) {
    const [seconds = 0, status = 0] = call.split(':').map(Number);
    await clock.advance(seconds * 1_000);
    outages.called(status);
  }
  return outages.settledAt && (outages.settledAt - clock.now()) / 1_000;
}

describe('after an outage', () => {
  it.each([
    ['of ten seconds, things settle within twenty', '5:200 1:0 4:0 6:200', 20],
    ['of ten minutes, within a minute', '0:0 600:200', 60],
    ['a server that begins is not back', '0:0 4:403 1:500 1:401 4:404', 20],
    ['there is less to wait for when time has passed', '0:0 10:200 5:200', 15],
    ['a shorter one changes nothing', '0:0 20:200 1:0 3:200', 36],
  ])('%s', async (_, calls, left) => {
    expect(await settling(calls)).toBe(left);
  });

  it.each([
    ['every call is answered', '1:200 100:200'],
    ['a connection is cut and opened again', '1:200 0:0 1:200'],
    ['something is forbidden', '1:403 100:403 1:200'],
    ['nothing is answered yet', '0:0 100:0'],
  ])('but there is none where %s', async (_, calls) => {
    expect(await settling(calls)).toBeUndefined();
  });

  it('a clock that is set back in the meantime lengthens nothing', async () => {
    const clock = new HandClock();
    const outages = new Outages(clock, silentLogger);
    outages.called(0);
    await clock.advance(10_000);
    clock.set(-3_600_000);
    outages.called(200);

    expect(outages.settledAt && outages.settledAt - clock.now()).toBe(20_000);
  });
});
