/** Every state a real Flagger was recorded in is taken over and comes to the end it belongs in. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { attempt } from '../../hack/takeover/attempt.ts';
import { readFolder, recordedStates } from '../../hack/takeover/recordings.ts';
import { reportOn } from '../../hack/takeover/report.ts';

const TIMEOUT = 60_000;
const AT_REST = /Initialized|Failed|Succeeded/;
const RECORDED = join(import.meta.dirname, '../../../shared/reference/flagger-objects');

const states = recordedStates();
const stories = [...new Set(states.map(({ story }) => story))];

describe.each(stories)('%s', (story) => {
  const told = states.filter((state) => state.story === story);

  it.each(told.map(({ name }, index) => ({ name, index })))(
    '$name',
    async ({ index }) => {
      const state = told[index];
      if (state === undefined) throw new Error('the story has fewer states');
      // A release afterwards tells the same of every state that ends the same, and takes as long again.
      const release = AT_REST.test(state.name);
      const report = reportOn(state, await attempt(state, told.slice(0, index + 1), { release }));

      expect({ ...report, wrong: [] }).toEqual(report);
    },
    TIMEOUT,
  );
});

describe('the recordings', () => {
  it('are all there', () => {
    expect([stories.length, states.length]).toEqual([18, 210]);
  });

  it.each(existsSync(RECORDED) ? readdirSync(RECORDED, { withFileTypes: true }) : [])(
    'are kept as they were made, $name',
    (entry) => {
      if (!entry.isDirectory()) return;
      const kept = states.filter(({ story }) => story === entry.name).map(({ story: _, ...state }) => state);

      expect(kept).toEqual(readFolder(join(RECORDED, entry.name)));
    },
  );
});
