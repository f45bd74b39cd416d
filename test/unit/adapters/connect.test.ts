import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/adapters/kubernetes/connect.ts';

describe('a kubeconfig', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'serin-connect-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function read(server: string, current: string): unknown {
    const kubeconfig = join(folder, 'config');
    writeFileSync(
      kubeconfig,
      `apiVersion: v1
kind: Config
${current}
contexts: [{name: a, context: {cluster: home, user: me}}]
clusters: [{name: home, cluster: {server: "${server}"}}]
users: [{name: me, user: {token: s3cr3t}}]
`,
    );
    const found = connect({ kubeconfig });
    return found.ok ? found.value.url : found.error.replace(kubeconfig, 'FILE');
  }

  it.each([
    ['https://10.0.0.1:6443/', 'current-context: a', 'https://10.0.0.1:6443'],
    [
      '10.0.0.1:6443',
      'current-context: a',
      'reading FILE: the server of cluster "home" is no http or https URL',
    ],
    ['https://[', 'current-context: a', 'reading FILE: the server of cluster "home" is no http or https URL'],
    ['https://10.0.0.1', 'current-context: b', 'reading FILE: context "b" names no cluster'],
    [
      'https://10.0.0.1',
      '',
      'reading FILE: it has no current-context, so this is no kubeconfig or an unfinished one',
    ],
  ])('with server %s and %s is read, or the reason is said', (server, current, outcome) => {
    expect(read(server, current)).toBe(outcome);
  });
});
