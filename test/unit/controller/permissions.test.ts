import { describe, expect, it } from '@jest/globals';
import { KINDS } from '../../../src/api/kinds.ts';
import { noticing, standing } from '../../../src/controller/permissions.ts';
import { err } from '../../../src/shared/result.ts';
import { FakeTools } from './tools.ts';

const signal = new AbortController().signal;

describe('what is not allowed', () => {
  it('is noticed wherever it is tried, and nothing else is', async () => {
    const noticed: string[] = [];
    const fake = new FakeTools();
    const refuse = async (): Promise<never> => err({ kind: 'forbidden', detail: 'not you' }) as never;
    const objects = { ...fake.objects, create: refuse };
    const watched = { ...fake.watched, watch: refuse };
    const tools = noticing({ ...fake, objects, watched }, (detail) => noticed.push(detail));
    const object = { ...KINDS.Service, metadata: { name: 'podinfo' } };

    await tools.objects.read({ ...KINDS.Service, name: 'podinfo', namespace: 'test' }, { signal });
    expect(noticed).toEqual([]);
    await tools.objects.create(object, { signal });
    await tools.watched.watch(KINDS.HTTPRoute, { signal });
    expect(noticed).toEqual(['not you', 'not you']);
  });

  it('stands while the rollout waits, and is over once it has gone on without', () => {
    expect(standing(['a'], new Set(['b']), { waited: true })).toEqual(['a', 'b']);
    expect(standing(['a'], new Set(), { waited: true })).toEqual(['a']);
    expect(standing(['a'], new Set(['b']), { waited: false })).toEqual(['b']);
    expect(standing(['a'], new Set(), { waited: false })).toEqual([]);
  });
});
