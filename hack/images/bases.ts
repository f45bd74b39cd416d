/** The two base images that a registry would give us, made from Debian's packages and from this machine's Node. */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Buildah } from './buildah.ts';
import { machinesNpm } from './npm.ts';
import { run, step } from './tools.ts';

const DOCKERFILE = join(import.meta.dirname, 'Dockerfile.bases');
const SUITE = 'bookworm';
const SOURCES = '/etc/apt/sources.list.d/debian.sources';

/** As Debian's own slim images: no manuals, no translations, of the documentation only the licences. */
const SLIM = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
];
/** What the Dockerfile installs first, so that it finds it there; and no devices, which are the machine's to give. */
const OPTIONS = ['--include=ca-certificates,libstdc++6', '--skip=output/dev'];

export interface Bases {
  readonly debian: string;
  readonly node: string;
}

/** Makes them where they are not there yet, or all anew. */
export async function makeBases(buildah: Buildah, cache: string, fresh: boolean): Promise<Bases> {
  const npm = machinesNpm();
  const key = keyOf([readFileSync(DOCKERFILE), readFileSync(join(npm, 'package.json')), process.version]);
  const context = join(cache, 'bases', key);
  const debian = join(context, 'debian.tar');
  if (fresh) rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  const bases = { debian: `localhost/serin-base-debian:${key}`, node: `localhost/serin-base-node:${key}` };
  if (existsSync(debian) && (await buildah.has(bases.debian)) && (await buildah.has(bases.node)))
    return bases;
  if (!existsSync(debian)) await step('a Debian of packages, about a minute', () => makeDebian(debian));
  layOut(context, npm);
  await step('base images', async () => {
    for (const target of ['debian', 'node'] as const) {
      await buildah.build({ dockerfile: DOCKERFILE, target, context, name: bases[target] });
    }
  });
  return bases;
}

function keyOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256').update(JSON.stringify([SUITE, SLIM, OPTIONS]));
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

/** From where this machine has its own packages, if it is a Debian. */
async function makeDebian(file: string): Promise<void> {
  const unfinished = file.replace(/\.tar$/, '.unfinished.tar');
  await run('mmdebstrap', [
    ...['--quiet', '--variant=minbase', ...OPTIONS],
    ...SLIM.map((option) => `--dpkgopt=${option}`),
    ...[SUITE, unfinished, ...(existsSync(SOURCES) ? [SOURCES] : [])],
  ]);
  renameSync(unfinished, file);
}

function layOut(context: string, npm: string): void {
  for (const name of ['node', 'npm']) rmSync(join(context, name), { recursive: true, force: true });
  try {
    linkSync(process.execPath, join(context, 'node'));
  } catch {
    copyFileSync(process.execPath, join(context, 'node'));
  }
  cpSync(npm, join(context, 'npm'), { recursive: true });
}
