/**
 * The promoted primary, kept in a ControllerRevision and brought back from there. Of configuration it holds names
 * and digests only; the data is in the copies themselves, in what they held before, or with the user.
 *
 * There are two, one revision each. The data of a ControllerRevision may not be changed, so keeping is deleting and
 * creating again; a process that dies in between loses only what is not promoted.
 */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count } from '../api/tree.ts';
import { revision, type Revision } from '../shared/brand.ts';
import { ownerOf, restoredCopies } from './copies.ts';
import type { Look } from './target.ts';
import { findObject } from './tracked-config.ts';

const Entry = z.object({
  revision: z.string().transform(revision),
  template: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  replicas: z.number(),
  configs: z.array(z.object({ kind: z.enum(['ConfigMap', 'Secret']), name: z.string(), digest: z.string() })),
});
export type Entry = z.infer<typeof Entry>;

/** Where snapshots of this target are. */
export function snapshotRefs({ namespace, target }: Canary): readonly ObjectRef[] {
  const { apiVersion, kind } = KINDS.ControllerRevision;
  return snapshotNames(target.name).map((name) => ({ apiVersion, kind, name, namespace }));
}

/** By this label snapshots are watched, so that the revisions of other workloads are none of our business. */
export const SNAPSHOT_LABEL = 'serin.dev/snapshot';

/** The promoted revision, and the one before or after it. */
export function snapshotNames(target: string): readonly [string, string] {
  return [`${target}-promoted`, `${target}-promoted-2`];
}

interface Slot {
  readonly name: string;
  readonly object: KubeObject | undefined;
  /** Undefined where nothing is kept, or something else stands under that name. */
  readonly entry: Entry | undefined;
  /** Counts what was ever kept; the higher, the newer. */
  readonly number: number;
}

function slotsOf({ canary, objects }: Look): readonly Slot[] {
  const { apiVersion, kind } = KINDS.ControllerRevision;
  return snapshotNames(canary.target.name).map((name) => {
    const object = findObject(objects, { apiVersion, kind, name });
    const parsed = Entry.safeParse(object?.['data']);
    const number = count(at(object, 'revision')) ?? 0;
    return { name, object, entry: parsed.success ? parsed.data : undefined, number };
  });
}

/** What is kept, newest first. */
export function entriesOf(look: Look): readonly Entry[] {
  return [...slotsOf(look)]
    .sort((a, b) => b.number - a.number)
    .flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
}

/** Kept and complete: everything it ran on can still be put back. */
export function restorable(look: Look): readonly Entry[] {
  return entriesOf(look).filter(
    ({ configs, revision }) => restoredCopies(look, configs, revision) !== undefined,
  );
}

/** The ControllerRevision that keeps this, in the place of what is needed least. */
export function keep(look: Look, entry: Entry): KubeObject {
  const { apiVersion, kind } = KINDS.ControllerRevision;
  const slots = slotsOf(look);
  const { name, object } = expendable(look, slots, entry.revision);
  const { uid, resourceVersion } = object?.metadata ?? {};
  return {
    apiVersion,
    kind,
    metadata: {
      namespace: look.canary.namespace,
      name,
      labels: { [SNAPSHOT_LABEL]: 'true' },
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ownerReferences: [ownerOf(look)],
    },
    revision: Math.max(...slots.map(({ number }) => number)) + 1,
    data: entry,
  };
}

/** The place of the same revision, else a free one, else the one that does not hold what is promoted. */
function expendable({ canary }: Look, slots: readonly Slot[], revision: Revision): Slot {
  const promoted = canary.status.lastPromotedRevision;
  const found =
    slots.find(({ entry }) => entry?.revision === revision) ??
    slots.find(({ entry }) => entry === undefined) ??
    slots.find(({ entry }) => entry?.revision !== promoted) ??
    slots[0];
  if (found === undefined) throw new Error('there are two places for snapshots');
  return found;
}
