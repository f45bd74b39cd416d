import { describe, expect, it } from '@jest/globals';
import { rehearse } from '../../../src/rehearsal/rehearse.ts';
import { renderLine, type Timeline } from '../../../src/rehearsal/timeline.ts';
import { aCanary, hook } from '../../support/scenarios.ts';
import { aStory, push, rehearsed, span } from '../../support/stories.ts';

const V2 = { '2m': push('v2') };

describe('a rehearsal', () => {
  it('is the same every time', async () => {
    const options = { spec: aCanary(), story: aStory({ happens: V2, metrics: [{ value: 94.2 }] }) };

    expect((await rehearse(options)).toString()).toBe((await rehearse(options)).toString());
  });

  it('stops at the end of its story', async () => {
    const timeline = await rehearse({ spec: aCanary(), story: aStory({ happens: V2, lasts: '3m30s' }) });

    expect(last(timeline)).toBe('t+03:00  Progressing       20%  waiting for the analysis interval');
  });

  it('repeats a pass whose Canary was edited while a hook was thinking', async () => {
    const story = aStory({
      happens: { ...V2, '4m30s': { kind: 'spec', change: { suspend: true } } },
      hooks: [{ hook: 'load-test', says: 'yes', takes: span('1m') }],
    });
    const { timeline } = await rehearsed({ spec: aCanary({ hooks: [hook('rollout')] }), story });

    expect(last(timeline)).toBe('t+05:00  Progressing       20%  waiting for somebody to resume it');
  });

  it('tells news once for each process, also while it cannot be crossed off', async () => {
    const story = aStory({
      happens: {
        ...V2,
        '3m30s': { kind: 'crash', when: 'before telling' },
        '4m5s': { kind: 'outage', of: 'api-server', span: span('2m') },
      },
    });
    const { timeline } = await rehearsed({ spec: aCanary(), story });

    expect(timeline.events.filter(({ text }) => text.endsWith('canary weight 40'))).toHaveLength(1);
  });

  it('forgets what was tried when a process ends, so that the next one tries for a whole deadline', async () => {
    const story = aStory({
      happens: {
        ...V2,
        '3m30s': { kind: 'outage', of: 'mesh', span: span('1h') },
        '5m': { kind: 'outage', of: 'controller', span: span('30s') },
      },
    });
    const { timeline } = await rehearsed({ spec: aCanary(), story });

    const back = timeline.lines.find(({ text }) => text.startsWith('rolled back'));
    expect(back && renderLine(back)).toMatch(/^t\+07:3\d {2}Failed/);
  });

  it('says at which effect the controller died', async () => {
    const story = aStory({ happens: { ...V2, '2m30s': { kind: 'crash', when: 'after set-routes' } } });
    const { timeline } = await rehearsed({ spec: aCanary(), story });

    expect(timeline.lines.map((line) => renderLine(line))).toContain(
      't+03:00  Progressing       20%  > the controller dies after set-routes',
    );
  });

  it('calls post-rollout hooks with the outcome, and tells what they answered', async () => {
    const story = aStory({
      happens: V2,
      metrics: [{ value: 94.2 }],
      hooks: [{ hook: 'report', says: 'no' }],
    });
    const { timeline } = await rehearsed({ spec: aCanary({ hooks: [hook('post-rollout')] }), story });

    expect(timeline.calls).toEqual([{ at: 300_000, type: 'post-rollout', hook: 'report', phase: 'Failed' }]);
    expect(timeline.events.at(-1)?.text).toBe('Post-rollout hook report failed forbidden');
  });
});

function last({ lines }: Timeline): string {
  const line = lines.at(-1);
  return line === undefined ? '' : renderLine(line);
}
