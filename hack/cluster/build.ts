/**
 * Builds programs from Go modules, once per user and version. A build is a folder in the cache named by all that
 * went into it, put there whole by a rename; links in `bin/` lead to the newest of each program.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../src/shared/digest.ts';
import { cacheFolder, HERE } from './paths.ts';
import type { Build, ModuleFiles, PatchedModule } from './pins.ts';
import { seconds, step } from './progress.ts';
import { outcome, run } from './run.ts';

const SOURCES = join(HERE, 'go');

/** The folder where a build is or will be. */
export function buildFolder(build: Build, cache = cacheFolder()): string {
  return join(cache, `${build.name}-${build.version}-${digestOf(build, sourcesOf(build.name))}`);
}

/** A built program's path. @throws where the build has no such program */
export function program(build: Build, name: string): string {
  if (![...Object.values(build.programs), ...(build.alsoCalled ?? [])].includes(name)) {
    throw new Error(`${build.name} has no program ${name}`);
  }
  return join(buildFolder(build), name);
}

/** The path of files that a build keeps of its modules. */
export function keptFiles(build: Build, name: string): string {
  return join(buildFolder(build), 'files', name);
}

export function isBuilt(build: Build): boolean {
  return existsSync(buildFolder(build));
}

/** Builds what is missing, one after the other since each uses every core, and renews the links. */
export async function buildAll(builds: readonly Build[]): Promise<void> {
  const missing = builds.filter((build) => !isBuilt(build));
  // Compiling leaves the network idle, and downloading the processors.
  const fetching = fetchAhead(missing.slice(1));
  for (const [index, build] of missing.entries()) {
    const about = `about ${seconds(build.seconds * 1000)} on two cores`;
    const title = `building ${build.name} ${build.version} (${index + 1} of ${missing.length}; ${about})`;
    await step(title, () => buildOne(build));
    link(build);
  }
  await fetching;
  for (const build of builds) link(build);
}

/** Downloads what the builds are made of. Where that fails it is the build that says so, when its turn has come. */
async function fetchAhead(builds: readonly Build[]): Promise<void> {
  const firstOfEach = builds.filter(
    ({ name }, index) => builds.findIndex((one) => one.name === name) === index,
  );
  for (const build of firstOfEach) {
    const source = `${buildFolder(build)}.${process.pid}.ahead`;
    try {
      await laidOut(build, source);
      const tags = build.tags === undefined ? [] : ['-tags', build.tags.join(',')];
      await outcome(['go', 'list', '-deps', ...tags, ...Object.keys(build.programs)], { cwd: source });
    } catch {
      // Said by the build.
    } finally {
      rmSync(source, { recursive: true, force: true });
    }
  }
}

/** By the content of everything a program is made of; the same on every machine of a kind. */
export function digestOf(build: Build, sources: Readonly<Record<string, string>>): string {
  const { seconds: _, ...pinned } = build;
  const text = canonicalJson({ pinned, sources, machine: `${process.platform}-${process.arch}` });
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function sourcesOf(name: string): Readonly<Record<string, string>> {
  const folder = join(SOURCES, name);
  const files = globSync('**/*.{go,mod,sum}', { cwd: folder }).sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

async function buildOne(build: Build): Promise<void> {
  const target = buildFolder(build);
  const unfinished = `${target}.${process.pid}`;
  const source = `${unfinished}.source`;
  try {
    mkdirSync(unfinished, { recursive: true });
    await laidOut(build, source);
    for (const [from, to] of Object.entries(build.programs)) {
      await run(compilation(build, from, join(unfinished, to)), { cwd: source, env: { CGO_ENABLED: '0' } });
    }
    await keepFiles(build.files ?? {}, source, join(unfinished, 'files'));
    const [main = ''] = Object.values(build.programs);
    for (const name of build.alsoCalled ?? []) symlinkSync(main, join(unfinished, name));
    rmSync(target, { recursive: true, force: true });
    renameSync(unfinished, target);
  } finally {
    for (const folder of [unfinished, source]) rmSync(folder, { recursive: true, force: true });
  }
}

/** What a build is made from, in a folder of its own. */
async function laidOut(build: Build, folder: string): Promise<void> {
  const ours = join(SOURCES, build.name);
  cpSync(ours, folder, { recursive: true });
  if (build.patched !== undefined) await patch(build.patched, folder, ours);
}

/** The command that builds one package: without paths, dates or debugging tables, so that two builds are equal. */
export function compilation(build: Build, from: string, to: string): readonly string[] {
  const variables = Object.entries(build.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ['-s', '-w', '-buildid=', ...variables].join(' ');
  const tags = build.tags === undefined ? [] : ['-tags', build.tags.join(',')];
  return [
    'nice',
    '-n',
    '10',
    'go',
    'build',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    flags,
    ...tags,
    '-o',
    to,
    from,
  ];
}

/** Puts a copy of a module into the build, less what is left out, with our files over it. */
async function patch(patched: PatchedModule, source: string, ours: string): Promise<void> {
  const found = await run(['go', 'mod', 'download', '-json', `${patched.module}@${patched.version}`]);
  const { Dir } = JSON.parse(found) as { readonly Dir: string };
  const copy = join(source, patched.folder);
  const left = patched.without.map((folder) => join(Dir, folder));
  rmSync(copy, { recursive: true, force: true });
  // The module cache is read-only, and a copy of a read-only folder could not be filled.
  await run(['cp', '-r', '--no-preserve=mode', Dir, copy]);
  for (const folder of left) rmSync(folder.replace(Dir, copy), { recursive: true, force: true });
  cpSync(join(ours, patched.folder), copy, { recursive: true });
}

async function keepFiles(
  files: Readonly<Record<string, ModuleFiles>>,
  source: string,
  target: string,
): Promise<void> {
  for (const [name, { module, path }] of Object.entries(files)) {
    await run(['go', 'mod', 'download', module], { cwd: source });
    const folder = (await run(['go', 'list', '-m', '-f', '{{.Dir}}', module], { cwd: source })).trim();
    mkdirSync(target, { recursive: true });
    await run(['cp', '-r', '--no-preserve=mode', join(folder, path), join(target, name)]);
  }
}

/** A stable place to put on the path: `bin/kubectl`, `bin/helm`, … */
function link(build: Build): void {
  const bin = join(cacheFolder(), 'bin');
  mkdirSync(bin, { recursive: true });
  for (const name of [...Object.values(build.programs), ...(build.alsoCalled ?? [])]) {
    const unfinished = join(bin, `${name}.${process.pid}`);
    symlinkSync(join(buildFolder(build), name), unfinished);
    renameSync(unfinished, join(bin, name));
  }
}
