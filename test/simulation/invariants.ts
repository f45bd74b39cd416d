/**
 * What must be true after every step of every scenario and simulation, numbered as the documentation numbers them.
 * Each looks at one pass from outside: the world before and after, and every effect in between. A broken one is a
 * sentence; none broken is an empty list.
 */
import { converge, isAnalysing, isPromoting } from '../../src/core/converge.ts';
import type {
  Action,
  Answer,
  HookType,
  MarkedRoutes,
  Observed,
  Phase,
  Question,
  Spec,
  Status,
  Workload,
} from '../../src/core/model.ts';
import { descent, progression } from '../../src/core/progression.ts';
import { percent } from '../../src/shared/brand.ts';
import { routesAt, type Effect, type WorldState } from '../../src/rehearsal/world.ts';

export interface Pass {
  readonly before: WorldState;
  readonly effects: readonly Effect[];
  readonly after: WorldState;
  /** Weights that people set by hand in this world. */
  readonly byHand: readonly number[];
}

type Rule = (pass: Pass) => readonly string[];

const RESTING: ReadonlySet<Phase> = new Set(['Initialized', 'Succeeded', 'Failed', 'Waiting']);
const FORWARD: ReadonlySet<Phase> = new Set(['Initialized', 'Promoting', 'Finalising', 'Succeeded']);
const DRAIN = 10_000;

export const INVARIANTS: Readonly<Record<string, Rule>> = {
  '1 no workload is scaled down under traffic, nor before it has drained': (pass) =>
    performed(pass, 'scale-target').flatMap((effect) => {
      const { action, before } = effect;
      if (action.up) return [];
      // A place that the spec names since a moment ago has no routes yet; what routes is where the status says.
      const routes = routesKnown(pass, effect) ?? routesAt(before, before.status.place);
      if (routes === undefined) return ['scaled down before anything routes'];
      const everywhere = [routes, ...routesElsewhere(pass, effect)];
      const under = everywhere.filter(({ canary, mirrored }) => canary > 0 || mirrored);
      if (under.length > 0) return under.map(({ canary }) => `scaled down with ${canary}% of the traffic`);
      const span = Math.min(DRAIN, pass.before.spec.interval);
      const drained = everywhere.every(({ since }) => before.now - since >= span);
      return drained ? [] : ['scaled down before it has drained'];
    }),

  '2 weights are positions, 0, 100, or set by hand': (pass) => {
    return commitsWithLook(pass).flatMap(({ before, after, look }) => {
      const moved = after.canaryWeight !== before.canaryWeight;
      if (moved && !legalWeights(pass).has(after.canaryWeight)) return [`weight ${after.canaryWeight}`];
      const taken = adopted(before, after);
      if (taken && !pass.byHand.includes(after.canaryWeight))
        return [`adopted ${after.canaryWeight}, which no hand has set`];
      // What was set by hand for one revision says nothing about the next.
      const edited =
        pass.before.spec.strategy.kind === 'canary' &&
        look.routes?.mark === after.routesMark &&
        look.routes.canary !== after.canaryWeight;
      const inherits = edited && isRunning(before) && started(before, after);
      return inherits ? ['a run begins with a weight that was set for another'] : [];
    });
  },

  '3 live routes are only where a committed status or a hand put them': (pass) => [
    ...performed(pass, 'leave-routes').flatMap(({ action: { place, routes }, before }) => {
      const there = routesAt(before, place);
      const more = routes.canary > (there?.canary ?? 0) || (routes.mirrored && there?.mirrored !== true);
      const known = before.status.left.includes(place) || before.status.place === place;
      const below = routes.canary < Math.min(before.status.canaryWeight, there?.canary ?? 0);
      return more || below || !known ? [`routes ${JSON.stringify(routes)} at ${place}, which was left`] : [];
    }),
    ...performed(pass, 'set-routes').flatMap((effect) => {
      const { action, before } = effect;
      const { status, routes } = before;
      const meant =
        action.routes.canary === status.canaryWeight && action.routes.mirrored === status.mirrored;
      const hand =
        routes !== undefined && action.routes.canary === routes.canary && routes.mark === status.routesMark;
      const here = lookBefore(pass, effect)?.observed.place === status.place;
      return here && (meant || hand) && action.mark === status.routesMark
        ? []
        : [`routes ${JSON.stringify(action)}`];
    }),
  ],

  '4 the primary changes only to the revision under promotion, or back': (pass) =>
    performed(pass, 'write-primary').flatMap(({ action, before: { status } }) => {
      if (status.phase === 'Initializing' || action.revision === status.lastPromotedRevision) return [];
      if (isPromoting(status) && action.revision === status.lastAppliedRevision) return [];
      return [`primary given ${action.revision} in ${status.phase}`];
    }),

  '5 Succeeded means that the primary runs what was analysed': (pass) =>
    commitsWithLook(pass).flatMap(({ before, after, look }) => {
      if (after.phase !== 'Succeeded' || before.phase === 'Succeeded' || before.phase === 'Waiting')
        return [];
      if (after.lastPromotedRevision !== after.lastAppliedRevision) return ['promoted something else'];
      if (after.lastPromotedRevision === before.lastPromotedRevision) return [];
      if (after.lastPromotedRevision !== before.lastAppliedRevision) return ['promoted another'];
      return look.primary?.revision === after.lastPromotedRevision ? [] : ['the primary runs another'];
    }),

  '6 a refused gate holds, a failed check raises nothing, an answer moves its own revision only': (pass) =>
    commitsWithLook(pass).flatMap(({ before, after, look, asked }) => {
      const begins = started(before, after);
      const restarts = begins && isRunning(before);
      const promotes = after.phase === 'Promoting' && before.phase !== 'Promoting';
      const forward = after.canaryWeight > before.canaryWeight || promotes || begins;
      // A promotion that failed, or whose primary is without pods, gives the canary all traffic, and a push restarts a
      // run, without asking anybody.
      const over = before.phase === 'Promoting' && after.phase === 'Promoting';
      if (!forward || restarts || over || after.phase === 'Failed') return [];
      const about = asked.filter(({ question }) => question.revision === look.target?.revision);
      const against = about.filter(({ question, answer }) => isAgainst(pass.before.spec, question, answer));
      if (against.length > 0) return ['moved on against an answer'];
      if (about.length < asked.length && !begins) return ['moved by an answer about another revision'];
      const gate = begins ? 'confirm-rollout' : promotes ? 'confirm-promotion' : undefined;
      const spared = pass.before.spec.skipAnalysis && promotes;
      if (gate === undefined || spared || obeys(pass, before, after)) return [];
      const consented = about.filter(
        ({ question, answer }) => question.kind === 'hook' && question.type === gate && answer.kind === 'yes',
      );
      const gates = pass.before.spec.hooks.filter(({ type }) => type === gate);
      return consented.length < gates.length ? [`moved on without the consent of ${gate}`] : [];
    }),

  '7 failed checks never exceed the threshold': (pass) =>
    pass.after.status.failedChecks > pass.before.spec.threshold
      ? [`${pass.after.status.failedChecks} failed checks`]
      : [],

  '8 no news is lost before it is told': (pass) =>
    commits(pass).flatMap(({ before, after }) => {
      const kept = new Set(after.outbox.map(({ sequence }) => sequence));
      const forgotten = before.outbox
        .filter(({ sequence }) => !kept.has(sequence))
        .map(({ news }) => `${news.kind} was forgotten`);
      const added = after.sequence - before.sequence;
      const numbers = Array.from({ length: added }, (_, index) => before.sequence + index);
      return numbers.every((number) => kept.has(number)) ? forgotten : [...forgotten, 'news was never noted'];
    }),

  '10 a primary is born from an unproven target only while Initializing': (pass) =>
    performed(pass, 'write-primary').flatMap(({ action, before: { status } }) => {
      if (action.from === 'snapshot' || status.phase === 'Initializing') return [];
      const proven = action.revision === status.lastPromotedRevision;
      return proven || (isPromoting(status) && action.revision === status.lastAppliedRevision)
        ? []
        : ['born unproven'];
    }),

  '11 traffic never moves to what cannot serve while the other can, nor up on what is not ready': (pass) => [
    ...performed(pass, 'leave-routes').flatMap((effect) => {
      const look = lookBefore(pass, effect)?.observed;
      return serves(look?.primary) || look?.target === undefined
        ? []
        : ['traffic left for a primary that cannot serve'];
    }),
    ...commitsWithLook(pass).flatMap(({ before, after, look }) => {
      // Where another target is named nothing moves before its primary is ready; the 25th sees to that.
      if (before.origin !== 'ours' || after.phase === 'Initializing') return [];
      if (after.canaryWeight === before.canaryWeight || adopted(before, after)) return [];
      if (after.canaryWeight > before.canaryWeight) {
        if (look.target?.readiness.kind !== 'ready') return ['more traffic to a canary that is not ready'];
        const analysed = look.target.revision === after.lastAppliedRevision;
        return analysed ? [] : ['more traffic to a revision that is not the one under analysis'];
      }
      return serves(look.primary) || look.target === undefined
        ? []
        : ['traffic to a primary that cannot serve'];
    }),
  ],

  '12 a parked target is left alone until the next run, and a rest without traffic owes or has parked': (
    pass,
  ) => [
    ...performed(pass, 'scale-target').flatMap(({ before }) =>
      before.status.park === 'done' && before.status.phase !== 'Terminating' ? ['touched after parking'] : [],
    ),
    ...commits(pass).flatMap(({ after }) =>
      RESTING.has(after.phase) && after.canaryWeight === 0 && after.park === 'none'
        ? ['a rest that parks nobody']
        : [],
    ),
  ],

  '13 at rest the weight falls only when the primary is ready on the promoted revision': (pass) =>
    commitsWithLook(pass).flatMap(({ before, after, look }) => {
      const falls =
        RESTING.has(before.phase) && RESTING.has(after.phase) && after.canaryWeight < before.canaryWeight;
      if (!falls) return [];
      const whole =
        look.primary?.revision === after.lastPromotedRevision && look.primary.readiness.kind === 'ready';
      return whole ? [] : ['given back to a primary that is not whole'];
    }),

  '14 no run is about the promoted revision': (pass) =>
    commits(pass)
      .filter(
        ({ before, after }) =>
          started(before, after) && after.lastAppliedRevision === after.lastPromotedRevision,
      )
      .map(() => 'a run of what is already promoted'),

  '15 exactly the questions of the position are asked, in order': (pass) => [
    ...questionsOf(pass),
    // Positions that were reached by another revision have been asked nothing about this one.
    ...commits(pass).flatMap(({ before, after }) => {
      const plan = progression(pass.before.spec.strategy);
      const weight = plan[after.step]?.canaryWeight;
      const passed = plan
        .slice(0, Math.max(0, after.step))
        .some(({ canaryWeight }) => canaryWeight === weight);
      return started(before, after) && passed ? [`a run that begins at position ${after.step}`] : [];
    }),
  ],

  '16 a revision counts as tried only by a run, a refusal or a return': (pass) =>
    commits(pass).flatMap(({ before, after }) => {
      if (before.origin !== 'ours' || after.lastAppliedRevision === before.lastAppliedRevision) return [];
      const run = after.phase === 'Progressing' || after.phase === 'Initialized';
      const back = after.lastAppliedRevision === after.lastPromotedRevision;
      const vetoed = newsOf(before, after).some(
        ({ news }) => news.kind === 'rolled-back' && news.reason.kind === 'rollback-hook',
      );
      const refused = after.obeyed.abort !== before.obeyed.abort || (before.phase === 'Waiting' && vetoed);
      return run || back || refused ? [] : ['a revision was marked as tried without a run'];
    }),

  '17 a change of traffic is preceded by the commit that explains it': (pass) =>
    pass.effects.flatMap((effect) => {
      if (effect.kind !== 'performed') return [];
      const { before, after } = effect;
      const changed =
        JSON.stringify([before.routes, before.elsewhere]) !== JSON.stringify([after.routes, after.elsewhere]);
      return changed && before.status.origin !== 'ours'
        ? ['traffic changed before anything was committed']
        : [];
    }),

  '19 nothing moves forward while the primary is not scaled as the target is': (pass) =>
    commitsWithLook(pass).flatMap(({ before, after, look }) => {
      const raised = after.canaryWeight > before.canaryWeight && after.phase !== 'Failed';
      const back = newsOf(before, after).some(
        ({ news }) => news.kind === 'cancelled' || news.kind === 'adopted',
      );
      const ended = after.phase !== before.phase && FORWARD.has(after.phase);
      const settled = look.primary === undefined || (look.autoscaler && !look.formerAutoscaler);
      const forward = before.origin === 'ours' && (raised || ended) && !back;
      return forward && !settled ? [`${before.phase} ${after.phase} with an autoscaler unsettled`] : [];
    }),

  '20 a primary has one autoscaler at most, and none before it exists': (pass) =>
    performed(pass, 'write-autoscaler').flatMap((effect) => {
      if (lookBefore(pass, effect)?.observed.primary === undefined) return ['an autoscaler for nothing'];
      return Object.keys(effect.after.autoscalers).length > 1 ? ['two autoscalers on one primary'] : [];
    }),

  '21 a cookie stays while the canary has a weight, and is taken back when it has none': (pass) =>
    commitsWithLook(pass).flatMap(({ before, after, look }) => {
      const shown = before.origin === 'flagger' ? look.routes?.cookies?.canary : undefined;
      const given = shown ?? before.cookies.canary;
      if (given === undefined) return [];
      if (after.canaryWeight === 0) return after.cookies.previous === given ? [] : ['a cookie is forgotten'];
      return after.cookies.canary === given ? [] : ['visitors of the canary are given another cookie'];
    }),

  '22 routes know the cookies that are remembered, and no others': (pass) =>
    performed(pass, 'set-routes').flatMap((effect) => {
      const { action, before } = effect;
      const { status } = before;
      if (lookBefore(pass, effect)?.spec.affinity === undefined)
        return action.cookies === undefined ? [] : ['a cookie for nobody'];
      const { canary, primary, previous } = action.cookies ?? {};
      // Where affinity is switched on after a run that left traffic on the canary, cookies come with the next run.
      const running = isAnalysing(status) || isPromoting(status);
      if (running && action.routes.canary > 0 && status.canaryWeight > 0 && canary === undefined)
        return ['nobody is kept on the canary'];
      const known = [status.cookies.canary, status.cookies.primary, status.cookies.previous];
      const unknown = [canary, primary, previous].filter((cookie) => !known.includes(cookie));
      return unknown.map((cookie) => `${cookie} is nowhere remembered`);
    }),

  '23 a Canary that gives everything back is let go only when requests have left its primary': (pass) =>
    performed(pass, 'set-finalizer').flatMap((effect) => {
      const { action, before } = effect;
      const { status, spec, target, now } = before;
      if (action.present || status.phase !== 'Terminating' || !spec.revertOnDeletion) return [];
      // Nobody is left to be served by what goes with its namespace.
      if (target === undefined || before.ending) return [];
      if (!before.released) return ['let go with its traffic'];
      const since = status.released ?? now;
      return now - since >= Math.min(DRAIN, spec.interval) ? [] : ['let go before requests have left'];
    }),

  '24 a place that was left is remembered until it was seen to send nobody to the canary': (pass) =>
    commitsWithLook(pass).flatMap(({ before, after, look }) => {
      const span = Math.min(DRAIN, pass.before.spec.interval);
      const kept = new Set([...after.left, after.place]);
      const forgotten = [...before.left, before.place].filter((place) => place !== '' && !kept.has(place));
      return forgotten.flatMap((place) => {
        const there = look.left.find((one) => one.place === place);
        if (there === undefined) return look.place === place ? [`${place} was forgotten`] : [];
        const gone = there.canary === 0 && !there.mirrored && pass.before.now - there.since >= span;
        return gone ? [] : [`${place} was forgotten with ${there.canary}% on the canary`];
      });
    }),

  '25 nobody is sent from a primary that serves to one that is not ready': (pass) =>
    [...performed(pass, 'write-services'), ...performed(pass, 'set-routes')].flatMap((effect) => {
      const { selected, routes } = effect.before;
      // Without routes or Services nobody is served by anything of ours.
      if (routes === undefined || selected === undefined) return [];
      const look = lookBefore(pass, effect)?.observed;
      const leaves = effect.after.selected !== selected;
      // Written by what this process saw, which may be what the spec named a moment ago.
      const strays = effect.action.kind === 'set-routes' && look?.workload !== `Deployment/${selected}`;
      if (!leaves && !strays) return [];
      return look?.primary?.readiness.kind === 'ready' ? [] : [`${effect.action.kind} to what cannot serve`];
    }),

  '26 a primary without pods is not promoted under traffic that the canary could have': (pass) => {
    const { spec, status, problem } = pass.after;
    const look = pass.effects.findLast((effect) => effect.kind === 'looked')?.observed;
    const waits = pass.effects.at(-1)?.kind === 'told' && commits(pass).length === 0;
    if (!waits || look === undefined || status.phase !== 'Promoting' || status.canaryWeight === 100)
      return [];
    const free = spec.routed && !spec.suspend && problem === undefined && status.left.length === 0;
    if (look.target?.revision !== status.lastAppliedRevision) return [];
    if (!free || look.malformedRoutes !== undefined || look.target.readiness.kind !== 'ready') return [];
    if (look.primary?.readiness.kind !== 'empty' || converge(spec, status, look, pass.after.now).length > 0)
      return [];
    return [`${100 - status.canaryWeight}% of the traffic meets nobody`];
  },

  '27 in a namespace that is being deleted a Canary is let go, and nothing else is written': (pass) =>
    pass.effects.flatMap((effect) => {
      if (effect.kind !== 'performed' || lookBefore(pass, effect)?.observed.ending !== true) return [];
      const { action } = effect;
      const letsGo = action.kind === 'set-finalizer' && !action.present;
      return letsGo ? [] : [`${action.kind} in a namespace that is being deleted`];
    }),

  '18 a command is carried out at most once': (pass) =>
    commits(pass).flatMap(({ before, after }) => {
      const carriedOut = (['abort', 'retry', 'promote'] as const).filter((verb) => {
        const command = pass.before.commands.find((entry) => entry.verb === verb);
        return command !== undefined && before.obeyed[verb] === command.value && acted(verb, before, after);
      });
      return carriedOut.map((verb) => `${verb} was carried out twice`);
    }),
};

/**
 * The routes as they are, but for a weight set by hand that no look has shown yet: nobody can act on what somebody did
 * a moment ago. What this project wrote itself always counts.
 */
function routesKnown(pass: Pass, effect: Performed<Action['kind']>): WorldState['routes'] {
  const { routes } = effect.before;
  const seen = lookBefore(pass, effect)?.observed.routes;
  const byHand = seen !== undefined && seen.mark === routes?.mark && seen.since === routes.since;
  return byHand ? { ...seen } : routes;
}

/**
 * Routes in every place but the one the spec names now. What somebody set by hand in a place that the spec named and
 * gave up again before anybody looked is no business of a controller that never knew of it.
 */
function routesElsewhere({ byHand }: Pass, { before }: Performed<Action['kind']>): readonly MarkedRoutes[] {
  const { place, left } = before.status;
  return Object.entries(before.elsewhere)
    .filter(([name, { canary }]) => name === place || left.includes(name) || !byHand.includes(canary))
    .map(([, found]) => found);
}

function serves(workload: Workload | undefined): boolean {
  return workload !== undefined && ['ready', 'progressing'].includes(workload.readiness.kind);
}

type Looked = Extract<Effect, { kind: 'looked' }>;

/** What was seen last before this effect. */
function lookBefore({ effects }: Pass, effect: Performed<Action['kind']>): Looked | undefined {
  const earlier = effects.slice(
    0,
    effects.findIndex((one) => Object.is(one, effect)),
  );
  return earlier.findLast((one) => one.kind === 'looked');
}

/** Every broken invariant as `number name: what was seen`. */
export function broken(pass: Pass): readonly string[] {
  const found: string[] = [];
  // Millions of passes break none: nothing is made for those.
  for (const name in INVARIANTS)
    for (const what of INVARIANTS[name]?.(pass) ?? []) found.push(`${name}: ${what}`);
  return found;
}

function acted(verb: 'abort' | 'retry' | 'promote', before: Status, after: Status): boolean {
  if (verb === 'abort')
    return newsOf(before, after).some(
      ({ news }) => news.kind === 'rolled-back' && news.reason.kind === 'aborted',
    );
  if (verb === 'retry')
    return (
      started(before, after) &&
      before.lastAppliedRevision === after.lastAppliedRevision &&
      RESTING.has(before.phase) &&
      before.phase === 'Failed'
    );
  return false;
}

/** News that this commit added. */
function newsOf(before: Status, after: Status): Status['outbox'] {
  return after.outbox.filter(({ sequence }) => sequence >= before.sequence);
}

/** Somebody asked for a promotion of this revision, and has not been given it before. */
function obeys({ before: { commands } }: Pass, before: Status, after: Status): boolean {
  return commands.some(
    ({ verb, revision, value }) =>
      verb === 'promote' && revision === after.lastAppliedRevision && before.obeyed.promote !== value,
  );
}

function started(before: Status, after: Status): boolean {
  return (
    after.phase === 'Progressing' &&
    (before.phase !== 'Progressing' || before.lastAppliedRevision !== after.lastAppliedRevision)
  );
}

function adopted(before: Status, after: Status): boolean {
  return newsOf(before, after).some(({ news }) => news.kind === 'adopted');
}

function isRunning(status: Status): boolean {
  return isAnalysing(status) || isPromoting(status);
}

/** An answer that should have kept the rollout where it is. */
function isAgainst(spec: Spec, question: Question, answer: Answer): boolean {
  if (question.kind === 'providers') return false;
  if (isVeto(question)) return answer.kind === 'yes';
  const silent = question.kind === 'metric' && answer.kind === 'inconclusive';
  if (silent && spec.metrics[question.index]?.onInconclusive === 'pass') return false;
  return answer.kind !== 'yes';
}

function isVeto(question: Question): boolean {
  return question.kind === 'hook' && question.type === 'rollback';
}

function legalWeights({ before: { spec, status }, byHand }: Pass): ReadonlySet<number> {
  const plan = progression(spec.strategy).map(({ canaryWeight }) => canaryWeight);
  // What was legal stays it when the plan is edited.
  const tops = [100, status.canaryWeight, ...plan, ...byHand];
  const down = tops.flatMap((top) => descent(percent(top), spec.stepWeightPromotion));
  return new Set([0, ...tops, ...down]);
}

interface Performed<Kind extends Action['kind']> {
  readonly action: Action & { readonly kind: Kind };
  readonly before: WorldState;
  readonly after: WorldState;
}

function performed<Kind extends Action['kind']>({ effects }: Pass, kind: Kind): readonly Performed<Kind>[] {
  return effects.filter(
    (effect): effect is Effect & Performed<Kind> =>
      effect.kind === 'performed' && effect.action.kind === kind,
  );
}

function commits({ effects }: Pass): readonly (Effect & { kind: 'committed' })[] {
  return effects.filter((effect) => effect.kind === 'committed');
}

interface CommitWithLook {
  readonly before: Status;
  readonly after: Status;
  readonly look: Observed;
  readonly asked: readonly (Effect & { kind: 'asked' })[];
}

function commitsWithLook({ effects }: Pass): readonly CommitWithLook[] {
  const found: CommitWithLook[] = [];
  let look: Observed | undefined;
  let asked: (Effect & { kind: 'asked' })[] = [];
  for (const effect of effects) {
    if (effect.kind === 'looked') look = effect.observed;
    if (effect.kind === 'asked') asked = [...asked, effect];
    if (effect.kind === 'committed' && look !== undefined) found.push({ ...effect, look, asked });
  }
  return found;
}

// ------------------------------------------------------------------------------------------------ what may be asked

/** The order of questions at a position; a pass asks a beginning of it, and all of it before it moves on. */
function expected(spec: Spec, status: Status): readonly (HookType | 'builtin' | 'template' | 'providers')[] {
  if (status.phase === 'Initializing') return ['providers'];
  if (status.phase === 'Waiting') return ['rollback', 'confirm-rollout'];
  if (RESTING.has(status.phase)) return ['confirm-rollout'];
  if (!isAnalysing(status)) return [];
  const plan = progression(spec.strategy);
  const next = plan[status.step + 1];
  const canary = spec.strategy.kind === 'canary';
  const mayIncrease = canary && !status.mirrored && status.phase !== 'WaitingPromotion';
  const atTheEnd = next === undefined || next.final === true;
  return [
    'rollback',
    ...(status.step < 0 ? (['pre-rollout'] as const) : (['rollout', 'builtin', 'template'] as const)),
    ...(mayIncrease ? (['confirm-traffic-increase'] as const) : []),
    ...(atTheEnd ? (['confirm-promotion'] as const) : []),
  ];
}

function questionsOf(pass: Pass): readonly string[] {
  const { before, effects } = pass;
  const { spec } = before;
  const all = effects.filter((effect) => effect.kind === 'asked').map(({ question }) => question);
  // After a push while a question was being answered, the questions begin again, about the newer revision.
  const asked = all.filter(({ revision }) => revision === all.at(-1)?.revision);
  if (asked.length === 0) return [];
  const existing = new Set<string>([
    ...spec.hooks.map(({ type }) => type),
    ...spec.metrics.map(({ source }) => source),
    'providers',
  ]);
  const order = expected(spec, before.status).filter((name) => existing.has(name));
  const names = asked.map((question) => nameOf(question, spec));
  const inOrder = names.every((name, index) => name === order[index]);
  const found: string[] = inOrder ? [] : [`asked ${names.join(', ')} where ${order.join(', ')} was due`];
  if (isAnalysing(before.status) && before.now < before.status.changedAt + spec.interval)
    found.push('asked before an interval has passed');
  const [commit] = commits(pass);
  const onward =
    commit !== undefined &&
    isAnalysing(before.status) &&
    !started(commit.before, commit.after) &&
    (commit.after.step > before.status.step || commit.after.phase === 'Promoting');
  if (onward && names.length < order.length) found.push(`moved on after asking only ${names.join(', ')}`);
  return found;
}

function nameOf(question: Question, spec: Spec): string {
  if (question.kind === 'hook') return question.type;
  return question.kind === 'providers' ? 'providers' : (spec.metrics[question.index]?.source ?? 'none');
}
