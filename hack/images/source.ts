/** What images are built from: the checkout as it lies there, or a commit of it. */
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, Trouble } from './tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const RECIPE = 'hack/images';

export interface Source {
  readonly folder: string;
  readonly version: string;
  /** The commit; with `-dirty` where the checkout differs from it. */
  readonly revision: string;
}

/** The checkout, or a commit laid out below `scratch`. Commits from before the Dockerfile are built with today's. */
export async function openSource(ref: string | undefined, scratch: string): Promise<Source> {
  if (ref === undefined)
    return { folder: ROOT, version: versionOf(ROOT), revision: await revisionOfCheckout() };
  const revision = await run('git', ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]).catch(() => {
    throw new Trouble(`--ref is ${ref}, which names no commit of this repository`);
  });
  const folder = join(scratch, 'source');
  const archive = join(scratch, 'source.tar');
  mkdirSync(folder);
  await run('git', ['archive', '--output', archive, revision]);
  await run('tar', ['-xf', archive, '-C', folder]);
  if (!existsSync(join(folder, RECIPE, 'Dockerfile'))) {
    cpSync(join(ROOT, RECIPE), join(folder, RECIPE), { recursive: true });
  }
  return { folder, version: versionOf(folder), revision };
}

async function revisionOfCheckout(): Promise<string> {
  if (!existsSync(join(ROOT, '.git'))) return 'unknown';
  const commit = await run('git', ['rev-parse', 'HEAD']);
  const changes = await run('git', ['status', '--porcelain']);
  return changes === '' ? commit : `${commit}-dirty`;
}

function versionOf(folder: string): string {
  const found: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof found === 'object' && found !== null && 'version' in found) return String(found.version);
  throw new Trouble('package.json names no version');
}
