import { describe, expect, it } from '@jest/globals';

import { describeError, redact } from '../../../src/adapters/redact.ts';

describe('a message of a library', () => {
  it.each([
    ['POST https://joe:pw@hooks.test/services/T0/XYZ?key=1 failed', 'POST https://hooks.test failed'],
    ['sent "Authorization: Bearer abcdef123456"', 'sent "Authorization: Bearer …"'],
    ['two\n  lines', 'two lines'],
  ])('%j is told as %j', (message, told) => {
    expect(redact(message)).toBe(told);
  });

  it('is cut to a line', () => {
    expect(redact('x'.repeat(1_000))).toHaveLength(300);
  });

  it('is looked for inside an error that has none of its own', () => {
    expect(describeError(new AggregateError([new Error('connect ECONNREFUSED ::1:80')]))).toContain(
      'ECONNREFUSED',
    );
    expect(describeError(new Error('', { cause: new Error('other side closed') }))).toBe('other side closed');
    expect(describeError({ config: { headers: 'secret' } })).toBe('failed without an error');
  });
});
