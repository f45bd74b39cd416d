/** A workload's clone: how its template follows from the target's, and how it is written. */
import type { KubeObject, ObjectMeta } from '../api/objects.ts';
import { at, defined, texts, tree, without, type Tree } from '../api/tree.ts';
import { revision as revisionNamed, type Revision } from '../shared/brand.ts';
import { canonicalJson, digest } from '../shared/digest.ts';
import { copiedRevision, copyRecords, isCopy, ownerOf } from './copies.ts';
import {
  cloneAnnotations,
  foreignAnnotations,
  includeLabels,
  matchLabels,
  PRIMARY,
  primaryLabels,
  retarget,
  type Labels,
  type Selector,
} from './labels.ts';
import { nameOf, plainTemplate, templateDigest } from './record.ts';
import type { Shape } from './shape.ts';
import type { Entry } from './snapshot.ts';
import type { Look } from './target.ts';
import {
  configKey,
  configRef,
  dataDigest,
  findObject,
  references,
  renameConfigs,
  type TrackedConfig,
} from './tracked-config.ts';

export const REVISION = 'serin.dev/revision';
/** Changes with the revision, so that pods are replaced when only their configuration is new. */
const ROLL = 'flagger-id';
const TOOLKIT = 'toolkit.fluxcd.io';

/** Everything that makes a primary. A snapshot keeps one of these. */
export interface PrimarySource {
  readonly template: Tree;
  readonly settings: Tree;
  readonly labels: Labels;
  readonly annotations: Labels;
}

function settingsOf({ copied }: Shape, workload: KubeObject): Tree {
  return defined(Object.fromEntries(copied.map((field) => [field, at(workload, 'spec', field)])));
}

/** The primary there is. */
export function primaryIn(
  { kind: { apiVersion, kind } }: Shape,
  { canary, objects }: Look,
): KubeObject | undefined {
  return findObject(objects, { apiVersion, kind, name: `${canary.target.name}${PRIMARY}` });
}

/** What the primary there is selects its pods by. It cannot be changed, so its template has to carry it. */
export function primarySelector(shape: Shape, look: Look): Labels | undefined {
  const found = primaryIn(shape, look);
  const labels = found && matchLabels(found);
  return labels !== undefined && Object.keys(labels).length > 0 ? labels : undefined;
}

/** What the target makes of the primary under this revision. */
export function sourceOf(
  shape: Shape,
  look: Look,
  target: KubeObject,
  selector: Selector,
  tracked: readonly TrackedConfig[],
  revision: Revision,
): PrimarySource {
  const template = primaryTemplate(shape, look, target, selector, tracked);
  const annotations = { ...texts(at(template, 'metadata', 'annotations')), [ROLL]: rollId(look, revision) };
  return {
    template: { ...template, metadata: { ...tree(template['metadata']), annotations } },
    settings: settingsOf(shape, target),
    labels: primaryLabels(includeLabels(target.metadata.labels, look.options.includeLabelPrefixes), selector),
    annotations: cloneAnnotations(target.metadata.annotations),
  };
}

/** The target's template as the primary runs it, but for what makes its pods roll. */
function primaryTemplate(
  shape: Shape,
  look: Look,
  target: KubeObject,
  selector: Selector,
  tracked: readonly TrackedConfig[],
): Tree {
  const { canary, options } = look;
  const template = tree(renameConfigs(plainTemplate(at(target, 'spec', 'template')), tracked));
  const metadata = tree(template['metadata']);
  const annotations = Object.entries(texts(metadata['annotations'])).filter(
    ([key]) => !key.includes(TOOLKIT),
  );
  return {
    ...template,
    metadata: {
      ...metadata,
      labels: { ...primaryLabels(texts(metadata['labels']), selector), ...primarySelector(shape, look) },
      annotations: Object.fromEntries(annotations),
    },
    spec: retarget(tree(template['spec']), canary.target.name, options.selectorLabels),
  };
}

/** The same for the same primary and revision: writing it again rolls nothing. Shaped like the UUIDs found there. */
function rollId({ canary }: Look, revision: Revision): string {
  const hex = [0, 1].map((half) => digest([canary.uid, revision, half]).slice(-16)).join('');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ];
  return parts.join('-');
}

/** The primary to write; what others put on it stays, but for the template, which is wholly its source's. */
export function primaryOf(
  shape: Shape,
  look: Look,
  source: PrimarySource,
  {
    selector,
    size,
    revision,
  }: { readonly selector: Selector; readonly size: Tree; readonly revision: Revision },
): KubeObject {
  const { apiVersion, kind } = shape.kind;
  const found = primaryIn(shape, look);
  return {
    ...found,
    apiVersion,
    kind,
    metadata: primaryMetadata(look, found, source, revision),
    spec: {
      selector: { matchLabels: primaryLabels({}, selector) },
      ...without(tree(found?.['spec']), ...shape.copied),
      ...source.settings,
      ...size,
      template: source.template,
    },
  };
}

/** What others put on the primary stays; the revision it is written for is said in the same request. */
export function primaryMetadata(
  look: Look,
  found: KubeObject | undefined,
  source: Pick<PrimarySource, 'labels' | 'annotations'>,
  revision: Revision,
): ObjectMeta {
  const { namespace, target } = look.canary;
  const labels = { ...found?.metadata.labels, ...source.labels };
  return {
    ...(found?.metadata ?? { namespace, ownerReferences: [ownerOf(look)] }),
    name: `${target.name}${PRIMARY}`,
    // With none the field is left out, as an API server leaves it out.
    ...(Object.keys(labels).length > 0 && { labels }),
    annotations: {
      ...foreignAnnotations(found?.metadata.annotations),
      ...source.annotations,
      [REVISION]: revision,
    },
  };
}

/** The primary as a snapshot keeps it under this revision. */
export function entryOf(shape: Shape, look: Look, primary: KubeObject, revision: Revision): Entry {
  return {
    revision,
    template: templateOf(primary),
    settings: settingsOf(shape, primary),
    labels: texts(primary.metadata.labels),
    annotations: cloneAnnotations(primary.metadata.annotations),
    replicas: shape.replicas(primary),
    configs: [...copyRecords(look, at(primary, 'spec', 'template'))],
  };
}

// ---------------------------------------------------------------------------------------------------------- revision

/** Does the primary run what the target says, whoever cloned it? */
export function sameMeaning(
  shape: Shape,
  look: Look,
  target: KubeObject,
  primary: KubeObject,
  selector: Selector,
  tracked: readonly TrackedConfig[],
): boolean {
  const meant = primaryTemplate(shape, look, target, selector, tracked);
  if (canonicalJson(meaning(meant)) !== canonicalJson(meaning(templateOf(primary)))) return false;
  return tracked.every(({ kind, name, object }) => {
    const copy = findObject(look.objects, configRef(kind, `${name}${PRIMARY}`));
    // Binary data was never copied by Flagger; what it left out is no change of the user's.
    return copy !== undefined && dataDigest(copy) === dataDigest(object);
  });
}

export function templateOf(workload: KubeObject): Tree {
  return plainTemplate(at(workload, 'spec', 'template'));
}

/** The template without what only makes pods roll. */
function meaning(template: Tree): Tree {
  const { annotations, ...metadata } = tree(template['metadata']);
  const { [ROLL]: _, ...kept } = texts(annotations);
  return { ...template, metadata: { ...metadata, annotations: kept } };
}

/**
 * Which revision an annotated primary runs; undefined where it and the copies it runs on were not written for the
 * same. A copy that is gone is one that was not written.
 */
export function annotatedRevision(look: Look, primary: KubeObject, annotation: string): Revision | undefined {
  const mixed = references(at(primary, 'spec', 'template')).some(({ kind, name, optional }) => {
    if (!look.options.trackConfigs || !name.endsWith(PRIMARY)) return false;
    const copy = findObject(look.objects, configRef(kind, name));
    if (copy === undefined) return !optional;
    return isCopy(copy) && copiedRevision(copy, look.canary.name) !== annotation;
  });
  return mixed ? undefined : revisionNamed(annotation);
}

/** A name for what a primary runs of which nobody has said what it is. */
export function ownRevision(look: Look, primary: KubeObject): Revision {
  const records = copyRecords(look, at(primary, 'spec', 'template'));
  return nameOf(
    templateDigest(meaning(templateOf(primary))),
    Object.fromEntries(records.map((record) => [configKey(record), record.digest])),
  );
}
