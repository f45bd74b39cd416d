/** An older process wakes up between any two effects of its pass, after a newer one has gone on. It changes nothing. */
import { describe, expect, it } from '@jest/globals';
import type { Ports } from '../../src/controller/ports.ts';
import { reconcile } from '../../src/controller/reconcile.ts';
import { calm } from '../../src/rehearsal/fate.ts';
import {
  CALM,
  newborn,
  World,
  type Cluster,
  type Effect,
  type WorldState,
} from '../../src/rehearsal/world.ts';
import { broken } from './invariants.ts';
import { onePass, outcome, pushed, untilRest, withRevision } from './rollout.ts';
import { AB, aHook, aSpec, BLUE_GREEN } from './specs.ts';

/** Sleeps before its effect number `turn`; meanwhile `others` happens. */
function sleepy(
  world: World,
  turn: number,
  others: () => Promise<void>,
): { ports: Ports; slept: () => boolean } {
  let turns = 0;
  let slept = false;
  const awake = async (): Promise<void> => {
    if (turns === turn) {
      slept = true;
      await others();
    }
    turns += 1;
  };
  const ports: Ports = {
    load: () => world.load(),
    observe: async () => (await awake(), world.observe()),
    ask: async (question) => (await awake(), world.ask(question)),
    commit: async (status, version) => (await awake(), world.commit(status, version)),
    perform: async (action) => (await awake(), world.perform(action)),
    tell: (status, notices) => world.tell(status, notices),
    tried: () => world.tried(),
    waited: (what) => world.waited(what),
    drawn: () => world.drawn(),
    now: () => world.now(),
  };
  return { ports, slept: () => slept };
}

async function newer(cluster: Cluster, passes: number): Promise<readonly string[]> {
  const failures: string[] = [];
  let tried;
  for (let count = 0; count < passes; count += 1) {
    const passed = await onePass(cluster.state, { tried });
    failures.push(...passed.failures);
    cluster.state = passed.next;
    tried = passed.tried;
    if (passed.rests) break;
  }
  return failures;
}

/** From one state, an old pass interrupted at every effect by a newer process of so many passes. */
async function interrupted(from: WorldState, passes: number): Promise<void> {
  const alone = outcome((await untilRest(from)).at(-1)?.state ?? from);
  for (let turn = 0, slept = true; slept; turn += 1) {
    const cluster: Cluster = { state: from };
    const effects: Effect[] = [];
    const world = new World({ cluster, fate: calm, climate: CALM, watch: (effect) => effects.push(effect) });
    let woke = from;
    let since = 0;
    const old = sleepy(world, turn, async () => {
      expect(await newer(cluster, passes)).toEqual([]);
      woke = cluster.state;
      since = effects.length;
    });
    await reconcile(old.ports);
    slept = old.slept();
    // What the old process still wrote is held against the rules as the newer one left things; asking harms nobody.
    const moved = effects.slice(since).some(({ kind }) => kind === 'committed');
    const wrote = effects.slice(since).filter(({ kind }) => kind !== 'asked');
    const seen = { before: woke, effects: moved ? effects : wrote, after: cluster.state, byHand: [] };
    if (slept) expect(broken(seen)).toEqual([]);
    const end = (await untilRest(cluster.state)).at(-1)?.state ?? from;
    expect(outcome(end)).toEqual(alone);
  }
}

const SPECS = [
  { name: 'canary', spec: aSpec() },
  { name: 'canary with gates', spec: aSpec({ hooks: [aHook('rollout'), aHook('confirm-promotion')] }) },
  { name: 'A/B testing', spec: aSpec({ strategy: AB }) },
  { name: 'blue-green', spec: aSpec({ strategy: BLUE_GREEN }) },
];

describe('an older process that wakes up', () => {
  it.each(SPECS)('anywhere in an initialization is refused ($name)', async ({ spec }) => {
    const states = (await untilRest(newborn(spec))).map(({ next }) => next);
    for (const state of states) for (const passes of [1, 2, 5, 40]) await interrupted(state, passes);
  });

  it.each(SPECS)('anywhere in a run is refused ($name)', async ({ spec }) => {
    const states = (await untilRest(await pushed(spec))).map(({ next }) => next);
    for (const state of states) for (const passes of [1, 2, 5, 40]) await interrupted(state, passes);
  });

  it('with traffic in its hands does not put an old weight over a newer one', async () => {
    const start = await pushed(aSpec());
    const step = (await untilRest(start)).find(({ state }) => state.status.step === 0);
    const before = (await untilRest(start)).find(
      ({ next }) => next.status.step === -1 && next.now > start.now,
    );
    expect(step?.state.routes?.canary).toBe(20);
    const cluster: Cluster = { state: before?.next ?? start };
    const world = new World({ cluster, fate: calm, climate: CALM });
    const old = sleepy(world, 2, async () => {
      cluster.state = withRevision(cluster.state, 'v1');
      await newer(cluster, 40);
    });
    await reconcile(old.ports);
    expect(old.slept()).toBe(true);
    expect(cluster.state.routes?.canary).toBe(0);
    expect(cluster.state.status.phase).toBe('Succeeded');
  });
});
