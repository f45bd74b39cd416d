/**
 * Events about Canaries, `core/v1`, as `kubectl describe` shows them. Announcements are told once each, by names made
 * from their keys; notices that come again and again are one Event that counts.
 */
import { createHash } from 'node:crypto';

import { KINDS } from '../../api/kinds.ts';
import type { ApiError, CallOptions, KubeObject, ObjectReader, ObjectWriter } from '../../api/objects.ts';
import type { Instant } from '../../shared/brand.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { refOf } from './objects.ts';

export type EventType = 'Normal' | 'Warning';

export interface EventAbout {
  /** What the Event is about; all Events of a Canary are about the Canary. */
  readonly canary: KubeObject;
  readonly type: EventType;
  readonly text: string;
  readonly at: Instant;
}

export interface Events {
  /** Tells it once per key, however often it is called. */
  record(
    event: EventAbout & { readonly key: string },
    options: CallOptions,
  ): Promise<Result<undefined, ApiError>>;
  /** Tells it, or counts it where the same text about the same Canary is told already. */
  notice(event: EventAbout, options: CallOptions): Promise<Result<undefined, ApiError>>;
}

const COMPONENT = 'flagger';
const REASON = 'Synced';
/** Names of objects have at most 253 characters; a dot and the hash take 17. */
const LONGEST_PREFIX = 236;

/** Texts remembered so that repeating one costs a single call. Forgetting one costs two more. */
const REMEMBERED = 1_000;

export function createEvents(objects: ObjectWriter & ObjectReader): Events {
  const counts = new Map<string, number>();
  return {
    async record({ key, ...event }, options) {
      const created = await objects.create(eventFor(event, nameFor(event.canary, key)), options);
      return created.ok || created.error.kind === 'already-exists' ? ok() : err(created.error);
    },

    async notice(event, options) {
      const uid = event.canary.metadata.uid ?? '';
      const fresh = eventFor(event, nameFor(event.canary, `notice ${uid} ${event.type} ${event.text}`));
      const id = `${fresh.metadata.namespace ?? ''}/${fresh.metadata.name}`;
      const told = await tell(objects, fresh, counts.get(id), options);
      counts.delete(id);
      if (!told.ok) return told;
      counts.set(id, told.value);
      const [oldest] = counts.keys();
      if (counts.size > REMEMBERED && oldest !== undefined) counts.delete(oldest);
      return ok();
    },
  };
}

/**
 * How often it has been told now. Only the leader counts, so the number needs no fence; that it is one too small
 * now and then harms nobody. Events expire after an hour, and then it begins again.
 */
async function tell(
  objects: ObjectWriter & ObjectReader,
  event: KubeObject,
  remembered: number | undefined,
  options: CallOptions,
): Promise<Result<number, ApiError>> {
  if (remembered !== undefined) {
    const counted = await count(objects, event, remembered + 1, options);
    if (counted.ok || counted.error.kind !== 'not-found') return counted;
  }
  const created = await objects.create(event, options);
  if (created.ok) return ok(1);
  if (created.error.kind !== 'already-exists') return created;
  const read = await objects.read(refOf(event), options);
  if (!read.ok) return read;
  const times = typeof read.value['count'] === 'number' ? read.value['count'] : 1;
  return count(objects, event, times + 1, options);
}

async function count(
  objects: ObjectWriter,
  event: KubeObject,
  times: number,
  options: CallOptions,
): Promise<Result<number, ApiError>> {
  const lastTimestamp = event['lastTimestamp'];
  const patched = await objects.patch(refOf(event), { count: times, lastTimestamp }, options);
  return patched.ok ? ok(times) : patched;
}

function eventFor({ canary, type, text, at }: EventAbout, name: string): KubeObject {
  const { apiVersion, kind } = KINDS.Event;
  const namespace = canary.metadata.namespace ?? 'default';
  const when = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion,
    kind,
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: canary.apiVersion,
      kind: canary.kind,
      name: canary.metadata.name,
      namespace,
      ...(canary.metadata.uid !== undefined && { uid: canary.metadata.uid }),
      ...(canary.metadata.resourceVersion !== undefined && {
        resourceVersion: canary.metadata.resourceVersion,
      }),
    },
    reason: REASON,
    message: text,
    type,
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: '',
    firstTimestamp: when,
    lastTimestamp: when,
    count: 1,
  };
}

function nameFor(canary: KubeObject, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const prefix = canary.metadata.name.slice(0, LONGEST_PREFIX).replace(/[^a-z0-9]+$/, '');
  return `${prefix}.${hash}`;
}
