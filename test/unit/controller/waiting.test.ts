/** When a wait is worth a write of the status: once, if it lasts and nobody was told. */
import { describe, expect, it } from '@jest/globals';
import { writeStatus } from '../../../src/api/status.ts';
import { telling, waitedFor, type Telling, type Waited } from '../../../src/controller/waiting.ts';
import type { Status, WaitingFor } from '../../../src/core/model.ts';
import { instant, millis, type Instant } from '../../../src/shared/brand.ts';
import { aParsedCanary } from '../../support/canary-object.ts';
import { aSituation } from '../../support/situation.ts';

const START = instant(Date.parse('2026-11-28T10:00:00Z'));
const later = (seconds: number): Instant => instant(START + seconds * 1_000);
const { spec } = aSituation();
const primary = (detail: string): WaitingFor => ({ kind: 'workload', workload: 'primary', detail });
const INTERVAL: WaitingFor = { kind: 'interval', until: later(60) };

/** A Canary whose status was committed at the start, with what it says it waits for. */
function stored(change: Partial<Status> = {}, waitingFor?: object): Parameters<typeof telling>[1] {
  const status: Status = { ...aSituation().status, changedAt: START, ...change };
  const decided = { grounds: {}, names: { canary: '', target: '', primary: '', kind: '' } };
  const written = writeStatus(status, { canary: aParsedCanary(), previous: {}, now: START, decided });
  const serin = { ...(written['serin'] as object), ...(waitingFor !== undefined && { waitingFor }) };
  return { written: { ...written, serin }, status, spec };
}

function told(waited: Waited, seconds: number, at = stored()): Telling {
  return telling(waited, at, later(seconds));
}

function first(waitingFor: WaitingFor, seconds: number): Waited {
  return waitedFor(undefined, waitingFor, { spec, status: stored().status }, later(seconds));
}

describe('a wait', () => {
  it('that follows from the status is not written', () => {
    expect(told(first(INTERVAL, 0), 50).kind).toBe('nothing');
  });

  it('that is over in a moment is not written, one that lasts is, since it began', () => {
    const waited = first(primary('1 of 2'), 1);

    expect(told(waited, 2)).toEqual({ kind: 'later', delay: millis(4_000) });
    expect(told(waited, 6)).toEqual({
      kind: 'write',
      wait: { kind: 'workload', text: 'the primary: 1 of 2', since: later(1) },
    });
  });

  it('for people is written at once', () => {
    expect(told(first({ kind: 'resume' }, 1), 1).kind).toBe('write');
  });

  it('for an answer goes on with the last one until it is asked again', () => {
    const gate = (detail: string): WaitingFor => ({
      kind: 'question',
      question: {
        kind: 'hook',
        type: 'confirm-rollout',
        index: 0,
        revision: stored().status.lastAppliedRevision,
      },
      detail,
    });
    const refused = first(gate('Forbidden'), 1);
    const asked = { spec, status: stored().status };

    const between = waitedFor(refused, gate(''), asked, later(2));
    expect(between.wait.text).toBe(refused.wait.text);
    const other = waitedFor(between, gate('late'), asked, later(3));
    expect(other.wait.text).toMatch(/: late$/);
    // Nor does a process that has not asked yet take back what another has written.
    const { text } = refused.wait;
    const known = stored({}, { kind: 'question', text, since: '2026-11-28T10:00:01Z' });
    expect(told(first(gate(''), 60), 60, known).kind).toBe('nothing');
  });

  it('that was written is not written again: not when numbers change, not at once when words do', () => {
    const known = stored(
      {},
      { kind: 'workload', text: 'the primary: 0 of 2', since: '2026-11-28T10:00:01Z' },
    );
    const said = { ...first(primary('1 of 2'), 1), saidAt: later(6) };
    const other = { ...first(primary('crashes'), 1), saidAt: later(6) };

    expect(told(said, 400, known).kind).toBe('nothing');
    expect(told(other, 60, known).kind).toBe('nothing');
    expect(told(other, 400, known)).toMatchObject({ kind: 'write', wait: { since: later(1) } });
  });

  it('that is over is written over', () => {
    const known = stored({}, { kind: 'resume', text: 'somebody', since: '2026-11-28T10:00:01Z' });

    expect(told(first(INTERVAL, 10), 16, known)).toMatchObject({ kind: 'write', wait: { kind: 'interval' } });
  });

  it('for an answer is not over while time passes until it is asked again', () => {
    const known = stored({}, { kind: 'question', text: 'the metric rate', since: '2026-11-28T10:00:01Z' });

    expect(told(first(INTERVAL, 10), 60, known).kind).toBe('nothing');
  });

  it('is nobody else’s to write: the status of Flagger is left alone', () => {
    expect(told(first({ kind: 'target' }, 0), 60, stored({ origin: 'flagger' })).kind).toBe('nothing');
  });

  it('begins anew with another kind, and when the rollout has moved', () => {
    const before = first(primary('x'), 1);
    const at = (changedAt: Instant, waitingFor: WaitingFor): Instant =>
      waitedFor(before, waitingFor, { spec, status: { ...stored().status, changedAt } }, later(9)).wait.since;

    expect(at(START, primary('y'))).toBe(later(1));
    expect(at(START, INTERVAL)).toBe(later(9));
    expect(at(later(5), primary('y'))).toBe(later(9));
  });
});
