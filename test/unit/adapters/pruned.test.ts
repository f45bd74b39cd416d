import { describe, expect, it } from '@jest/globals';

import { droppedField } from '../../../src/adapters/kubernetes/pruned.ts';

describe('a write that came back', () => {
  it.each([
    ['whole', { status: { a: 1, b: { c: [] } } }, { status: { a: 1, b: { c: [] }, more: 2 } }, undefined],
    ['without a number', { status: { a: 1, b: 2 } }, { status: { a: 1 } }, 'status.b'],
    [
      'without something deep',
      { status: { a: { b: { c: 1 } } } },
      { status: { a: { b: {} } } },
      'status.a.b.c',
    ],
    ['with less in a list', { status: { a: [1, 2] } }, { status: { a: [1] } }, 'status.a'],
    [
      'with poorer entries',
      { status: { a: [{ b: 1, c: 2 }] } },
      { status: { a: [{ b: 1 }] } },
      'status.a[0].c',
    ],
    ['without what was to be removed', { status: { a: null, b: undefined } }, { status: {} }, undefined],
    ['without a status', { status: { a: 1 } }, {}, 'status'],
    ['with another value', { status: { a: 1 } }, { status: { a: 2 } }, undefined],
    ['in a newer version', { metadata: { resourceVersion: '1' } }, {}, undefined],
  ])('%s', (_name, sent, found, dropped) => {
    expect(droppedField(sent, found)).toBe(dropped);
  });
});
