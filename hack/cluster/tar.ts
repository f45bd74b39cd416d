/** Writes tar archives (POSIX ustar) whose bytes depend on their content alone: no dates, no names of users. */

export interface TarEntry {
  /** At most 100 bytes, without a slash in front; a folder ends in one. */
  readonly path: string;
  readonly content?: Buffer;
  /** Permission bits: 0o755 for folders and programs, 0o644 else, unless given. */
  readonly mode?: number;
  readonly owner?: number;
}

const BLOCK = 512;

export function tar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = entry.content ?? Buffer.alloc(0);
    return [header(entry, content.length), content, Buffer.alloc(padding(content.length))];
  });
  // Two empty blocks are the end.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function padding(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}

function header({ path, mode, owner = 0 }: TarEntry, size: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`the path ${path} is too long for a tar header`);
  const folder = path.endsWith('/');
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void =>
    void block.write(value.toString(8).padStart(length - 1, '0'), at);
  block.write(path, 0);
  octal(mode ?? (folder ? 0o755 : 0o644), 100, 8);
  octal(owner, 108, 8);
  octal(owner, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write(folder ? '5' : '0', 156);
  block.write('ustar\0' + '00', 257);
  checksum(block);
  return block;
}

/** The sum of all bytes, where its own eight count as spaces. */
function checksum(block: Buffer): void {
  block.write(' '.repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}
