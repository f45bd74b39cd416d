/** The images of what the cluster runs, each a static program or two, and how they get into it. */
import { createReadStream, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageArchive, type Image, type ImageFile } from './archive.ts';
import { onNode } from './anchor.ts';
import { buildFolder, program } from './build.ts';
import { CONTAINERD_SOCKET, PAUSE_IMAGE } from './node-config.ts';
import { state } from './paths.ts';
import {
  COREDNS,
  METRICS_SERVER,
  PAUSE,
  PODINFOS,
  PROMETHEUS_BUILD,
  SKIPPER,
  TRAEFIK,
  type Build,
} from './pins.ts';
import type { ProcessRecord } from './record.ts';
import { run } from './run.ts';

/** An image that is made of a build; its files are read only when it is needed. */
interface Recipe {
  readonly name: string;
  readonly build: Build;
  readonly image: () => Omit<Image, 'name'>;
}

export const PAUSE_RECIPE: Recipe = single(PAUSE, 'pause', PAUSE_IMAGE);

/** The add-ons' images are builds of our own and say so by their name; the example's has the one that people write. */
export const ADD_ON_RECIPES: readonly Recipe[] = [
  single(COREDNS, 'coredns'),
  single(TRAEFIK, 'traefik'),
  single(SKIPPER, 'skipper'),
  single(PROMETHEUS_BUILD, 'prometheus'),
  single(METRICS_SERVER, 'metrics-server'),
  ...PODINFOS.map(podinfo),
];

function single(build: Build, name: string, image = `localhost/${name}:${build.version}`): Recipe {
  return {
    name: image,
    build,
    image: () => ({ files: [binary(build, name, `/${name}`)], command: [`/${name}`], user: '65532:65532' }),
  };
}

/** Laid out like the published one: manifests start `./podinfo` and probe with `podcli`. */
function podinfo(build: Build): Recipe {
  return {
    name: `ghcr.io/stefanprodan/podinfo:${build.version}`,
    build,
    image: () => ({
      files: [
        binary(build, 'podinfo', '/home/app/podinfo'),
        binary(build, 'podcli', '/usr/local/bin/podcli'),
      ],
      command: ['./podinfo'],
      workingDir: '/home/app',
      user: '100:101',
    }),
  };
}

function binary(build: Build, name: string, path: string): ImageFile {
  return { path, content: readFileSync(program(build, name)), executable: true };
}

/** Those of the images that are not there yet in this very build. */
export function missingRecipes(recipes: readonly Recipe[]): readonly Recipe[] {
  const there = imported();
  return recipes.filter(({ name, build }) => there[name] !== buildFolder(build));
}

/** Imports what is missing of these. */
export async function importRecipes(anchor: ProcessRecord, recipes: readonly Recipe[]): Promise<void> {
  const there = imported();
  for (const { name, build, image } of missingRecipes(recipes)) {
    await importArchive(anchor, imageArchive({ name, ...image() }));
    there[name] = buildFolder(build);
    writeFileSync(importedFile(), JSON.stringify(there, null, 2));
  }
}

/** Beside the images, so that it goes when they go. */
const importedFile = (): string => join(state.containerd, 'imported.json');

function imported(): Record<string, string> {
  return existsSync(importedFile())
    ? (JSON.parse(readFileSync(importedFile(), 'utf8')) as Record<string, string>)
    : {};
}

async function importArchive(
  anchor: ProcessRecord,
  input: Buffer | ReturnType<typeof createReadStream>,
): Promise<string> {
  const command = ['ctr', '--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', 'image', 'import', '-'];
  return run(onNode(anchor, command), { input });
}

/** The archives of the project's own images, where `npm run images` puts them. */
const ARCHIVES = join(import.meta.dirname, '../../dist/images');

/** Imports a docker-archive, given by its path or by the name of one below `dist/images`; answers what ctr said. */
export async function loadImage(anchor: ProcessRecord, given: string): Promise<string> {
  const [archive] = [given, join(ARCHIVES, given), join(ARCHIVES, `${given}.tar`)].filter(existsSync);
  if (archive === undefined) {
    const found = globSync('*.tar', { cwd: ARCHIVES }).map((name) => name.replace(/\.tar$/, ''));
    const hint = found.length === 0 ? 'npm run images makes some' : `dist/images has ${found.join(', ')}`;
    throw new Error(`there is no image archive ${given}; ${hint}`);
  }
  return importArchive(anchor, createReadStream(archive));
}
