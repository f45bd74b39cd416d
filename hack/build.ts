/**
 * Builds what is shipped: one file per process under `dist/`, laid out as `src/` is, so that a path relative to a
 * process's own file is the same in both. A bundle starts in a third of the time of the sources with their
 * packages, and in two thirds of the memory.
 */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { build as bundle, stop } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const ENTRIES = ['src/main.ts', 'src/cli/main.ts', 'src/load-tester/main.ts'];

/** Another build's, which has yet to get its name. */
const UNFINISHED = /\.\d+$/u;

/** Packages written as CommonJS ask for `require`, which a module does not have. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);";

/**
 * Resolves once `dist/` is whole; throws esbuild's message otherwise. A file is replaced in one go and no other is
 * touched before, so that a process that starts, or another build, never meets a half of one.
 */
export async function build(): Promise<void> {
  const { outputFiles } = await bundle({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    outdir: 'dist',
    outbase: 'src',
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    banner: { js: REQUIRE },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    logLevel: 'warning',
  });
  // Its process would stay as long as ours does.
  await stop();
  for (const { path, contents } of outputFiles) await replace(path, contents);
  await clear(
    DIST,
    outputFiles.map(({ path }) => path),
  );
}

async function replace(path: string, contents: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  // What begins with `#!` is started by its name.
  const mode = contents[0] === 0x23 && contents[1] === 0x21 ? 0o755 : 0o644;
  await writeFile(unfinished, contents, { mode });
  await rename(unfinished, path);
}

/** Rids a folder of what was bundled before and is no more. The images in it are made by others, and take longer. */
async function clear(folder: string, kept: readonly string[]): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== 'images' && !UNFINISHED.test(name));
  for (const path of names.map((name) => join(folder, name))) {
    if (kept.includes(path)) continue;
    if (kept.some((file) => file.startsWith(`${path}${sep}`))) await clear(path, kept);
    else await rm(path, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const began = Date.now();
  await build();
  console.log(`built ${ENTRIES.length} processes in ${Date.now() - began} ms`);
}
