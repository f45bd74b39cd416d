/** Kills a controller again and again, without warning, and starts the next one at once. */
import { leads, type World } from '../../test/e2e/harness/world.ts';
import type { Random } from './random.ts';

/** Milliseconds a controller may lead before it is killed, at most. */
const LONGEST_LIFE = 3_000;
/** Of ten controllers one is killed before it leads. */
const STILLBORN = 0.1;
const STARTING = 1_500;

export class Killer {
  readonly #world: World;
  readonly #random: Random;
  readonly #flags: readonly string[];
  #stopped = false;
  #kills = 0;
  #deserters = 0;

  constructor(world: World, random: Random, flags: readonly string[]) {
    this.#world = world;
    this.#random = random;
    this.#flags = flags;
  }

  get kills(): number {
    return this.#kills;
  }

  /** Controllers that ended by themselves. */
  get deserters(): number {
    return this.#deserters;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when it was stopped, with nothing left running. */
  async rage(): Promise<void> {
    while (!this.#stopped) await this.#life();
  }

  async #life(): Promise<void> {
    const controller = this.#world.controller(this.#flags);
    const stillborn = this.#random() < STILLBORN;
    const moment = this.#random() * (stillborn ? STARTING : LONGEST_LIFE);
    if (!stillborn) {
      await this.#world.eventually('a controller leads', () => leads(controller) || !controller.running);
    }
    await Promise.race([new Promise((resolve) => setTimeout(resolve, moment)), controller.ended]);
    if (controller.running) this.#kills += 1;
    else this.#deserters += 1;
    await controller.kill('SIGKILL');
  }
}
