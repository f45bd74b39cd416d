/** The rules in their order of precedence, one row a sentence. */
import { describe, expect, it } from '@jest/globals';
import { converge } from '../../../src/core/converge.ts';
import { decide } from '../../../src/core/decide.ts';
import type {
  Answer,
  Cookies,
  News,
  Readiness,
  Situation,
  TargetRecord,
  Verdict,
} from '../../../src/core/model.ts';
import { instant, millis, percent, revision } from '../../../src/shared/brand.ts';
import { aSituation, type SituationChanges } from '../../support/situation.ts';

const STUCK = { kind: 'stuck', detail: 'gave up' } as const;
const EMPTY = { kind: 'empty', detail: 'no pods' } as const;
const ABORT = { verb: 'abort', revision: revision('v2'), value: 'v2' } as const;
const PROBLEM = { reason: 'InvalidSpec', detail: 'wrong' };

/** `phase weight`, or what is waited for. */
function outcome(changes: SituationChanges): string {
  const verdict = decide(aSituation(changes));
  if (verdict.kind === 'move') return `${verdict.status.phase} ${verdict.status.canaryWeight}`;
  return verdict.kind === 'wait' ? verdict.waitingFor.kind : verdict.kind;
}

const ROUTES = { canary: percent(20), mirrored: false, mark: 2, since: instant(0), drifted: false };

describe('a workload that Kubernetes sets no deadline', () => {
  const before = { generation: 2, done: 1, since: instant(5) };
  const after = { generation: 2, done: 2, since: instant(9) };
  const unready = { readiness: { kind: 'progressing', detail: 'pods' } } as const;
  const verdict = (changes: SituationChanges) => decide(aSituation(changes));

  it('and stands still, is remembered with the time, and nothing moves by that', () => {
    const found = verdict({ primary: { ...unready, standstill: after } });

    expect(found).toMatchObject({ kind: 'move', status: { standstills: { primary: after } } });
    expect(found.kind === 'move' && found.status.changedAt).toBe(aSituation().status.changedAt);
  });

  it('is remembered anew when it has come further, and forgotten when it is ready', () => {
    const status = { standstills: { primary: before, target: before } };

    expect(verdict({ status, primary: { ...unready, standstill: after } })).toMatchObject({
      status: { standstills: { primary: after } },
    });
    expect(verdict({ status })).toMatchObject({ kind: 'move', status: { standstills: {} } });
  });

  it('is waited for when all that is written down already', () => {
    const status = { standstills: { primary: after } };

    expect(verdict({ status, primary: { ...unready, standstill: after } }).kind).toBe('wait');
  });
});

describe('in the middle of a run at 20%', () => {
  it.each<{ what: string; changes: SituationChanges; then: string }>([
    { what: 'the next weight follows when nothing is against it', changes: {}, then: 'Progressing 40' },
    {
      what: 'a stuck primary is no reason to hold what may mend it',
      changes: { primary: { readiness: STUCK } },
      then: 'Progressing 40',
    },
    {
      what: 'deletion comes before everything',
      changes: { spec: { suspend: true }, situation: { deleting: true } },
      then: 'Terminating 20',
    },
    {
      what: 'suspended, nothing moves, not even back',
      changes: { spec: { suspend: true }, target: { readiness: STUCK } },
      then: 'resume',
    },
    { what: 'a target that is gone ends the run', changes: { target: null }, then: 'Failed 0' },
    {
      what: 'nor does it where the whole namespace goes',
      changes: { target: null, primary: null, observed: { ending: true } },
      then: 'namespace',
    },
    {
      what: 'a Canary that goes with its namespace is let go as ever',
      changes: { target: null, observed: { ending: true }, situation: { deleting: true } },
      then: 'Terminating 20',
    },
    {
      what: 'a target that is stuck ends the run',
      changes: { target: { readiness: STUCK } },
      then: 'Failed 0',
    },
    {
      what: 'a stuck target leaves traffic where it is if the primary is gone too',
      changes: { target: { readiness: STUCK }, primary: null },
      then: 'Failed 20',
    },
    { what: 'the threshold ends the run', changes: { status: { failedChecks: 2 } }, then: 'Failed 0' },
    { what: 'an abort ends the run', changes: { commands: [ABORT] }, then: 'Failed 0' },
    {
      what: 'an abort that was obeyed does not',
      changes: { commands: [ABORT], status: { obeyed: { abort: 'v2' } } },
      then: 'Progressing 40',
    },
    {
      what: 'an abort of another revision does not',
      changes: { commands: [{ ...ABORT, revision: revision('v9') }] },
      then: 'Progressing 40',
    },
    {
      what: 'a newer revision starts over',
      changes: { target: { revision: revision('v3') } },
      then: 'Progressing 0',
    },
    { what: 'a revert cancels', changes: { target: { revision: revision('v1') } }, then: 'Succeeded 0' },
    {
      what: 'a revert to a broken primary ends in Failed, traffic untouched',
      changes: { target: { revision: revision('v1') }, primary: { readiness: STUCK } },
      then: 'Failed 20',
    },
    {
      what: 'a revert while the primary has no pods leaves traffic where it is',
      changes: { target: { revision: revision('v1') }, primary: { readiness: EMPTY } },
      then: 'Failed 20',
    },
    {
      what: 'and is no failure where there is none',
      changes: {
        status: { canaryWeight: percent(0), step: -1 },
        target: { revision: revision('v1') },
        primary: { readiness: EMPTY },
      },
      then: 'Succeeded 0',
    },
    {
      what: 'an invalid spec is recorded and moves nothing',
      changes: { situation: { problem: PROBLEM } },
      then: 'Progressing 20',
    },
    { what: 'an unsettled change is awaited', changes: { observed: { routes: undefined } }, then: 'cluster' },
    {
      what: 'a pause holds the position',
      changes: { commands: [{ ...ABORT, verb: 'pause' }] },
      then: 'resume',
    },
    {
      what: 'a promotion by hand skips the rest',
      changes: { commands: [{ ...ABORT, verb: 'promote' }] },
      then: 'Promoting 20',
    },
    {
      what: 'before the interval is over nothing moves',
      changes: { status: { changedAt: instant(3_590_000) } },
      then: 'interval',
    },
    {
      what: 'an interval that was made shorter counts from the last move',
      changes: { spec: { interval: millis(20_000) }, status: { changedAt: instant(3_570_000) } },
      then: 'Progressing 40',
    },
    {
      what: 'a primary that is merely unready holds the position',
      changes: { primary: { readiness: { kind: 'progressing', detail: '1 of 2' } } },
      then: 'workload',
    },
    {
      what: 'what is to be analysed no longer is promoted, without waiting for the interval',
      changes: { spec: { skipAnalysis: true }, status: { changedAt: instant(3_590_000) } },
      then: 'Promoting 20',
    },
    {
      what: 'a round of questions is an interval from the next',
      changes: {
        situation: {
          tried: { accepted: [], failures: [], askedAt: instant(3_590_000), unsettledSince: undefined },
        },
      },
      then: 'interval',
    },
  ])('$what', ({ changes, then }) => {
    expect(outcome(changes)).toBe(then);
  });
});

describe('while the primary takes v2 over at 20%', () => {
  const promoting = { phase: 'Promoting' } as const;
  const v2 = revision('v2');
  const empty = { revision: v2, readiness: EMPTY };
  const newer = { revision: revision('v3') };

  it.each<{ what: string; changes: SituationChanges; then: string }>([
    {
      what: 'traffic goes home once it is ready',
      changes: { primary: { revision: v2 } },
      then: 'Finalising 0',
    },
    {
      what: 'without pods it is answered for by the canary',
      changes: { primary: empty },
      then: 'Promoting 100',
    },
    {
      what: 'but not by a newer revision, which nobody has analysed',
      changes: { primary: empty, target: newer },
      then: 'workload',
    },
    {
      what: 'nor where there is no route to the canary',
      changes: { primary: empty, spec: { routed: false } },
      then: 'workload',
    },
    {
      what: 'stuck it is answered for by the canary',
      changes: { primary: { revision: v2, readiness: STUCK } },
      then: 'Failed 100',
    },
    {
      what: 'but a newer revision is given no more for that',
      changes: { primary: { revision: v2, readiness: STUCK }, target: newer },
      then: 'Failed 20',
    },
  ])('$what', ({ changes, then }) => {
    expect(outcome({ ...changes, status: promoting })).toBe(then);
  });
});

describe('once traffic is home', () => {
  it('a primary that breaks before the end is answered for by the canary, which has its pods yet', () => {
    const status = { phase: 'Finalising', canaryWeight: percent(0), park: 'due' } as const;
    const primary = { revision: revision('v2'), readiness: STUCK };

    expect(decide(aSituation({ status, primary }))).toMatchObject({
      kind: 'move',
      status: { phase: 'Failed', canaryWeight: 100, park: 'none' },
    });
  });
});

describe('at rest', () => {
  const rest = { phase: 'Succeeded', canaryWeight: percent(0), step: -1, park: 'done' } as const;

  it.each([
    ['what is new starts a run', 'v3', 'v1', 'Progressing 0'],
    ['what is promoted already starts none', 'v1', 'v1', 'revision'],
    ['nor does what has failed', 'v2', 'v2', 'revision'],
    ['but a third one does', 'v3', 'v2', 'Progressing 0'],
  ])('%s', (_, carried, tried, then) => {
    const known = { ...aSituation().observed.target?.record, revision: revision(carried) } as TargetRecord;
    const status = { ...rest, lastAppliedRevision: revision(tried), target: known };
    const target = { revision: revision(carried), scaledUp: false, record: known };

    expect(outcome({ status, target })).toBe(then);
  });

  it('an edited Canary starts none, whatever is edited beside its target', () => {
    const known = aSituation().observed.target?.record;
    const spec = { threshold: 9, strategy: { kind: 'ab-testing', iterations: 3 } } as const;

    expect(outcome({ spec, status: { ...rest, target: known }, target: { scaledUp: false } })).toBe(
      'revision',
    );
  });
});

describe('an initialization whose primary is made', () => {
  const status = { phase: 'Initializing', canaryWeight: percent(0), step: -1, park: 'done' } as const;
  const metrics = [{ name: 'errors', source: 'builtin', onInconclusive: 'fail' }] as const;
  const refused = { kind: 'providers', detail: 'refused' } as const;
  const verdict = (
    spec: SituationChanges['spec'],
    answer?: Answer,
    readiness: Readiness = { kind: 'ready' },
  ) =>
    decide(
      aSituation({
        spec: { metrics, ...spec },
        status,
        primary: { revision: revision('v2'), readiness },
        situation: { answers: { get: () => answer } },
      }),
    );
  const told = (found: Verdict): unknown =>
    found.kind === 'move' && [found.status.phase, ...found.status.outbox.map(({ news }) => news)];

  it('asks whether the metric systems answer, and ends whether they do or not', () => {
    expect(verdict({})).toMatchObject({ kind: 'ask', questions: [{ kind: 'providers' }] });
    expect(told(verdict({}, { kind: 'yes' }))).toEqual([
      'Initialized',
      { kind: 'providers-available' },
      { kind: 'initialized' },
    ]);
    expect(told(verdict({}, { kind: 'no', failure: refused }))).toEqual([
      'Initialized',
      { kind: 'providers-unavailable', detail: 'refused' },
      { kind: 'initialized' },
    ]);
  });

  it('asks nothing where nothing is analysed, but waits for its primary there too', () => {
    expect(told(verdict({ skipAnalysis: true }))).toEqual(['Initialized', { kind: 'initialized' }]);
    const unready = verdict({ skipAnalysis: true }, undefined, { kind: 'progressing', detail: '0 of 1' });
    expect(unready).toMatchObject({ waitingFor: { kind: 'workload', workload: 'primary' } });
  });
});

describe('an initialization that does not get on', () => {
  const status = { phase: 'Initializing', canaryWeight: percent(0), step: -1 } as const;
  const gaveUp = { revision: revision('v2'), readiness: STUCK };
  const news = (changes: SituationChanges): unknown => {
    const verdict = decide(aSituation(changes));
    return verdict.kind === 'move' ? verdict.status.outbox.map((one) => one.news) : verdict.kind;
  };

  it.each<[string, SituationChanges, 'primary' | 'target', string]>([
    ['whose primary gave up', { primary: gaveUp }, 'primary', 'gave up'],
    [
      'whose target has not come',
      { target: null, primary: null, observed: { workload: 'Deployment/gone' } },
      'target',
      'it does not exist',
    ],
  ])('%s is told once (M37)', (_, changes, workload, detail) => {
    expect(news({ ...changes, status })).toEqual([{ kind: 'initialization-failed', workload, detail }]);
    expect(news({ ...changes, status: { ...status, late: instant(1) } })).toBe('wait');
  });
});

describe('the end of an initialization', () => {
  const status = { phase: 'Initializing', canaryWeight: percent(0), step: -1, park: 'done' } as const;
  const metrics = [{ name: 'errors', source: 'query', onInconclusive: 'fail' }] as const;
  const refused = { kind: 'providers', detail: 'connection refused' } as const;

  it.each<[string, Answer, News]>([
    ['answer', { kind: 'yes' }, { kind: 'providers-available' }],
    [
      'do not',
      { kind: 'no', failure: refused },
      { kind: 'providers-unavailable', detail: 'connection refused' },
    ],
  ])('tells that the metric systems %s, and waits for none', (_, answer, news) => {
    const verdict = decide(
      aSituation({ spec: { metrics }, status, situation: { answers: { get: () => answer } } }),
    );

    if (verdict.kind !== 'move') throw new Error(`it is a ${verdict.kind}`);
    expect(verdict.status.phase).toBe('Initialized');
    expect(verdict.status.outbox.map((one) => one.news)).toEqual([news, { kind: 'initialized' }]);
  });
});

describe('a Canary whose target does not exist', () => {
  it('says so while it waits for it, where nothing else is left to do', () => {
    const status = {
      phase: 'Initializing',
      canaryWeight: percent(0),
      step: -1,
      phaseSince: instant(3_600_000),
    } as const;
    const other = { workload: 'Deployment/gone' };
    const verdict = decide(aSituation({ status, target: null, primary: null, observed: other }));
    expect(verdict).toMatchObject({
      kind: 'wait',
      waitingFor: { kind: 'target' },
      notices: [{ kind: 'not-ready', workload: 'target', detail: 'it does not exist' }],
    });
  });
});

describe('what remains to be done', () => {
  const actions = (changes: SituationChanges): readonly string[] => {
    const { spec, status, observed, now } = aSituation(changes);
    return converge(spec, status, observed, now).map((action) =>
      action.kind === 'scale-target' ? `scale ${action.up ? 'up' : 'down'}` : action.kind,
    );
  };
  const parking = { phase: 'Succeeded', canaryWeight: percent(0), park: 'due' } as const;

  it.each<{ what: string; changes: SituationChanges; then: string[] }>([
    { what: 'nothing, where everything is as meant', changes: {}, then: [] },
    { what: 'the target is started for a run', changes: { target: { scaledUp: false } }, then: ['scale up'] },
    {
      what: 'an older mark is our own write outstanding',
      changes: { observed: { routes: { ...ROUTES, mark: 1 } } },
      then: ['set-routes'],
    },
    {
      what: 'the target is parked when traffic has left it',
      changes: { status: parking },
      then: ['scale down'],
    },
    {
      what: 'but not before the primary is ready',
      changes: { status: parking, primary: { readiness: STUCK } },
      then: [],
    },
    { what: 'nor twice', changes: { status: { ...parking, park: 'done' } }, then: [] },
    {
      what: 'nor where there is nothing to scale',
      changes: { status: parking, target: { scaledUp: undefined } },
      then: [],
    },
    {
      what: 'a missing Service is written',
      changes: { observed: { services: false } },
      then: ['write-services'],
    },
    {
      what: 'an autoscaler that is not as the target’s is written',
      changes: { observed: { autoscaler: false } },
      then: ['write-autoscaler'],
    },
    {
      what: 'but not for a primary that does not exist',
      changes: { observed: { autoscaler: false }, primary: null },
      then: ['write-primary'],
    },
    {
      what: 'nor before the copy of another one is gone',
      changes: { spec: { autoscaler: 'a' }, observed: { autoscaler: false, formerAutoscaler: true } },
      then: ['remove-autoscaler'],
    },
    {
      what: 'nothing while suspended',
      changes: { spec: { suspend: true }, observed: { services: false } },
      then: [],
    },
  ])('$what', ({ changes, then }) => {
    expect(actions(changes)).toEqual(then);
  });
});

describe('a Canary seen for the first time', () => {
  const fresh = { origin: 'new', phase: 'Initializing', lastPromotedRevision: revision('') } as const;
  const unborn = { routes: undefined, services: false, snapshots: [] } as const;

  it('gets nothing made for it while its spec cannot be followed', () => {
    const s = aSituation({ status: fresh, primary: null, observed: unborn, situation: { problem: PROBLEM } });
    const verdict = decide(s);

    if (verdict.kind !== 'move') throw new Error(`expected a move, found ${verdict.kind}`);
    expect(verdict.status.invalid).toEqual({ ...PROBLEM, since: s.now });
    expect(converge(s.spec, verdict.status, s.observed, s.now)).toEqual([]);
  });

  it('gets its Services and its primary when it can be', () => {
    const s = aSituation({ status: fresh, primary: null, observed: unborn });
    const verdict = decide(s);

    if (verdict.kind !== 'move') throw new Error(`expected a move, found ${verdict.kind}`);
    const made = converge(s.spec, verdict.status, s.observed, s.now).map(({ kind }) => kind);
    expect(made).toEqual(['write-services', 'write-primary']);
  });
});

describe('cookies', () => {
  const affinity = { cookieName: 'c', primaryCookieName: 'p' };
  const drawn = { canary: 'c=drawn', primary: 'p=drawnToo' };
  const after = (changes: SituationChanges): Cookies | undefined => {
    const verdict = decide(aSituation(changes));
    return verdict.kind === 'move' ? verdict.status.cookies : undefined;
  };
  const beginning = { step: -1, canaryWeight: percent(0) } as const;

  it.each<{
    readonly what: string;
    readonly changes: SituationChanges;
    readonly cookies: Cookies | undefined;
  }>([
    {
      what: 'are drawn with the first weight',
      changes: { spec: { affinity }, status: beginning },
      cookies: drawn,
    },
    {
      what: 'of the primary only where that has a name',
      changes: { spec: { affinity: { cookieName: 'c' } }, status: beginning },
      cookies: { canary: 'c=drawn' },
    },
    {
      what: 'of nobody where nobody asks for them',
      changes: { status: beginning },
      cookies: {},
    },
    {
      what: 'are drawn at once where they are asked for in mid-run',
      changes: { spec: { affinity } },
      cookies: drawn,
    },
    {
      what: 'of the primary stay for good, of the canary for the run',
      changes: {
        spec: { affinity },
        status: { ...beginning, cookies: { primary: 'p=old', previous: 'c=past' } },
      },
      cookies: { canary: 'c=drawn', primary: 'p=old', previous: 'c=past' },
    },
    {
      what: 'of the primary change with their name, which Flagger leaves empty',
      changes: { spec: { affinity }, status: { cookies: { canary: 'c=old', primary: '=theirs' } } },
      cookies: { canary: 'c=old', primary: 'p=drawnToo' },
    },
    {
      what: 'are taken back when the run ends',
      changes: {
        spec: { affinity },
        status: { failedChecks: 9, cookies: { canary: 'c=old', primary: 'p=old', previous: 'c=past' } },
      },
      cookies: { primary: 'p=old', previous: 'c=old' },
    },
    {
      what: 'are taken back though nobody asks for them any more',
      changes: { status: { failedChecks: 9, cookies: { canary: 'c=old' } } },
      cookies: { previous: 'c=old' },
    },
  ])('$what', ({ changes, cookies }) => {
    expect(after(changes)).toEqual(cookies);
  });

  it('are those of the routes where Flagger died before it wrote them down', () => {
    const routes = { canary: percent(30), mirrored: false, mark: -1, since: instant(0), drifted: true };
    const status = { origin: 'flagger', canaryWeight: percent(0), cookies: { primary: '=theirs' } } as const;
    const cookies = after({
      spec: { affinity: { cookieName: 'c' } },
      status,
      observed: { routes: { ...routes, cookies: { canary: 'c=given' } } },
    });
    expect(cookies).toEqual({ canary: 'c=given', primary: '=theirs' });
  });
});

describe('routes that routers may not have taken up yet, after an outage of the API server', () => {
  const since = (ahead: number) => ({
    observed: { routes: { ...ROUTES, since: instant(3_600_000 + ahead) } },
  });
  const promoting: SituationChanges = {
    status: { phase: 'Promoting' },
    primary: { revision: revision('v2') },
  };

  it.each([
    { what: 'hold the next weight', changes: since(20_000), then: 'interval' },
    {
      what: 'hold the way home of a promotion',
      changes: { ...promoting, ...since(20_000) },
      then: 'interval',
    },
    { what: 'hold nothing any more then', changes: { ...promoting, ...since(0) }, then: 'Finalising 0' },
    {
      what: 'hold nothing where their time was written by a clock that was an hour ahead',
      changes: { ...promoting, ...since(3_600_000) },
      then: 'Finalising 0',
    },
    {
      what: 'do not hold a retreat',
      changes: { ...since(20_000), target: { readiness: STUCK } },
      then: 'Failed 0',
    },
  ])('$what', ({ changes, then }) => {
    expect(outcome(changes)).toBe(then);
  });
});

describe('routes that are to be in another place', () => {
  const left = { place: 'nginx/podinfo', since: instant(0) };
  const there = (canary: number, mirrored = false) => ({ ...left, canary: percent(canary), mirrored });
  const elsewhere = { place: 'istio/podinfo', left: [there(20)], routes: undefined };
  const status = { place: 'nginx/podinfo' } as const;
  const theirs = { ...there(0), theirs: true } as const;

  it('are written only when it is recorded that they are there, while traffic is brought home at once', () => {
    const s = aSituation({
      status: { ...status, phase: 'Failed', canaryWeight: percent(0) },
      observed: elsewhere,
    });
    expect(converge(s.spec, s.status, s.observed, s.now)).toEqual([
      { kind: 'leave-routes', place: 'nginx/podinfo', routes: { canary: 0, mirrored: false }, mark: 2 },
    ]);
  });

  it('start the analysis again, and tell why', () => {
    const verdict = decide(aSituation({ status: { ...status, failedChecks: 1 }, observed: elsewhere }));
    if (verdict.kind !== 'move') throw new Error('it is recorded');
    expect(verdict.status).toMatchObject({
      phase: 'Progressing',
      step: -1,
      canaryWeight: 0,
      failedChecks: 0,
      place: 'istio/podinfo',
      left: ['nginx/podinfo'],
    });
    expect(verdict.status.outbox.map(({ news }) => news)).toEqual([
      { kind: 'rerouted', from: 'nginx/podinfo', to: 'istio/podinfo', restarts: true },
    ]);
  });

  it('leave a promotion where it is, since its analysis is over', () => {
    const promoting = { ...status, phase: 'Promoting', changedAt: instant(9) } as const;
    expect(decide(aSituation({ status: promoting, observed: elsewhere }))).toMatchObject({
      status: { phase: 'Promoting', canaryWeight: 20, changedAt: 9, place: 'istio/podinfo' },
    });
  });

  it('are told of nobody where none was recorded', () => {
    const verdict = decide(aSituation({ status: { place: '' }, observed: { place: 'istio/podinfo' } }));
    expect(verdict).toMatchObject({ status: { place: 'istio/podinfo', left: [], outbox: [] } });
  });

  it.each<{ what: string; changes: SituationChanges; then: string[] }>([
    {
      what: 'never get more than they have',
      changes: { observed: { left: [there(10)] } },
      then: [],
    },
    {
      what: 'follow the weight down',
      changes: { observed: { left: [there(60)] } },
      then: ['leave-routes'],
    },
    {
      what: 'stop sending copies',
      changes: { observed: { left: [there(0, true)] } },
      then: ['leave-routes'],
    },
    {
      what: 'are given back where the route is the user’s, though the canary gets nothing by it',
      changes: { status: { canaryWeight: percent(0) }, observed: { left: [theirs] } },
      then: ['leave-routes'],
    },
    {
      what: 'stay as they are while the primary is stuck',
      changes: { observed: { left: [there(60)] }, primary: { readiness: STUCK } },
      then: [],
    },
    {
      what: 'keep the target from being parked',
      changes: {
        status: { phase: 'Succeeded', canaryWeight: percent(0), park: 'due' },
        primary: { revision: revision('v1') },
        observed: { left: [there(60)] },
      },
      then: ['leave-routes'],
    },
  ])('$what', ({ changes, then }) => {
    const { spec, status, observed, now } = aSituation(changes);
    expect(converge(spec, status, observed, now).map(({ kind }) => kind)).toEqual(then);
  });

  it.each([
    { what: 'are remembered until requests by them have ended', since: 3_595_000, then: 'drain' },
    { what: 'and are forgotten then', since: 3_590_000, then: 'Succeeded 0' },
  ])('$what', ({ since, then }) => {
    const rest = { phase: 'Succeeded', canaryWeight: percent(0), park: 'done', step: -1 } as const;
    const gone = { ...there(0), since: instant(since) };
    const changes = { status: { ...rest, left: ['nginx/podinfo'] }, observed: { left: [gone] } };
    expect(outcome(changes)).toBe(then);
  });

  it('are not forgotten while a route of the user’s cannot be given back', () => {
    const rest = { phase: 'Succeeded', canaryWeight: percent(0), park: 'done', step: -1 } as const;
    const changes: SituationChanges = {
      status: { ...rest, left: ['nginx/podinfo'] },
      primary: { readiness: STUCK, revision: revision('v1') },
      observed: { left: [theirs] },
    };
    expect(decide(aSituation(changes))).not.toMatchObject({ status: { left: [] } });
  });
});

describe('another target', () => {
  const record = { ...aSituation().observed.target?.record, workload: 'Deployment/other' } as TargetRecord;
  const former = { ...record, workload: 'Deployment/podinfo' };
  const rest = {
    phase: 'Succeeded',
    canaryWeight: percent(0),
    step: -1,
    park: 'done',
    target: former,
  } as const;
  const renamed = (changes: SituationChanges): Situation =>
    aSituation({
      ...changes,
      status: { ...rest, ...changes.status },
      target: { record },
      observed: { workload: 'Deployment/other', ...changes.observed },
    });

  it('is initialized like a new Canary, and people are told', () => {
    const verdict = decide(renamed({ primary: null }));
    if (verdict.kind !== 'move') throw new Error('it is recorded');
    expect(verdict.status).toMatchObject({
      phase: 'Initializing',
      park: 'none',
      routesMark: 3,
      target: { workload: 'Deployment/other' },
      lastPromotedRevision: 'v1',
    });
    expect(verdict.status.outbox.map(({ news }) => news)).toEqual([
      { kind: 'retargeted', from: 'Deployment/podinfo', to: 'Deployment/other' },
    ]);
  });

  it('leaves Services and routes as they are until its primary is ready', () => {
    const initializing = { phase: 'Initializing', routesMark: 3, park: 'none', target: record } as const;
    const kinds = (changes: SituationChanges): readonly string[] => {
      const { spec, status, observed } = renamed({ ...changes, status: { ...rest, ...initializing } });
      return converge(spec, status, { ...observed, services: false }, instant(0)).map(({ kind }) => kind);
    };
    expect(kinds({ primary: { readiness: { kind: 'progressing', detail: '' } } })).toEqual(['write-primary']);
    const routes = { ...ROUTES, canary: percent(0) };
    expect(kinds({ primary: null, observed: { routes } })).toEqual(['write-primary']);
    expect(kinds({ observed: { routes } })).toEqual(['write-services', 'set-routes']);
  });

  it('is not forgotten by a record of something else before it is taken up', () => {
    const problem = { reason: 'InvalidSpec', detail: 'it is wrong' };
    expect(decide(renamed({ situation: { problem } }))).toMatchObject({
      status: { phase: 'Succeeded', invalid: problem, target: { workload: 'Deployment/podinfo' } },
    });
  });

  it('is not touched by what is remembered of the former one', () => {
    const { spec, status, observed } = renamed({ primary: null });
    expect(converge(spec, status, { ...observed, services: false }, instant(0))).toEqual([]);
  });
});
