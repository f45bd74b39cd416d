import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '../../../hack/images/archive.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-archive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A docker-archive of two layers: a folder with a link to it, and a file in that folder. */
function pack(): string {
  for (const name of ['one/usr/lib', 'two/usr/lib', 'packed', 'open'])
    mkdirSync(join(folder, name), { recursive: true });
  symlinkSync('usr/lib', join(folder, 'one/lib'));
  writeFileSync(join(folder, 'two/usr/lib/thing'), 'x'.repeat(100_000), { mode: 0o4755 });
  for (const name of ['one', 'two'])
    execFileSync('tar', ['-cf', join(folder, 'packed', `${name}.tar`), '-C', join(folder, name), '.']);
  write('manifest.json', [{ Config: 'config.json', Layers: ['one.tar', 'two.tar'] }]);
  write('config.json', {
    config: { User: '7', Entrypoint: ['thing'] },
    rootfs: { diff_ids: ['sha256:one', 'sha256:two'] },
  });
  const file = join(folder, 'image.tar');
  execFileSync('tar', ['-cf', file, '-C', join(folder, 'packed'), '.']);
  return file;
}

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, 'packed', name), JSON.stringify(content));
}

describe('a docker-archive', () => {
  it('is read: what it says of itself, its layers from the lowest up, and its files', async () => {
    const archive = await openArchive(pack(), join(folder, 'open'), join(folder, 'sizes'));
    expect(archive.config).toMatchObject({ User: '7', Entrypoint: ['thing'], WorkingDir: '/', Labels: {} });
    expect(archive.layers.map(({ digest }) => digest)).toEqual(['sha256:one', 'sha256:two']);
    const [, upper] = archive.layers;
    expect(upper?.bytes).toBeGreaterThan(100_000);
    expect(upper?.compressedBytes).toBeLessThan(1_000);
    expect(archive.files.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      '/lib link',
      '/usr folder',
      '/usr/lib folder',
      '/usr/lib/thing file',
    ]);
    expect(archive.files.at(-1)?.mode.toString(8)).toBe('4755');
  });

  it('is not compressed twice to know how small it gets', async () => {
    const sizes = join(folder, 'sizes');
    writeFileSync(sizes, JSON.stringify({ 'sha256:one': 41 }));
    const archive = await openArchive(pack(), join(folder, 'open'), sizes);
    expect(archive.layers[0]?.compressedBytes).toBe(41);
    expect(JSON.parse(readFileSync(sizes, 'utf8'))).toMatchObject({
      'sha256:one': 41,
      'sha256:two': archive.layers[1]?.compressedBytes,
    });
  });
});
