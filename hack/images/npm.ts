/**
 * The npm of this machine, and what it knows: a step of the Dockerfile that installs packages does it by the same means
 * as somebody at the keyboard.
 */
import { accessSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run, Trouble } from './tools.ts';

const OURS = join(import.meta.dirname, '../../node_modules');

/** The folder of the npm on the path. */
export function machinesNpm(): string {
  const program = pathOutside()
    .map((folder) => join(folder, 'npm'))
    .find(isThere);
  if (program === undefined) throw new Trouble('Not found: npm; it comes with Node: https://nodejs.org');
  const folder = dirname(dirname(realpathSync(program)));
  if (existsSync(join(folder, 'node_modules'))) return folder;
  throw new Trouble(`The npm in ${folder} has its parts elsewhere; run: npm install --global npm`);
}

/** By the path at which steps see them: npm's settings, and the authorities it trusts. They stay out of the image. */
export async function npmMounts(scratch: string): Promise<Readonly<Record<string, string>>> {
  const setting = (key: string): Promise<string> => run('npm', ['config', 'get', key], outside());
  const [user = '', registry, authorities = ''] = await Promise.all(
    ['userconfig', 'registry', 'cafile'].map(setting),
  );
  const trusted = isThere(authorities) ? authorities : undefined;
  const lines = [
    isThere(user) ? readFileSync(user, 'utf8') : '',
    `registry=${registry}`,
    trusted === undefined ? '' : 'cafile=/run/authorities.crt',
  ];
  const file = join(scratch, 'npmrc');
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return { '/root/.npmrc': file, ...(trusted !== undefined && { '/run/authorities.crt': trusted }) };
}

/** An npm started by our own Node looks beside that one for its settings, and hands on to us that it did. */
function outside(): Readonly<Record<string, string | undefined>> {
  const PATH = pathOutside().join(delimiter);
  return { PATH, npm_config_globalconfig: undefined, npm_config_prefix: undefined };
}

function pathOutside(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.startsWith(OURS));
}

function isThere(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}
