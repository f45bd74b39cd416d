/** Container images of one layer, as archives that `docker load`, `ctr image import` and `buildah pull` take. */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path/posix';
import { tar, type TarEntry } from './tar.ts';

export interface ImageFile {
  /** Absolute, within the image. */
  readonly path: string;
  readonly content: Buffer;
  readonly executable?: boolean;
}

export interface Image {
  readonly name: string;
  readonly files: readonly ImageFile[];
  readonly command: readonly string[];
  /** Numeric, since a Kubernetes that is told `runAsNonRoot` trusts no name. Root unless given. */
  readonly user?: string;
  readonly workingDir?: string;
  readonly env?: readonly string[];
}

/** The archive: the same bytes for the same image. */
export function imageArchive(image: Image): Buffer {
  const layer = tar(layerEntries(image.files));
  const config = Buffer.from(JSON.stringify(imageConfig(image, sha256(layer))));
  const layerPath = `${sha256(layer)}/layer.tar`;
  const configPath = `${sha256(config)}.json`;
  const manifest = [{ Config: configPath, RepoTags: [image.name], Layers: [layerPath] }];
  return tar([
    { path: configPath, content: config },
    { path: layerPath, content: layer },
    { path: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)) },
  ]);
}

/** What a layer holds: a writable `/tmp`, every folder on the way to a file, and the files. */
function layerEntries(files: readonly ImageFile[]): readonly TarEntry[] {
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  folders.delete('tmp/');
  return [
    { path: 'tmp/', mode: 0o1777 },
    ...[...folders].sort().map((path) => ({ path })),
    ...files.map(({ path, content, executable }) => ({
      path: path.slice(1),
      content,
      mode: executable === true ? 0o755 : 0o644,
    })),
  ];
}

function foldersAbove(path: string): readonly string[] {
  const above = dirname(path);
  return above === '/' ? [] : [...foldersAbove(above), `${above.slice(1)}/`];
}

function imageConfig({ command, user, workingDir, env }: Image, layer: string): object {
  return {
    created: '1970-01-01T00:00:00Z',
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', ...(env ?? [])],
      Cmd: command,
      ...(user !== undefined && { User: user }),
      ...(workingDir !== undefined && { WorkingDir: workingDir }),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
  };
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
