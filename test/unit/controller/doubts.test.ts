import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../../src/api/model.ts';
import { doubtsOf } from '../../../src/controller/doubts.ts';
import { describe as describeNews } from '../../../src/core/wording.ts';
import { UNTOUCHED } from '../../../src/core/takeover.ts';

const findings: readonly Finding[] = [
  { severity: 'error', field: 'spec.provider', message: 'found "x"' },
  { severity: 'warning', field: 'spec.autoscalerRef', message: 'has no effect on the primary' },
];
const fresh = { generation: 1, status: UNTOUCHED };
const known = { generation: 4, status: { ...UNTOUCHED, origin: 'ours' as const } };
const names = {
  canary: 'podinfo.test',
  target: 'podinfo.test',
  primary: 'podinfo-primary.test',
  kind: 'Deployment',
};

describe('doubts about a spec', () => {
  it('are told of a new Canary, warnings only', () => {
    const told = doubtsOf(fresh, findings, undefined).flatMap((news) => describeNews(news, names));

    expect(told).toEqual([{ type: 'Warning', text: 'spec.autoscalerRef: has no effect on the primary' }]);
  });

  it('are told again when the spec is edited', () => {
    expect(doubtsOf(known, findings, 3)).toHaveLength(1);
    expect(doubtsOf(known, findings, 4)).toEqual([]);
  });

  it('are not told again by a process that has just started', () => {
    expect(doubtsOf(known, findings, undefined)).toEqual([]);
  });
});
