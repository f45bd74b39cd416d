import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { parseCanary } from '../../../src/api/canary.ts';
import { parseStatus, readStatus, conditionPatch, writeStatus } from '../../../src/api/status.ts';
import type { Announcement, News, Phase, Status } from '../../../src/core/model.ts';
import { instant, percent, revision, type Instant } from '../../../src/shared/brand.ts';
import { aCanary, aParsedCanary, ISTIO_BY_DEFAULT } from '../../support/canary-object.ts';

const NOW = instant(Date.UTC(2026, 0, 1, 12, 0, 0, 250));
const canary = aParsedCanary();

/** What the API server makes of a merge patch. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const start = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const result: Record<string, unknown> = { ...start };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

/** The status as it stands in the cluster after `status` was written over `previous`. */
function stored(status: Status, previous: unknown, now: Instant = NOW, of = canary): Record<string, unknown> {
  const patch: unknown = JSON.parse(JSON.stringify(writeStatus(status, { canary: of, previous, now })));
  return merged(previous, patch) as Record<string, unknown>;
}

const PHASES: readonly Phase[] = [
  'Initializing',
  'Initialized',
  'Waiting',
  'Progressing',
  'WaitingPromotion',
  'Promoting',
  'Finalising',
  'Succeeded',
  'Failed',
  'Terminating',
];

const text = fc.string({ maxLength: 12 });
const word = fc.string({ minLength: 1, maxLength: 12 });
const moment = fc.nat().map((value) => instant(value));
const share = fc.nat({ max: 100 }).map(percent);
const name = text.map(revision);
const phase = fc.constantFrom(...PHASES);

const news: fc.Arbitrary<News> = fc.oneof(
  fc.constantFrom<News>(
    { kind: 'initialized' },
    { kind: 'promoted' },
    { kind: 'failed', trafficStays: true },
  ),
  fc.record({ kind: fc.constant('advanced-weight' as const), weight: share }),
  fc.record({ kind: fc.constant('post-rollout' as const), outcome: fc.constant('Succeeded' as const) }),
  fc.record({
    kind: fc.constant('halted' as const),
    type: fc.constant('metric' as const),
    failure: fc.record({
      kind: fc.constant('success-rate' as const),
      metric: text,
      value: fc.nat(),
      bound: fc.nat(),
      side: fc.constant('min' as const),
    }),
  }),
  fc.record({
    kind: fc.constant('rolled-back' as const),
    reason: fc.record({
      kind: fc.constant('stuck' as const),
      workload: fc.constant('primary' as const),
      detail: text,
    }),
  }),
);

const announcement: fc.Arbitrary<Announcement> = fc.record({
  sequence: fc.nat(),
  at: moment,
  phase,
  revision: name,
  news,
});

const standstill = fc.record({ generation: fc.nat(), done: fc.nat(), since: moment });

const anyStatus: fc.Arbitrary<Status> = fc.record({
  origin: fc.constant('ours' as const),
  phase,
  step: fc.integer({ min: -1, max: 50 }),
  canaryWeight: share,
  mirrored: fc.boolean(),
  failedChecks: fc.nat({ max: 9 }),
  routesMark: fc.nat(),
  place: text,
  left: fc.array(text, { maxLength: 2 }),
  park: fc.constantFrom('none' as const, 'due' as const, 'done' as const),
  obeyed: fc.record({ abort: text, retry: text, promote: text, pause: text }, { requiredKeys: [] }),
  outbox: fc.array(announcement, { maxLength: 4 }),
  sequence: fc.nat(),
  lastAppliedRevision: name,
  lastPromotedRevision: name,
  changedAt: moment,
  phaseSince: moment,
  plan: text,
  target: fc.option(
    fc.record({
      workload: text,
      uid: text,
      generation: fc.nat(),
      template: text,
      revision: name,
      configs: fc.dictionary(
        fc.constantFrom('configmap/a', 'configmap/b', 'secret/a', 'secret/b'),
        fc.string({ minLength: 1, maxLength: 16 }),
      ),
    }),
    { nil: undefined },
  ),
  standstills: fc.record({ target: standstill, primary: standstill }, { requiredKeys: [] }),
  released: fc.option(moment, { nil: undefined }),
  autoscaler: text,
  cookies: fc.record({ canary: word, primary: word, previous: word }, { requiredKeys: [] }),
  invalid: fc.option(fc.record({ reason: text, detail: text, since: moment }), { nil: undefined }),
  held: fc.option(fc.record({ type: fc.constant('confirm-rollout' as const), hook: text, since: moment }), {
    nil: undefined,
  }),
  late: fc.option(moment, { nil: undefined }),
  stalled: fc.option(fc.record({ detail: text, since: moment }), { nil: undefined }),
});

const RUNNING: Status = {
  ...parseStatus(aCanary()),
  origin: 'ours',
  phase: 'Progressing',
  step: 1,
  canaryWeight: percent(40),
  plan: 'canary:20,40,60',
  lastAppliedRevision: revision('1-b'),
  lastPromotedRevision: revision('1-a'),
  changedAt: NOW,
  phaseSince: NOW,
};

describe('the memory of a rollout', () => {
  it('comes back as it was written, whatever was written before', () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, (before, after) => {
        const status = stored(after, stored(before, undefined));
        expect(readStatus(aCanary({ status }))).toEqual({ status: after, findings: [] });
      }),
    );
  });

  it('leaves no trace of what has gone', () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, (before, after) => {
        expect(stored(after, stored(before, undefined, NOW), NOW)).toMatchObject({
          serin: stored(after, undefined)['serin'],
          trackedConfigs: stored(after, undefined)['trackedConfigs'],
        });
        const keys = (status: Record<string, unknown>) => Object.keys(status['serin'] as object).sort();
        expect(keys(stored(after, stored(before, undefined)))).toEqual(keys(stored(after, undefined)));
      }),
    );
  });

  it('leaves alone what others wrote into the status', () => {
    const others = { type: 'Synced', status: 'True', reason: 'Argo' };
    const previous = { lastTrackedRevision: '7', conditions: [others] };
    const status = stored(RUNNING, previous);
    expect(status['lastTrackedRevision']).toBe('7');
    expect(status['conditions']).toContainEqual(others);
  });

  it('says in the fields everybody reads where the rollout stands', () => {
    const configs = { 'configmap/env': '1-c' };
    const target = { uid: 'u', generation: 3, template: '1-t', revision: revision('1-b'), configs };
    expect(stored({ ...RUNNING, target, failedChecks: 2 }, undefined)).toMatchObject({
      phase: 'Progressing',
      failedChecks: 2,
      canaryWeight: 40,
      iterations: 0,
      trackedConfigs: configs,
      lastAppliedSpec: '1-b',
      lastPromotedSpec: '1-a',
      lastTransitionTime: '2026-01-01T12:00:00Z',
    });
  });

  it.each<readonly [Phase, number]>([
    ['Progressing', 3],
    ['WaitingPromotion', 3],
    ['Promoting', 3],
    ['Succeeded', 0],
    ['Failed', 0],
  ])('counts iterations of blue/green while it runs: %s', (at, iterations) => {
    const blueGreen = aParsedCanary({ analysis: { iterations: 5, stepWeight: undefined } });
    expect(stored({ ...RUNNING, phase: at, step: 2 }, undefined, NOW, blueGreen)['iterations']).toBe(
      iterations,
    );
  });
});

describe('the conditions in a status', () => {
  const later = instant(NOW + 60_000);
  const promoted = (status: Record<string, unknown>) =>
    (status['conditions'] as readonly Record<string, unknown>[]).find(({ type }) => type === 'Promoted');

  it('keep their times while nothing changes', () => {
    const before = stored(RUNNING, undefined);
    expect(promoted(stored(RUNNING, before, later))).toEqual(promoted(before));
  });

  it('have not turned when only the reason changes', () => {
    const after = stored({ ...RUNNING, phase: 'Promoting' }, stored(RUNNING, undefined), later);
    expect(promoted(after)).toMatchObject({
      status: 'Unknown',
      reason: 'Promoting',
      lastUpdateTime: '2026-01-01T12:01:00Z',
      lastTransitionTime: '2026-01-01T12:00:00Z',
    });
  });

  it('have turned when the status changes', () => {
    const after = stored({ ...RUNNING, phase: 'Succeeded' }, stored(RUNNING, undefined), later);
    expect(promoted(after)).toMatchObject({ status: 'True', lastTransitionTime: '2026-01-01T12:01:00Z' });
  });

  it('are gone when they have nothing to say any more', () => {
    const invalid = { reason: 'InvalidSpec', detail: 'no port', since: NOW };
    const before = stored({ ...RUNNING, invalid }, undefined);
    expect(before['conditions']).toHaveLength(2);
    expect(stored(RUNNING, before)['conditions']).toHaveLength(1);
  });
});

describe('a status somebody else wrote', () => {
  it.each([[undefined], [{}], [{ phase: '' }], [null], ['broken']])(
    'begins at the beginning without one: %j',
    (status) => {
      expect(parseStatus(aCanary({ status }))).toMatchObject({
        origin: 'new',
        phase: 'Initializing',
        step: -1,
      });
    },
  );

  it('is taken over from Flagger where it stands', () => {
    const status = {
      phase: 'Progressing',
      failedChecks: 1,
      canaryWeight: 30,
      iterations: 4,
      lastAppliedSpec: '5d4f8c9b',
      lastPromotedSpec: '6789bcdf',
      lastTransitionTime: '2026-01-01T12:00:00Z',
      trackedConfigs: {},
    };
    expect(parseStatus(aCanary({ status }))).toMatchObject({
      origin: 'flagger',
      phase: 'Progressing',
      step: 3,
      canaryWeight: 30,
      failedChecks: 1,
      lastAppliedRevision: '5d4f8c9b',
      lastPromotedRevision: '6789bcdf',
      changedAt: Date.UTC(2026, 0, 1, 12),
      target: undefined,
    });
  });

  it('has been in its phase since the condition says, whenever it was last written', () => {
    const written = { phase: 'Failed', lastTransitionTime: '2026-01-01T12:00:00Z' };
    const condition = { type: 'Promoted', reason: 'Failed', lastUpdateTime: '2026-01-01T11:00:00Z' };
    const since = (...conditions: readonly object[]): unknown =>
      parseStatus(aCanary({ status: { ...written, conditions } })).phaseSince;

    expect(since(condition)).toBe(Date.UTC(2026, 0, 1, 11));
    expect(since({ ...condition, reason: 'Progressing' })).toBe(Date.UTC(2026, 0, 1, 12));
  });

  it('begins again where Flagger had let go of a canary that lives on', () => {
    expect(parseStatus(aCanary({ status: { phase: 'Terminated' } })).phase).toBe('Initializing');
    const metadata = { deletionTimestamp: '2026-01-01T12:00:00Z' };
    expect(parseStatus(aCanary({ status: { phase: 'Terminated' }, metadata })).phase).toBe('Terminating');
  });
});

describe('a memory that somebody has edited', () => {
  const edited = (change: Record<string, unknown>) => {
    const status = stored(RUNNING, undefined);
    return readStatus(
      aCanary({ status: { ...status, serin: { ...(status['serin'] as object), ...change } } }),
    );
  };

  it('loses only what cannot be read', () => {
    const outbox = [
      { sequence: 1, at: 0, phase: 'Failed', revision: '1-a', news: { kind: 'sung' } },
      { sequence: 2, at: 0, phase: 'Failed', revision: '1-a', news: { kind: 'given-back' } },
    ];
    const { status, findings } = edited({ outbox, held: 'yes' });
    expect(status).toMatchObject({ origin: 'ours', step: 1, held: undefined });
    expect(status.outbox.map(({ sequence }) => sequence)).toEqual([2]);
    expect(findings.map(({ severity, field }) => `${severity} ${field}`).sort()).toEqual([
      'warning status.serin.held',
      'warning status.serin.outbox[0].news.kind',
    ]);
  });

  it.each([[{ step: 'two' }], [{ changedAt: undefined }], [{ mirrored: 1 }]])(
    'is rebuilt from the routes when it does not say where the rollout stands: %j',
    (change) => {
      const { status, findings } = edited(change);
      expect(status).toMatchObject({ origin: 'flagger', phase: 'Progressing', lastPromotedRevision: '1-a' });
      expect(findings[0]?.message).toContain('the rollout goes on from where the routes are');
    },
  );

  it('counts as failed when the phase makes no sense', () => {
    const status = { ...stored(RUNNING, undefined), phase: 'Progresing' };
    const { status: read, findings } = readStatus(aCanary({ status }));
    expect(read).toMatchObject({ origin: 'flagger', phase: 'Failed' });
    expect(findings[0]?.message).toContain('found "Progresing", which is no phase');
  });

  it('is reported with the canary, and holds nothing up', () => {
    const status = { ...stored(RUNNING, undefined), serin: 'gone' };
    const parsed = parseCanary(aCanary({ status }), ISTIO_BY_DEFAULT);
    expect(parsed.problem).toBeUndefined();
    expect(parsed.findings.map(({ field }) => field)).toEqual(['status.serin']);
  });

  it('never makes the parser throw', () => {
    const object = fc.record({
      phase: fc.option(phase),
      serin: fc.jsonValue(),
      canaryWeight: fc.jsonValue(),
    });
    fc.assert(fc.property(object, (status) => parseStatus(aCanary({ status })).origin !== 'ours'));
  });
});

describe('a Canary too broken to be followed', () => {
  const refusal = { reason: 'InvalidSpec', detail: 'spec.targetRef: missing' };

  it('gets a condition that says why, once', () => {
    const first = conditionPatch(undefined, 'Accepted', refusal, NOW);

    expect(first).toEqual({
      conditions: [
        expect.objectContaining({
          type: 'Accepted',
          status: 'False',
          reason: 'InvalidSpec',
          message: refusal.detail,
        }),
      ],
    });
    expect(conditionPatch(first, 'Accepted', refusal, NOW)).toBeUndefined();
  });

  it('keeps what else its status says, and is a new one when it is mended', () => {
    const promoted = { type: 'Promoted', status: 'True' };
    const refused = conditionPatch({ conditions: [promoted] }, 'Accepted', refusal, NOW);

    expect(refused?.['conditions']).toContainEqual(promoted);
    const object = { ...aCanary(), status: conditionPatch(undefined, 'Accepted', refusal, NOW) };
    expect(parseStatus(object).origin).toBe('new');
  });
});

describe('the cookies of visitors', () => {
  const fields = {
    sessionAffinityCookie: 'c=value',
    primarySessionAffinityCookie: '=theirs',
    previousSessionAffinityCookie: 'c=past',
  };

  it('stand where Flagger has them, whoever has written them', () => {
    const status = { phase: 'Progressing', ...fields };
    const cookies = { canary: 'c=value', primary: '=theirs', previous: 'c=past' };
    expect(parseStatus(aCanary({ status })).cookies).toEqual(cookies);
    expect(stored({ ...RUNNING, cookies }, undefined)).toMatchObject(fields);
  });

  it('vanish when they are over, and only then', () => {
    const previous = { ...fields };
    const written = stored({ ...RUNNING, cookies: { previous: 'c=value' } }, previous);
    expect(written['sessionAffinityCookie']).toBeUndefined();
    expect(written['primarySessionAffinityCookie']).toBeUndefined();
    expect(written['previousSessionAffinityCookie']).toBe('c=value');
    const patch = writeStatus(
      { ...RUNNING, cookies: {} },
      { canary: aParsedCanary(), previous: {}, now: NOW },
    );
    expect(Object.keys(patch).filter((field) => field.includes('Cookie'))).toEqual([]);
  });
});
