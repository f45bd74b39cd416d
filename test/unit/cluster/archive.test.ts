/** Image archives: what tar and container runtimes read of them, and that the same image is the same bytes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { imageArchive, sha256, type Image } from '../../../hack/cluster/archive.ts';
import { tar } from '../../../hack/cluster/tar.ts';

const IMAGE: Image = {
  name: 'localhost/app:1',
  files: [
    { path: '/home/app/podinfo', content: Buffer.from('a program'), executable: true },
    { path: '/etc/words', content: Buffer.from('some words') },
  ],
  command: ['./podinfo'],
  user: '100:101',
  workingDir: '/home/app',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What tar itself makes of an archive: a line per entry. */
function listed(archive: Buffer): readonly string[] {
  const file = join(folder, 'archive.tar');
  writeFileSync(file, archive);
  const text = execFileSync('tar', [
    '--list',
    '--verbose',
    '--numeric-owner',
    '--utc',
    '-f',
    file,
  ]).toString();
  return text.trim().split('\n');
}

function unpacked(archive: Buffer): (path: string) => Buffer {
  const file = join(folder, 'archive.tar');
  writeFileSync(file, archive);
  execFileSync('tar', ['--extract', '-f', file, '-C', folder]);
  return (path) => readFileSync(join(folder, path));
}

describe('a tar archive', () => {
  it('is read by tar as it was meant', () => {
    const lines = listed(
      tar([
        { path: 'bin/' },
        { path: 'bin/app', content: Buffer.from('x'.repeat(1000)), mode: 0o755, owner: 100 },
        { path: 'words', content: Buffer.from('hello') },
      ]),
    );

    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/',
      '-rwxr-xr-x 100/100 1000 1970-01-01 00:00 bin/app',
      '-rw-r--r-- 0/0 5 1970-01-01 00:00 words',
    ]);
  });

  it('gives back what was put in, also where it fills its blocks exactly', () => {
    const content = Buffer.alloc(1024, 'ab');
    const read = unpacked(tar([{ path: 'full', content }, { path: 'empty' }, { path: 'last', content }]));

    expect(read('full')).toEqual(content);
    expect(read('empty')).toHaveLength(0);
    expect(read('last')).toEqual(content);
  });

  it('refuses a path that its header has no room for', () => {
    expect(() => tar([{ path: 'a'.repeat(101) }])).toThrow('too long for a tar header');
  });
});

describe('an image archive', () => {
  it('is the same bytes each time', () => {
    expect(sha256(imageArchive(IMAGE))).toBe(sha256(imageArchive(IMAGE)));
  });

  it('names its layer and its configuration by what is in them', () => {
    const read = unpacked(imageArchive(IMAGE));
    const [manifest] = JSON.parse(read('manifest.json').toString()) as [
      { Config: string; RepoTags: string[]; Layers: [string] },
    ];
    const config = JSON.parse(read(manifest.Config).toString()) as {
      config: object;
      rootfs: { diff_ids: string[] };
    };

    expect(manifest.RepoTags).toEqual(['localhost/app:1']);
    expect(manifest.Config).toBe(`${sha256(read(manifest.Config))}.json`);
    expect(config.rootfs.diff_ids).toEqual([`sha256:${sha256(read(manifest.Layers[0]))}`]);
    expect(config.config).toEqual({
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
      Cmd: ['./podinfo'],
      User: '100:101',
      WorkingDir: '/home/app',
    });
  });

  it('has a folder for everything, and a place for temporary files that all may write', () => {
    const read = unpacked(imageArchive(IMAGE));
    const [manifest] = JSON.parse(read('manifest.json').toString()) as [{ Layers: [string] }];
    const lines = listed(read(manifest.Layers[0])).map((line) => line.replace(/ .* /, ' '));

    expect(lines).toEqual([
      'drwxrwxrwt tmp/',
      'drwxr-xr-x etc/',
      'drwxr-xr-x home/',
      'drwxr-xr-x home/app/',
      '-rwxr-xr-x home/app/podinfo',
      '-rw-r--r-- etc/words',
    ]);
  });
});
