/**
 * Where surprises come from. Everything a world does not decide by itself it asks fate, with what it is about and
 * what may happen; so one world serves stories, the fuzzer and the search that tries everything.
 */

export interface Fate {
  /** One of `options`; the first is what happens on a calm day. */
  choose<Option>(label: string, options: readonly [Option, ...Option[]]): Option;
}

/** Nothing surprising ever happens. */
export const calm: Fate = { choose: (_label, [first]) => first };

/** Surprises by chance: `odds` of not taking the first option, by a generator that a seed can repeat. */
export function byChance(random: () => number, odds: number): Fate {
  return {
    choose: (_label, options) => {
      if (options.length === 1 || random() >= odds) return options[0];
      const index = 1 + Math.floor(random() * (options.length - 1));
      return options[index] ?? options[0];
    },
  };
}

/** A generator of numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Turn {
  taken: number;
  readonly of: number;
}

/**
 * Every sequence of choices, one after the other: run the same thing with this fate until `next` says that there is
 * nothing left to try.
 */
export class EveryChoice implements Fate {
  #turns: Turn[] = [];
  #position = 0;

  choose<Option>(_label: string, options: readonly [Option, ...Option[]]): Option {
    const turn = this.#turns[this.#position] ?? { taken: 0, of: options.length };
    this.#turns[this.#position] = turn;
    this.#position += 1;
    return options[turn.taken] ?? options[0];
  }

  /** Turns the last choice that still has an option left; false when all have been taken. */
  next(): boolean {
    this.#position = 0;
    for (let last = this.#turns.at(-1); last !== undefined; last = this.#turns.at(-1)) {
      last.taken += 1;
      if (last.taken < last.of) return true;
      this.#turns.pop();
    }
    return false;
  }
}
