import { describe, expect, it } from '@jest/globals';
import { beginningAt, descent, planOf, positionAt, progression } from '../../../src/core/progression.ts';
import type { Strategy } from '../../../src/core/model.ts';
import { percent } from '../../../src/shared/brand.ts';
import { aSituation } from '../../support/situation.ts';

const weights = [20, 40, 60].map((weight) => percent(weight));
const CANARY: Strategy = { kind: 'canary', weights, mirror: false };

describe('the positions of a strategy', () => {
  it.each<{ name: string; strategy: Strategy; at: string[] }>([
    { name: 'a canary', strategy: CANARY, at: ['20', '40', '60'] },
    { name: 'a mirrored canary', strategy: { ...CANARY, mirror: true }, at: ['0m', '20', '40', '60'] },
    { name: 'A/B testing', strategy: { kind: 'ab-testing', iterations: 2 }, at: ['100', '100'] },
    {
      name: 'blue-green',
      strategy: { kind: 'blue-green', iterations: 2, mirror: false, routed: true },
      at: ['0', '0', '100!'],
    },
    {
      name: 'mirrored blue-green',
      strategy: { kind: 'blue-green', iterations: 1, mirror: true, routed: true },
      at: ['0m', '100!'],
    },
    {
      name: 'blue-green without routes',
      strategy: { kind: 'blue-green', iterations: 1, mirror: false, routed: false },
      at: ['0', '0!'],
    },
  ])('of $name', ({ strategy, at }) => {
    const seen = progression(strategy).map(
      ({ canaryWeight, mirrored, final }) => `${canaryWeight}${mirrored ? 'm' : ''}${final ? '!' : ''}`,
    );
    expect(seen).toEqual(at);
  });

  it.each([
    [0, -1],
    [19, -1],
    [20, 0],
    [39, 0],
    [40, 1],
    [100, 2],
  ])('a weight of %i stands at position %i', (weight, position) => {
    expect(positionAt(CANARY, percent(weight))).toBe(position);
  });

  it('begins a run that cannot start at 0 with the first position of its weight', () => {
    expect(beginningAt({ kind: 'ab-testing', iterations: 10 }, percent(100))).toBe(0);
    expect(beginningAt(CANARY, percent(40))).toBe(1);
    expect(beginningAt(CANARY, percent(5))).toBe(-1);
  });

  it('has a name that changes with the positions and with nothing else', () => {
    const { spec } = aSituation();
    const plan = planOf({ ...spec, strategy: CANARY });
    expect(planOf({ ...spec, strategy: CANARY, threshold: 9 })).toBe(plan);
    expect(planOf({ ...spec, strategy: { ...CANARY, mirror: true } })).not.toBe(plan);
  });
});

describe('the way back', () => {
  it.each([
    [60, 0, [0]],
    [60, 20, [40, 20, 0]],
    [50, 20, [30, 10, 0]],
    [10, 20, [0]],
    [0, 20, [0]],
  ])('from %i by %i', (from, size, weightsBack) => {
    expect(descent(percent(from), percent(size))).toEqual(weightsBack);
  });
});
