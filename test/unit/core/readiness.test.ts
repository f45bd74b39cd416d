/** When a workload is ready, when it may yet become so, and when it is hopeless. */
import { describe, expect, it } from '@jest/globals';
import { judge, type WorkloadFacts } from '../../../src/core/readiness.ts';
import { instant, millis } from '../../../src/shared/brand.ts';

/** Two of two, all new and available. */
const READY: WorkloadFacts = {
  kind: 'deployment',
  generation: 3,
  observedGeneration: 3,
  desired: 2,
  replicas: 2,
  updated: 2,
  available: 2,
  ready: 2,
  paused: false,
  threshold: 100,
  deadlineExceededSince: undefined,
  unavailableSince: undefined,
};
/** A phase that began at 100 s; workloads have a minute. */
const PHASE = instant(100_000);
const SPAN = millis(60_000);
const seconds = (count: number) => instant(count * 1_000);

const WAITING = 'waiting for rollout to finish: ';
const NOBODY = { available: 0, unavailableSince: seconds(110) };

describe('a workload', () => {
  it.each<{ what: string; facts: Partial<WorkloadFacts>; now: number; then: string }>([
    { what: 'with all its pods is ready', facts: {}, now: 200, then: 'ready' },
    {
      what: 'whose newest template nobody has looked at yet is not',
      facts: { observedGeneration: 2 },
      now: 200,
      then: `progressing ${WAITING}observed deployment generation less than desired generation`,
    },
    {
      what: 'of which nothing is desired is not',
      facts: { desired: 0, replicas: 0, updated: 0, available: 0 },
      now: 200,
      then: `progressing ${WAITING}no replicas are desired, scale it up`,
    },
    {
      what: 'with pods of the old template to replace is not',
      facts: { updated: 1 },
      now: 200,
      then: `progressing ${WAITING}1 out of 2 new replicas have been updated`,
    },
    {
      what: 'and says so where that is held up by hand',
      facts: { updated: 1, paused: true },
      now: 200,
      then: `progressing ${WAITING}1 out of 2 new replicas have been updated, spec.paused is true`,
    },
    { what: 'that is paused with all its pods is ready', facts: { paused: true }, now: 200, then: 'ready' },
    {
      what: 'with old pods that still run is not',
      facts: { replicas: 3 },
      now: 200,
      then: `progressing ${WAITING}1 old replicas are pending termination`,
    },
    {
      what: 'with pods that are not available is not',
      facts: { available: 1 },
      now: 200,
      then: `progressing ${WAITING}1 of 2 (readyThreshold 100%) updated replicas are available`,
    },
    {
      what: 'is ready with as many as are asked for',
      facts: { available: 1, threshold: 50 },
      now: 200,
      then: 'ready',
    },
    {
      what: 'is never ready with none, however few are asked for',
      facts: { available: 0, threshold: 0 },
      now: 200,
      then: `progressing ${WAITING}0 of 1 (readyThreshold 0%) updated replicas are available`,
    },
    {
      what: 'has time from when it became unavailable',
      facts: NOBODY,
      now: 169,
      then: `progressing ${WAITING}0 of 2 (readyThreshold 100%) updated replicas are available`,
    },
    {
      what: 'and is stuck when that is over',
      facts: NOBODY,
      now: 170,
      then: `stuck ${WAITING}0 of 2 (readyThreshold 100%) updated replicas are available`,
    },
    {
      what: 'has its time from the start of the phase, if it was unavailable before',
      facts: { ...NOBODY, unavailableSince: seconds(1) },
      now: 159,
      then: `progressing ${WAITING}0 of 2 (readyThreshold 100%) updated replicas are available`,
    },
    {
      what: 'that Kubernetes gave up in this phase is stuck at once',
      facts: { updated: 1, deadlineExceededSince: seconds(120) },
      now: 121,
      then: `stuck ${WAITING}1 out of 2 new replicas have been updated`,
    },
    {
      what: 'that was given up before this phase gets another chance',
      facts: { updated: 1, deadlineExceededSince: seconds(90) },
      now: 121,
      then: `progressing ${WAITING}1 out of 2 new replicas have been updated`,
    },
    {
      what: 'but not for longer than a deadline',
      facts: { updated: 1, deadlineExceededSince: seconds(90) },
      now: 160,
      then: `stuck ${WAITING}1 out of 2 new replicas have been updated`,
    },
    {
      what: 'that runs short without being unavailable is never stuck by our own clock',
      facts: { available: 1 },
      now: 100_000,
      then: `progressing ${WAITING}1 of 2 (readyThreshold 100%) updated replicas are available`,
    },
    {
      what: 'that is to be looked at again is not stuck by what was said of the former template',
      facts: { observedGeneration: 2, deadlineExceededSince: seconds(120) },
      now: 200,
      then: `progressing ${WAITING}observed deployment generation less than desired generation`,
    },
  ])('$what', ({ facts, now, then }) => {
    const readiness = judge({ ...READY, ...facts }, { now: seconds(now), since: PHASE, span: SPAN });
    expect(readiness.kind === 'ready' ? 'ready' : `${readiness.kind} ${readiness.detail}`).toBe(then);
  });
});
