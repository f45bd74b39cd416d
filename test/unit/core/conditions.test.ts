/** What `kubectl wait` and health checks read, word for word. */
import { describe, expect, it } from '@jest/globals';
import { conditionsOf } from '../../../src/core/conditions.ts';
import type { Phase, Status } from '../../../src/core/model.ts';
import { UNTOUCHED } from '../../../src/core/takeover.ts';
import { instant } from '../../../src/shared/brand.ts';

const shown = (status: Partial<Status>): readonly string[] =>
  conditionsOf({ ...UNTOUCHED, ...status }, 'DaemonSet').map(
    ({ type, status: value, reason, message }) => `${type}=${value} ${reason}: ${message}`,
  );

const PROMOTED: Readonly<Record<Phase, string>> = {
  Initializing: 'Unknown Initializing: New DaemonSet detected, starting initialization.',
  Initialized: 'True Initialized: DaemonSet initialization completed.',
  Waiting: 'Unknown Waiting: Waiting for approval.',
  Progressing: 'Unknown Progressing: New revision detected, progressing canary analysis.',
  WaitingPromotion: 'Unknown WaitingPromotion: Waiting for approval.',
  Promoting: 'Unknown Promoting: Canary analysis completed, starting primary rolling update.',
  Finalising: 'Unknown Finalising: Canary analysis completed, routing all traffic to primary.',
  Succeeded: 'True Succeeded: Canary analysis completed successfully, promotion finished.',
  Failed: 'False Failed: Canary analysis failed, DaemonSet scaled to zero.',
  Terminating: 'Unknown Terminating: New DaemonSet detected, starting initialization.',
};

describe('the condition Promoted', () => {
  it.each(Object.entries(PROMOTED))('in %s', (phase, text) => {
    expect(shown({ phase: phase as Phase })).toEqual([`Promoted=${text}`]);
  });
});

describe('a Canary with something to say', () => {
  it('says why its spec cannot be followed', () => {
    const invalid = { reason: 'UnknownProvider', detail: 'found "consul"', since: instant(0) };
    expect(shown({ invalid })).toContain('Accepted=False UnknownProvider: found "consul"');
  });

  it('says what the cluster does not take', () => {
    const stalled = { detail: 'set-routes: forbidden', since: instant(0) };
    expect(shown({ stalled })).toContain('Stalled=True Unsettled: set-routes: forbidden');
  });
});
