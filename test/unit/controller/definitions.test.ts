import { describe, expect, it } from '@jest/globals';
import { lackOf } from '../../../src/controller/definitions.ts';

const version = (schema: object): Parameters<typeof lackOf>[0] => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  schema,
});
const spec = (members: object): object => ({ properties: { spec: { properties: members } } });

describe('what a definition lacks', () => {
  it.each<readonly [string, object, object | undefined, unknown]>([
    ['the kind', spec({}), undefined, { kind: 'definition', version: 'flagger.app/v1beta1' }],
    [
      'the memory, before anything else',
      { properties: { a: {}, status: { properties: { serin: {} } } } },
      { properties: { status: { properties: {} } } },
      { kind: 'memory' },
    ],
    ['a field', spec({ a: {}, b: {} }), spec({ a: {} }), { kind: 'field', path: 'spec.b' }],
    [
      'a field of a list',
      spec({ list: { items: { properties: { a: {} } } } }),
      spec({ list: { items: { properties: {} } } }),
      { kind: 'field', path: 'spec.list[].a' },
    ],
    [
      'a word',
      spec({ kind: { enum: ['Deployment', 'Job'] } }),
      spec({ kind: { enum: ['Deployment'] } }),
      { kind: 'field', path: 'spec.kind "Job"' },
    ],
    ['nothing, where it allows any word', spec({ kind: { enum: ['Job'] } }), spec({ kind: {} }), undefined],
    ['nothing, where it knows more', spec({ a: {} }), spec({ a: {}, b: {} }), undefined],
  ])('%s', (_, ours, theirs, lack) => {
    expect(lackOf(version(ours), theirs)).toEqual(lack);
  });
});
