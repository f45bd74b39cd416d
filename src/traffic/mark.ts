/**
 * The annotation that says which intention about traffic an object was written for, and when: `<mark>/<time>`. It
 * is written in the same request as the weights, so that weights that differ from the status are known to be either
 * a write of ours still outstanding (an older mark) or somebody else's doing (the newest).
 */
import type { ServiceSpec } from '../api/model.ts';
import type { KubeObject } from '../api/objects.ts';
import { instant, type Instant } from '../shared/brand.ts';

export const MARK = 'serin.dev/routes';

/** A route of the user's may lead to the workloads of several Canaries, each of which has a mark of its own there. */
export function markKeyOf({ apex, existingRoute }: Pick<ServiceSpec, 'apex' | 'existingRoute'>): string {
  return existingRoute === undefined ? MARK : `${apex}.${MARK}`;
}

export interface Mark {
  /** -1 where the object carries none that can be read. */
  readonly mark: number;
  /** When it was written; 1970 where there is none. */
  readonly since: Instant;
}

const NONE: Mark = { mark: -1, since: instant(0) };

export function readMark(object: KubeObject | undefined, key: string = MARK): Mark {
  const [, mark, time] = /^(\d+)\/(.+)$/.exec(object?.metadata.annotations?.[key] ?? '') ?? [];
  const since = Date.parse(time ?? '');
  if (mark === undefined || Number.isNaN(since)) return NONE;
  return { mark: Number(mark), since: instant(since) };
}

/** The object with this mark; its other annotations stay. */
export function writeMark(object: KubeObject, { mark, since }: Mark, key: string = MARK): KubeObject {
  const value = `${mark}/${new Date(since).toISOString()}`;
  const annotations = { ...object.metadata.annotations, [key]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
