/** What holds for every image we ship, as checks over what is in it. */
import type { Config, FileFact } from './archive.ts';
import type { Image } from './images.ts';

export interface Shipped {
  readonly image: Image;
  readonly config: Config;
  readonly files: readonly FileFact[];
}

const LABELS = ['title', 'version', 'revision', 'source', 'licenses'];
/** All that may be run in an image without a shell: Node, and the loader that starts it. */
const PROGRAMS = /^\/usr\/local\/bin\/node$|\/ld-linux[\w.-]*$|\.so(\.\d+)*$/;

/** One sentence for each rule that is broken and what breaks it. */
export function faultsOf({ image, config, files }: Shipped): readonly string[] {
  return [
    ...userFaults(config),
    ...labelFaults(config),
    ...files.filter(({ mode }) => (mode & 0o6000) !== 0).map(({ path }) => `${path} is setuid or setgid`),
    ...files.filter(isOpen).map(({ path }) => `${path} can be written to by anybody`),
    ...files.filter(({ kind }) => kind === 'other').map(({ path }) => `${path} is no ordinary file`),
    ...files.filter(({ uid }) => uid !== 0).map(({ path, uid }) => `${path} belongs to ${uid}, not to root`),
    ...(image.shell ? [] : files.filter(isProgram).map(({ path }) => `${path} can be run`)),
  ].map((fault) => `${image.file}: ${fault}`);
}

/** By number, or a cluster cannot tell that it is not root. */
function userFaults({ User }: Config): readonly string[] {
  return /^[1-9]\d*(:[1-9]\d*)?$/.test(User)
    ? []
    : [`the user is ${JSON.stringify(User)}, which is no number above 0`];
}

function labelFaults({ Labels }: Config): readonly string[] {
  return LABELS.map((name) => `org.opencontainers.image.${name}`)
    .filter((name) => (Labels[name] ?? '') === '')
    .map((name) => `the label ${name} is missing`);
}

/** In a folder with the sticky bit, such as /tmp, nobody can touch what is another's. */
function isOpen({ kind, mode }: FileFact): boolean {
  return kind !== 'link' && (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
}

function isProgram({ kind, mode, path }: FileFact): boolean {
  const executable = kind === 'link' || (kind === 'file' && (mode & 0o111) !== 0);
  return executable && !PROGRAMS.test(path);
}
