/**
 * A rehearsal in ticks, as controllers that poll count them: one interval passes, then every pass that is due runs.
 * For comparing sequences with such a controller's, where only the order counts and not what happens in between.
 */
import type { Status } from '../../src/core/model.ts';
import { Rehearsal } from '../../src/rehearsal/rehearse.ts';
import type { Happening } from '../../src/rehearsal/story.ts';
import type { WorldState } from '../../src/rehearsal/world.ts';
import type { Spec } from '../../src/core/model.ts';
import { expect } from '@jest/globals';
import { broken } from '../simulation/invariants.ts';
import { aStory, type Told } from './stories.ts';

export class Ticks {
  readonly #rehearsal: Rehearsal;
  readonly #failures: string[] = [];
  readonly #byHand: number[] = [];

  private constructor(spec: Spec, story: Told, start?: WorldState) {
    this.#rehearsal = new Rehearsal({
      spec,
      story: aStory(story),
      ...(start !== undefined && { start }),
      onPass: (pass) => this.#failures.push(...broken({ ...pass, byHand: this.#byHand })),
    });
  }

  /** A Canary that has just been initialized. */
  static async initialized(spec: Spec, story: Told = {}): Promise<Ticks> {
    const ticks = new Ticks(spec, story);
    await ticks.#rehearsal.runDue();
    for (let count = 0; ticks.status.phase !== 'Initialized'; count += 1) {
      if (count > 5) throw new Error(`not initialized after ${count} ticks`);
      await ticks.tick();
    }
    return ticks;
  }

  /** A Canary that nobody has looked at, in this world. */
  static from(start: WorldState, story: Told = {}): Ticks {
    return new Ticks(start.spec, story, start);
  }

  get status(): Status {
    return this.#rehearsal.state.status;
  }

  get rehearsal(): Rehearsal {
    return this.#rehearsal;
  }

  happen(happening: Happening): void {
    if (happening.kind === 'weight') this.#byHand.push(happening.weight);
    this.#rehearsal.happen(happening);
  }

  async tick(): Promise<void> {
    this.#rehearsal.turn(this.#rehearsal.state.spec.interval);
    await this.#rehearsal.runDue();
    expect(this.#failures).toEqual([]);
  }

  /** As many ticks as there are lines to compare with: phase, weight, and `mirrored` where it is. */
  async seen(count: number): Promise<readonly string[]> {
    const seen: string[] = [];
    for (let turn = 0; turn < count; turn += 1) {
      await this.tick();
      const { phase, canaryWeight, mirrored } = this.status;
      seen.push(`${phase} ${canaryWeight}${mirrored ? ' mirrored' : ''}`);
    }
    return seen;
  }
}
