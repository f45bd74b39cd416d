/** What is searched: every strategy with the surprises all of them share, and a slice for each further action. */
import { percent } from '../../src/shared/brand.ts';
import { CALM, type Climate } from '../../src/rehearsal/world.ts';
import { command, HAPPENINGS, WITHDRAW, type Slice } from './search.ts';
import { AB, aSpec, allGates, BLUE_GREEN, MIRRORED, UNROUTED } from './specs.ts';

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

const {
  pushNew,
  pushPromoted,
  pushApplied,
  editRoutes,
  driftRoutes,
  losePrimary,
  loseSnapshot,
  loseServices,
} = HAPPENINGS;
const { scaleUp, scaleDown, loseTarget, bringTarget, breakSpec, mendSpec } = HAPPENINGS;
const PEOPLE = [pushNew, pushPromoted, pushApplied, editRoutes];

export const SLICES: readonly Slice[] = [
  { name: 'canary', spec: aSpec(), climate: STORMY, happenings: PEOPLE, most: 20_000 },
  { name: 'A/B testing', spec: aSpec({ strategy: AB }), climate: STORMY, happenings: PEOPLE, most: 20_000 },
  {
    name: 'blue-green',
    spec: aSpec({ strategy: BLUE_GREEN }),
    climate: STORMY,
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'blue-green without routes',
    spec: aSpec({ strategy: UNROUTED, routed: false }),
    climate: STORMY,
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'canary, mirrored first',
    spec: aSpec({ strategy: MIRRORED }),
    climate: CHANGEABLE,
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'canary, all gates',
    spec: allGates(),
    climate: { ...CHANGEABLE, pushes: true },
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'A/B testing, all gates',
    spec: allGates({ strategy: AB }),
    climate: CHANGEABLE,
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'blue-green, all gates',
    spec: allGates({ strategy: BLUE_GREEN }),
    climate: CHANGEABLE,
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'steps back during promotion',
    spec: aSpec({ stepWeightPromotion: percent(20) }),
    climate: STORMY,
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'analysis skipped',
    spec: aSpec({ skipAnalysis: true }),
    climate: STORMY,
    happenings: PEOPLE,
    most: 20_000,
  },
  {
    name: 'a primary that vanishes',
    spec: aSpec(),
    climate: CHANGEABLE,
    happenings: [pushNew, pushPromoted, losePrimary, loseSnapshot],
    most: 40_000,
  },
  {
    name: 'a target that vanishes',
    spec: aSpec(),
    climate: CHANGEABLE,
    happenings: [pushNew, pushPromoted, loseTarget, bringTarget],
    most: 20_000,
  },
  {
    name: 'replicas changed by others',
    spec: aSpec(),
    climate: CHANGEABLE,
    happenings: [pushNew, pushPromoted, scaleUp, scaleDown],
    most: 20_000,
  },
  {
    name: 'objects changed by others',
    spec: aSpec(),
    climate: CHANGEABLE,
    happenings: [pushNew, driftRoutes, editRoutes, loseServices],
    most: 20_000,
  },
  {
    name: 'commands',
    spec: aSpec({ hooks: [{ type: 'confirm-rollout', name: 'a-gate', muted: false }] }),
    climate: { ...CHANGEABLE, primary: ['ready', 'stuck'], deaths: true },
    happenings: [
      pushNew,
      pushPromoted,
      command('abort'),
      command('retry'),
      command('promote'),
      command('pause'),
      WITHDRAW,
    ],
    most: 60_000,
  },
  {
    name: 'deletion with revert',
    spec: aSpec({ revertOnDeletion: true }),
    climate: CHANGEABLE,
    happenings: [pushNew, HAPPENINGS.delete, loseTarget],
    most: 20_000,
  },
  {
    name: 'deletion without revert',
    spec: aSpec(),
    climate: CHANGEABLE,
    happenings: [pushNew, HAPPENINGS.delete],
    most: 20_000,
  },
  {
    name: 'a spec that breaks',
    spec: aSpec(),
    climate: CHANGEABLE,
    happenings: [pushNew, pushPromoted, breakSpec, mendSpec],
    most: 20_000,
  },
  {
    name: 'suspended',
    spec: aSpec({ suspend: true }),
    climate: { ...CALM, deaths: true },
    happenings: [pushNew],
    most: 1_000,
  },
];
