/** The one story that is told with the controller's own lower limit for intervals. */
import assert from 'node:assert/strict';
import { GOOD } from '../manifests.ts';
import { GATEWAY } from '../routes.ts';
import type { Scenario } from '../scenario.ts';
import { settle } from '../setting.ts';
import { IN_A_HURRY } from '../stage.ts';

const LEAST = 10_000;
const WEIGHTS = [50, 100] as const;

export const defaultInterval: Scenario = {
  name: 'default-interval',
  title: 'by default a weight is held for ten seconds, whatever the manifest says',
  measures: 0,
  pace: 'alone',
  play: async (act) => {
    await act.stage.restart({});
    try {
      const { app } = await settle(act, {
        way: GATEWAY,
        analysis: () => ({ interval: '1s', stepWeight: 50 }),
      });
      await app.push(GOOD);
      const decided: number[] = [];
      for (const weight of WEIGHTS) {
        await app.comes(`has weight ${weight}`, () => app.weight === weight);
        decided.push(app.decidedAt);
      }
      await app.reaches('Promoting');
      decided.push(app.beginOf('Promoting'));
      const gaps = decided.slice(1).map((at, index) => at - (decided[index] ?? 0));
      act.say(
        `the weights were held for ${gaps.map((gap) => `${(gap / 1_000).toFixed(1)} s`).join(' and ')}`,
      );
      assert.ok(Math.min(...gaps) >= LEAST, `held for ${gaps.join(', ')} ms`);
      await app.rests('Succeeded');
    } finally {
      await act.stage.restart(IN_A_HURRY);
    }
  },
};
