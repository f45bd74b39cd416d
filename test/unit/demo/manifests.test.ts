import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readManifest, shortened } from '../../../hack/demo/manifests.ts';
import { parseOptions } from '../../../hack/demo/options.ts';
import { describeEvents, eventsAbout } from '../../../hack/demo/events.ts';

describe('the short Canary', () => {
  it('differs from the file in two values and says which', async () => {
    const text = await readManifest('canary');
    const short = shortened(text);
    expect(short.changes).toEqual(['interval 10s → 1s', 'stepWeight 5 → 20']);
    const lines = short.text.split('\n').filter((line) => !text.split('\n').includes(line));
    expect(lines.map((line) => line.trim())).toEqual(['interval: 1s', 'stepWeight: 20']);
    expect(short.text).toContain('# The Canary of the product');
  });

  it('keeps everything else', async () => {
    const text = await readManifest('canary');
    const original = parse(text) as { spec: { canaryAnalysis: Record<string, unknown> } }; // The file has it.
    original.spec.canaryAnalysis = { ...original.spec.canaryAnalysis, interval: '1s', stepWeight: 20 };
    expect(parse(shortened(text).text)).toEqual(original);
  });
});

describe('the command line', () => {
  it('asks for nothing by default', () => {
    const defaults = { asWritten: false, keep: false, standIn: false, help: false };
    expect(parseOptions([])).toEqual({ ok: true, value: defaults });
    expect(parseOptions(['--as-written', '--keep'])).toEqual({
      ok: true,
      value: { ...defaults, asWritten: true, keep: true },
    });
  });

  it('refuses what it does not know', () => {
    expect(parseOptions(['--kep'])).toMatchObject({ ok: false, error: expect.stringContaining("'--kep'") });
  });
});

describe('events', () => {
  const now = Date.parse('2026-01-01T00:10:00Z');
  const event = (
    uid: string,
    fields: Record<string, unknown>,
  ): { apiVersion: string; kind: string; metadata: { name: string; uid: string } } => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: uid, uid },
    ...{
      involvedObject: { kind: 'Canary', name: 'podinfo' },
      reason: 'Synced',
      source: { component: 'flagger' },
    },
    ...fields,
  });

  it('of the same second are in the order in which they were written', () => {
    const lastTimestamp = '2026-01-01T00:00:00Z';
    const events = [
      event('second', { metadata: { name: 'x', uid: 'second', resourceVersion: '10' }, lastTimestamp }),
      event('first', { metadata: { name: 'y', uid: 'first', resourceVersion: '9' }, lastTimestamp }),
    ];
    const uids = eventsAbout({ kind: 'Canary', name: 'podinfo' }, events).map(({ uid }) => uid);
    expect(uids).toEqual(['first', 'second']);
  });

  it('are shown as kubectl describe shows them, those of other objects left out', () => {
    const events = [
      event('b', {
        type: 'Warning',
        message: 'Halt',
        count: 3,
        firstTimestamp: '2026-01-01T00:05:00Z',
        lastTimestamp: '2026-01-01T00:09:30Z',
      }),
      event('a', {
        type: 'Normal',
        message: 'Advance',
        firstTimestamp: null,
        lastTimestamp: '2026-01-01T00:00:00Z',
      }),
      event('c', { involvedObject: { kind: 'Deployment', name: 'podinfo' }, message: 'no' }),
    ];
    expect(describeEvents(eventsAbout({ kind: 'Canary', name: 'podinfo' }, events), now)).toEqual([
      '  Type     Reason  Age               From     Message',
      '  ----     ------  ----              ----     -------',
      '  Normal   Synced  10m               flagger  Advance',
      '  Warning  Synced  30s (x3 over 5m)  flagger  Halt',
    ]);
  });
});
