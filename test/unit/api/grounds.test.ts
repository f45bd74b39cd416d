/** The last decision in the status: small, readable, and there until there is another. */
import { describe, expect, it } from '@jest/globals';
import { readGrounds, writeGrounds } from '../../../src/api/grounds.ts';
import { readStatus, waitPatch, writeStatus } from '../../../src/api/status.ts';
import type { Check, Decision, Grounds } from '../../../src/core/grounds.ts';
import type { News, Status } from '../../../src/core/model.ts';
import { instant, percent, revision } from '../../../src/shared/brand.ts';
import { aCanary, aParsedCanary } from '../../support/canary-object.ts';
import { aSituation } from '../../support/situation.ts';

const NOW = instant(Date.parse('2026-11-28T10:00:00Z'));
const NAMES = {
  canary: 'podinfo.test',
  target: 'podinfo.test',
  primary: 'podinfo-primary.test',
  kind: 'Deployment',
};
const LIMIT = 16 * 1024;

const decision = (...news: readonly News[]): Decision => ({
  at: NOW,
  news,
  phase: 'Progressing',
  canaryWeight: percent(20),
  failedChecks: 1,
  threshold: 5,
});
const hook = (name: string, detail: string): Check => ({
  kind: 'hook',
  type: 'rollout',
  name,
  said: 'no',
  detail,
});
const metric = (name: string): Check => ({
  kind: 'metric',
  name,
  said: 'yes',
  detail: '',
  measured: { value: 99.5, min: 99, unit: 'percent' },
});
const grounds = (checks: readonly Check[], ...news: readonly News[]): Grounds => ({
  decision: decision(...news),
  evidence: { at: NOW, revision: revision('v2'), checks },
});

/** The status after a commit over another, as a merge patch does it. */
function committed(
  change: Partial<Status>,
  found: Grounds | undefined,
  previous: object = {},
): Record<string, unknown> {
  const status = { ...aSituation().status, ...change };
  const decided = found && { grounds: found, names: NAMES };
  const context = { canary: aParsedCanary(), previous, now: NOW, ...(decided !== undefined && { decided }) };
  return merged(previous, writeStatus(status, context)) as Record<string, unknown>;
}

function merged(before: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(before as Record<string, unknown> | undefined) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return JSON.parse(JSON.stringify(result));
}

describe('grounds', () => {
  it('are written in sentences and numbers, and read back', () => {
    const status = committed({}, grounds([metric('rate'), hook('load', 'no')], { kind: 'initialized' }));

    expect(readGrounds(status)).toEqual({
      decision: {
        at: '2026-11-28T10:00:00Z',
        said: ['Initialization done! podinfo.test'],
        phase: 'Progressing',
        canaryWeight: 20,
        failedChecks: 1,
        threshold: 5,
      },
      evidence: {
        at: '2026-11-28T10:00:00Z',
        revision: 'v2',
        checks: [
          { kind: 'metric', name: 'rate', said: 'yes', value: 99.5, min: 99, unit: 'percent' },
          { kind: 'hook', type: 'rollout', name: 'load', said: 'no', detail: 'no' },
        ],
      },
    });
  });

  it('take 16 KiB at most, whatever others say, and lose what passed first', () => {
    const long = '€'.repeat(3_000);
    const checks = [...Array.from({ length: 60 }, () => metric(long)), hook('the one that failed', long)];
    const news = Array.from({ length: 30 }, (): News => ({ kind: 'stalled', detail: long }));
    const written = writeGrounds(grounds(checks, ...news), NAMES);

    expect(Buffer.byteLength(JSON.stringify(written))).toBeLessThanOrEqual(LIMIT);
    expect(written.decision?.said.length).toBeGreaterThan(1);
    expect(written.evidence?.checks.at(-1)?.name).toBe('the one that failed');
    expect(written.evidence?.checks.length).toBeGreaterThan(2);
  });

  it('stay where a later commit has none, and where told news is merely crossed off', () => {
    const first = committed({}, grounds([metric('rate')]));
    const later = committed({ park: 'done' }, {}, first);
    const crossed = committed({ park: 'done' }, undefined, later);

    expect(readGrounds(crossed)).toEqual(readGrounds(first));
    expect(readStatus({ ...aCanary(), status: crossed }).findings).toEqual([]);
  });

  it('lose what was refused once it passes', () => {
    const refused = committed({}, grounds([hook('load', 'no')]));
    const passed = committed({}, grounds([{ ...hook('load', ''), said: 'yes' }]), refused);

    expect(readGrounds(passed).evidence?.checks).toEqual([
      { kind: 'hook', type: 'rollout', name: 'load', said: 'yes' },
    ]);
  });

  it('that somebody has edited are none', () => {
    expect(readGrounds({ serin: { decision: { at: 5 }, evidence: 'x' } })).toEqual({});
  });
});

describe('what is waited for', () => {
  const serin = (status: Record<string, unknown>): Record<string, unknown> =>
    status['serin'] as Record<string, unknown>;
  const conditionsOf = (status: Record<string, unknown>): readonly unknown[] =>
    status['conditions'] as readonly unknown[];
  const webhooks = [{ name: 'ask', type: 'confirm-promotion', url: 'http://gate' }];

  it('is written with every commit, with the time since and the time until', () => {
    const changedAt = instant(NOW - 1_000);

    expect(serin(committed({ changedAt }, {}))['waitingFor']).toEqual({
      kind: 'interval',
      text: 'the analysis interval',
      since: '2026-11-28T09:59:59Z',
      until: '2026-11-28T10:00:59Z',
    });
  });

  it('is a condition too where a gate holds, and none any more once it does not', () => {
    const held = { type: 'confirm-promotion', hook: 'ask', since: instant(NOW - 5_000) } as const;
    const canary = aParsedCanary({ analysis: { webhooks } });
    const decided = { grounds: {}, names: NAMES };
    const status = { ...aSituation().status, held, phase: 'WaitingPromotion' } as const;
    const waiting = writeStatus(status, { canary, previous: {}, now: NOW, decided });

    expect(serin(waiting)['waitingFor']).toMatchObject({ kind: 'question', since: '2026-11-28T09:59:55Z' });
    expect(conditionsOf(waiting)[1]).toMatchObject({
      type: 'Waiting',
      status: 'True',
      reason: 'Answer',
      message: 'waiting for the confirm-promotion hook ask',
    });
    expect(conditionsOf(committed({}, {}, waiting))).toHaveLength(1);
  });

  it('that a pass found out stays when told news is crossed off, and goes with the next commit', () => {
    const before = committed({}, {});
    const wait = { kind: 'cluster', text: 'the cluster: set-routes', since: NOW } as const;
    const said = merged(before, waitPatch(before, wait, NOW)) as Record<string, unknown>;
    const crossed = committed({}, undefined, said);

    for (const status of [said, crossed]) {
      expect(serin(status)['waitingFor']).toEqual({
        kind: 'cluster',
        text: 'the cluster: set-routes',
        since: '2026-11-28T10:00:00Z',
      });
      expect(conditionsOf(status).at(-1)).toMatchObject({ type: 'Waiting', reason: 'Cluster' });
    }
    expect(serin(committed({}, {}, crossed))['waitingFor']).toMatchObject({ kind: 'interval' });
  });
});
