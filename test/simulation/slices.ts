/**
 * What is searched: every strategy with the surprises all of them share, and a slice for each further thing that may
 * happen. `most` is the number of states known today.
 */
import { percent, revision } from '../../src/shared/brand.ts';
import { newborn, type Climate, type WorldState } from '../../src/rehearsal/world.ts';
import type { Phase, Spec } from '../../src/core/model.ts';
import { AFFINITY, command, HAPPENINGS, WITHDRAW, type Slice } from './search.ts';
import { AB, aSpec, aHook, allGates, BLUE_GREEN, MIRRORED, SHORT, UNCERTAIN, UNROUTED } from './specs.ts';

/** Workloads as they come, answers as they come, refusals and death. */
const STORMY: Climate = {
  target: ['ready', 'progressing', 'stuck'],
  primary: ['ready', 'progressing', 'stuck'],
  answers: ['yes', 'no'],
  deaths: true,
  refusals: true,
  pushes: false,
};
/** For slices about something else: enough to fail a run and to die. */
const CHANGEABLE: Climate = { ...STORMY, refusals: false };

/** For what people do, in processes that live. */
const LIVING: Climate = { ...CHANGEABLE, primary: ['ready', 'stuck'], deaths: false };

const { pushNew, pushPromoted, pushApplied, editRoutes, deadline } = HAPPENINGS;
const { driftRoutes, malformRoutes, losePrimary, loseSnapshot, loseServices } = HAPPENINGS;
const { scaleUp, scaleDown, loseTarget, bringTarget, breakSpec, mendSpec } = HAPPENINGS;
const { editPlan, otherStrategy, suspend, reroute, retarget } = HAPPENINGS;
const { affinity, editAutoscaler, loseAutoscaler, otherAutoscaler } = HAPPENINGS;
const PEOPLE = [pushNew, pushPromoted, pushApplied, editRoutes];

function slice(
  name: string,
  spec: Spec,
  climate: Climate,
  happenings: Slice['happenings'],
  most: number,
): Slice {
  return { name, spec, climate, happenings, most };
}

/** The rules all strategies share, in a world where anything may fail. */
export const STRATEGIES: readonly Slice[] = [
  slice('canary', aSpec(), STORMY, PEOPLE, 8_537),
  slice('A/B testing', aSpec({ strategy: AB }), STORMY, PEOPLE, 6_701),
  slice('blue-green', aSpec({ strategy: BLUE_GREEN }), STORMY, PEOPLE, 6_993),
  slice('steps back during promotion', aSpec({ stepWeightPromotion: percent(20) }), STORMY, PEOPLE, 11_447),
];

const PHASES: readonly Phase[] = [
  'Initialized',
  'Waiting',
  'Progressing',
  'WaitingPromotion',
  'Promoting',
  'Finalising',
  'Succeeded',
  'Failed',
];

/** As Flagger leaves a Canary: names of revisions that are not ours, a weight that is only in the routes, no mark. */
function leftByFlagger(spec: Spec, phase: Phase): WorldState {
  const born = newborn(spec);
  const running = ['Progressing', 'WaitingPromotion', 'Promoting'].includes(phase);
  const target = running || phase === 'Failed' ? 'v2' : 'v1';
  const canary = percent(running ? 20 : 0);
  return {
    ...born,
    status: {
      ...born.status,
      origin: 'flagger',
      phase,
      lastAppliedRevision: revision('5d9c7'),
      lastPromotedRevision: revision('6f8b4'),
    },
    target: { revision: revision(target), generation: 4, up: running },
    primary: { revision: revision('v1') },
    routes: { canary, mirrored: false, mark: -1, since: born.now, drifted: false },
    services: true,
    selected: born.workload,
  };
}

/** And died before it wrote into the status which cookies visitors have been given. */
function withCookies(state: WorldState): WorldState {
  const { routes } = state;
  const cookies = { canary: 'c=theirs', primary: 'p=theirs' };
  return routes === undefined || routes.canary === 0 ? state : { ...state, routes: { ...routes, cookies } };
}

/** One further thing each. */
export const OTHERS: readonly Slice[] = [
  slice('changes that never take hold', aSpec({ threshold: 1 }), STORMY, [pushNew, deadline], 2_456),
  slice('blue-green without routes', aSpec({ strategy: UNROUTED, routed: false }), STORMY, PEOPLE, 5_965),
  slice('canary, mirrored first', aSpec({ strategy: MIRRORED }), CHANGEABLE, PEOPLE, 4_235),
  slice('analysis skipped', aSpec({ skipAnalysis: true }), STORMY, PEOPLE, 6_398),
  slice('canary, all gates', allGates(), { ...CHANGEABLE, pushes: true }, PEOPLE, 7_112),
  slice('A/B testing, all gates', allGates({ strategy: AB }), CHANGEABLE, PEOPLE, 4_410),
  slice('blue-green, all gates', allGates({ strategy: BLUE_GREEN }), CHANGEABLE, PEOPLE, 5_038),
  slice(
    'answers that do not say',
    aSpec({ metrics: UNCERTAIN }),
    { ...CHANGEABLE, answers: ['yes', 'no', 'inconclusive'] },
    [pushNew, pushPromoted],
    1_509,
  ),
  slice(
    'gates that hold past a deadline',
    allGates({ strategy: SHORT, metrics: [] }),
    LIVING,
    [pushNew, pushPromoted, deadline],
    679,
  ),
  slice('failed checks forgiven', aSpec({ decay: 1 }), LIVING, [pushNew, pushPromoted], 258),
  slice(
    'a primary without pods',
    aSpec({ strategy: SHORT, stepWeightPromotion: percent(50) }),
    { ...CHANGEABLE, primary: ['ready', 'progressing', 'empty', 'stuck'] },
    [pushNew, pushPromoted],
    1_896,
  ),
  slice(
    'a primary that vanishes',
    aSpec(),
    CHANGEABLE,
    [pushNew, pushPromoted, losePrimary, loseSnapshot],
    5_417,
  ),
  slice(
    'a target that vanishes',
    aSpec(),
    CHANGEABLE,
    [pushNew, pushPromoted, loseTarget, bringTarget],
    2_311,
  ),
  slice(
    'replicas changed by others',
    aSpec(),
    CHANGEABLE,
    [pushNew, pushPromoted, scaleUp, scaleDown],
    3_813,
  ),
  slice('a target without replicas', aSpec(), STORMY, [pushNew, pushPromoted], 3_044),
  slice(
    'objects changed by others',
    aSpec(),
    CHANGEABLE,
    [pushNew, driftRoutes, editRoutes, loseServices],
    5_670,
  ),
  slice(
    'routes nobody understands',
    aSpec(),
    CHANGEABLE,
    [pushNew, pushPromoted, malformRoutes, deadline],
    3_718,
  ),
  slice(
    'routes that move',
    aSpec({ threshold: 1, strategy: SHORT, metrics: [] }),
    { ...CHANGEABLE, answers: ['yes'] },
    [pushNew, reroute],
    8_057,
  ),
  slice(
    'another target is named',
    aSpec({ threshold: 1, strategy: SHORT, metrics: [] }),
    { ...CHANGEABLE, answers: ['yes'] },
    [pushNew, retarget],
    7_993,
  ),
  slice('a plan that is edited', allGates(), LIVING, [pushNew, editPlan, otherStrategy], 4_148),
  slice(
    'abort and retry',
    aSpec({ threshold: 1, hooks: [aHook('confirm-rollout')] }),
    LIVING,
    [pushNew, pushPromoted, command('abort'), command('retry'), WITHDRAW],
    9_103,
  ),
  slice(
    'promote and pause',
    aSpec({ threshold: 1, hooks: [aHook('confirm-rollout'), aHook('confirm-promotion')] }),
    LIVING,
    [pushNew, pushPromoted, command('promote'), command('pause'), WITHDRAW],
    4_134,
  ),
  slice(
    'deletion with revert',
    aSpec({ revertOnDeletion: true }),
    { ...STORMY, answers: ['yes'] },
    [pushNew, HAPPENINGS.delete, loseTarget, deadline],
    26_536,
  ),
  slice(
    'a namespace that is deleted',
    aSpec({ revertOnDeletion: true, strategy: SHORT }),
    LIVING,
    [pushNew, HAPPENINGS.endNamespace, HAPPENINGS.delete, loseTarget, losePrimary, loseServices],
    13_125,
  ),
  slice('deletion without revert', aSpec(), CHANGEABLE, [pushNew, HAPPENINGS.delete], 1_707),
  slice(
    'a spec that breaks',
    aSpec(),
    CHANGEABLE,
    [pushNew, pushPromoted, breakSpec, mendSpec, deadline],
    10_292,
  ),
  slice('suspended', aSpec(), CHANGEABLE, [pushNew, pushPromoted, suspend], 2_593),
  slice(
    'an autoscaled primary',
    aSpec({ autoscaler: 'a' }),
    { ...STORMY, answers: ['yes'], primary: ['ready', 'stuck'] },
    [pushNew, editAutoscaler, loseAutoscaler],
    3_401,
  ),
  slice(
    'another autoscaler',
    aSpec({ autoscaler: 'a' }),
    { ...LIVING, answers: ['yes'] },
    [pushNew, otherAutoscaler],
    1_330,
  ),
  slice(
    'visitors kept by cookies',
    aSpec({ affinity: AFFINITY }),
    { ...CHANGEABLE, primary: ['ready'], answers: ['yes'] },
    [pushNew, editRoutes],
    868,
  ),
  slice('visitors kept or not', aSpec(), LIVING, [pushNew, affinity], 1_746),
  {
    ...slice(
      'cookies taken over from Flagger',
      aSpec({ affinity: AFFINITY }),
      LIVING,
      [pushNew, pushPromoted],
      356,
    ),
    starts: PHASES.map((phase) => withCookies(leftByFlagger(aSpec({ affinity: AFFINITY }), phase))),
  },
  {
    ...slice('taken over from Flagger', aSpec(), CHANGEABLE, [pushNew, pushPromoted], 2_141),
    starts: PHASES.map((phase) => leftByFlagger(aSpec(), phase)),
  },
].map((one) => (one.name === 'a target without replicas' ? { ...one, starts: [unscaled(one.spec)] } : one));

export const SLICES: readonly Slice[] = [...STRATEGIES, ...OTHERS];

/** A target that has nothing to scale, as a Service has. */
function unscaled(spec: Spec): WorldState {
  return { ...newborn(spec), target: { revision: revision('v1'), generation: 1, up: undefined } };
}
