/**
 * Everything that changes in a namespace, as it comes from the watches of several kinds, to be looked at afterwards in
 * the order in which it was written: watches tell of one kind's changes in order, and of two kinds' as they like.
 */
import type { KubeObject } from '../../../src/api/objects.ts';
import { textAt } from '../../../src/sandbox/json.ts';
import type { Cluster } from '../../../test/e2e/suite/cluster.ts';
import type { KindName } from '../../../test/e2e/suite/kinds.ts';
import { CANARY, sceneOf } from '../namespace.ts';
import { readyPods, Recorder, type Record } from '../record.ts';

/** What a moment is made of. */
export const SEEN = [
  'Canary',
  'Deployment',
  'Pod',
  'ConfigMap',
  'HTTPRoute',
] as const satisfies readonly KindName[];

/** Seconds. A watch tells of a change some time after it was made. */
const BLUR = 0.5;

interface Frame {
  readonly at: number;
  /** The store's count of writes: all kinds share it. */
  readonly version: number;
  readonly key: string;
  /** Undefined where it was deleted. */
  readonly object: KubeObject | undefined;
}

export class Film {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  readonly #elapsed: () => number;
  readonly #frames: Frame[] = [];
  readonly #told: KubeObject[] = [];
  readonly #first: ReadonlyMap<string, KubeObject>;
  readonly #stop: () => void;
  #last = 0;
  #scene = '';
  #version = 0;

  /** Begins at once; `elapsed` are seconds. */
  constructor(cluster: Cluster, namespace: string, elapsed: () => number) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#elapsed = elapsed;
    const found = SEEN.flatMap((kind) => cluster.seeAll(kind, namespace));
    this.#first = new Map(found.map((object) => [keyOf(object.kind, object.metadata.name), object]));
    this.#stop = cluster.onChange((object, place, kind) => {
      if (place.namespace !== namespace) return;
      if (kind === 'Event' && object !== undefined) this.#hear(object);
      else if (SEEN.some((seen) => seen === kind)) this.#take(keyOf(kind, place.name), object);
    });
  }

  /** When anything was last seen that a moment is made of. */
  get last(): number {
    return this.#last;
  }

  /** Ends it, and plays it back. */
  develop(): Record {
    this.#stop();
    const objects = new Map(this.#first);
    let now = 0;
    const recorder = new Recorder({
      find: (kind, name) => objects.get(keyOf(kind, name)),
      pods: () => [...objects.values()].filter(({ kind }) => kind === 'Pod'),
      elapsed: () => now,
      blur: BLUR,
    });
    for (const { at, key, object } of this.#frames.toSorted((a, b) => a.version - b.version)) {
      if (object === undefined) objects.delete(key);
      else objects.set(key, object);
      now = Math.max(now, at);
      recorder.look();
    }
    for (const event of this.#told) recorder.hear(event);
    return recorder;
  }

  #take(key: string, object: KubeObject | undefined): void {
    const at = this.#elapsed();
    // Of a deletion no version is told: it comes after what was seen before it.
    this.#version = Math.max(this.#version, Number(object?.metadata.resourceVersion ?? 0));
    const version = object === undefined ? this.#version : Number(object.metadata.resourceVersion);
    this.#frames.push({ at, version, key, object });
    const scene = JSON.stringify([
      sceneOf(this.#find),
      readyPods(this.#cluster.seeAll('Pod', this.#namespace)),
    ]);
    if (scene !== this.#scene) this.#last = at;
    this.#scene = scene;
  }

  #hear(event: KubeObject): void {
    const about = ['kind', 'name'].map((key) => textAt(event, 'involvedObject', key)).join('/');
    if (about === keyOf('Canary', CANARY)) this.#told.push(event);
  }

  readonly #find = (kind: string, name: string): unknown =>
    this.#cluster.see(kind as KindName, { namespace: this.#namespace, name }); // Scenes are made of `SEEN` alone.
}

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`;
}
