/** What was built, for people and for programs. */
import { table } from '../table.ts';

export interface Row {
  readonly image: string;
  /** From the root of the repository. */
  readonly archive: string;
  readonly bytes: number;
  /** All layers, each compressed with gzip, as registries store them and nodes fetch them. */
  readonly compressedBytes: number;
  readonly layers: number;
  readonly buildSeconds: number;
  readonly readyMs: number;
  readonly stopMs: number;
}

const HEAD = ['image', 'archive', 'size', 'compressed', 'layers', 'built in', 'ready in', 'stops in'];

export function tableOf(rows: readonly Row[]): string {
  return table(HEAD, rows.map(cellsOf));
}

function cellsOf(row: Row): readonly string[] {
  return [
    row.image,
    row.archive,
    megabytes(row.bytes),
    megabytes(row.compressedBytes),
    String(row.layers),
    seconds(row.buildSeconds * 1_000),
    seconds(row.readyMs),
    seconds(row.stopMs),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
