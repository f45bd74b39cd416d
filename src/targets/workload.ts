/** Workloads with a pod template: the target runs the new revision, a clone of it called primary serves everybody else. */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at } from '../api/tree.ts';
import type { Readiness } from '../core/model.ts';
import { NO_REVISION, type Revision } from '../shared/brand.ts';
import { canonicalJson } from '../shared/digest.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { isPaused } from './autoscalers.ts';
import { copiesOf, restoredCopies } from './copies.ts';
import { PRIMARY, selectorOf, type Selector } from './labels.ts';
import { discoverPorts } from './ports.ts';
import {
  annotatedRevision,
  entryOf,
  ownRevision,
  primaryIn,
  primaryOf,
  primarySelector,
  REVISION,
  sameMeaning,
  sourceOf,
  templateOf,
} from './primary.ts';
import { recordOf, runsNowhere } from './record.ts';
import type { Shape } from './shape.ts';
import { entriesOf, keep, restorable, snapshotRefs, type Entry } from './snapshot.ts';
import type { Look, TargetKind } from './target.ts';
import {
  configRef,
  findObject,
  PREVIOUS,
  references,
  trackedConfigs,
  type ConfigKind,
  type TrackedConfigs,
} from './tracked-config.ts';

export function podWorkload(shape: Shape): TargetKind {
  return {
    refs: (canary) => [
      { ...refOf(shape, canary.target.name), namespace: canary.namespace },
      { ...refOf(shape, `${canary.target.name}${PRIMARY}`), namespace: canary.namespace },
      ...snapshotRefs(canary),
    ],

    configRefs: (look) => configRefs(shape, look),

    metadata(look) {
      const target = targetOf(shape, look);
      const refusal = target && shape.refusal(target);
      if (refusal !== undefined) return err(refusal);
      const selector = selected(shape, look);
      if (!selector.ok) return selector;
      const template = at(target ?? primaryIn(shape, look), 'spec', 'template');
      const primary = primarySelector(shape, look);
      const ports = discoverPorts(template, look.canary.service);
      return ok({ ...selector.value, ...(primary !== undefined && { primary }), ports });
    },

    observeTarget(look) {
      const target = targetOf(shape, look);
      if (target === undefined) return undefined;
      const tracked = trackedOf(look, target);
      const { status, analysis } = look.canary;
      const record = recordOf(target, tracked, status.target);
      const before = status.standstills.target;
      const judged = shape.readiness(look, target, { threshold: analysis.canaryReadyThreshold, before });
      const missing = unconfigured(look, tracked);
      return {
        revision: record.revision,
        record,
        scaledUp: isAwake(shape, look, target),
        ...judged,
        ...(missing !== undefined && { readiness: missing }),
      };
    },

    observePrimary(look) {
      const primary = primaryIn(shape, look);
      if (primary === undefined) return undefined;
      const { status, analysis } = look.canary;
      const before = status.standstills.primary;
      const judged = shape.readiness(look, primary, { threshold: analysis.primaryReadyThreshold, before });
      const leaving = doomed(look, primary);
      return {
        revision: isMisplaced(look, primary) ? NO_REVISION : primaryRevision(shape, look, primary),
        scaledUp: shape.replicas(primary) > 0,
        ...judged,
        ...(leaving !== undefined && { readiness: leaving }),
      };
    },

    clonePrimary(look, revision) {
      const target = targetOf(shape, look);
      const selector = selected(shape, look);
      if (target === undefined || !selector.ok) return [];
      const { found, missing } = trackedOf(look, target);
      // A primary made without a configuration it needs would not start, or start as something else.
      if (missing.length > 0) return [];
      const source = sourceOf(shape, look, target, selector.value, found, revision);
      const size = shape.sized(look, { target });
      const primary = primaryOf(shape, look, source, { selector: selector.value, size, revision });
      return [...copiesOf(look, found, revision), primary];
    },

    restorePrimary(look, revision) {
      const entry = restorableHere(shape, look).find((kept) => kept.revision === revision);
      const selector = selected(shape, look);
      if (entry === undefined || !selector.ok) return undefined;
      const copies = restoredCopies(look, entry.configs, revision) ?? [];
      const size = shape.sized(look, { kept: entry.replicas, found: primaryIn(shape, look) });
      return [...copies, primaryOf(shape, look, entry, { selector: selector.value, size, revision })];
    },

    scaleTarget(look, up) {
      const target = targetOf(shape, look);
      if (target === undefined || shape.isScaled(look, target) === up) return undefined;
      const { resourceVersion } = target.metadata;
      return { metadata: { resourceVersion }, spec: shape.scaled(look, up) };
    },

    snapshots: (look) => restorableHere(shape, look).map(({ revision }) => revision),

    snapshot(look, revision) {
      const primary = primaryIn(shape, look);
      return primary && keep(look, entryOf(shape, look, primary, revision));
    },
  };
}

function refOf({ kind: { apiVersion, kind } }: Shape, name: string): ObjectRef {
  return { apiVersion, kind, name };
}

function targetOf(shape: Shape, { canary, objects }: Look): KubeObject | undefined {
  return findObject(objects, refOf(shape, canary.target.name));
}

/** How the target is selected; once it is gone, the primary still tells. */
function selected(shape: Shape, look: Look): Result<Selector, string> {
  const { selectorLabels } = look.options;
  const target = targetOf(shape, look);
  if (target !== undefined) return selectorOf(target, selectorLabels);
  const primary = primaryIn(shape, look);
  const { name, namespace } = { ...look.canary.target, namespace: look.canary.namespace };
  if (primary === undefined) return err(`${shape.kind.kind.toLowerCase()} ${name}.${namespace} not found`);
  const selector = selectorOf(primary, selectorLabels);
  if (!selector.ok) return selector;
  const { label, value } = selector.value;
  return ok({ label, value: value.endsWith(PRIMARY) ? value.slice(0, -PRIMARY.length) : value });
}

/**
 * On the way up it is not before it may be scaled; on the way to rest it is as long as anything may wake it.
 */
function isAwake(shape: Shape, look: Look, target: KubeObject): boolean {
  const scaled = shape.isScaled(look, target);
  const paused = isPaused(look);
  if (paused === undefined) return scaled;
  const { park, phase } = look.canary.status;
  const rests = park !== 'none' && phase !== 'Terminating';
  return rests ? scaled || !paused : scaled && !paused;
}

// ----------------------------------------------------------------------------------------------------- configuration

function trackedOf({ options, objects }: Look, target: KubeObject): TrackedConfigs {
  return options.trackConfigs
    ? trackedConfigs(at(target, 'spec', 'template'), objects)
    : { found: [], missing: [] };
}

/** What target, primary and snapshot refer to, the copies of it, and what those held before. */
function configRefs(shape: Shape, look: Look): readonly ObjectRef[] {
  if (!look.options.trackConfigs) return [];
  const names = new Map<string, { readonly kind: ConfigKind; readonly name: string }>();
  const add = (kind: ConfigKind, name: string): unknown => names.set(`${kind}/${name}`, { kind, name });
  const family = (kind: ConfigKind, name: string): void => {
    for (const suffix of ['', PRIMARY, PREVIOUS]) add(kind, `${name}${suffix}`);
  };
  for (const { kind, name } of references(at(targetOf(shape, look), 'spec', 'template'))) family(kind, name);
  const copied = [
    ...references(at(primaryIn(shape, look), 'spec', 'template')),
    ...entriesOf(look).flatMap(({ configs }) => configs),
  ];
  for (const { kind, name } of copied) {
    if (name.endsWith(PRIMARY)) family(kind, name.slice(0, -PRIMARY.length));
    else add(kind, name);
  }
  const { namespace } = look.canary;
  return [...names.values()].map(({ kind, name }) => ({ ...configRef(kind, name), namespace }));
}

function unconfigured({ canary }: Look, { missing }: TrackedConfigs): Readiness | undefined {
  const [first] = missing;
  if (first === undefined) return undefined;
  const detail = `${first.kind} ${first.name}.${canary.namespace}, which the pod template refers to, not found`;
  return { kind: 'progressing', detail };
}

// ---------------------------------------------------------------------------------------------------------- revision

/** As annotated; where nobody has annotated it, by what it means: the target, something kept, or something else. */
function primaryRevision(shape: Shape, look: Look, primary: KubeObject): Revision {
  const annotation = primary.metadata.annotations?.[REVISION];
  if (annotation !== undefined) return annotatedRevision(look, primary, annotation) ?? NO_REVISION;
  const target = targetOf(shape, look);
  const selector = selected(shape, look);
  if (target !== undefined && selector.ok) {
    const tracked = trackedOf(look, target);
    const same = sameMeaning(shape, look, target, primary, selector.value, tracked.found);
    if (same && tracked.missing.length === 0)
      return recordOf(target, tracked, look.canary.status.target).revision;
  }
  const template = canonicalJson(templateOf(primary));
  const kept = entriesOf(look).find((entry) => canonicalJson(entry.template) === template);
  return kept?.revision ?? ownRevision(look, primary);
}

/**
 * What parks the target parks a primary just as well: Flagger makes one so while its target is at nothing. It serves
 * nobody until it is written anew. Before a take-over it still tells what was promoted.
 */
function isMisplaced({ canary }: Look, primary: KubeObject): boolean {
  return canary.status.origin === 'ours' && runsNowhere(primary);
}

/** What is kept, and a primary that runs nowhere, which can be put back as it should be. */
function restorableHere(shape: Shape, look: Look): readonly Entry[] {
  const kept = restorable(look);
  const primary = primaryIn(shape, look);
  if (primary === undefined || !isMisplaced(look, primary)) return kept;
  const revision = primaryRevision(shape, look, primary);
  return kept.some((entry) => entry.revision === revision)
    ? kept
    : [...kept, entryOf(shape, look, primary, revision)];
}

/**
 * The primary of a Canary that was deleted and made again is about to be deleted with the former one. Traffic that
 * was sent to it, or a target parked because of it, would be left with nothing.
 */
export function doomed({ canary }: Look, { metadata }: KubeObject): Readiness | undefined {
  const former = metadata.ownerReferences?.find(
    ({ kind, controller, uid }) => controller === true && kind === KINDS.Canary.kind && uid !== canary.uid,
  );
  if (former === undefined) return undefined;
  const detail = `it belongs to another canary, ${former.name} with uid ${former.uid}, and goes when that goes`;
  return { kind: 'progressing', detail };
}
