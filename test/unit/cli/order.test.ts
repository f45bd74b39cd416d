/** What an order becomes: the annotation the controller obeys, once for each time it is meant. */
import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { commandsOf } from '../../../src/api/command.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { writeStatus } from '../../../src/api/status.ts';
import { steerCommands } from '../../../src/cli/commands/steer.ts';
import type { Verb } from '../../../src/cli/explain/remedies.ts';
import { orderFor, takenUp } from '../../../src/cli/steer/order.ts';
import type { Status } from '../../../src/core/model.ts';
import { instant, revision } from '../../../src/shared/brand.ts';
import { aCanary, aParsedCanary } from '../../support/canary-object.ts';
import { aSituation } from '../../support/situation.ts';

const NOW = instant(Date.parse('2026-11-28T10:00:00Z'));
const RUN = { lastAppliedRevision: revision('1-ab') };

function canary(status: Partial<Status>, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  const known: Status = { ...aSituation().status, ...RUN, ...status };
  const context = { canary: aParsedCanary(), previous: undefined, now: NOW };
  return { ...aCanary({ annotations }), status: writeStatus(known, context) };
}

function valueOf(verb: Verb, object: KubeObject): string | null {
  const order = orderFor(verb, object, NOW);
  return order.ok ? order.value.value : `refused: ${order.error}`;
}

describe('an order', () => {
  it('names the revision the target carries, as the controller reads it', () => {
    const order = orderFor('abort', canary({}), NOW);

    expect(order).toEqual({
      ok: true,
      value: { verb: 'abort', annotation: 'serin.dev/abort', value: '1-ab' },
    });
    expect(commandsOf({ 'serin.dev/abort': '1-ab' }).findings).toEqual([]);
  });

  it('that was obeyed is given again with something new behind it, which is the same revision still', () => {
    const value = valueOf('abort', canary({ obeyed: { abort: '1-ab' } }, { 'serin.dev/abort': '1-ab' }));

    expect(value).toBe('1-ab/2026-11-28T10:00:00Z');
    expect(commandsOf({ 'serin.dev/abort': String(value) })).toEqual({
      commands: [{ verb: 'abort', revision: '1-ab', value }],
      findings: [],
    });
  });

  it('that is not obeyed yet is not given twice', () => {
    const annotations = { 'serin.dev/abort': '1-ab/again' };

    expect(valueOf('abort', canary({ obeyed: { abort: '1-ab' } }, annotations))).toBe('1-ab/again');
  });

  it('about an older revision does not stand in the way', () => {
    expect(valueOf('abort', canary({ obeyed: { abort: '1-00' } }, { 'serin.dev/abort': '1-00' }))).toBe(
      '1-ab',
    );
  });

  it.each<[Verb, Partial<Status>, string]>([
    ['abort', { phase: 'Succeeded' }, 'podinfo in namespace test is Succeeded and has no run to abort'],
    [
      'abort',
      { phase: 'Finalising' },
      'podinfo in namespace test is Finalising and its new primary serves already',
    ],
    ['promote', { phase: 'Promoting' }, 'podinfo in namespace test is Promoting already'],
    ['retry', {}, 'podinfo in namespace test is Progressing and has no failed revision to try again'],
    ['pause', { phase: 'Failed' }, 'podinfo in namespace test is Failed and has no run to pause'],
    ['resume', {}, 'podinfo in namespace test is Progressing and not paused'],
  ])('to %s is refused where the controller would do nothing', (verb, status, sentence) => {
    expect(orderFor(verb, canary(status), NOW)).toEqual({ ok: false, error: sentence });
  });

  it('to pause is refused where it is paused, and to resume takes any pause away', () => {
    const paused = canary({}, { 'serin.dev/pause': '1-ab' });
    const old = canary({}, { 'serin.dev/pause': '1-00' });

    expect(valueOf('pause', paused)).toBe(
      'refused: podinfo in namespace test is Progressing and paused already',
    );
    expect(valueOf('resume', paused)).toBeNull();
    expect(valueOf('resume', old)).toBeNull();
    expect(valueOf('pause', old)).toBe('1-ab');
  });

  it('is taken up once the controller has recorded this very value', () => {
    const order = { verb: 'retry', annotation: 'serin.dev/retry', value: '1-ab/2' } as const;

    expect(takenUp(order, canary({ obeyed: { retry: '1-ab' } }))).toBe(false);
    expect(takenUp(order, canary({ obeyed: { retry: '1-ab/2' } }))).toBe(true);
  });
});

describe('how long to wait', () => {
  const fault = async (timeout: string): Promise<string> => {
    const [abort = new Command()] = steerCommands('serin', () => undefined);
    abort.exitOverride().configureOutput({ writeErr: () => undefined });
    return abort.parseAsync(['podinfo', '--timeout', timeout], { from: 'user' }).then(
      () => '',
      (error: unknown) => String(error),
    );
  };

  it.each(['soon', '0s', '24h1s', '1200h'])('is not %s', async (timeout) => {
    expect(await fault(timeout)).toContain('Expected a span of time such as 90s or 2m, up to 24h.');
  });
});
