/**
 * Whether the same sources give the same layers: the images are built a second time, from the sources as somebody
 * else could have checked them out.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const DOCKERFILE = 'hack/images/Dockerfile';
/** Copied as they are: with them the packages would be installed once more, which is not what is in question. */
const PACKAGES = ['package.json', 'package-lock.json'];

/**
 * Lays out under `target` what the images of `folder` are built from, with other modes and times, and with one file
 * more among the sources, so that nothing of the first build can be taken for the second.
 */
export function checkOutAgain(folder: string, target: string): void {
  for (const name of [DOCKERFILE, `${DOCKERFILE}.dockerignore`, ...contextOf(folder)]) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    cpSync(join(folder, name), join(target, name), { recursive: true, preserveTimestamps: true });
    if (!PACKAGES.includes(name)) estrange(join(target, name));
  }
  writeFileSync(join(target, 'src', 'again.txt'), String(Date.now()));
}

/** What the Dockerfile may read: the exceptions of its ignore file, which ignores everything else. */
function contextOf(folder: string): readonly string[] {
  const lines = readFileSync(join(folder, `${DOCKERFILE}.dockerignore`), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}

function estrange(path: string): void {
  const folder = statSync(path).isDirectory();
  if (folder) for (const name of readdirSync(path)) estrange(join(path, name));
  chmodSync(path, folder ? 0o700 : 0o600);
  utimesSync(path, 1_000_000_000, 1_000_000_000);
}

/** One sentence for each layer that the second build made differently. */
export function differences(
  image: string,
  first: readonly string[],
  second: readonly string[],
): readonly string[] {
  if (first.length !== second.length)
    return [`${image}: built again it has ${second.length} layers, not ${first.length}`];
  return first
    .map((digest, index) => [digest, second[index] ?? 'nothing', index + 1] as const)
    .filter(([one, other]) => one !== other)
    .map(([one, other, place]) => `${image}: layer ${place} is ${one}, and built again ${other}`);
}
