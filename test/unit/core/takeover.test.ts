/** What is made of a status that Flagger wrote, one row a sentence. */
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/decide.ts';
import type { MarkedRoutes, Status, Strategy, Traces, Verdict } from '../../../src/core/model.ts';
import { instant, percent, revision, type Instant } from '../../../src/shared/brand.ts';
import { aSituation, type SituationChanges } from '../../support/situation.ts';

const [BEGAN, WRITTEN, LATER] = [1_000, 2_000, 3_000].map(instant) as [Instant, Instant, Instant];
const V1 = revision('v1');
const WAITING = { kind: 'progressing', detail: 'not yet' } as const;
const DOWN = { scaledUp: false, readiness: WAITING } as const;
const BLUE_GREEN: Strategy = { kind: 'blue-green', iterations: 2, mirror: false, routed: true };
const AB: Strategy = { kind: 'ab-testing', iterations: 3 };

function routes(canary: number): MarkedRoutes {
  return { canary: percent(canary), mirrored: false, mark: -1, since: instant(0), drifted: false };
}

function traces(found: Partial<Traces>): Traces {
  return { pushedAt: undefined, copiedAt: undefined, configChanged: false, ...found };
}

/** Target on v2, primary on v1, both ready. */
function left(
  status: Partial<Status>,
  routed: number,
  { observed, ...changes }: SituationChanges = {},
): Verdict {
  return decide(
    aSituation({
      ...changes,
      status: { origin: 'flagger', step: -1, changedAt: WRITTEN, phaseSince: BEGAN, ...status },
      observed: { snapshots: [], routes: routes(routed), ...observed },
    }),
  );
}

/** `phase weight step, applied/promoted, park`. */
function taken(verdict: Verdict): string {
  if (verdict.kind !== 'move') return verdict.kind;
  const { phase, canaryWeight, step, lastAppliedRevision, lastPromotedRevision, park } = verdict.status;
  return `${phase} ${canaryWeight} ${step}, ${lastAppliedRevision}/${lastPromotedRevision}, ${park}`;
}

interface Row {
  readonly what: string;
  readonly status: Partial<Status>;
  readonly routed?: number;
  readonly changes?: SituationChanges;
  readonly then: string;
}

const pushed = (pushedAt: Instant): SituationChanges => ({ observed: { traces: traces({ pushedAt }) } });
const same: SituationChanges = { target: { revision: V1 } };

describe('a run that Flagger began', () => {
  it.each<Row>([
    {
      what: 'goes on from where the routes are, which are a step ahead of the status',
      status: { phase: 'Progressing', canaryWeight: percent(20) },
      routed: 40,
      then: 'Progressing 40 1, v2/v1, none',
    },
    {
      what: 'goes on although the status counts no weight while it waits for approval',
      status: { phase: 'WaitingPromotion', canaryWeight: percent(0) },
      routed: 40,
      then: 'WaitingPromotion 40 1, v2/v1, none',
    },
    {
      what: 'goes on with what was pushed before Flagger last looked',
      status: { phase: 'Progressing', canaryWeight: percent(20) },
      routed: 20,
      changes: pushed(BEGAN),
      then: 'Progressing 20 0, v2/v1, none',
    },
    {
      what: 'has not analysed what was pushed after Flagger last looked',
      status: { phase: 'Progressing', canaryWeight: percent(20) },
      routed: 20,
      changes: pushed(LATER),
      then: 'Progressing 20 -1, v1/v1, none',
    },
    {
      what: 'may not have seen what was pushed in the second in which Flagger last looked',
      status: { phase: 'Progressing', canaryWeight: percent(20) },
      routed: 20,
      changes: pushed(WRITTEN),
      then: 'Progressing 20 -1, v1/v1, none',
    },
    {
      what: 'has not analysed configuration that has changed since',
      status: { phase: 'WaitingPromotion' },
      routed: 40,
      changes: { observed: { traces: traces({ configChanged: true }) } },
      then: 'WaitingPromotion 40 -1, v1/v1, none',
    },
    {
      what: 'has not begun where all traffic is left over from a failed promotion',
      status: { phase: 'Progressing', canaryWeight: percent(0) },
      routed: 100,
      then: 'Progressing 100 -1, v1/v1, none',
    },
    {
      what: 'has come to all traffic where its plan does',
      status: { phase: 'Progressing', canaryWeight: percent(40) },
      routed: 100,
      then: 'Progressing 100 1, v2/v1, none',
    },
    {
      what: 'keeps a target asleep that its checks have refused',
      status: { phase: 'Progressing', canaryWeight: percent(20), failedChecks: 2 },
      changes: { target: DOWN },
      then: 'Progressing 0 -1, v2/v1, done',
    },
    {
      what: 'wakes a target that somebody put to sleep',
      status: { phase: 'Progressing', canaryWeight: percent(20), failedChecks: 1 },
      changes: { target: DOWN },
      then: 'Progressing 0 -1, v2/v1, none',
    },
  ])('$what', ({ status, routed = 0, changes, then }) => {
    expect(taken(left(status, routed, changes))).toBe(then);
  });

  it('starts over at the primary where it has not analysed what the target carries', () => {
    const first = left(
      { phase: 'Progressing', canaryWeight: percent(20), failedChecks: 1 },
      20,
      pushed(LATER),
    );
    if (first.kind !== 'move') throw new Error('nothing was taken over');
    const next = decide(aSituation({ status: first.status, observed: { routes: routes(20) } }));

    expect(taken(next)).toBe('Progressing 0 -1, v2/v1, none');
    expect(next).toMatchObject({ status: { failedChecks: 0 } });
  });
});

describe('a run of what the primary runs', () => {
  it.each<Row>([
    {
      what: 'is a promotion where the primary was written after the status',
      status: { phase: 'Progressing' },
      routed: 40,
      changes: { ...same, observed: { traces: traces({ copiedAt: LATER }) } },
      then: 'Promoting 40 -1, v1/v1, none',
    },
    {
      what: 'is one where the primary is not ready yet',
      status: { phase: 'WaitingPromotion' },
      routed: 40,
      changes: { ...same, primary: { readiness: WAITING } },
      then: 'Promoting 40 -1, v1/v1, none',
    },
    {
      what: 'leaves a target asleep that has been parked already',
      status: { phase: 'Progressing' },
      changes: { target: { revision: V1, ...DOWN }, observed: { traces: traces({ copiedAt: LATER }) } },
      then: 'Promoting 0 -1, v1/v1, done',
    },
    {
      what: 'is one to be cancelled where the primary was written long before',
      status: { phase: 'Progressing', canaryWeight: percent(20) },
      routed: 20,
      changes: { ...same, observed: { traces: traces({ copiedAt: BEGAN }) } },
      then: 'Progressing 20 0, v1/v1, none',
    },
  ])('$what', ({ status, routed = 0, changes, then }) => {
    expect(taken(left(status, routed, changes))).toBe(then);
  });
});

describe('a promotion', () => {
  it.each<Row>([
    {
      what: 'has copied, so that what differs now was pushed since',
      status: { phase: 'Promoting' },
      routed: 40,
      then: 'Promoting 40 -1, v1/v1, none',
    },
    {
      what: 'goes on with traffic that is not home',
      status: { phase: 'Finalising' },
      routed: 20,
      changes: same,
      then: 'Promoting 20 -1, v1/v1, none',
    },
    {
      what: 'owes the parking once traffic is home',
      status: { phase: 'Finalising' },
      changes: same,
      then: 'Finalising 0 -1, v1/v1, due',
    },
    {
      what: 'does not wake a target that has been parked already',
      status: { phase: 'Finalising' },
      changes: { target: { revision: V1, ...DOWN } },
      then: 'Finalising 0 -1, v1/v1, done',
    },
  ])('$what', ({ status, routed = 0, changes, then }) => {
    expect(taken(left(status, routed, changes))).toBe(then);
  });
});

describe('at rest', () => {
  it.each<Row>([
    {
      what: 'nothing is to be done',
      status: { phase: 'Succeeded' },
      changes: same,
      then: 'Succeeded 0 -1, v1/v1, done',
    },
    {
      what: 'what is new has not been tried',
      status: { phase: 'Initialized' },
      then: 'Initialized 0 -1, v1/v1, done',
    },
    {
      what: 'nor has what waits at its gate',
      status: { phase: 'Waiting' },
      then: 'Waiting 0 -1, v1/v1, done',
    },
    { what: 'what has failed has been tried', status: { phase: 'Failed' }, then: 'Failed 0 -1, v2/v1, done' },
    {
      what: 'and what came before it failed',
      status: { phase: 'Failed', phaseSince: WRITTEN },
      changes: pushed(BEGAN),
      then: 'Failed 0 -1, v2/v1, done',
    },
    {
      what: 'what came after it failed has not',
      status: { phase: 'Failed' },
      changes: pushed(WRITTEN),
      then: 'Failed 0 -1, v1/v1, done',
    },
    {
      what: 'nothing is owed while the canary carries traffic',
      status: { phase: 'Failed' },
      routed: 100,
      changes: same,
      then: 'Failed 100 -1, v1/v1, none',
    },
    {
      what: 'a Canary that is deleted leaves, whatever is missing',
      status: { phase: 'Succeeded' },
      changes: { primary: null, target: null, situation: { deleting: true } },
      then: 'Terminating 20 -1, v2/v1, none',
    },
    {
      what: 'without a primary it begins at the beginning',
      status: { phase: 'Succeeded' },
      changes: { primary: null },
      then: 'Initializing 20 -1, v2/v1, none',
    },
  ])('$what', ({ status, routed = 0, changes, then }) => {
    expect(taken(left(status, routed, changes))).toBe(then);
  });
});

describe('by iterations', () => {
  it.each<Row & { readonly strategy: Strategy }>([
    {
      what: 'an A/B test is where it counts',
      strategy: AB,
      status: { phase: 'Progressing', step: 1 },
      routed: 100,
      then: 'Progressing 100 1, v2/v1, none',
    },
    {
      what: 'an A/B test begins at all traffic',
      strategy: AB,
      status: { phase: 'Progressing' },
      routed: 100,
      then: 'Progressing 100 -1, v2/v1, none',
    },
    {
      what: 'blue-green is where it counts',
      strategy: BLUE_GREEN,
      status: { phase: 'Progressing', step: 0 },
      then: 'Progressing 0 0, v2/v1, none',
    },
    {
      what: 'blue-green with all traffic is at its end',
      strategy: BLUE_GREEN,
      status: { phase: 'Progressing', step: 1 },
      routed: 100,
      then: 'Progressing 100 2, v2/v1, none',
    },
    {
      what: 'also where a refused promotion counts back',
      strategy: BLUE_GREEN,
      status: { phase: 'WaitingPromotion', step: 0 },
      routed: 100,
      then: 'WaitingPromotion 100 2, v2/v1, none',
    },
    {
      what: 'blue-green with all traffic from before has not begun',
      strategy: BLUE_GREEN,
      status: { phase: 'Progressing' },
      routed: 100,
      then: 'Progressing 100 -1, v1/v1, none',
    },
  ])('$what', ({ strategy, status, routed = 0, then }) => {
    expect(taken(left(status, routed, { spec: { strategy } }))).toBe(then);
  });
});

it('is told, and nothing else is', () => {
  const verdict = left({ phase: 'Progressing' }, 20);

  expect(verdict).toMatchObject({
    status: { origin: 'ours', routesMark: 1, outbox: [{ news: { kind: 'taken-over' } }] },
  });
});
