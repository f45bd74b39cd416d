/**
 * The promoted primary, kept in a ControllerRevision and brought back from there. Of configuration it holds names
 * and digests only; the data is in the copies themselves, in what they held before, or with the user.
 */
import { z } from 'zod';
import { KINDS } from '../api/kinds.ts';
import type { KubeObject } from '../api/objects.ts';
import { at, texts } from '../api/tree.ts';
import { revision, type Revision } from '../shared/brand.ts';
import { copyRecords, ownerOf, restoredCopies } from './copies.ts';
import { cloneAnnotations } from './labels.ts';
import { replicasOf, settingsOf, templateOf } from './primary.ts';
import type { Look } from './target.ts';
import { findObject } from './tracked-config.ts';

/** The promoted revision, and the one before or after it. */
const KEPT = 2;

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
const Data = z.object({ entries: z.array(Entry) });

export function snapshotName(target: string): string {
  return `${target}-promoted`;
}

/** What is kept, newest first. Something else under that name counts as nothing kept. */
export function entriesOf(look: Look): readonly Entry[] {
  const parsed = Data.safeParse(found(look)?.['data']);
  return parsed.success ? parsed.data.entries : [];
}

/** Kept and complete: everything it ran on can still be put back. */
export function restorable(look: Look): readonly Entry[] {
  return entriesOf(look).filter(
    ({ configs, revision }) => restoredCopies(look, configs, revision) !== undefined,
  );
}

/** The ControllerRevision with the primary as it is under this revision, before what it held. */
export function keep(look: Look, primary: KubeObject, revision: Revision): KubeObject {
  const { apiVersion, kind } = KINDS.ControllerRevision;
  const older = entriesOf(look).filter((entry) => entry.revision !== revision);
  const kept = found(look);
  const number = at(kept, 'revision');
  const { uid, resourceVersion } = kept?.metadata ?? {};
  return {
    apiVersion,
    kind,
    metadata: {
      namespace: look.canary.namespace,
      name: snapshotName(look.canary.target.name),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ownerReferences: [ownerOf(look)],
    },
    revision: typeof number === 'number' ? number + 1 : 1,
    data: { entries: [entryOf(look, primary, revision), ...older].slice(0, KEPT) },
  };
}

function entryOf(look: Look, primary: KubeObject, revision: Revision): Entry {
  return {
    revision,
    template: templateOf(primary),
    settings: settingsOf(primary),
    labels: texts(primary.metadata.labels),
    annotations: cloneAnnotations(primary.metadata.annotations),
    replicas: replicasOf(primary),
    configs: [...copyRecords(look, at(primary, 'spec', 'template'))],
  };
}

function found({ canary, objects }: Look): KubeObject | undefined {
  const { apiVersion, kind } = KINDS.ControllerRevision;
  return findObject(objects, { apiVersion, kind, name: snapshotName(canary.target.name) });
}
