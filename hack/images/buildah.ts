/**
 * Builds stages of a Dockerfile with buildah: as root, without a daemon, and without a container registry. Storage of
 * our own keeps what other programs hold out of reach, and keeps steps that have not changed.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './tools.ts';

export interface Recipe {
  readonly dockerfile: string;
  readonly target: string;
  /** The folder that COPY reads from. */
  readonly context: string;
  readonly args?: Readonly<Record<string, string>>;
  /** Files of this machine for the steps that run, by where they see them; they stay out of the image. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly name?: string;
}

export interface Buildah {
  /** The id of the image. */
  build(recipe: Recipe): Promise<string>;
  /** Writes an image as a docker-archive that names it `name`. */
  save(id: string, file: string, name: string): Promise<void>;
  /** The digests of an image's layers, of what is in them, from the lowest up. */
  layers(id: string): Promise<readonly string[]>;
  has(name: string): Promise<boolean>;
}

/** `folder` is kept between runs, `scratch` only for this one. */
export async function openBuildah(folder: string, scratch: string): Promise<Buildah> {
  const driver = (await overlays(scratch)) ? 'overlay' : 'vfs';
  const storage = ['--root', join(folder, driver), '--runroot', join(folder, `${driver}-run`)];
  const buildah = (args: readonly string[]): Promise<string> =>
    run('buildah', [...storage, '--storage-driver', driver, ...args]);
  let builds = 0;
  return {
    build: async (recipe) => {
      const idFile = join(scratch, `image-${(builds += 1)}`);
      const dockerfile = `${idFile}.Dockerfile`;
      writeFileSync(dockerfile, labelled(readFileSync(recipe.dockerfile, 'utf8'), recipe.args ?? {}));
      await buildah(buildCommand(recipe, dockerfile, idFile));
      return readFileSync(idFile, 'utf8').trim();
    },
    save: async (id, file, name) => {
      rmSync(file, { force: true });
      await buildah(['push', '--quiet', id, `docker-archive:${file}:${name}`]);
    },
    layers: async (id) => {
      const format = '{{range .OCIv1.RootFS.DiffIDs}}{{.}} {{end}}';
      return (await buildah(['inspect', '--type', 'image', '--format', format, id])).split(' ');
    },
    has: async (name) => {
      const listed = await buildah(['images', '--format', '{{.Name}}:{{.Tag}}']);
      return listed.split('\n').includes(name);
    },
  };
}

/**
 * The Dockerfile with the arguments in its labels written out: buildah takes a label from its cache by its text, whatever
 * the argument in it is this time.
 */
export function labelled(dockerfile: string, args: Readonly<Record<string, string>>): string {
  return dockerfile.replace(/="\$\{(\w+)\}"/g, (whole, name: string) =>
    args[name] === undefined ? whole : `="${args[name]}"`,
  );
}

/** Every time in a layer is 1970, so that equal contents are equal bytes. */
function buildCommand(recipe: Recipe, dockerfile: string, idFile: string): readonly string[] {
  const { target, context, args = {}, mounts = {}, name } = recipe;
  return [
    ...['build', '--isolation', 'chroot', '--layers', '--timestamp', '0', '--pull=never'],
    ...['--file', dockerfile, '--ignorefile', `${recipe.dockerfile}.dockerignore`, '--target', target],
    ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...Object.entries(mounts).flatMap(([inside, file]) => ['--volume', `${file}:${inside}:ro`]),
    ...(name === undefined ? [] : ['--tag', name]),
    ...['--iidfile', idFile, context],
  ];
}

/** Whether folders can be laid over each other here; where not, every layer is a whole copy. */
async function overlays(scratch: string): Promise<boolean> {
  const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) =>
    join(scratch, 'probe', name),
  );
  for (const folder of [lower, upper, work, merged]) mkdirSync(folder ?? '', { recursive: true });
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  try {
    await run('mount', ['-t', 'overlay', 'overlay', '-o', options, merged ?? '']);
    await run('umount', [merged ?? '']);
    return true;
  } catch {
    return false;
  }
}
