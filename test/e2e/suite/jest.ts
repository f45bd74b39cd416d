/** Scenarios as tests. Those that share a controller run at the same time, so they and the others are files apart. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { openEmbedded } from './embedded/stage.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Stage } from './stage.ts';

const TIMEOUT = 600_000;
const measured = SCENARIOS.reduce((sum, { measures }) => sum + measures, 0);
const played = SCENARIOS.filter(({ only }) => only?.kind !== 'real');

export function playedTogether(): void {
  const stage = sharedStage();
  describe('the suite on the cluster in memory', () => {
    it.concurrent.each(played.filter(({ pace }) => pace !== 'alone'))(
      '$name: $title',
      async (scenario) => passes(scenario, await stage()),
      TIMEOUT,
    );
  });
}

export function playedAlone(): void {
  const stage = sharedStage();
  describe('the suite on the cluster in memory, one after the other', () => {
    it.each(played.filter(({ pace }) => pace === 'alone'))(
      '$name: $title',
      async (scenario) => passes(scenario, await stage()),
      TIMEOUT,
    );
  });
}

/** Opened by whoever needs it first, since concurrent tests begin before any `beforeAll`. */
function sharedStage(): () => Promise<Stage> {
  let opening: Promise<Stage> | undefined;
  afterAll(async () => (await opening)?.stop());
  return () => (opening ??= openEmbedded());
}

async function passes(scenario: Scenario, stage: Stage): Promise<void> {
  const { complaints } = await play(scenario, stage, { measured, report: () => undefined });
  expect(complaints).toEqual([]);
}
