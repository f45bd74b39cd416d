/** What shells are told could come next. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { getCommand } from '../../../src/cli/commands/get.ts';
import { steerCommands } from '../../../src/cli/commands/steer.ts';
import { complete, valueOf, type Completion } from '../../../src/cli/completion/candidates.ts';
import { SCRIPTS } from '../../../src/cli/completion/scripts.ts';

const CLI = join(import.meta.dirname, '../../../src/cli/main.ts');

const program = new Command('serin');
for (const command of [getCommand('serin', () => {}), ...steerCommands('serin', () => {})])
  program.addCommand(command);

/** The last word is the one being typed. */
function completed(line: string): Completion {
  const words = line.split(' ');
  return complete(program, words.slice(0, -1), words.at(-1) ?? '');
}

function values(line: string): readonly string[] {
  return completed(line).candidates.map(({ value }) => value);
}

describe('what could come next', () => {
  it.each([
    ['', ['get', 'abort', 'retry', 'promote', 'pause', 'resume']],
    ['re', ['retry', 'resume']],
    ['unknown ', []],
    ['get --ou', ['--output']],
    ['get -o ', ['text', 'json']],
    ['get -n test --output j', ['json']],
    ['abort --w', ['--wait']],
  ])('after "%s" is known from the commands', (line, expected) => {
    expect(values(line)).toEqual(expected);
  });

  it.each([
    ['get ', 'canary'],
    ['get -n test po', 'canary'],
    ['abort --wait ', 'canary'],
    ['abort podinfo ', undefined],
    ['abort podinfo -n ', 'namespace'],
    ['abort --kubeconfig ', 'file'],
    ['abort --timeout ', undefined],
  ])('after "%s" is a name of kind %s', (line, wanted) => {
    expect(completed(line).wanted).toBe(wanted);
  });

  it('is looked for in the namespace named before, in any way of writing it', () => {
    expect(completed('get -n test ').namespace).toBe('test');
    expect(completed('get --namespace=prod ').namespace).toBe('prod');
    expect(completed('get -nstaging ').namespace).toBe('staging');
    expect(completed('get ').namespace).toBeUndefined();
    expect(valueOf(['--context', 'a', '--context=b'], '--context')).toBe('b');
  });
});

describe('the script for bash', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'serin-completion-'));
    const serin = join(folder, 'serin');
    writeFileSync(serin, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
    chmodSync(serin, 0o755);
    writeFileSync(join(folder, 'script'), SCRIPTS.bash);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function pressed(...words: readonly string[]): readonly string[] {
    const line = words.map((word) => `'${word}'`).join(' ');
    const script = `source script; COMP_WORDS=(serin ${line}); COMP_CWORD=${words.length}; _serin; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, KUBECONFIG: '/nonexistent' };
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  }

  it('offers commands without their descriptions, and options', () => {
    expect(pressed('pro')).toEqual(['promote']);
    expect(pressed('why', '--ev')).toEqual(['--events']);
  });

  it('offers files where they are meant', () => {
    expect(pressed('check', 'scr')).toEqual(['script']);
  });

  it('offers no names, and complains of nothing, where there is no cluster', () => {
    expect(pressed('why', '')).toEqual(['']);
  });
});

describe('serin completion', () => {
  it('prints the script of the shell that is named', () => {
    const { status, stdout } = spawnSync(process.execPath, [CLI, 'completion', 'fish'], { encoding: 'utf8' });

    expect([status, stdout]).toEqual([0, SCRIPTS.fish]);
  });

  it('knows no other shell', () => {
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'completion', 'tcsh'], { encoding: 'utf8' });

    expect(status).toBe(2);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  });
});
