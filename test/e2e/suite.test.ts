/** The scenarios of `npm run e2e`, played on the cluster in memory: one test each, several at a time. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { openEmbedded } from './suite/embedded/stage.ts';
import { play } from './suite/play.ts';
import { SCENARIOS } from './suite/scenarios.ts';
import type { Stage } from './suite/stage.ts';

const TIMEOUT = 600_000;
const measured = SCENARIOS.reduce((sum, { measures }) => sum + measures, 0);
const played = SCENARIOS.filter(({ only }) => only?.kind !== 'real');

let opening: Promise<Stage> | undefined;
/** Opened by whoever needs it first, since concurrent tests begin before any `beforeAll`. */
const stage = (): Promise<Stage> => (opening ??= openEmbedded());
afterAll(async () => (await opening)?.stop());

describe('the suite on the cluster in memory', () => {
  it.concurrent.each(played.filter(({ alone }) => alone !== true))(
    '$name: $title',
    async (scenario) => {
      const { complaints } = await play(scenario, await stage(), { measured, report: () => undefined });
      expect(complaints).toEqual([]);
    },
    TIMEOUT,
  );
});
