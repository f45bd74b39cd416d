/**
 * Long plans and many surprises at once, by chance: first anything may fail and only safety is checked, then the
 * world calms down and every rollout must come to rest. A seed repeats a run: `SERIN_SEED=42`.
 */
import { describe, expect, it } from '@jest/globals';
import { byChance, seeded } from '../../src/rehearsal/fate.ts';
import { newborn, type Climate, type WorldState } from '../../src/rehearsal/world.ts';
import { instant, percent, revision } from '../../src/shared/brand.ts';
import type { Spec } from '../../src/core/model.ts';
import { onePass, untilRest } from './rollout.ts';
import { BY_HAND, command, HAPPENINGS, unfinishedAt, WITHDRAW, type Happening } from './search.ts';
import { aSpec, allGates, UNCERTAIN } from './specs.ts';

const SEED = Number(process.env['SERIN_SEED'] ?? Math.floor(Math.random() * 1e9));
const CANARIES = 400;
const PASSES = 150;

const STORM: Climate = {
  target: ['ready', 'progressing', 'stuck'],
  primary: ['ready', 'progressing', 'empty', 'stuck'],
  answers: ['yes', 'no', 'inconclusive'],
  deaths: true,
  refusals: true,
  pushes: true,
};
const WEIGHTS = [5, 10, 15, 20, 25, 35, 50, 65, 80, 100].map((weight) => percent(weight));

const SPECS: readonly Spec[] = [
  aSpec({ strategy: { kind: 'canary', weights: WEIGHTS, mirror: false }, threshold: 5 }),
  aSpec({ strategy: { kind: 'canary', weights: WEIGHTS, mirror: true }, stepWeightPromotion: percent(15) }),
  allGates({ strategy: { kind: 'canary', weights: WEIGHTS, mirror: false }, threshold: 10 }),
  aSpec({ strategy: { kind: 'ab-testing', iterations: 10 }, metrics: UNCERTAIN }),
  aSpec({
    strategy: { kind: 'blue-green', iterations: 10, mirror: true, routed: true },
    revertOnDeletion: true,
  }),
];

/** After the first two no rollout comes to its end; the third is for plans of one strategy. */
const UNLIKELY: readonly Happening[] = [HAPPENINGS.delete, HAPPENINGS.endNamespace, HAPPENINGS.otherStrategy];
const LIKELY = Object.values<Happening>(HAPPENINGS).filter((one) => !UNLIKELY.includes(one));
const PEOPLE: readonly Happening[] = [
  ...LIKELY,
  ...(['abort', 'retry', 'promote', 'pause'] as const).map((verb) => command(verb)),
  WITHDRAW,
];

/** Time passes; now and then something happens; and a clock may be off by a second or two. */
function meanwhile(state: WorldState, random: () => number): WorldState {
  const span = [0, 1_000, 5_000, 10_000, 10_000, 61_000][Math.floor(random() * 6)] ?? 0;
  const drift = random() < 0.1 ? Math.floor(random() * 4_000) - 2_000 : 0;
  const later = { ...state, now: instant(Math.max(0, state.now + span + drift)) };
  const what = random() < 0.2 ? PEOPLE[Math.floor(random() * PEOPLE.length)] : undefined;
  const next = what?.apply(later) ?? later;
  const wroteCanary =
    next.spec !== later.spec ||
    next.place !== later.place ||
    next.workload !== later.workload ||
    next.commands !== later.commands ||
    next.problem !== later.problem ||
    next.deleting !== later.deleting;
  return wroteCanary ? { ...next, version: next.version + 1 } : next;
}

async function storm(spec: Spec, random: () => number): Promise<{ state: WorldState; failures: string[] }> {
  const fate = byChance(random, 0.08);
  const failures: string[] = [];
  let state = newborn(spec);
  let tried;
  for (let count = 0; count < PASSES; count += 1) {
    const before = meanwhile(state, random);
    // A slow cache shows this process what was there before others changed it.
    const cache = random() < 0.15 ? state : undefined;
    const passed = await onePass(before, { fate, climate: STORM, tried, cache, byHand: BY_HAND });
    failures.push(...passed.failures.map((what) => `pass ${count}: ${what}`));
    state = passed.state;
    tried = passed.tried;
  }
  return { state, failures };
}

/** Nobody stands in the way any more, and somebody applies a good revision. */
function calmed(state: WorldState): WorldState {
  const target = { revision: revision('good'), generation: 1_000, up: true };
  const spec = {
    ...state.spec,
    suspend: false,
    hooks: state.spec.hooks.filter(({ type }) => type !== 'rollback'),
  };
  // Nor does a weight stay that was set by hand where the spec had its routes for less than a pass: nothing knows of it.
  const { place, left } = state.status;
  const known = Object.entries(state.elsewhere).filter(
    ([name, { canary }]) => name === place || left.includes(name) || !BY_HAND.includes(canary),
  );
  const elsewhere = Object.fromEntries(known);
  return { ...state, spec, commands: [], problem: undefined, malformedRoutes: undefined, target, elsewhere };
}

describe(`a storm, then calm (SERIN_SEED=${SEED})`, () => {
  it('breaks no invariant, and every rollout comes to rest on the last revision', async () => {
    for (let canary = 0; canary < CANARIES; canary += 1) {
      const random = seeded(SEED + canary);
      const spec = SPECS[canary % SPECS.length] ?? aSpec();
      const { state, failures } = await storm(spec, random);
      expect({ seed: SEED + canary, failures }).toEqual({ seed: SEED + canary, failures: [] });
      const passes = await untilRest(calmed(state), 200);
      const calm = passes.flatMap((passed) => passed.failures);
      const last = passes.at(-1)?.state ?? state;
      const { status, primary, routes } = last;
      const elsewhere = Object.values(last.elsewhere).filter((one) => one.canary > 0 || one.mirrored);
      const end = [
        status.phase,
        primary?.revision,
        routes?.canary,
        status.park,
        elsewhere,
        unfinishedAt(last),
      ];
      const phase =
        status.lastAppliedRevision === 'good' && status.phase === 'Initialized' ? 'Initialized' : 'Succeeded';
      expect({ seed: SEED + canary, calm, end }).toEqual({
        seed: SEED + canary,
        calm: [],
        end: [phase, 'good', 0, 'done', [], []],
      });
    }
  }, 120_000);
});
