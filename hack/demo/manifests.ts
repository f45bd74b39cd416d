/** The demo's manifests, and the two values of the Canary it changes to be short. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

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

/** The Canary with the two values changed and everything else, comments included, as it was written. */
export function shortened(text: string): Shortened {
  const document = parseDocument(text);
  const changes = CHANGES.map(({ path, value }) => {
    const before = String(document.getIn(path));
    document.setIn(path, value);
    return `${path.at(-1) ?? ''} ${before} → ${value}`;
  });
  return { text: document.toString({ indentSeq: false, lineWidth: 0 }), changes };
}
