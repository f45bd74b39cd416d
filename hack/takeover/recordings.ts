/**
 * What a real Flagger left behind, state by state: the objects of a namespace at one moment, grouped in stories. Kept
 * as one compressed file a story, each object once.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isKubeObject } from '../../src/adapters/kubernetes/objects.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { listAt, textAt, valueAt } from '../../src/sandbox/json.ts';

export interface RecordedState {
  /** `07b-failed-promotion-outage`. */
  readonly story: string;
  /** `09-Failed-w100-i0`. */
  readonly name: string;
  readonly objects: readonly KubeObject[];
}

interface Packed {
  readonly objects: readonly KubeObject[];
  readonly states: readonly (readonly [name: string, objects: readonly number[]])[];
}

export const RECORDINGS = join(import.meta.dirname, '../../test/fixtures/takeover');
const SUFFIX = '.json.gz';

/** Every state in order, of the stories whose name begins with one of `prefixes`, or of all. */
export function recordedStates(prefixes: readonly string[] = []): readonly RecordedState[] {
  return readdirSync(RECORDINGS)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .filter((story) => prefixes.length === 0 || prefixes.some((prefix) => story.startsWith(prefix)))
    .sort()
    .flatMap(statesOf);
}

function statesOf(story: string): readonly RecordedState[] {
  const packed = JSON.parse(gunzipSync(readFileSync(join(RECORDINGS, story + SUFFIX))).toString()) as Packed;
  return packed.states.map(([name, indexes]) => ({
    story,
    name,
    objects: indexes.flatMap((index) => packed.objects[index] ?? []),
  }));
}

/** Reads a folder of Lists, one file a state, as they were recorded. Endpoints are left out: whoever loads makes them. */
export function readFolder(folder: string): readonly Omit<RecordedState, 'story'>[] {
  return readdirSync(folder)
    .filter((file) => /^\d\d-.*\.json$/.test(file))
    .sort()
    .map((file) => {
      const list: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const objects = listAt(list, 'items').filter(isKubeObject);
      return {
        name: file.slice(0, -'.json'.length),
        objects: objects.filter(({ kind }) => kind !== 'EndpointSlice'),
      };
    });
}

export function pack(story: string, states: readonly Omit<RecordedState, 'story'>[]): void {
  const indexes = new Map<string, number>();
  const kept: KubeObject[] = [];
  const indexOf = (object: KubeObject): number => {
    const text = JSON.stringify(object);
    const known = indexes.get(text);
    if (known !== undefined) return known;
    indexes.set(text, kept.length);
    return kept.push(object) - 1;
  };
  const packed: Packed = {
    states: states.map(({ name, objects }) => [name, objects.map(indexOf)]),
    objects: kept,
  };
  writeFileSync(join(RECORDINGS, story + SUFFIX), gzipSync(JSON.stringify(packed), { level: 9 }));
}

/** The last moment the state knows of: of the times in it, the newest. Milliseconds. */
export function momentOf({ objects }: Pick<RecordedState, 'objects'>): number {
  const times = JSON.stringify(objects).matchAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g);
  return Math.max(...[...times].map(([time]) => Date.parse(time)));
}

export function objectIn(
  { objects }: Pick<RecordedState, 'objects'>,
  kind: string,
  name: string,
): KubeObject | undefined {
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}

/** The tag of the first container's image, as in `6.0.1`; '' where there is no such workload. */
export function imageOf(workload: unknown): string {
  const [container] = listAt(workload, 'spec', 'template', 'spec', 'containers');
  return textAt(container, 'image').split(':').at(-1) ?? '';
}

export function numberIn(object: unknown, ...path: readonly string[]): number {
  const found = valueAt(object, ...path);
  return typeof found === 'number' ? found : 0;
}
