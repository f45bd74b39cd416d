import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../../hack/crash/comparison.ts';
import { blunders, isUndisturbed, judge } from '../../../hack/faults/verdict.ts';

const PROMOTED: Outcome = {
  end: {
    phase: 'Succeeded',
    weight: 0,
    applied: 'this release',
    promoted: 'this release',
    primary: 'this release',
    targetReplicas: 0,
    routes: { 'podinfo-primary': 100 },
    fate: 'good',
  },
  events: [
    'New revision detected! Scaling up podinfo.test',
    'Promotion completed! Scaling down podinfo.test',
  ],
  calls: [
    '17 New revision detected! Scaling up podinfo.test',
    '18 Promotion completed! Scaling down podinfo.test',
  ],
  alerts: ['Canary analysis completed successfully, promotion finished.'],
};
const GONE_BACK: Outcome = {
  end: {
    phase: 'Failed',
    weight: 0,
    applied: 'this release',
    promoted: 'the release before',
    primary: 'the release before',
    targetReplicas: 0,
    fate: 'good',
  },
  events: ['Halt podinfo.test advancement external check load-test failed POST http://tester/: no answer'],
  calls: [],
  alerts: ['Failed checks threshold reached 6'],
};

describe('a rollout that has to end as its twin', () => {
  const as = (found: Partial<Outcome>) => judge({ kind: 'as-twin' }, PROMOTED, { ...PROMOTED, ...found });

  it('is right where a call was repeated under its key, in either of them', () => {
    const calls = [...PROMOTED.calls, ...PROMOTED.calls];

    expect(as({ calls })).toEqual([]);
    expect(judge({ kind: 'as-twin' }, { ...PROMOTED, calls }, PROMOTED)).toEqual([]);
  });

  it('is right where it does', () => {
    expect(as({})).toEqual([]);
  });

  it('is wrong in another phase, and with other routes', () => {
    const end = { ...PROMOTED.end, phase: 'Failed', routes: { 'podinfo-canary': 100 } };

    expect(as({ end })).toEqual([
      'phase is "Failed", not "Succeeded"',
      'routes is {"podinfo-canary":100}, not {"podinfo-primary":100}',
    ]);
  });

  it('is wrong where it did not come to rest', () => {
    expect(as({ end: { ...PROMOTED.end, stuck: 'gave up' } })).toEqual(['stuck is "gave up", not undefined']);
  });

  it('is wrong where an event was lost, or told that nobody had to tell', () => {
    expect(as({ events: PROMOTED.events.slice(1) })).toEqual([
      'event lost: New revision detected! Scaling up podinfo.test',
    ]);
    expect(as({ events: [...PROMOTED.events, 'Canary failed!'] })).toEqual([
      'event told although not told by the twin: Canary failed!',
    ]);
  });

  it('may repeat a call of the event webhook, but neither lose one nor make up another', () => {
    expect(as({ calls: [...PROMOTED.calls, PROMOTED.calls[1] ?? ''] })).toEqual([]);
    expect(as({ calls: PROMOTED.calls.slice(1) })).toHaveLength(1);
    expect(
      as({ calls: [...PROMOTED.calls, '19 Promotion completed! Scaling down podinfo.test'] }),
    ).toHaveLength(1);
  });

  it('may repeat an alert, but not lose one', () => {
    expect(as({ alerts: [...PROMOTED.alerts, ...PROMOTED.alerts] })).toEqual([]);
    expect(as({ alerts: [] })).toEqual([
      'alert lost: Canary analysis completed successfully, promotion finished.',
    ]);
  });
});

describe('a rollout that has to fail for want of evidence', () => {
  const expected = { kind: 'fails', cause: /no answer/ } as const;
  const as = (found: Partial<Outcome>) => judge(expected, PROMOTED, { ...GONE_BACK, ...found });

  it('is right where it failed and an event says why', () => {
    expect(as({})).toEqual([]);
  });

  it('is wrong where it ended otherwise', () => {
    expect(as({ end: PROMOTED.end })).toContain('phase is "Succeeded", not "Failed"');
    expect(as({ end: { ...GONE_BACK.end, weight: 30 } })).toEqual(['weight is 30, not 0']);
  });

  it('is wrong where no event names the cause, and where nobody was alerted', () => {
    expect(as({ events: ['Canary failed!'] })).toEqual([
      'no event names the cause, /no answer/: Canary failed!',
    ]);
    expect(as({ alerts: [] })).toEqual(['nobody was alerted: ']);
  });
});

describe('a twin', () => {
  it('has to end as its revision should', () => {
    expect(blunders(PROMOTED)).toEqual([]);
    expect(blunders(GONE_BACK)).not.toEqual([]);
    expect(blunders({ ...GONE_BACK, end: { ...GONE_BACK.end, fate: 'bad' } })).toEqual([]);
    expect(blunders({ ...PROMOTED, end: { ...PROMOTED.end, stuck: 'gave up' } })).not.toEqual([]);
  });
});

describe('a twin', () => {
  const halted = 'Halt podinfo.test advancement success rate 0.00% < 99%';

  it('was disturbed where it was halted although its revision is good', () => {
    expect(isUndisturbed(PROMOTED)).toBe(true);
    expect(isUndisturbed({ ...PROMOTED, events: [halted, ...PROMOTED.events] })).toBe(false);
    const relieved = 'podinfo-primary.test has no ready pod, routing all traffic to canary until it has: …';
    expect(isUndisturbed({ ...PROMOTED, events: [relieved, ...PROMOTED.events] })).toBe(false);
  });

  it('is halted by its own revision where that is bad', () => {
    expect(isUndisturbed({ ...GONE_BACK, end: { ...GONE_BACK.end, fate: 'bad' } })).toBe(true);
  });
});
