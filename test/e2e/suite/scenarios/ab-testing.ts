/** Users who are chosen by a header or a cookie, and only they, see the new revision while it is analysed. */
import assert from 'node:assert/strict';
import type { Act } from '../act.ts';
import { GOOD } from '../manifests.ts';
import { GATEWAY, NGINX, type Way } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { gate, settle, smokeTest, type Setting } from '../setting.ts';
import { everybodySees } from './progressive.ts';

type Headers = Readonly<Record<string, string>>;

const EACH = 200;

export const abTesting: Scenario = {
  name: 'ab-testing',
  title: 'A/B by Gateway API: whoever has the header or the cookie sees the new revision, nobody else',
  measures: 0,
  play: (act) =>
    tell(act, GATEWAY, {
      match: [
        { headers: { 'x-user': { exact: 'insider' } } },
        { headers: { cookie: { regex: '^(.*?;\\s*)?(tester=yes)(;.*)?$' } } },
      ],
      chosen: [{ 'X-User': 'insider' }, { Cookie: 'lang=en; tester=yes' }],
      others: [{}, { 'X-User': 'stranger' }, { Cookie: 'tester=no' }],
    }),
};

export const abTestingNginx: Scenario = {
  name: 'ab-testing-nginx',
  title: 'A/B by ingress-nginx annotations: whoever has the header or the cookie sees the new revision',
  measures: 0,
  play: (act) =>
    tell(act, NGINX, {
      match: [{ headers: { 'x-user': { exact: 'insider' } } }, { headers: { cookie: { exact: 'tester' } } }],
      chosen: [{ 'X-User': 'insider' }, { Cookie: 'lang=en; tester=always' }],
      others: [{}, { 'X-User': 'stranger' }, { Cookie: 'tester=never' }],
    }),
};

interface Choice {
  readonly match: readonly unknown[];
  readonly chosen: readonly Headers[];
  readonly others: readonly Headers[];
}

async function tell(act: Act, way: Way, { match, chosen, others }: Choice): Promise<void> {
  const setting = await settle(act, {
    way,
    analysis: (app) => ({
      iterations: 2,
      match,
      webhooks: [smokeTest(act, app), gate(act, 'confirm-promotion')],
    }),
  });
  const { app, users } = setting;
  await app.push(GOOD);
  // Held there by the closed gate for as long as it takes.
  await app.reaches('WaitingPromotion');
  for (const headers of chosen) await see(setting, headers, GOOD);
  for (const headers of others) await see(setting, headers, '6.0.0');
  await act.openGate(app);
  await app.rests('Succeeded');
  await everybodySees(users, GOOD);
}

async function see({ act, users }: Setting, headers: Headers, version: string): Promise<void> {
  const visits = await users.crowd(EACH, headers);
  const seen = visits.filter((visit) => visit.version === version).length;
  const who = JSON.stringify(headers);
  act.say(`${seen} of ${EACH} requests with ${who} reached ${version}`);
  assert.equal(seen, EACH, `requests with ${who} that reached ${version}`);
}
