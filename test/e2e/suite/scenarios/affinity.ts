/** Users who were once given the canary keep it, by a cookie, as long as it is analysed. */
import assert from 'node:assert/strict';
import { GOOD } from '../manifests.ts';
import { GATEWAY } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { gate, settle } from '../setting.ts';
import type { Visit, Visitors } from '../visitors.ts';

const COOKIE = 'chosen';
const PRIMARY_COOKIE = 'stayed';
const JARS = 20;
const VISITS = 10;
const WEIGHT = 50;

export const affinity: Scenario = {
  name: 'affinity',
  title:
    'session affinity: whoever got the canary, or the primary, keeps it by a cookie until the end of the run',
  measures: 1,
  play: async (act) => {
    const { app, users, host } = await settle(act, {
      way: GATEWAY,
      analysis: () => ({
        // The cookie of the primary lives as long as an interval.
        interval: '30s',
        stepWeight: WEIGHT,
        maxWeight: WEIGHT,
        sessionAffinity: { cookieName: COOKIE, primaryCookieName: PRIMARY_COOKIE, maxAge: 600 },
        webhooks: [gate(act, 'confirm-promotion')],
      }),
    });
    await app.push(GOOD);
    await app.comes(`has weight ${WEIGHT}`, () => app.weight === WEIGHT);
    await act.measure(app, users, { weight: WEIGHT, by: 'gatewayapi', host, version: GOOD });

    const first = await users.crowd(JARS);
    const cookies = await Promise.all(first.map((visit) => comeBack(users, visit)));
    const [chosen, stayed] = [COOKIE, PRIMARY_COOKIE].map((name) =>
      cookies.find((one) => one.startsWith(name)),
    );
    assert.ok(chosen !== undefined && stayed !== undefined, `of ${JARS} users all got the same version`);

    await act.openGate(app);
    await app.reaches('Promoting');
    await app.rests('Succeeded');
    const late = await users.come({ Cookie: chosen });
    assert.equal(late.version, GOOD);
    assert.match(late.cookies.join(), new RegExp(`${chosen};.*Max-Age=-1`), 'the cookie is not taken back');
  },
};

/** The user of a first visit, with whichever cookie that gave, comes again and again; returns the cookie. */
async function comeBack(users: Visitors, first: Visit): Promise<string> {
  const [given = ''] = first.cookies;
  const [cookie = ''] = given.split(';');
  const expected = first.version === GOOD ? COOKIE : PRIMARY_COOKIE;
  assert.ok(cookie.startsWith(`${expected}=`), `${first.version} answered with the cookie ${given}`);
  for (let visit = 0; visit < VISITS; visit += 1) {
    const { version } = await users.come({ Cookie: cookie });
    assert.equal(version, first.version, `a user with ${cookie} was sent elsewhere`);
  }
  return cookie;
}
