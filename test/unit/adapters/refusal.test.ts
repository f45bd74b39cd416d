import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../../../src/adapters/kubernetes/refusal.ts';

function said(message: string, secret = false): unknown {
  const body = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message, code: 403 });
  const { error } = refusalOf('patching canaries/status test/podinfo', 403, body, secret);
  return [error.kind, error.detail];
}

describe('what is forbidden', () => {
  it('by RBAC names the rule that would allow it, in a namespace', () => {
    expect(
      said(
        'canaries.flagger.app "podinfo" is forbidden: User "system:serviceaccount:serin:serin" cannot patch resource "canaries/status" in API group "flagger.app" in the namespace "test"',
      ),
    ).toEqual([
      'forbidden',
      'patching canaries/status test/podinfo is not allowed (403): system:serviceaccount:serin:serin lacks a rule, add to its role in namespace test: {apiGroups: ["flagger.app"], resources: ["canaries/status"], verbs: ["patch"]}',
    ]);
  });

  it('by RBAC names it for Secrets too, since it holds nothing of them', () => {
    const message =
      'secrets is forbidden: User "serin" cannot list resource "secrets" in API group "" at the cluster scope';

    expect(said(message, true)).toEqual([
      'forbidden',
      'patching canaries/status test/podinfo is not allowed (403): serin lacks a rule, add to its ClusterRole: {apiGroups: [""], resources: ["secrets"], verbs: ["list"]}',
    ]);
  });

  it('in a namespace that is being deleted is no lack of a rule', () => {
    const message =
      'services "podinfo-canary" is forbidden: unable to create new content in namespace test because it is being terminated';
    expect(said(message)).toEqual(['ending', `patching canaries/status test/podinfo: ${message} (403)`]);
  });

  it('by somebody else is told in his words, and of Secrets not at all', () => {
    const message =
      'pods "web" is forbidden: exceeded quota: small, requested: cpu=2, used: cpu=1, limited: cpu=2';

    expect(said(message)).toEqual(['forbidden', `patching canaries/status test/podinfo: ${message} (403)`]);
    expect(said('the value hunter2 is forbidden', true)).toEqual([
      'forbidden',
      'patching canaries/status test/podinfo: Forbidden (403)',
    ]);
  });
});
