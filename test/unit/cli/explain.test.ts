/** What `serin get` and `serin why` make of a Canary, its conditions and its events. */
import { describe, expect, it } from '@jest/globals';
import { writeStatus } from '../../../src/api/status.ts';
import { accountOf, happeningsOf, type Account } from '../../../src/cli/explain/account.ts';
import { ageOf } from '../../../src/cli/explain/ages.ts';
import { remediesFor, verbsFor } from '../../../src/cli/explain/remedies.ts';
import { headings, rowOf } from '../../../src/cli/explain/rows.ts';
import { explain } from '../../../src/cli/explain/why.ts';
import { coloured, growingTable, paintFor, plain } from '../../../src/cli/render.ts';
import type { Phase, Status } from '../../../src/core/model.ts';
import { instant, percent, revision } from '../../../src/shared/brand.ts';
import { aCanary, aParsedCanary, type CanaryWish } from '../../support/canary-object.ts';
import { aSituation } from '../../support/situation.ts';

const CHANGED = instant(Date.parse('2026-11-28T10:00:00Z'));
const NOW = instant(Date.parse('2026-11-28T10:04:12Z'));
const GATE = { name: 'ask', type: 'confirm-promotion', url: 'http://gate' };

function account(status: Partial<Status>, wish: CanaryWish = {}): Account {
  const object = aCanary(wish);
  const known: Status = { ...aSituation().status, changedAt: CHANGED, phaseSince: CHANGED, ...status };
  const canary = aParsedCanary(wish);
  const written = writeStatus(known, { canary, previous: undefined, now: CHANGED });
  const extra = typeof wish.status === 'object' ? wish.status : {};
  return accountOf({ ...object, status: { ...written, ...extra } });
}

function why(status: Partial<Status>, wish: CanaryWish = {}): string {
  const known = account(status, wish);
  return explain({ ...known, events: [], remedies: remediesFor(known, 'serin') }, NOW, plain);
}

describe('serin why', () => {
  it('says phase, traffic and revisions, what is waited for since when and until when, and what can be done', () => {
    expect(why({ failedChecks: 2 })).toBe(
      [
        'podinfo in namespace test (deployment podinfo) is Progressing: revision v2 is being analysed and has 20% of traffic; the primary runs v1.',
        'It waits for the analysis interval since 2026-11-28T10:00:00Z (4m12s), until 2026-11-28T10:01:00Z.',
        '2 of 5 failed checks: at 5 it is rolled back.',
        '',
        'What you can do:',
        '  serin abort podinfo -n test    traffic goes back to the primary, the run ends as Failed',
        '  serin promote podinfo -n test  what is left of checks and gates is skipped',
        '  serin pause podinfo -n test    the rollout stays where it is; checks go on and may still roll back',
        '',
      ].join('\n'),
    );
  });

  it('names the gate that holds, since it does', () => {
    const held = { type: 'confirm-promotion', hook: 'ask', since: instant(CHANGED - 60_000) } as const;
    const text = why({ phase: 'WaitingPromotion', held }, { analysis: { webhooks: [GATE] } });

    expect(text).toContain('is through its analysis and has 20% of traffic');
    expect(text).toContain(
      'It waits for the confirm-promotion hook ask since 2026-11-28T09:59:00Z (5m12s).\n',
    );
  });

  it('prefers what the controller wrote to what follows from the status', () => {
    const object = aCanary({});
    const recorded = { kind: 'workload', text: 'the primary: no pods', since: '2026-11-28T10:03:12Z' };
    const status = { ...writtenStatus({}), serin: { ...memory({}), waitingFor: recorded } };

    expect(accountOf({ ...object, status }).waitingFor).toEqual(recorded);
  });

  it('says what the controller is not permitted, and what else stands in the way', () => {
    const rule = 'sa lacks a rule, add to its ClusterRole: {…}';
    const conditions = [
      { type: 'Promoted', status: 'Unknown', reason: 'Progressing', message: 'New revision detected' },
      {
        type: 'Permitted',
        status: 'False',
        reason: 'Forbidden',
        message: rule,
        lastTransitionTime: '2026-11-28T10:04:00Z',
      },
    ];
    const text = why({}, { status: { conditions } });

    expect(text).toContain(`Not permitted (Forbidden) since 2026-11-28T10:04:00Z (12s): ${rule}\n`);
    expect(text).not.toContain('New revision detected');
  });

  it('says that nobody has looked at a new one, and that one which cannot be read cannot be followed', () => {
    const fresh = accountOf(aCanary());
    const broken = accountOf(aCanary({ spec: { targetRef: undefined }, status: { phase: 'Progressing' } }));

    expect(explain({ ...fresh, events: undefined, remedies: [] }, NOW, plain)).toBe(
      [
        'podinfo in namespace test (deployment podinfo) has not been looked at by any controller yet.',
        'It waits for a controller to look at it.',
        '',
        'Events about it cannot be read.',
        '',
      ].join('\n'),
    );
    expect(broken.waitingFor.kind).toBe('spec');
  });

  it.each([
    [
      'suspended',
      { spec: { suspend: true } },
      'patch canary podinfo --type merge -p \'{"spec":{"suspend":false}}\'',
    ],
    ['without an analysed workload', {}, 'kubectl -n test describe deployment podinfo '],
  ])('shows the way out where it is %s', (_what, wish, command) => {
    expect(why({ step: -1, canaryWeight: percent(0) }, wish)).toContain(command);
  });

  it.each<[Phase, readonly string[]]>([
    ['Initializing', []],
    ['Succeeded', []],
    ['Waiting', ['abort', 'promote', 'pause']],
    ['Progressing', ['abort', 'promote', 'pause']],
    ['Promoting', ['abort']],
    ['Finalising', []],
    ['Failed', ['retry']],
    ['Terminating', []],
  ])('offers in %s what the controller would obey', (phase, verbs) => {
    expect(verbsFor(account({ phase }))).toEqual(verbs);
  });

  it('offers to resume what is paused, and no retry of what is promoted', () => {
    const paused = account({}, { annotations: { 'serin.dev/pause': '2-ff/again' } });
    const about = account(
      { lastAppliedRevision: revision('2-ff') },
      { annotations: { 'serin.dev/pause': '2-ff/again' } },
    );

    expect(verbsFor(paused)).toContain('pause');
    expect(verbsFor(about)).toEqual(['abort', 'promote', 'resume']);
    expect(verbsFor(account({ phase: 'Failed', lastPromotedRevision: revision('v2') }))).toEqual([]);
  });
});

describe('events', () => {
  const event = (
    at: string,
    message: string,
    version: string,
  ): Parameters<typeof happeningsOf>[0][number] => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: message, resourceVersion: version },
    lastTimestamp: at,
    type: 'Normal',
    message,
    count: 2,
  });

  it('come newest first, of the same second the one written last, and no more than asked for', () => {
    const events = [
      event('2026-11-28T10:00:00Z', 'old', '9'),
      event('2026-11-28T10:00:05Z', 'first', '10'),
      event('2026-11-28T10:00:05Z', 'second', '11'),
    ];

    expect(happeningsOf(events, 2).map(({ text }) => text)).toEqual(['second', 'first']);
  });
});

describe('serin get', () => {
  it('has a row for each, with its namespace where there are several', () => {
    const one = account({});

    expect(growingTable()([headings(true), rowOf(one, true, NOW, plain)])).toBe(
      [
        'NAMESPACE  NAME     PHASE        WEIGHT  TARGET              SINCE  WAITING FOR\n',
        'test       podinfo  Progressing  20%     deployment/podinfo  4m12s  the analysis interval\n',
      ].join(''),
    );
  });

  it('cuts what is too long for a line, and names the condition behind it', () => {
    const text = `the cluster: ${'x'.repeat(200)}`;
    const complaints = [{ type: 'Permitted', reason: 'Forbidden', message: '', since: '' }];
    const row = rowOf(
      { ...account({}), waitingFor: { kind: 'cluster', text }, complaints },
      false,
      NOW,
      plain,
    );

    expect(row.at(-1)).toBe(`${text.slice(0, 79)}… (Forbidden)`);
  });

  it('keeps its columns where rows come one by one', () => {
    const table = growingTable();

    expect(table([['a-long-name', 'x']])).toBe('a-long-name  x\n');
    expect(table([['b', 'y']])).toBe('b            y\n');
  });
});

describe('ages', () => {
  it.each([
    ['2026-11-28T10:04:12Z', '0s'],
    ['2026-11-28T10:03:30Z', '42s'],
    ['2026-11-28T07:00:12Z', '3h4m'],
    ['2026-11-25T10:00:00Z', '3d'],
    ['2026-11-28T10:05:00Z', '0s'],
    ['no time', ''],
  ])('of %s is %s', (written, age) => {
    expect(ageOf(written, NOW)).toBe(age);
  });
});

describe('colours', () => {
  it('are for terminals, and NO_COLOR takes them away', () => {
    expect(paintFor({ isTTY: true }, {})).toBe(coloured);
    expect(paintFor({ isTTY: false }, {})).toBe(plain);
    expect(paintFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(plain);
  });
});

function writtenStatus(status: Partial<Status>): Record<string, unknown> {
  const known: Status = { ...aSituation().status, changedAt: CHANGED, phaseSince: CHANGED, ...status };
  return writeStatus(known, { canary: aParsedCanary(), previous: undefined, now: CHANGED });
}

function memory(status: Partial<Status>): Record<string, unknown> {
  return writtenStatus(status)['serin'] as Record<string, unknown>;
}
