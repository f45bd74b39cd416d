/**
 * One cluster and one controller for all tests of a file, which run at the same time on Canaries of their own.
 * Started by whoever needs it first, since concurrent tests begin before any `beforeAll`.
 */
import type { SandboxOptions } from '../../../src/sandbox/server.ts';
import type { Program } from './process.ts';
import { World } from './world.ts';

export interface SharedWorld {
  started(): Promise<World>;
  controller(): Promise<Program>;
  stop(): Promise<void>;
}

/** `flags` are those of the controller, which may name places of the world. */
export function aWorld(flags: (world: World) => readonly string[] = () => []): SharedWorld {
  let starting: Promise<{ readonly world: World; readonly controller: Program }> | undefined;
  const start = async (): Promise<{ readonly world: World; readonly controller: Program }> => {
    const world = await World.start();
    return { world, controller: await world.leader(flags(world)) };
  };
  const both = (): Promise<{ readonly world: World; readonly controller: Program }> => (starting ??= start());
  return {
    started: async () => (await both()).world,
    controller: async () => (await both()).controller,
    stop: async () => (await starting)?.world.stop(),
  };
}

/** For tests that need a cluster of their own, with or without controllers. */
export interface Worlds {
  start(options?: SandboxOptions): Promise<World>;
  /** Ends all of them. */
  stop(): Promise<void>;
}

export function worlds(): Worlds {
  const started: Promise<World>[] = [];
  return {
    start: (options) => {
      const world = World.start(options);
      started.push(world);
      return world;
    },
    stop: async () => {
      await Promise.all(started.map(async (world) => (await world).stop()));
    },
  };
}
