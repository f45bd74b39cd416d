/** The process is killed around every effect of a whole rollout; nobody can tell from how it ends. */
import { describe, expect, it } from '@jest/globals';
import type { News } from '../../src/core/model.ts';
import type { Fate } from '../../src/rehearsal/fate.ts';
import { CALM, newborn, type WorldState } from '../../src/rehearsal/world.ts';
import { instant } from '../../src/shared/brand.ts';
import { onePass, outcome, pushed, untilRest } from './rollout.ts';
import { AB, aHook, aSpec, BLUE_GREEN, MIRRORED } from './specs.ts';

const MORTAL = { ...CALM, deaths: true };

/** Dies at the given turns, counted over all passes. */
function dyingAt(turns: ReadonlySet<number>): { readonly fate: Fate; readonly count: () => number } {
  let turn = 0;
  const fate: Fate = {
    choose: (label, options) => {
      if (!label.startsWith('dies')) return options[0];
      const last = turns.has(turn) ? options.at(-1) : undefined;
      turn += 1;
      return last ?? options[0];
    },
  };
  return { fate, count: () => turn };
}

interface Lived {
  readonly end: WorldState;
  readonly turns: number;
  readonly failures: readonly string[];
  readonly told: ReadonlySet<News['kind']>;
}

async function live(start: WorldState, turns: ReadonlySet<number>): Promise<Lived> {
  const death = dyingAt(turns);
  const failures: string[] = [];
  const told = new Set<News['kind']>();
  let state = start;
  let tried;
  for (let passes = 0; passes < 200; passes += 1) {
    const passed = await onePass(state, { fate: death.fate, climate: MORTAL, tried });
    failures.push(...passed.failures);
    for (const effect of passed.effects) {
      if (effect.kind === 'told') for (const { news } of effect.status.outbox) told.add(news.kind);
    }
    if (passed.rests && !passed.died) return { end: passed.state, turns: death.count(), failures, told };
    state = passed.next;
    tried = passed.tried;
  }
  throw new Error(`no rest after dying at ${[...turns].join(', ')}`);
}

const CASES = [
  { name: 'canary', spec: aSpec() },
  { name: 'mirrored canary', spec: aSpec({ strategy: MIRRORED }) },
  { name: 'A/B testing', spec: aSpec({ strategy: AB }) },
  { name: 'blue-green', spec: aSpec({ strategy: BLUE_GREEN }) },
];

describe('a process that dies', () => {
  it.each(CASES)('at any effect of an initialization ($name) initializes all the same', async ({ spec }) => {
    const start = newborn(spec);
    const whole = await live(start, new Set());
    for (let turn = 0; turn < whole.turns; turn += 1) {
      const lived = await live(start, new Set([turn]));
      expect(lived.failures).toEqual([]);
      expect(outcome(lived.end)).toEqual(outcome(whole.end));
    }
  });

  it.each(CASES)('at any two effects of a run ($name) promotes and tells all the same', async ({ spec }) => {
    const start = await pushed(spec);
    const whole = await live(start, new Set());
    expect(whole.end.status.phase).toBe('Succeeded');
    for (let first = 0; first < whole.turns; first += 1) {
      for (const second of [first + 1, first + 3, first + 10]) {
        const lived = await live(start, new Set([first, second]));
        expect(lived.failures).toEqual([]);
        expect(outcome(lived.end)).toEqual(outcome(whole.end));
        expect(lived.told).toEqual(whole.told);
      }
    }
  });

  it('at every single effect for a while goes on where it was', async () => {
    const start = await pushed(aSpec());
    const whole = await live(start, new Set());
    const lived = await live(start, new Set(Array.from({ length: 60 }, (_, turn) => turn * 3)));
    expect(lived.failures).toEqual([]);
    expect(outcome(lived.end)).toEqual(outcome(whole.end));
  });

  it('takes no answer with it: what was asked before the commit is asked again', async () => {
    const start = await pushed(aSpec({ hooks: [aHook('rollout'), aHook('confirm-promotion')] }));
    const reached = (await untilRest(start)).find(({ state }) => state.status.step === 0)?.state ?? start;
    expect(reached.status.phase).toBe('Progressing');
    const dying: Fate = {
      choose: (label, options) =>
        label === 'dies before the commit' ? (options.at(-1) ?? options[0]) : options[0],
    };
    const ready = { ...reached, now: intervalLater(reached) };
    const dead = await onePass(ready, { fate: dying, climate: MORTAL });
    const again = await onePass(dead.state);
    const asked = (effects: typeof again.effects): number =>
      effects.filter(({ kind }) => kind === 'asked').length;
    expect(dead.died).toBe(true);
    expect(dead.state.status).toEqual(ready.status);
    expect(asked(again.effects)).toBe(asked(dead.effects));
  });
});

function intervalLater({ now, spec }: WorldState): WorldState['now'] {
  return instant(now + spec.interval);
}
