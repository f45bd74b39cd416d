import { describe, expect, it } from '@jest/globals';
import { Rotation } from '../../../hack/demo/rotation.ts';

function turns(rotation: Rotation, count: number, weights: Record<string, number>): string {
  const candidates = Object.entries(weights).map(([name, weight]) => ({ name, weight }));
  return Array.from({ length: count }, () => rotation.next('key', candidates)?.name ?? '-').join('');
}

describe('turns', () => {
  it('are spread evenly', () => {
    expect(turns(new Rotation(), 10, { a: 80, b: 20 })).toBe('aabaaaabaa');
  });

  it('give nothing to a weight of zero', () => {
    expect(turns(new Rotation(), 6, { a: 0, b: 100 })).toBe('bbbbbb');
    expect(turns(new Rotation(), 2, { a: 0, b: 0 })).toBe('--');
  });

  it('start anew with new weights', () => {
    const rotation = new Rotation();
    turns(rotation, 3, { a: 80, b: 20 });
    expect(turns(rotation, 4, { a: 50, b: 50 })).toBe('abab');
  });
});
