import { describe, expect, it } from '@jest/globals';

import { checksumOf, eventPayload, hookPayload, type HookSubject } from '../../../src/hooks/payload.ts';
import { instant } from '../../../src/shared/brand.ts';

const aSubject = (subject: Partial<HookSubject> = {}): HookSubject => ({
  name: 'podinfo',
  namespace: 'test',
  phase: 'Progressing',
  checksum: '1-abc',
  metadata: {},
  ...subject,
});

describe('the payload of a hook', () => {
  it('has exactly name, namespace, phase, checksum and metadata', () => {
    expect(hookPayload(aSubject({ metadata: { type: 'bash' } }))).toEqual({
      name: 'podinfo',
      namespace: 'test',
      phase: 'Progressing',
      checksum: '1-abc',
      metadata: { type: 'bash' },
    });
  });

  it('has no metadata where the manifest has none', () => {
    expect(Object.keys(hookPayload(aSubject()))).not.toContain('metadata');
  });
});

describe('the payload of an event', () => {
  const event = { message: 'Initialization done!', type: 'Normal', at: instant(1_700_000_000_123) } as const;

  it('adds message, type and time, in milliseconds as text', () => {
    expect(eventPayload(aSubject(), event).metadata).toEqual({
      eventMessage: 'Initialization done!',
      eventType: 'Normal',
      timestamp: '1700000000123',
    });
  });

  it('keeps the metadata of the manifest beside its own', () => {
    const metadata = { team: 'a', eventType: 'mine' };
    expect(eventPayload(aSubject({ metadata }), event).metadata).toMatchObject({
      team: 'a',
      eventType: 'Normal',
    });
  });
});

describe('the checksum', () => {
  const checked = {
    trackedConfigs: { 'configmap/a': '1', 'secret/b': '2' },
    lastAppliedSpec: '1-0123456789abcdef',
  };

  it('is the same for the same revision, whatever the order', () => {
    const reordered = { ...checked, trackedConfigs: { 'secret/b': '2', 'configmap/a': '1' } };
    expect(checksumOf(reordered)).toBe(checksumOf(checked));
  });

  it.each([
    ['the configuration', { ...checked, trackedConfigs: { 'configmap/a': '3' } }],
    ['the template', { ...checked, lastAppliedSpec: '1-f' }],
    ['that nothing is tracked', { ...checked, trackedConfigs: undefined }],
    ['that there is no configuration', { ...checked, trackedConfigs: {} }],
  ])('differs by %s', (_, other) => {
    expect(checksumOf(other)).not.toBe(checksumOf(checked));
  });
});
