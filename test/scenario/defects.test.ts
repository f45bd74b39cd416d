/** The defects this controller was written to be without, each by what a user would have seen. */
import { describe, expect, it } from '@jest/globals';
import { converge } from '../../src/core/converge.ts';
import { decide } from '../../src/core/decide.ts';
import type { Situation, Status } from '../../src/core/model.ts';
import { positionAt, progression } from '../../src/core/progression.ts';
import { judge } from '../../src/core/readiness.ts';
import { instant, millis, percent, revision } from '../../src/shared/brand.ts';
import { aSituation } from '../support/situation.ts';

const STUCK = { kind: 'stuck', detail: 'no pod is available' } as const;
const UNREADY = { kind: 'progressing', detail: '0 of 1' } as const;
const V2 = revision('v2');

function moved(s: Situation): Status {
  const verdict = decide(s);
  if (verdict.kind !== 'move') throw new Error(`no move but ${JSON.stringify(verdict)}`);
  return verdict.status;
}

const actions = (s: Situation): readonly string[] =>
  converge(s.spec, s.status, s.observed, s.now).map(({ kind }) => kind);

const FAILED = { phase: 'Failed', step: -1, canaryWeight: percent(0), park: 'done' } as const;

describe('defects that must not come back', () => {
  it('M1: a revision pushed in Failed starts a run in the commit that records it', () => {
    const s = aSituation({ status: FAILED, target: { revision: revision('v3') } });
    expect(moved(s)).toMatchObject({ phase: 'Progressing', lastAppliedRevision: 'v3' });
  });

  it('M2: after a failed promotion the next revision leaves traffic on the healthy canary', () => {
    const status = { ...FAILED, canaryWeight: percent(100), park: 'none' } as const;
    const s = aSituation({ status, target: { revision: revision('v3') }, primary: { readiness: STUCK } });
    expect(moved(s)).toMatchObject({ phase: 'Progressing', canaryWeight: 100 });
  });

  it('M3: a broken primary does not block the revision that mends it', () => {
    const s = aSituation({
      status: { ...FAILED, phase: 'Succeeded', lastAppliedRevision: revision('v1') },
      primary: { readiness: STUCK },
    });
    expect(moved(s)).toMatchObject({ phase: 'Progressing', lastAppliedRevision: 'v2' });
    expect(moved(aSituation({ primary: { readiness: STUCK } })).canaryWeight).toBe(40);
  });

  it('M4: a target that has moved on is not copied while promoting', () => {
    const s = aSituation({ status: { phase: 'Promoting' }, target: { revision: revision('v3') } });
    expect(actions(s)).toEqual([]);
    expect(moved(s).phase).toBe('Progressing');
  });

  it('M5: a promotion that had been copied before a crash is not copied again', () => {
    const s = aSituation({ status: { phase: 'Promoting' }, primary: { revision: V2 } });
    expect(actions(s)).toEqual([]);
  });

  it('M6: mirroring is one position, and the weights come after it', () => {
    const plan = progression({ kind: 'canary', weights: [percent(20)], mirror: true });
    expect(plan.map(({ canaryWeight, mirrored }) => [canaryWeight, mirrored])).toEqual([
      [0, true],
      [20, false],
    ]);
    expect(progression({ kind: 'ab-testing', iterations: 2 })).toHaveLength(2);
  });

  it('M7: drift in the middle of a run is repaired with the weight of the run', () => {
    const routes = { canary: percent(20), mirrored: false, mark: 2, since: instant(0), drifted: true };
    const s = aSituation({ observed: { routes } });
    expect(converge(s.spec, s.status, s.observed, s.now)).toEqual([
      { kind: 'set-routes', routes: { canary: 20, mirrored: false }, mark: 2 },
    ]);
  });

  it('M8: an edited plan goes on at the next greater weight', () => {
    const weights = [10, 30, 60].map((weight) => percent(weight));
    expect(positionAt({ kind: 'canary', weights, mirror: false }, percent(20))).toBe(0);
    expect(moved(aSituation({ spec: { strategy: { kind: 'canary', weights, mirror: false } } })).step).toBe(
      0,
    );
  });

  it('M10: a revert in the middle of a run cancels it', () => {
    const s = aSituation({ target: { revision: revision('v1') } });
    expect(moved(s)).toMatchObject({ phase: 'Succeeded', canaryWeight: 0, park: 'due' });
  });

  it('M11: Promoting without traffic on the canary goes on to Finalising', () => {
    const s = aSituation({
      spec: { stepWeightPromotion: percent(20) },
      status: { phase: 'Promoting', canaryWeight: percent(0) },
      primary: { revision: V2 },
    });
    expect(moved(s).phase).toBe('Finalising');
  });

  it('M12: what was unavailable before the phase began is not held against a workload', () => {
    const facts = {
      kind: 'deployment' as const,
      generation: 1,
      observedGeneration: 1,
      desired: 1,
      replicas: 1,
      updated: 1,
      available: 0,
      ready: 1,
      paused: false,
      threshold: 100,
      deadlineExceededSince: undefined,
      unavailableSince: instant(0),
    };
    const deadline = { now: instant(700_000), since: instant(690_000), span: millis(600_000) };
    expect(judge(facts, deadline).kind).toBe('progressing');
    expect(judge(facts, { ...deadline, now: instant(1_290_000) }).kind).toBe('stuck');
  });

  it('M13: a deleted primary comes back from the snapshot, not from the target', () => {
    const s = aSituation({ status: FAILED, primary: null });
    expect(converge(s.spec, s.status, s.observed, s.now)).toEqual([
      { kind: 'write-primary', from: 'snapshot', revision: 'v1' },
    ]);
    const lost = aSituation({ status: FAILED, primary: null, observed: { snapshots: [] } });
    expect(actions(lost)).toEqual([]);
  });

  it('M14: nobody desired is never ready', () => {
    const facts = {
      kind: 'deployment' as const,
      generation: 1,
      observedGeneration: 1,
      desired: 0,
      replicas: 0,
      updated: 0,
      available: 0,
      ready: 0,
      paused: false,
      threshold: 0,
      deadlineExceededSince: undefined,
      unavailableSince: undefined,
    };
    const deadline = { now: instant(0), since: instant(0), span: millis(1) };
    expect(judge(facts, deadline).kind).toBe('empty');
    expect(JSON.stringify(judge(facts, deadline))).toContain('no replicas are desired');
  });

  it('M15: traffic does not return to a primary that is still rolling', () => {
    const s = aSituation({ status: { phase: 'Promoting' }, primary: { revision: V2, readiness: UNREADY } });
    expect(decide(s)).toMatchObject({ kind: 'wait', waitingFor: { kind: 'workload', workload: 'primary' } });
  });

  it('M16: the target is not scaled down before the routes have left it', () => {
    const routes = { canary: percent(20), mirrored: false, mark: 2, since: instant(0), drifted: false };
    const s = aSituation({ status: { ...FAILED, park: 'due', routesMark: 3 }, observed: { routes } });
    expect(actions(s)).toEqual(['set-routes']);
  });
});

describe('a rollout that has stood still for an hour', () => {
  const routes = { canary: percent(20), mirrored: false, mark: 2, since: instant(0), drifted: true };
  const tried = { accepted: [], failures: ['set-routes: refused'], askedAt: instant(3_590_000) };

  it('is not rolled back for one write that was refused a moment ago', () => {
    const situation = { tried: { ...tried, unsettledSince: instant(3_590_000) } };
    expect(decide(aSituation({ observed: { routes }, situation })).kind).toBe('wait');
  });

  it('is rolled back when a change has not taken hold for a deadline', () => {
    const situation = { tried: { ...tried, unsettledSince: instant(3_000_000) } };
    expect(moved(aSituation({ observed: { routes }, situation })).phase).toBe('Failed');
  });
});

describe('what is said', () => {
  it('does not let one long answer crowd out an ending', () => {
    const s = aSituation({ target: { readiness: { kind: 'stuck', detail: 'x'.repeat(20_000) } } });
    const { outbox } = moved(s);
    expect(outbox.map(({ news }) => news.kind)).toEqual(['rolled-back', 'failed', 'post-rollout']);
    expect(JSON.stringify(outbox).length).toBeLessThan(8_192);
  });
});
