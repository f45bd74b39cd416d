/**
 * One cluster and one controller for all tests of a file, which run at the same time on Canaries of their own.
 * Started by whoever needs it first, since concurrent tests begin before any `beforeAll`.
 */
import type { Program } from './process.ts';
import { World } from './world.ts';

export interface SharedWorld {
  started(): Promise<World>;
  controller(): Promise<Program>;
  stop(): Promise<void>;
}

export function aWorld(
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): SharedWorld {
  let starting: Promise<{ readonly world: World; readonly controller: Program }> | undefined;
  const start = async (): Promise<{ readonly world: World; readonly controller: Program }> => {
    const world = await World.start();
    return { world, controller: await world.leader(flags, env) };
  };
  const both = (): Promise<{ readonly world: World; readonly controller: Program }> => (starting ??= start());
  return {
    started: async () => (await both()).world,
    controller: async () => (await both()).controller,
    stop: async () => (await starting)?.world.stop(),
  };
}
