/** Text for a terminal: columns, and colours only where somebody sees them. */
import { stripVTControlCharacters, styleText } from 'node:util';

export type Style = 'red' | 'yellow' | 'green' | 'dim' | 'bold';
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

/** Colours for a terminal, unless NO_COLOR says otherwise. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  return stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' ? coloured : plain;
}

/** Rows in columns, two blanks apart; the last column takes what it needs. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  return growingTable(indent)(rows);
}

/** A table whose rows come bit by bit: columns keep the width they have, and grow where they must. */
export function growingTable(indent = ''): (rows: readonly (readonly string[])[]) => string {
  const widths: number[] = [];
  return (rows) => {
    for (const row of rows) {
      row.slice(0, -1).forEach((cell, column) => {
        widths[column] = Math.max(widths[column] ?? 0, width(cell));
      });
    }
    const lines = rows.map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell))))
        .join('  '),
    );
    return lines.map((line) => `${indent}${line.trimEnd()}\n`).join('');
  };
}

/** `1 file`, `2 files`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
