/** Two whole versions side by side: users change from one to the other at once, or never. */
import assert from 'node:assert/strict';
import { GOOD, image, LATENCY, SLOW, SUCCESS } from '../manifests.ts';
import { GATEWAY, PLAIN } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { loadTest, settle, smokeTest, type Setting } from '../setting.ts';
import { everybodyMovesOver, everybodySees } from './progressive.ts';

const ITERATIONS = 2;

export const blueGreen: Scenario = {
  name: 'blue-green',
  title: 'blue/green through a router: users change over once, and never see a slow revision',
  measures: 0,
  play: async (act) => {
    const setting = await settle(act, {
      way: GATEWAY,
      analysis: (app) => ({
        iterations: ITERATIONS,
        metrics: [SUCCESS, LATENCY],
        webhooks: [smokeTest(act, app), loadTest(act, app)],
      }),
    });
    await changeOver(setting);
    await setting.app.push(SLOW.version, SLOW.flags);
    await stayBehind(setting, SLOW.version, 'request duration');
  },
};

export const blueGreenPlain: Scenario = {
  name: 'blue-green-plain',
  title: 'blue/green without a router: users change over once, and never see a failing revision',
  measures: 0,
  play: async (act) => {
    const setting = await settle(act, {
      way: PLAIN,
      analysis: (app) => ({
        iterations: ITERATIONS,
        metrics: [SUCCESS, LATENCY],
        webhooks: [smokeTest(act, app), loadTest(act, app)],
      }),
    });
    const { app } = setting;
    await changeOver(setting);
    // From now on the load test asks for errors.
    await app.amend({
      spec: { analysis: { webhooks: [smokeTest(act, app), loadTest(act, app, '/status/500')] } },
    });
    await app.push(SLOW.version);
    await stayBehind(setting, SLOW.version, 'success rate');
  },
};

async function changeOver({ act, way, app, users }: Setting): Promise<void> {
  await app.push(GOOD);
  await app.rests('Succeeded');
  assert.equal(app.primaryImage, image(GOOD));
  assert.deepEqual(
    app.told.filter((text) => text.includes('iteration')),
    Array.from(
      { length: ITERATIONS },
      (_, index) => `Advance ${app.name}.${app.namespace} canary iteration ${index + 1}/${ITERATIONS}`,
    ),
  );
  const early = users.visits.filter(
    ({ version, ended }) => version === GOOD && ended < app.beginOf('Progressing'),
  );
  assert.deepEqual(early, []);
  await (way === PLAIN ? everybodyMovesOver({ act, app, users }, GOOD) : everybodySees(users, GOOD));
}

async function stayBehind({ app, users }: Setting, version: string, complaint: string): Promise<void> {
  await app.rests('Failed');
  const halts = app.told.filter((text) => text.startsWith('Halt') && text.includes(complaint));
  assert.notDeepEqual(halts, [], `no event says why it was halted: ${app.told.join('; ')}`);
  assert.equal(app.primaryImage, image(GOOD));
  assert.deepEqual(
    users.visits.filter((visit) => visit.version === version),
    [],
    'users saw what was never promoted',
  );
}
