/** From what the user names on the command line to the files to read, and to their text. */
import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/result.ts';

const MANIFEST = /\.(ya?ml|json)$/iu;
/** Folders that hold other people's files. */
const FOREIGN = new Set(['node_modules', '.git']);

/**
 * Files as named, folders walked for `*.yaml`, `*.yml` and `*.json`, in the order of their names. `-` stands for
 * standard input. Refuses what does not exist or cannot be opened, and folders without a manifest: that is more
 * likely a typing error than a wish to check nothing.
 */
export function manifestFiles(paths: readonly string[]): Result<readonly string[], string> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === '-') {
      files.push(path);
      continue;
    }
    const found = filesAt(path);
    if (!found.ok) return found;
    files.push(...found.value);
  }
  return ok([...new Set(files)]);
}

function filesAt(path: string): Result<readonly string[], string> {
  if (path === '') return err('cannot check "": a path has to be given');
  try {
    const found = statSync(path).isDirectory() ? walk(path) : [path];
    return found.length > 0 ? ok(found) : err(`cannot check ${path}: no *.yaml, *.yml or *.json file in it`);
  } catch (error) {
    return err(`cannot check ${pathOf(error) ?? path}: ${reasonOf(error)}`);
  }
}

function walk(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return FOREIGN.has(entry.name) ? [] : walk(path);
    return MANIFEST.test(entry.name) && mayBeFile(entry, path) ? [path] : [];
  });
}

/** No pipe, device or link to a folder, which is not followed. A link that leads nowhere is for its reader to tell. */
function mayBeFile(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return statSync(path).isFile();
  } catch {
    return true;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a file, or of standard input for `-`; an error says why there is none. */
export function readText(file: string): Result<string, string> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    return err(reasonOf(error));
  }
  const start = bytes.toString('hex', 0, 2);
  if (start === 'fffe' || start === 'feff') return err('found text in UTF-16, allowed is UTF-8');
  try {
    return ok(UTF8.decode(bytes));
  } catch {
    return err('found bytes that are no text, allowed is text in UTF-8');
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'it is a symbolic link that leads to itself',
  EISDIR: 'it is a folder',
};

/** Why the system refused, in words. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

function pathOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).path;
}
