/** The demo's manifests, and the two values of the Canary it changes to be short. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isScalar, parseDocument } from 'yaml';

const FOLDER = join(import.meta.dirname, 'manifests');

/** Path, as the file has it, and the value that makes the story short enough to watch. */
const CHANGES = [
  { path: ['spec', 'canaryAnalysis', 'interval'], value: '1s' },
  { path: ['spec', 'canaryAnalysis', 'stepWeight'], value: 20 },
] as const;

export interface Shortened {
  readonly text: string;
  /** What was changed, one sentence fragment each: `interval 10s → 1s`. */
  readonly changes: readonly string[];
}

export function readManifest(name: string): Promise<string> {
  return readFile(join(FOLDER, `${name}.yaml`), 'utf8');
}

/** The Canary with the two values changed and every other character as it was written. */
export function shortened(text: string): Shortened {
  const document = parseDocument(text);
  const edits = CHANGES.map(({ path, value }) => ({
    name: path.at(-1),
    value,
    at: rangeOf(document.getIn(path, true)),
  }));
  const changes = edits.map(({ name, value, at }) => `${name} ${text.slice(...at)} → ${value}`);
  const fromTheEnd = edits.toSorted((a, b) => b.at[0] - a.at[0]);
  return {
    text: fromTheEnd.reduce((so, { at, value }) => so.slice(0, at[0]) + value + so.slice(at[1]), text),
    changes,
  };
}

/** Where a value stands in its text. */
function rangeOf(node: unknown): readonly [start: number, end: number] {
  if (!isScalar(node) || !Array.isArray(node.range))
    throw new Error('the value to change is not in the manifest');
  return [node.range[0], node.range[1]];
}
