/** A whole rollout in a calm world, pass by pass, for tests that disturb it at one place. */
import { reconcile } from '../../src/controller/reconcile.ts';
import type { Spec, Tried } from '../../src/core/model.ts';
import { calm, type Fate } from '../../src/rehearsal/fate.ts';
import {
  CALM,
  Died,
  newborn,
  World,
  type Climate,
  type Cluster,
  type Effect,
  type WorldState,
} from '../../src/rehearsal/world.ts';
import { instant, revision } from '../../src/shared/brand.ts';
import { broken } from './invariants.ts';

/** What one pass led to. */
export interface Passed {
  readonly state: WorldState;
  readonly tried: Tried | undefined;
  readonly effects: readonly Effect[];
  readonly failures: readonly string[];
  readonly died: boolean;
  /** Nothing was done, and nothing is due. */
  readonly rests: boolean;
  /** When the next pass is due, at the earliest. */
  readonly next: WorldState;
}

export interface PassOptions {
  readonly fate?: Fate;
  readonly climate?: Climate;
  readonly tried?: Tried | undefined;
  readonly cache?: WorldState | undefined;
  readonly byHand?: readonly number[];
}

export async function onePass(before: WorldState, options: PassOptions = {}): Promise<Passed> {
  const { fate = calm, climate = CALM, tried, cache, byHand = [] } = options;
  const effects: Effect[] = [];
  const cluster: Cluster = { state: before };
  const watch = (effect: Effect): void => void effects.push(effect);
  const world = new World({ cluster, fate, climate, tried, cache, watch });
  let died = false;
  let wait: number | undefined = 0;
  try {
    const result = await reconcile(world);
    wait = result.kind === 'waiting' ? result.requeueAfter : 0;
  } catch (error) {
    if (!(error instanceof Died)) throw error;
    died = true;
  }
  const { state } = cluster;
  const acted = effects.some(({ kind }) => kind === 'performed' || kind === 'committed');
  return {
    state,
    tried: died ? undefined : world.tried(),
    effects,
    failures: broken({ before, effects, after: state, byHand }),
    died,
    rests: wait === undefined && !acted,
    next: { ...state, now: instant(state.now + (wait ?? 0)) },
  };
}

/** Passes until nothing is due, or more than `limit` of them. */
export async function untilRest(from: WorldState, limit = 100): Promise<readonly Passed[]> {
  const passes: Passed[] = [];
  let state = from;
  let tried: Tried | undefined;
  for (let count = 0; count < limit; count += 1) {
    const passed = await onePass(state, { tried });
    passes.push(passed);
    if (passed.rests) return passes;
    state = passed.next;
    tried = passed.tried;
  }
  throw new Error(`no rest within ${limit} passes, in ${state.status.phase}`);
}

/** Initialized, at rest, and a new revision has just been applied. */
export async function pushed(spec: Spec): Promise<WorldState> {
  const passes = await untilRest(newborn(spec));
  const rest = passes.at(-1)?.state ?? newborn(spec);
  return withRevision(rest, 'v2');
}

export function withRevision(state: WorldState, name: string): WorldState {
  const { target } = state;
  if (target === undefined) return state;
  return {
    ...state,
    target: { ...target, revision: revision(name), generation: target.generation + 1 },
  };
}

/** What a rollout leaves behind, apart from when and in how many steps it got there. */
export function outcome({ status, target, primary, routes, services }: WorldState): unknown {
  const { phase, canaryWeight, park, lastAppliedRevision, lastPromotedRevision, outbox } = status;
  return {
    phase,
    canaryWeight,
    park,
    lastAppliedRevision,
    lastPromotedRevision,
    untold: outbox.length,
    target: target && { revision: target.revision, up: target.up },
    primary: primary?.revision,
    routes: routes && { canary: routes.canary, mirrored: routes.mirrored },
    services,
  };
}
