/** Reads docker-archives: what an image says of itself, how large its layers are, and the files in it. */
import {
  createReadStream,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { z } from 'zod';
import { run, step } from './tools.ts';

export interface Layer {
  /** `sha256:…` of what is in it. */
  readonly digest: string;
  readonly bytes: number;
  /** As registries store it and nodes fetch it. */
  readonly compressedBytes: number;
}

export interface FileFact {
  /** From the root of the image, with a slash in front. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** The lower twelve bits. */
  readonly mode: number;
  readonly uid: number;
}

export type Config = z.infer<typeof configSchema>['config'];

export interface Archive {
  readonly file: string;
  readonly config: Config;
  readonly layers: readonly Layer[];
  /** Where the image's files lie. */
  readonly root: string;
  readonly files: readonly FileFact[];
}

const manifestSchema = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) })).length(1);
const configSchema = z.object({
  config: z.object({
    User: z.string().default(''),
    Env: z.array(z.string()).default([]),
    Entrypoint: z.array(z.string()),
    WorkingDir: z.string().default('/'),
    Labels: z.record(z.string(), z.string()).default({}),
  }),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
});

/** Unpacks an archive into `folder`. What is known of layers is remembered in `sizes`, a file. */
export async function openArchive(file: string, folder: string, sizes: string): Promise<Archive> {
  const [packed, root] = [join(folder, 'packed'), join(folder, 'root')];
  mkdirSync(packed, { recursive: true });
  mkdirSync(root);
  await run('tar', ['-xf', file, '-C', packed]);
  const [manifest] = manifestSchema.parse(readJson(join(packed, 'manifest.json')));
  const { config, rootfs } = configSchema.parse(readJson(join(packed, manifest?.Config ?? '')));
  const layers: Layer[] = [];
  for (const [index, name] of (manifest?.Layers ?? []).entries()) {
    const path = join(packed, name);
    await run('tar', ['-xpf', path, '-C', root, '--numeric-owner']);
    layers.push(await layerOf(rootfs.diff_ids[index] ?? '', path, sizes));
  }
  return { file, config, layers, root, files: filesOf(root) };
}

async function layerOf(digest: string, path: string, sizes: string): Promise<Layer> {
  const known = knownSizes(sizes);
  const bytes = statSync(path).size;
  const compressedBytes = known[digest] ?? (await step('compressing a layer', () => compressedSize(path)));
  if (known[digest] === undefined) {
    writeFileSync(sizes, JSON.stringify({ ...knownSizes(sizes), [digest]: compressedBytes }));
  }
  return { digest, bytes, compressedBytes };
}

function knownSizes(file: string): Readonly<Record<string, number>> {
  try {
    return z.record(z.string(), z.number()).parse(readJson(file));
  } catch {
    return {};
  }
}

async function compressedSize(path: string): Promise<number> {
  let bytes = 0;
  const counting = new Writable({
    write: (part: Buffer, _, done) => {
      bytes += part.length;
      done();
    },
  });
  await pipeline(createReadStream(path), createGzip(), counting);
  return bytes;
}

/** Everything below a folder. Links are not followed: they mean something else inside the image. */
function filesOf(root: string, folder = ''): readonly FileFact[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    const found = lstatSync(join(root, path));
    const fact = { path, kind: kindOf(found), mode: found.mode & 0o7777, uid: found.uid };
    return [fact, ...(found.isDirectory() ? filesOf(root, path) : [])];
  });
}

function kindOf(found: Stats): FileFact['kind'] {
  if (found.isSymbolicLink()) return 'link';
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'other';
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
