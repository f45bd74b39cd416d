/** Users with a cookie jar, through two weights, a promotion and a rollback. */
import assert from 'node:assert/strict';
import { allCome, Guest } from '../guests.ts';
import { GOOD, image } from '../manifests.ts';
import { GATEWAY } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { gate, settle } from '../setting.ts';
import { climb } from './progressive.ts';

const COOKIE = 'chosen';
const WEIGHTS = [20, 50] as const;
const GUESTS = 40;
const VISITS = 4;
const FIRST = '6.0.0';
const WITHDRAWN = '6.0.2';

export const cookieJar: Scenario = {
  name: 'cookie-jar',
  title:
    'session affinity: who has met the canary stays with it at every weight, and goes home when it goes back',
  measures: WEIGHTS.length,
  play: async (act) => {
    const setting = await settle(act, {
      way: GATEWAY,
      analysis: () => ({
        stepWeights: WEIGHTS,
        sessionAffinity: { cookieName: COOKIE, maxAge: 600 },
        webhooks: [gate(act, 'confirm-traffic-increase')],
      }),
    });
    const { app, users } = setting;
    const guests = Array.from({ length: GUESTS }, () => new Guest(users));

    await app.push(GOOD);
    for (const weight of WEIGHTS) {
      await climb(setting, weight, GOOD);
      await allCome(guests, VISITS);
      // Four visits at a fifth of the traffic; by the last weight everybody may have met it.
      if (weight === WEIGHTS[0]) assert.ok(met(guests, GOOD) < GUESTS, 'everybody met the canary');
      staysOnceMet(guests, FIRST, GOOD);
      act.say(`weight ${weight}: ${met(guests, GOOD)} of ${GUESTS} with a jar have met the canary`);
    }
    await act.openGate(app);
    await app.rests('Succeeded');
    await act.closeGate(app);
    await home(guests, GOOD);

    await app.push(WITHDRAWN);
    await act.openGate(app);
    await app.comes('is at the first weight', () => app.weight === WEIGHTS[0]);
    await act.closeGate(app);
    await app.comes('is met by somebody', async () => {
      await allCome(guests, 1);
      return met(guests, WITHDRAWN) > 0;
    });
    staysOnceMet(guests, GOOD, WITHDRAWN);
    await app.order('abort', app.revision);
    await app.rests('Failed');
    assert.equal(app.primaryImage, image(GOOD));
    await home(guests, GOOD);
  },
};

/** Some have met the canary, and nobody who has ever gets the primary again. */
function staysOnceMet(guests: readonly Guest[], primary: string, canary: string): void {
  assert.ok(met(guests, canary) > 0, 'nobody met the canary');
  for (const { versions, jar } of guests) {
    const first = versions.indexOf(canary);
    assert.equal(jar.has(COOKIE), first >= 0, `with ${[...jar].join()} after ${versions.join()}`);
    if (first < 0) continue;
    assert.ok(!versions.slice(first).includes(primary), `sent back and forth: ${versions.join()}`);
  }
}

function met(guests: readonly Guest[], version: string): number {
  return guests.filter(({ versions }) => versions.at(-1) === version).length;
}

/** Everybody gets this version, and has no cookie any more. */
async function home(guests: readonly Guest[], version: string): Promise<void> {
  await allCome(guests, 2);
  for (const guest of guests) {
    assert.deepEqual(guest.versions.slice(-2), [version, version]);
    assert.deepEqual([...guest.jar], [], 'a cookie is not taken back');
    guest.versions.splice(0);
  }
}
