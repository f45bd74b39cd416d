/** Deployments: the target keeps running the new revision, a clone of it called primary serves everybody else. */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, list, text } from '../api/tree.ts';
import type { Readiness, Workload } from '../core/model.ts';
import { judge } from '../core/readiness.ts';
import { instant, NO_REVISION, type Instant, type Revision } from '../shared/brand.ts';
import { canonicalJson } from '../shared/digest.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { leastReplicas } from './autoscalers.ts';
import { copiesOf, restoredCopies } from './copies.ts';
import { PRIMARY, selectorOf, type Selector } from './labels.ts';
import { discoverPorts } from './ports.ts';
import {
  annotatedRevision,
  autoscaled,
  ownRevision,
  primaryOf,
  primarySelector,
  replicasOf,
  REVISION,
  sameMeaning,
  sourceOf,
  templateOf,
} from './primary.ts';
import { recordOf } from './record.ts';
import { entriesOf, keep, restorable, snapshotNames } from './snapshot.ts';
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

export const deployment: TargetKind = {
  refs: ({ namespace, target: { name } }) => [
    { ...deploymentRef(name), namespace },
    { ...deploymentRef(`${name}${PRIMARY}`), namespace },
    ...snapshotNames(name).map((snapshot) => ({
      apiVersion: KINDS.ControllerRevision.apiVersion,
      kind: KINDS.ControllerRevision.kind,
      name: snapshot,
      namespace,
    })),
  ],

  configRefs,

  metadata(look) {
    const selector = selected(look);
    if (!selector.ok) return selector;
    const template = at(targetOf(look) ?? primaryIn(look), 'spec', 'template');
    const primary = primarySelector(look);
    const ports = discoverPorts(template, look.canary.service);
    return ok({ ...selector.value, ...(primary !== undefined && { primary }), ports });
  },

  observeTarget(look) {
    const target = targetOf(look);
    if (target === undefined) return undefined;
    const tracked = trackedOf(look, target);
    const record = recordOf(target, tracked, look.canary.status.target);
    const judged = readiness(look, target, look.canary.analysis.canaryReadyThreshold);
    return {
      revision: record.revision,
      record,
      scaledUp: isScaled(look, target),
      readiness: unconfigured(look, tracked) ?? judged,
    };
  },

  observePrimary(look): Workload | undefined {
    const primary = primaryIn(look);
    if (primary === undefined) return undefined;
    return {
      revision: primaryRevision(look, primary),
      scaledUp: replicasOf(primary) > 0,
      readiness:
        doomed(look, primary) ?? readiness(look, primary, look.canary.analysis.primaryReadyThreshold),
    };
  },

  clonePrimary(look, revision) {
    const target = targetOf(look);
    const selector = selected(look);
    if (target === undefined || !selector.ok) return [];
    const { found, missing } = trackedOf(look, target);
    // A primary made without a configuration it needs would not start, or start as something else.
    if (missing.length > 0) return [];
    const source = sourceOf(look, target, selector.value, found, revision);
    const replicas = promotedReplicas(look, target);
    const primary = primaryOf(look, source, { selector: selector.value, replicas, revision });
    return [...copiesOf(look, found, revision), primary];
  },

  restorePrimary(look, revision) {
    const entry = restorable(look).find((kept) => kept.revision === revision);
    const selector = selected(look);
    if (entry === undefined || !selector.ok) return undefined;
    const copies = restoredCopies(look, entry.configs, revision) ?? [];
    const found = primaryIn(look);
    const replicas = found === undefined ? Math.max(1, entry.replicas) : replicasOf(found);
    return [...copies, primaryOf(look, entry, { selector: selector.value, replicas, revision })];
  },

  scaleTarget(look, up) {
    const target = targetOf(look);
    if (target === undefined || isScaled(look, target) === up) return undefined;
    const { resourceVersion } = target.metadata;
    return { metadata: { resourceVersion }, spec: { replicas: up ? wakingReplicas(look) : 0 } };
  },

  snapshots: (look) => restorable(look).map(({ revision }) => revision),

  snapshot(look, revision) {
    const primary = primaryIn(look);
    return primary && keep(look, primary, revision);
  },
};

function deploymentRef(name: string): ObjectRef {
  return { apiVersion: KINDS.Deployment.apiVersion, kind: KINDS.Deployment.kind, name };
}

function targetOf({ canary, objects }: Look): KubeObject | undefined {
  return findObject(objects, deploymentRef(canary.target.name));
}

function primaryIn({ canary, objects }: Look): KubeObject | undefined {
  return findObject(objects, deploymentRef(`${canary.target.name}${PRIMARY}`));
}

/** How the target is selected; once it is gone, the primary still tells. */
function selected(look: Look): Result<Selector, string> {
  const { selectorLabels } = look.options;
  const target = targetOf(look);
  if (target !== undefined) return selectorOf(target, selectorLabels);
  const primary = primaryIn(look);
  const { name, namespace } = { ...look.canary.target, namespace: look.canary.namespace };
  if (primary === undefined) return err(`deployment ${name}.${namespace} not found`);
  const selector = selectorOf(primary, selectorLabels);
  if (!selector.ok) return selector;
  const { label, value } = selector.value;
  return ok({ label, value: value.endsWith(PRIMARY) ? value.slice(0, -PRIMARY.length) : value });
}

// ----------------------------------------------------------------------------------------------------- configuration

function trackedOf({ options, objects }: Look, target: KubeObject): TrackedConfigs {
  return options.trackConfigs
    ? trackedConfigs(at(target, 'spec', 'template'), objects)
    : { found: [], missing: [] };
}

/** What target, primary and snapshot refer to, the copies of it, and what those held before. */
function configRefs(look: Look): readonly ObjectRef[] {
  if (!look.options.trackConfigs) return [];
  const names = new Map<string, { readonly kind: ConfigKind; readonly name: string }>();
  const add = (kind: ConfigKind, name: string): unknown => names.set(`${kind}/${name}`, { kind, name });
  const family = (kind: ConfigKind, name: string): void => {
    for (const suffix of ['', PRIMARY, PREVIOUS]) add(kind, `${name}${suffix}`);
  };
  for (const { kind, name } of references(at(targetOf(look), 'spec', 'template'))) family(kind, name);
  const copied = [
    ...references(at(primaryIn(look), 'spec', 'template')),
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
function primaryRevision(look: Look, primary: KubeObject): Revision {
  const annotation = primary.metadata.annotations?.[REVISION];
  if (annotation !== undefined) return annotatedRevision(look, primary, annotation) ?? NO_REVISION;
  const target = targetOf(look);
  const selector = selected(look);
  if (target !== undefined && selector.ok) {
    const tracked = trackedOf(look, target);
    const same = sameMeaning(look, target, primary, selector.value, tracked.found);
    if (same && tracked.missing.length === 0)
      return recordOf(target, tracked, look.canary.status.target).revision;
  }
  const template = canonicalJson(templateOf(primary));
  const kept = entriesOf(look).find((entry) => canonicalJson(entry.template) === template);
  return kept?.revision ?? ownRevision(look, primary);
}

// ---------------------------------------------------------------------------------------------------------- replicas

/** An autoscaler's number is not ours to set; else the primary gets what the user asks for the target. */
function promotedReplicas(look: Look, target: KubeObject): number {
  const primary = primaryIn(look);
  const wished = replicasOf(target);
  if (primary === undefined) return wished > 0 ? wished : (entriesOf(look)[0]?.replicas ?? 1);
  return autoscaled(look) || wished === 0 ? replicasOf(primary) : wished;
}

/** It has replicas; when it is to take everything over, as many as serve now, unless an autoscaler sees to that. */
function isScaled(look: Look, target: KubeObject): boolean {
  const all = look.canary.status.phase === 'Terminating' && !autoscaled(look);
  return replicasOf(target) >= (all ? wakingReplicas(look) : 1);
}

/**
 * As few as its autoscaler allows, which then gives it what its traffic needs; without one, and where it takes
 * everything over at once, as many as serve now.
 */
function wakingReplicas(look: Look): number {
  const least = look.canary.status.phase === 'Terminating' ? undefined : leastReplicas(look);
  if (least !== undefined) return Math.max(1, least);
  const primary = primaryIn(look);
  const serving = primary === undefined ? (entriesOf(look)[0]?.replicas ?? 0) : replicasOf(primary);
  return Math.max(1, serving);
}

// --------------------------------------------------------------------------------------------------------- readiness

/**
 * The primary of a Canary that was deleted and made again is about to be deleted with the former one. Traffic that
 * was sent to it, or a target parked because of it, would be left with nothing.
 */
function doomed({ canary }: Look, { metadata }: KubeObject): Readiness | undefined {
  const former = metadata.ownerReferences?.find(
    ({ kind, controller, uid }) => controller === true && kind === KINDS.Canary.kind && uid !== canary.uid,
  );
  if (former === undefined) return undefined;
  const detail = `it belongs to another canary, ${former.name} with uid ${former.uid}, and goes when that goes`;
  return { kind: 'progressing', detail };
}

function readiness({ canary, now }: Look, workload: KubeObject, threshold: number): Readiness {
  const status = (field: string): number => count(at(workload, 'status', field)) ?? 0;
  const facts = {
    generation: workload.metadata.generation ?? 0,
    observedGeneration: status('observedGeneration'),
    desired: replicasOf(workload),
    replicas: status('replicas'),
    updated: status('updatedReplicas'),
    available: status('availableReplicas'),
    ready: status('readyReplicas'),
    paused: at(workload, 'spec', 'paused') === true,
    threshold,
    deadlineExceededSince: since(
      workload,
      (condition) => at(condition, 'reason') === 'ProgressDeadlineExceeded',
    ),
    unavailableSince: since(
      workload,
      (condition) => at(condition, 'type') === 'Available' && at(condition, 'status') === 'False',
    ),
  };
  return judge(facts, { now, since: canary.status.phaseSince, span: canary.spec.progressDeadline });
}

function since(workload: KubeObject, is: (condition: unknown) => boolean): Instant | undefined {
  const condition = list(at(workload, 'status', 'conditions')).find(is);
  if (condition === undefined) return undefined;
  const time = Date.parse(text(at(condition, 'lastTransitionTime')) ?? '');
  return instant(Number.isNaN(time) ? 0 : time);
}
