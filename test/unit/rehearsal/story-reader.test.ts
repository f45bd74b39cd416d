import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readStory } from '../../../src/rehearsal/story-reader.ts';

const STORY = `
lasts: 20m
happens:
  - { at: 2m, push: v2 }
  - { at: 3m, weight: 30 }
  - { at: 4m, command: abort, again: second }
  - { at: 5m, outage: api-server, for: 1h }
  - { at: 6m, suspend: true }
  - { at: 7m, delete: canary }
  - { at: 8m, crash: after set-routes }
metrics:
  - { metric: request-success-rate, value: 94.2, revision: v2, weight: 20, until: 9m }
  - { value: none }
hooks:
  - { hook: approval, says: no, takes: 30s, from: 1m }
workloads:
  - { workload: primary, readyAfter: never }
`;

describe('a written story', () => {
  it('becomes what happens, when, and what is answered', () => {
    expect(readStory(parse(STORY))).toEqual({
      ok: true,
      value: {
        lasts: 1_200_000,
        happenings: [
          { at: 120_000, happening: { kind: 'push', revision: 'v2' } },
          { at: 180_000, happening: { kind: 'weight', weight: 30 } },
          { at: 240_000, happening: { kind: 'command', verb: 'abort', again: 'second' } },
          { at: 300_000, happening: { kind: 'outage', of: 'api-server', span: 3_600_000 } },
          { at: 360_000, happening: { kind: 'spec', change: { suspend: true } } },
          { at: 420_000, happening: { kind: 'delete', what: 'canary' } },
          { at: 480_000, happening: { kind: 'crash', when: 'after set-routes' } },
        ],
        metrics: [
          { metric: 'request-success-rate', value: 94.2, revision: 'v2', weight: 20, until: 540_000 },
          { value: 'none' },
        ],
        hooks: [{ hook: 'approval', says: 'no', takes: 30_000, from: 60_000 }],
        workloads: [{ workload: 'primary', readyAfter: 'never' }],
      },
    });
  });

  it('may be empty, and then lasts half an hour in which nothing happens', () => {
    expect(readStory(parse(''))).toEqual({
      ok: true,
      value: { lasts: 1_800_000, happenings: [], metrics: [], hooks: [], workloads: [] },
    });
  });

  it.each([
    ['happens: [{ push: v2 }]', 'happens[0]: at is missing, expected a time such as 2m'],
    ['happens: [{ at: 2x, push: v2 }]', 'happens[0]: at is "2x", expected a duration such as 30s or 1h30m'],
    ['happens: [{ at: 2m }]', /^happens\[0\]: found nothing that happens, expected one of push, revert, /],
    ['happens: [{ at: 2m, push: v2, weight: 3 }]', /^happens\[0\]: found push and weight that happens/],
    [
      'happens: [{ at: 2m, weight: 130 }]',
      'happens[0]: weight is 130, expected a whole number from 0 to 100',
    ],
    [
      'happens: [{ at: 2m, delete: pod }]',
      /^happens\[0\]: delete is "pod", expected one of canary, target, /,
    ],
    ['happens: [{ at: 2m, outage: mesh }]', 'happens[0]: for is missing, expected how long the outage lasts'],
    ['happens: [{ at: 2m, push: v2, why: x }]', 'happens[0]: found the field why, known are at, push'],
    ['happens: soon', 'happens: found "soon", expected a list'],
    ['metrics: [{ value: bad }]', 'metrics[0]: value is "bad", expected a number, or none for no data'],
    ['hooks: [{ hook: a, says: perhaps }]', 'hooks[0]: says is "perhaps", expected one of yes, no, nothing'],
    [
      'workloads: [{ workload: target }]',
      'workloads[0]: readyAfter is missing, expected a duration or never',
    ],
    ['metric: []', /^the story: found the field metric, known are lasts, /],
    ['[]', 'the story: found [], expected fields'],
  ])('with a mistake is told what is wrong where: %s', (written, sentence) => {
    const read = readStory(parse(written));

    expect(read.ok ? [] : read.error).toEqual([
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    ]);
  });
});
