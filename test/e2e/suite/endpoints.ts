/** How many pods a Service led to, at every change of its EndpointSlices. */
import { textAt, valueAt } from '../harness/look.ts';
import type { Cluster } from './cluster.ts';

export class EndpointLog {
  readonly #ready = new Map<string, number>();
  readonly #counts: number[] = [];
  readonly #stop: () => void;

  /** From the first moment on: slices that are there already are counted. */
  constructor(cluster: Cluster, namespace: string, service: string) {
    const isOurs = (slice: unknown): boolean =>
      textAt(slice, 'metadata', 'labels', 'kubernetes.io/service-name') === service;
    for (const slice of cluster.seeAll('EndpointSlice', namespace)) {
      if (isOurs(slice)) this.#ready.set(slice.metadata.name, readyIn(slice));
    }
    this.#note();
    this.#stop = cluster.onChange((slice, place, kind) => {
      if (kind !== 'EndpointSlice' || place.namespace !== namespace) return;
      if (slice === undefined) this.#ready.delete(place.name);
      else if (isOurs(slice)) this.#ready.set(place.name, readyIn(slice));
      else return;
      this.#note();
    });
  }

  close(): void {
    this.#stop();
  }

  get now(): number {
    return this.#counts.at(-1) ?? 0;
  }

  /** The least there was since there was one. */
  get least(): number {
    const first = this.#counts.findIndex((count) => count > 0);
    return first < 0 ? 0 : Math.min(...this.#counts.slice(first));
  }

  #note(): void {
    this.#counts.push([...this.#ready.values()].reduce((sum, count) => sum + count, 0));
  }
}

/** Of a slice. */
export function readyIn(slice: unknown): number {
  const endpoints = valueAt(slice, 'endpoints');
  if (!Array.isArray(endpoints)) return 0;
  return endpoints.filter((endpoint) => valueAt(endpoint, 'conditions', 'ready') !== false).length;
}
