/** From what the user names on the command line to the files to read. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';

const MANIFEST = /\.(ya?ml|json)$/iu;
/** Folders that hold other people's files. */
const FOREIGN = new Set(['node_modules', '.git']);

/**
 * Files as named, folders walked for `*.yaml`, `*.yml` and `*.json`, in the order of their names. `-` stands for
 * standard input. Refuses what does not exist and folders without a manifest: that is more likely a typing error
 * than a wish to check nothing.
 */
export function manifestFiles(paths: readonly string[]): Result<readonly string[], string> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === '-') {
      files.push(path);
      continue;
    }
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return err(`cannot check ${path}: no such file or folder`);
    const found = stat.isDirectory() ? walk(path) : [path];
    if (found.length === 0) return err(`cannot check ${path}: no *.yaml, *.yml or *.json file in it`);
    files.push(...found);
  }
  return ok([...new Set(files)]);
}

function walk(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return FOREIGN.has(entry.name) ? [] : walk(path);
    return MANIFEST.test(entry.name) ? [path] : [];
  });
}
