import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOutAgain, differences } from '../../../hack/images/again.ts';
import { tableOf } from '../../../hack/images/table.ts';

const ROOT = join(import.meta.dirname, '../../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serin-again-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the sources, checked out by somebody else', () => {
  it('are the same in content and in nothing else', () => {
    checkOutAgain(ROOT, folder);
    const [ours, theirs] = [ROOT, folder].map((root) => join(root, 'src/main.ts'));
    expect(readFileSync(theirs ?? '', 'utf8')).toBe(readFileSync(ours ?? '', 'utf8'));
    expect(statSync(theirs ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(theirs ?? '').mtimeMs).not.toBe(statSync(ours ?? '').mtimeMs);
    expect(existsSync(join(folder, 'src/again.txt'))).toBe(true);
    expect(existsSync(join(folder, 'hack/images/layout.sh'))).toBe(true);
    expect(existsSync(join(folder, 'docs'))).toBe(false);
  });

  it('keep the modes and times of the package files, so that packages are installed once', () => {
    checkOutAgain(ROOT, folder);
    const facts = (root: string): readonly number[] => {
      const { mode, mtimeMs } = statSync(join(root, 'package-lock.json'));
      // Whole seconds: what is set is a fraction of a microsecond off what was read.
      return [mode, Math.round(mtimeMs / 1_000)];
    };
    expect(facts(folder)).toEqual(facts(ROOT));
  });
});

describe('two builds', () => {
  it('are the same when all their layers are', () => {
    expect(differences('serin', ['a', 'b'], ['a', 'b'])).toEqual([]);
  });

  it('differ by layer, which is named', () => {
    expect(differences('serin', ['a', 'b'], ['a', 'c'])).toEqual(['serin: layer 2 is b, and built again c']);
    expect(differences('serin', ['a', 'b'], ['a'])).toEqual(['serin: built again it has 1 layers, not 2']);
  });
});

describe('the table', () => {
  it('has a line for each image, in people’s units', () => {
    const row = {
      image: 'ghcr.io/serin/serin:0.1.0',
      archive: 'dist/images/serin.tar',
      bytes: 119_791_104,
      compressedBytes: 44_000_000,
      layers: 2,
      buildSeconds: 2.25,
      readyMs: 640,
      stopMs: 41,
    };
    expect(tableOf([row]).split('\n')).toEqual([
      'image                      archive                size      compressed  layers  built in  ready in  stops in',
      'ghcr.io/serin/serin:0.1.0  dist/images/serin.tar  119.8 MB  44.0 MB     2       2.25 s    0.64 s    0.04 s',
    ]);
  });
});
