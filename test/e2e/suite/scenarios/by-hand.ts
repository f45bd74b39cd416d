/** What people can order while a rollout runs, and after it. */
import assert from 'node:assert/strict';
import { pause } from '../act.ts';
import { GOOD, image, SLOW } from '../manifests.ts';
import { GATEWAY } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { settle } from '../setting.ts';
import { everybodySees } from './progressive.ts';

/** Three analyses: without the order the weight would have risen twice. */
const A_WHILE = 9_000;

export const byHand: Scenario = {
  name: 'by-hand',
  title: 'pause holds a rollout, promote ends it, abort sends it back, retry runs it again',
  measures: 0,
  play: async (act) => {
    const { app, users } = await settle(act, {
      way: GATEWAY,
      analysis: () => ({ stepWeight: 10, maxWeight: 90 }),
    });
    await app.push(GOOD);
    await app.comes('has users', () => app.weight > 0);
    await app.order('pause', app.revision);
    const held = await settled(() => app.weight);
    await pause(A_WHILE);
    assert.equal(app.weight, held, 'the weight rose although it was paused');
    await app.withdraw('pause');
    await app.comes('goes on', () => app.weight > held);
    await app.order('promote', app.revision);
    await app.rests('Succeeded');
    assert.equal(app.primaryImage, image(GOOD));
    const weights = app.told.filter((text) => text.startsWith('Advance'));
    assert.ok(weights.length < 9, 'it went through every weight although it was to be promoted');
    await everybodySees(users, GOOD);

    await app.push(SLOW.version);
    await app.comes('has users', () => app.weight > 0);
    await app.order('abort', app.revision);
    await app.rests('Failed');
    assert.equal(app.primaryImage, image(GOOD));
    await everybodySees(users, GOOD);

    await app.order('retry', app.revision);
    await app.comes('has users again', () => app.weight > 0);
    await app.order('promote', app.revision);
    await app.rests('Succeeded');
    assert.equal(app.primaryImage, image(SLOW.version));
    await everybodySees(users, SLOW.version);
  },
};

/** A step that was decided before the order arrived may still be seen after it. */
async function settled(read: () => number): Promise<number> {
  await pause(1_000);
  return read();
}
