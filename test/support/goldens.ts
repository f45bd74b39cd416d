/** Text that is reviewed once and must stay as it is. `UPDATE_GOLDENS=1` writes it anew: read the diff. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from '@jest/globals';

export function expectGolden(text: string, file: string): void {
  if (process.env['UPDATE_GOLDENS'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  const golden = existsSync(file)
    ? readFileSync(file, 'utf8')
    : '(no golden yet: run with UPDATE_GOLDENS=1)\n';
  expect(`${text}\n`).toBe(golden);
}
