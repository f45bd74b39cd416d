import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';

const CLI = join(import.meta.dirname, '../../../src/cli/main.ts');

function serin(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
}

describe('serin install', () => {
  it('prints the three definitions for kubectl', () => {
    const { status, stdout } = serin('install', '--crds');

    const names = parseAllDocuments(stdout).map((document) => document.getIn(['metadata', 'name']));
    expect(names).toEqual([
      'alertproviders.flagger.app',
      'canaries.flagger.app',
      'metrictemplates.flagger.app',
    ]);
    expect(status).toBe(0);
  });

  it('says what to ask for when asked for nothing', () => {
    const { status, stderr } = serin('install');

    expect(stderr).toContain("required option '--crds' not specified");
    expect(status).toBe(2);
  });
});
