/** How rules say what they decide: a move with its news, a question, or a wait with its reason. */
import { after, instant, millis, percent, until, type Instant, type Millis } from '../shared/brand.ts';
import { cookiesAfter } from './affinity.ts';
import { fit, isAnalysing, isRetargeted } from './converge.ts';
import type {
  Announcement,
  Answer,
  Hook,
  HookType,
  News,
  Observed,
  Phase,
  Question,
  Situation,
  Standstill,
  Standstills,
  Status,
  Verb,
  Verdict,
  WaitingFor,
} from './model.ts';

/** The outbox is part of the status, and a status must stay small. */
const OUTBOX_ENTRIES = 32;
const OUTBOX_CHARACTERS = 8_192;
/** Of any text within one announcement. */
const TEXT_CHARACTERS = 512;

/** A command is carried out by reaching a phase, and recorded by the commit that gets there. */
const CARRIED_OUT_BY: Partial<Record<Phase, Verb>> = {
  Failed: 'abort',
  Progressing: 'retry',
  Promoting: 'promote',
};

/** Before the first position, with all traffic on the primary. */
export const START = { step: -1, canaryWeight: percent(0), mirrored: false } as const;

/** The rollout moves. What is not in `change` stays, but for what held it: a move is a move past it. */
export function move(s: Situation, change: Partial<Status>, ...news: readonly News[]): Verdict {
  return {
    kind: 'move',
    status: moved(s, { held: undefined, late: undefined, changedAt: s.now, ...change }, news),
  };
}

/** Something is recorded that moves nothing: the interval goes on, a gate still holds. */
export function record(s: Situation, change: Partial<Status>, ...news: readonly News[]): Verdict {
  return { kind: 'move', status: moved(s, change, news) };
}

function moved(s: Situation, change: Partial<Status>, news: readonly News[]): Status {
  const { status, now } = s;
  const next = { ...status, ...change };
  const rerouted = next.canaryWeight !== status.canaryWeight || next.mirrored !== status.mirrored;
  const revision = next.lastAppliedRevision;
  const told = news.map((item, index): Announcement => ({
    sequence: status.sequence + index,
    at: now,
    phase: ON_THE_WAY.has(item.kind) ? status.phase : next.phase,
    revision,
    news: brief(item),
  }));
  return {
    ...next,
    origin: 'ours',
    cookies: cookiesAfter(s.spec, next, s.drawn),
    routesMark: change.routesMark ?? status.routesMark + (rerouted ? 1 : 0),
    place: next.place === '' ? (s.observed.place ?? '') : next.place,
    phaseSince: next.phase === status.phase && status.origin === 'ours' ? status.phaseSince : now,
    target: seenTarget(s, next.phase),
    standstills: standstillsSeen(s.observed),
    obeyed: obeyed(s, change.phase),
    outbox: bounded([...status.outbox, ...told]),
    sequence: status.sequence + news.length,
  };
}

/** Which workload was rolled out is not forgotten before another one is initialized in its place. */
function seenTarget({ status, observed }: Situation, phase: Phase): Status['target'] {
  const another = isRetargeted(status, observed);
  if (another && phase !== 'Initializing') return status.target;
  return observed.target?.record ?? (another ? undefined : status.target);
}

/** Some workload stands still, came further or is ready, and that is not what the status says. */
export function hasProgressed({ status, observed }: Situation): boolean {
  const seen = standstillsSeen(observed);
  const same = (one: Standstill | undefined, other: Standstill | undefined): boolean =>
    one?.since === other?.since && one?.done === other?.done && one?.generation === other?.generation;
  return !same(seen.target, status.standstills.target) || !same(seen.primary, status.standstills.primary);
}

function standstillsSeen({ target, primary }: Observed): Standstills {
  return {
    ...(target?.standstill !== undefined && { target: target.standstill }),
    ...(primary?.standstill !== undefined && { primary: primary.standstill }),
  };
}

/** What leads to a move is told with the phase it was seen in, as receivers of event webhooks know it. */
const ON_THE_WAY: ReadonlySet<News['kind']> = new Set<News['kind']>([
  'hook-passed',
  'promoting',
  'primary-weight',
  'routed-to-primary',
  'rolled-back',
]);

function obeyed(s: Situation, phase: Phase | undefined): Status['obeyed'] {
  const verb = phase === undefined ? undefined : CARRIED_OUT_BY[phase];
  const command = verb === undefined ? undefined : pending(s, verb);
  return command === undefined ? s.status.obeyed : { ...s.status.obeyed, [command.verb]: command.value };
}

/** The same news with shorter texts: one long answer of somebody else's must not crowd out what happened. */
function brief(news: News): News {
  const cut = (text: string): string =>
    text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS - 1)}…` : text;
  const shorten = (value: unknown): unknown => {
    if (typeof value === 'string') return cut(value);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shorten(member)]));
  };
  // Plain data of the same shape, since only texts were touched and no news holds a list.
  return shorten(news) as News;
}

/** Beyond the limits the oldest ordinary news goes first: steps and checks, never an end or a start. */
function bounded(outbox: readonly Announcement[]): readonly Announcement[] {
  let kept = outbox;
  while (kept.length > OUTBOX_ENTRIES || JSON.stringify(kept).length > OUTBOX_CHARACTERS) {
    const ordinary = kept.findIndex(({ news }) => !IMPORTANT.has(news.kind));
    kept = kept.toSpliced(Math.max(0, ordinary), 1);
  }
  return kept;
}

const IMPORTANT: ReadonlySet<News['kind']> = new Set<News['kind']>([
  'initialized',
  'initialization-failed',
  'new-revision',
  'restarted',
  'rolled-back',
  'failed',
  'promotion-failed',
  'promoting',
  'promoted',
  'promoted-unanalysed',
  'cancelled',
  'post-rollout',
]);

/** Nothing to record; called again after `requeueAfter`, or when something in the cluster changes. */
export function wait(
  s: Situation,
  waitingFor: WaitingFor,
  options: { readonly requeueAfter?: Millis; readonly notices?: readonly News[] } = {},
): Verdict {
  const notices = [...(options.notices ?? []), ...refusals(s)];
  return { kind: 'wait', waitingFor, notices, ...definedRequeue(options.requeueAfter) };
}

function definedRequeue(requeueAfter: Millis | undefined): { requeueAfter?: Millis } {
  return requeueAfter === undefined ? {} : { requeueAfter };
}

/** The earliest later pass for something that is due at `then`; never at once, so that no pass spins. */
export function dueIn(now: Instant, then: Instant): Millis {
  return millis(Math.max(1, until(now, then)));
}

// --------------------------------------------------------------------------------------------------- what people say

function pending(
  { commands, status, observed }: Situation,
  verb: Verb,
): { verb: Verb; value: string } | undefined {
  const revision = observed.target?.revision ?? status.lastAppliedRevision;
  return commands.find(
    (command) =>
      command.verb === verb && command.revision === revision && command.value !== status.obeyed[verb],
  );
}

/** Somebody asks for this, about the revision the target carries, and it has not been done. */
export function asked(s: Situation, verb: Verb): boolean {
  return pending(s, verb) !== undefined;
}

/** Commands about another revision than the target's change nothing; people are told. */
function refusals({ commands, status, observed: { target } }: Situation): readonly News[] {
  return commands
    .filter(
      ({ verb, value, revision }) =>
        value !== status.obeyed[verb] && target !== undefined && revision !== target.revision,
    )
    .map(({ verb, revision }) => ({ kind: 'refused', verb, revision }));
}

// ------------------------------------------------------------------------------------------------------- questions

/** The hooks of a type with their questions, in list order. */
export function hooksOf(
  s: Situation,
  type: HookType,
): readonly (Pick<Hook, 'name' | 'muted' | 'onInconclusive'> & { readonly question: Question })[] {
  const run = s.status.lastAppliedRevision;
  // Between runs it is about the one that would begin.
  const about = isAnalysing(s.status) ? run : (s.observed.target?.revision ?? run);
  return s.spec.hooks.flatMap((hook, index) =>
    hook.type === type
      ? [
          {
            name: hook.name,
            muted: hook.muted,
            onInconclusive: hook.onInconclusive,
            question: { kind: 'hook', type, index, revision: about } as const,
          },
        ]
      : [],
  );
}

export function ask(question: Question): Verdict {
  return { kind: 'ask', questions: [question] };
}

/** News of every hook of these types that consented in this pass. */
export function consents(s: Situation, ...types: readonly HookType[]): readonly News[] {
  return types.flatMap((type) =>
    hooksOf(s, type)
      .filter(({ question }) => s.answers.get(question)?.kind === 'yes')
      .map(({ name }): News => ({ kind: 'hook-passed', type, hook: name })),
  );
}

/** The text of an answer that is not a yes, for whoever asks what the rollout waits for. */
export function detailOf(answer: Answer): string {
  if (answer.kind === 'yes') return '';
  return 'detail' in answer.failure ? answer.failure.detail : '';
}

/** Two processes' clocks differ by less. */
const ASTRAY = millis(60_000);

/** When questions may be put: an interval after the last move, the last write of the routes, and the last round. */
export function questionsDue(s: Situation): Instant {
  const { status, observed, tried, spec, now } = s;
  const start = latest(s, status.changedAt, observed.routes?.since, tried?.askedAt);
  return start === undefined ? now : after(start, spec.interval);
}

/**
 * The latest of some times, undefined where there is none. What lies far ahead was written by a clock that has been
 * set back since; an hour set back is not an hour of waiting.
 */
export function latest(
  { spec, now }: Situation,
  ...times: readonly (Instant | undefined)[]
): Instant | undefined {
  const most = after(now, millis(Math.max(spec.interval, ASTRAY)));
  const credible = times.filter((time) => time !== undefined && time <= most);
  return credible.length === 0 ? undefined : instant(Math.max(...credible.map(Number)));
}

// ---------------------------------------------------------------------------------------------------------- traffic

/** The canary carries traffic and the primary is gone or stuck: traffic may not go home now. */
export function staysAway({ status, observed: { target, primary } }: Situation): boolean {
  return target !== undefined && status.canaryWeight > 0 && !fit(primary);
}
