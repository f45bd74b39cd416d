/** Watches a namespace while it is taken over and writes down what matters: traffic, pods, copies, phases, events. */
import { listAt, objectAt, textAt, textsAt } from '../../src/sandbox/json.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { sceneOf, templateOf, CANARY, PRIMARY, type Finder, type Scene } from './namespace.ts';

export interface Moment {
  /** Seconds since the take-over began. */
  readonly at: number;
  readonly scene: Scene;
  readonly pods: Pods;
  /** Counts how often the primary's template has been written. */
  readonly copies: number;
}

export interface Pods {
  readonly target: readonly string[];
  readonly primary: readonly string[];
}

export interface Record {
  readonly moments: readonly Moment[];
  /** Texts of events in the order in which they were first told. */
  readonly told: readonly string[];
  /** Seconds by which a time in it may be wrong. */
  readonly blur: number;
}

export interface Camera {
  readonly find: Finder;
  readonly pods: () => readonly KubeObject[];
  /** Seconds since the take-over began. */
  readonly elapsed: () => number;
  /** See `Record`; 0 where left out. */
  readonly blur?: number;
}

export class Recorder implements Record {
  readonly moments: Moment[] = [];
  readonly told: string[] = [];
  readonly blur: number;
  readonly #camera: Camera;
  #template: string;
  #copies = 0;

  constructor(camera: Camera) {
    this.#camera = camera;
    this.blur = camera.blur ?? 0;
    this.#template = templateOf(camera.find, PRIMARY);
    this.look();
  }

  /** Something has changed; a moment that shows nothing new is not kept. */
  look(): void {
    const { find, pods, elapsed } = this.#camera;
    const template = templateOf(find, PRIMARY);
    if (template !== this.#template && this.#template !== '' && template !== '') this.#copies += 1;
    this.#template = template;
    const moment: Moment = {
      at: elapsed(),
      scene: sceneOf(find),
      pods: readyPods(pods()),
      copies: this.#copies,
    };
    const last = this.moments.at(-1);
    if (last !== undefined && same(last, moment)) return;
    this.moments.push(moment);
  }

  hear(event: unknown): void {
    const text = textAt(event, 'message');
    if (!this.told.includes(text)) this.told.push(text);
  }
}

function same({ at: _, ...a }: Moment, { at: __, ...b }: Moment): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** By uid. */
export function readyPods(pods: readonly KubeObject[]): Pods {
  const ready = (app: string): readonly string[] =>
    pods
      .filter((pod) => textsAt(pod, 'metadata', 'labels')['app'] === app && isServing(pod))
      .map(({ metadata }) => metadata.uid ?? '')
      .sort();
  return { target: ready(CANARY), primary: ready(PRIMARY) };
}

function isServing(pod: KubeObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  return listAt(objectAt(pod, 'status'), 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}
