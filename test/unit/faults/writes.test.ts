import { describe, expect, it } from '@jest/globals';
import { writtenBetween } from '../../../hack/faults/writes.ts';

describe('what was written between two looks', () => {
  const before = { 'Canary test/podinfo': '7', 'Deployment test/podinfo': '2' };

  it('is nothing where all versions are the same', () => {
    expect(writtenBetween(before, { ...before })).toEqual([]);
  });

  it('is what has another version, what is new, and what is gone', () => {
    expect(writtenBetween(before, { 'Canary test/podinfo': '8', 'Event test/podinfo.1': '9' })).toEqual([
      'Canary test/podinfo',
      'Deployment test/podinfo',
      'Event test/podinfo.1',
    ]);
  });
});
