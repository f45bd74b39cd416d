import { describe, expect, it } from '@jest/globals';

import { Expectations } from '../../../src/adapters/kubernetes/expectations.ts';

describe('a write that the cache has yet to see', () => {
  it('is seen in its version or a later one, by number and not by letter', () => {
    const expectations = new Expectations();
    expectations.note('a', '100');

    expectations.delivered('a', '99');
    expect(expectations.has('a')).toBe(true);
    expectations.delivered('a', '101');
    expect(expectations.has('a')).toBe(false);
  });

  it('is not seen by a list that began before it', () => {
    const expectations = new Expectations();
    const early = expectations.listBegins();
    expectations.note('a', '100');

    expectations.listed(early);
    expect(expectations.has('a')).toBe(true);
    expectations.listed(expectations.listBegins());
    expect(expectations.has('a')).toBe(false);
  });

  it('wakes all who wait for it, whatever was written in between', async () => {
    const expectations = new Expectations();
    expectations.note('a', '100');
    const woken = Promise.all([expectations.met('a'), expectations.met('a'), expectations.met('b')]);
    expectations.note('a', '102');
    expectations.note('a', '101');

    expectations.delivered('a', '101');
    expect(expectations.has('a')).toBe(true);
    expectations.delivered('a', '102');

    await expect(woken).resolves.toHaveLength(3);
  });
});
