import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Account, Grant, Rule } from '../../../src/sandbox/accounts.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { ask } from '../../support/sandbox-client.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox({ actors: false });
});

afterEach(() => sandbox.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const READ_MAPS: Rule = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] };
const aMap = { metadata: { name: 'settings' } };

async function told(account: Account, method: string, path: string, body?: unknown): Promise<string> {
  const apply = method === 'PATCH' ? { type: 'application/apply-patch+yaml' } : {};
  const query = method === 'PATCH' ? '?fieldManager=tester' : '';
  const answer = await ask(sandbox, method, path + query, { token: account.token, body, ...apply });
  return answer.code < 300 ? 'allowed' : `${answer.code} ${String(answer.body['message'])}`;
}

function account(...grants: readonly Grant[]): Account {
  return sandbox.account('system:serviceaccount:test:serin', grants);
}

describe('an account of the sandbox', () => {
  it('may do what its rules say and no more, in the words of Kubernetes', async () => {
    const reader = account({ rules: [READ_MAPS] });

    expect(await told(reader, 'GET', MAPS)).toBe('allowed');
    expect(await told(reader, 'POST', MAPS, aMap)).toBe(
      '403 configmaps is forbidden: User "system:serviceaccount:test:serin" cannot create resource "configmaps" in API group "" in the namespace "default"',
    );
    expect(await told(reader, 'GET', '/apis/apps/v1/deployments?watch=true')).toBe(
      '403 deployments.apps is forbidden: User "system:serviceaccount:test:serin" cannot watch resource "deployments" in API group "apps" at the cluster scope',
    );
    expect(await told(reader, 'GET', '/apis/apps/v1/namespaces/default/deployments/web/scale')).toBe(
      '403 deployments.apps "web" is forbidden: User "system:serviceaccount:test:serin" cannot get resource "deployments/scale" in API group "apps" in the namespace "default"',
    );
  });

  it('may do in one namespace what is granted there', async () => {
    const local = account({ rules: [READ_MAPS], namespace: 'default' });

    expect(await told(local, 'GET', MAPS)).toBe('allowed');
    expect(await told(local, 'GET', '/api/v1/configmaps')).toContain('at the cluster scope');
    expect(await told(local, 'GET', '/api/v1/namespaces/kube-system/configmaps')).toContain(
      'in the namespace "kube-system"',
    );
  });

  it('may do with named objects what is granted for these names', async () => {
    sandbox.applyYaml('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine}');
    const named = account({ rules: [{ ...READ_MAPS, resourceNames: ['mine'] }] });

    expect(await told(named, 'GET', `${MAPS}/mine`)).toBe('allowed');
    expect(await told(named, 'GET', `${MAPS}/other`)).toContain('configmaps "other" is forbidden');
    expect(await told(named, 'GET', MAPS)).toContain('cannot list');
  });

  it('needs two verbs to apply what does not exist', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', ...aMap };
    const patcher = account({ rules: [{ ...READ_MAPS, verbs: ['patch'] }] });
    const creator = account({ rules: [{ ...READ_MAPS, verbs: ['patch', 'create'] }] });

    expect(await told(patcher, 'PATCH', `${MAPS}/settings`, object)).toContain('cannot create');
    expect(await told(creator, 'PATCH', `${MAPS}/settings`, object)).toBe('allowed');
    expect(await told(patcher, 'PATCH', `${MAPS}/settings`, object)).toBe('allowed');
  });

  it('is refused what is not served like anything else it may not do, and may always discover', async () => {
    const nobody = account();

    expect(await told(nobody, 'GET', '/apis/example.com/v1/widgets')).toContain('403 widgets.example.com');
    expect(await told(nobody, 'GET', '/apis')).toBe('allowed');
    expect(await told(nobody, 'GET', '/openapi/v3/api/v1')).toBe('allowed');
  });

  it('remembers what it has tried', async () => {
    const reader = account({ rules: [READ_MAPS] });
    await told(reader, 'GET', `${MAPS}/a`);
    await told(reader, 'DELETE', `${MAPS}/a`);

    expect(reader.attempts.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
      'get configmaps',
      'delete configmaps',
    ]);
  });
});

describe('the version of the sandbox', () => {
  it('is what was asked for', async () => {
    const old = await startSandbox({ actors: false, version: { minor: '26', gitVersion: 'v1.26.3' } });
    const answer = await ask(old, 'GET', '/version');
    await old.stop();

    expect(answer.body).toMatchObject({ major: '1', minor: '26', gitVersion: 'v1.26.3' });
  });
});
