/** Webhooks that hold a rollout until somebody lets it go on, or send it back. */
import assert from 'node:assert/strict';
import { GOOD, image, SLOW } from '../manifests.ts';
import { GATEWAY } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { gate, settle } from '../setting.ts';
import { pause } from '../act.ts';

/** Long enough for two analyses, in which nothing may happen. */
const A_WHILE = 7_000;

export const gates: Scenario = {
  name: 'gates',
  title: 'gates by webhook hold the start and the promotion, and one sends a revision back',
  measures: 0,
  play: async (act) => {
    const { app, users } = await settle(act, {
      way: GATEWAY,
      analysis: () => ({
        stepWeight: 50,
        maxWeight: 50,
        webhooks: [
          gate(act, 'confirm-rollout'),
          gate(act, 'confirm-promotion'),
          gate(act, 'rollback', 'rollback/check'),
        ],
      }),
    });
    await app.push(GOOD);
    await app.reaches('Waiting');
    await pause(A_WHILE);
    assert.equal(app.phase, 'Waiting');
    assert.equal(app.targetReplicas, 0, 'nothing is started before it may');

    await act.openGate(app);
    await app.reaches('Progressing');
    await act.closeGate(app);
    await app.reaches('WaitingPromotion');
    await pause(A_WHILE);
    assert.equal(app.phase, 'WaitingPromotion');
    assert.equal(app.weight, 50, 'the canary keeps its users while it waits');
    assert.equal(app.primaryImage, image('6.0.0'));

    await act.openGate(app);
    await app.rests('Succeeded');
    assert.equal(app.primaryImage, image(GOOD));
    assert.ok(users.visits.some(({ version }) => version === GOOD));

    await app.push(SLOW.version);
    await app.comes('has weight 50', () => app.weight === 50);
    await act.closeGate(app);
    await act.openGate(app, 'rollback');
    await app.rests('Failed');
    await act.closeGate(app, 'rollback');
    const [told] = app.told.filter((text) => text.includes('manual webhook invoked'));
    assert.equal(told, `Rolling back ${app.name}.${app.namespace} manual webhook invoked`);
    assert.equal(app.primaryImage, image(GOOD));
  },
};
