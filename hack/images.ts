/**
 * `npm run images`: builds the images of the controller and of the load tester from `hack/images/Dockerfile` without a
 * container registry, runs each once as a cluster would, and prints what they weigh and how fast they are. Fails where
 * an image breaks a rule of `hack/images/rules.ts`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { checkOutAgain, differences } from './images/again.ts';
import { openArchive, type Archive } from './images/archive.ts';
import { makeBases } from './images/bases.ts';
import { openBuildah, type Buildah } from './images/buildah.ts';
import { CONTROLLER, IMAGES, type Image } from './images/images.ts';
import { npmMounts } from './images/npm.ts';
import { parseOptions, USAGE, type Options } from './images/options.ts';
import { faultsOf } from './images/rules.ts';
import { openSource, type Source } from './images/source.ts';
import { measureController, measureLoadTester, type StartUp } from './images/start-up.ts';
import { tableOf, type Row } from './images/table.ts';
import { obstacle, step, thisMachine, Trouble } from './images/tools.ts';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'dist/images');
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'serin/images');

interface Shop {
  readonly buildah: Buildah;
  readonly source: Source;
  readonly args: Readonly<Record<string, string>>;
  readonly mounts: Readonly<Record<string, string>>;
  readonly tag: string | undefined;
  readonly scratch: string;
}

interface Built {
  readonly image: Image;
  readonly archive: Archive;
  readonly row: Row;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (!options.ok) {
    console.error(`${options.error}\n${USAGE}`);
    return 2;
  }
  if (options.value.help) {
    console.log(USAGE);
    return 0;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'serin-images-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  try {
    return await images(options.value, scratch);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function images(options: Options, scratch: string): Promise<number> {
  const problem = obstacle(thisMachine());
  if (problem !== undefined) throw new Trouble(problem);
  const shop = await openShop(options, scratch);
  const built: Built[] = [];
  for (const image of IMAGES.filter(({ file }) => options.only === undefined || file === options.only))
    built.push(await make(shop, image));
  const rows = built.map(({ row }) => row);
  const faults = [
    ...built.flatMap(({ image, archive }) => faultsOf({ image, ...archive })),
    ...(options.check ? await compare(shop, built) : []),
  ];
  console.log(tableOf(rows));
  for (const fault of faults) console.error(fault);
  if (options.json) console.log(JSON.stringify({ images: rows, faults }));
  return faults.length === 0 ? 0 : 1;
}

async function openShop({ ref, tag, fresh }: Options, scratch: string): Promise<Shop> {
  mkdirSync(CACHE, { recursive: true });
  mkdirSync(OUT, { recursive: true });
  const source = await openSource(ref, scratch);
  const buildah = await openBuildah(CACHE, scratch);
  const bases = await makeBases(buildah, CACHE, fresh);
  const args = {
    NODE_IMAGE: bases.node,
    DEBIAN_IMAGE: bases.debian,
    VERSION: source.version,
    REVISION: source.revision,
  };
  return { buildah, source, args, mounts: await npmMounts(scratch), tag, scratch };
}

async function make(shop: Shop, image: Image): Promise<Built> {
  const { buildah, source, scratch, tag } = shop;
  const folder = join(scratch, image.target);
  mkdirSync(folder);
  const file = join(OUT, tag === undefined ? `${image.file}.tar` : `${image.file}-${tag}.tar`);
  const name = `${image.name}:${tag ?? source.version}`;
  const began = Date.now();
  const id = await step(name, () => build(shop, image, source.folder));
  const buildSeconds = (Date.now() - began) / 1_000;
  await buildah.save(id, file, name);
  const archive = await openArchive(file, folder, join(CACHE, 'sizes.json'));
  const measure = image === CONTROLLER ? measureController : measureLoadTester;
  const times: StartUp = await measure(archive, folder);
  return { image, archive, row: rowOf(name, archive, times, buildSeconds) };
}

function build({ buildah, args, mounts }: Shop, image: Image, context: string): Promise<string> {
  const dockerfile = join(context, 'hack/images/Dockerfile');
  return buildah.build({ dockerfile, target: image.target, context, args, mounts });
}

/** The layers of a second build of the same sources that are not those of the first. */
async function compare(shop: Shop, built: readonly Built[]): Promise<readonly string[]> {
  const folder = join(shop.scratch, 'again');
  checkOutAgain(shop.source.folder, folder);
  const found: string[] = [];
  for (const { image, archive } of built) {
    const id = await step(`${image.file} once more`, () => build(shop, image, folder));
    found.push(
      ...differences(
        image.file,
        archive.layers.map(({ digest }) => digest),
        await shop.buildah.layers(id),
      ),
    );
  }
  return found;
}

function rowOf(image: string, archive: Archive, { ready, stopped }: StartUp, buildSeconds: number): Row {
  const sum = (of: (layer: Archive['layers'][number]) => number): number =>
    archive.layers.map(of).reduce((a, b) => a + b, 0);
  return {
    image,
    archive: relative(ROOT, archive.file),
    bytes: sum(({ bytes }) => bytes),
    compressedBytes: sum(({ compressedBytes }) => compressedBytes),
    layers: archive.layers.length,
    buildSeconds,
    readyMs: Math.round(ready),
    stopMs: Math.round(stopped),
  };
}
