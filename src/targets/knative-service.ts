/**
 * Knative Services: Knative makes a revision of every template they were given and keeps it. The newest is the canary;
 * the primary is one of the others, named by an annotation. Nothing is cloned, scaled or kept beside: to promote is to
 * name another one, and what was promoted before can be named again.
 */
import { KINDS } from '../api/kinds.ts';
import { latestRevision, PRIMARY_REVISION, primaryRevision, workloadOf } from '../api/knative.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { at, count, list, text } from '../api/tree.ts';
import type { Readiness, TargetRecord } from '../core/model.ts';
import { after, instant, later, revision as revisionNamed, type Revision } from '../shared/brand.ts';
import { err, ok } from '../shared/result.ts';
import type { Look, TargetKind } from './target.ts';
import { findObject } from './tracked-config.ts';

const SERVICE = KINDS.KnativeService;
const REVISION = KINDS.KnativeRevision;

export const knativeService: TargetKind = {
  refs: ({ target, namespace }) => [{ ...refOf(SERVICE, target.name), namespace }],

  furtherRefs(look) {
    const { lastAppliedRevision, lastPromotedRevision } = look.canary.status;
    const service = serviceIn(look);
    const found = service === undefined ? [] : [latestRevision(service), primaryRevision(service)];
    const names = [...found, lastAppliedRevision, lastPromotedRevision].filter((name) => name !== undefined);
    const { namespace } = look.canary;
    return [...new Set(names)].filter(Boolean).map((name) => ({ ...refOf(REVISION, name), namespace }));
  },

  configRefs: () => [],

  metadata(look) {
    const { target, namespace } = look.canary;
    const service = serviceIn(look);
    const subject = `Knative service ${target.name}.${namespace}`;
    if (service === undefined) return err(`${subject} not found`);
    if (latestRevision(service) === undefined) return err(`${subject} has no revision yet`);
    return ok({ label: 'app', value: target.name, ports: [] });
  },

  observeTarget(look) {
    const service = serviceIn(look);
    const latest = service && latestRevision(service);
    if (service === undefined || latest === undefined) return undefined;
    const record = recordOf(service, latest);
    return { revision: record.revision, record, scaledUp: undefined, readiness: readinessOf(look, latest) };
  },

  observePrimary(look) {
    const service = serviceIn(look);
    const primary = service && primaryRevision(service);
    if (primary === undefined) return undefined;
    return { revision: revisionNamed(primary), scaledUp: undefined, readiness: readinessOf(look, primary) };
  },

  clonePrimary: (look, revision) => named(look, revision),

  restorePrimary: (look, revision) => (isKept(look, revision) ? named(look, revision) : undefined),

  scaleTarget: () => undefined,

  // Knative keeps what it made; nothing else could bring a revision back.
  snapshots(look) {
    const service = serviceIn(look);
    const known = [service && primaryRevision(service), look.canary.status.lastPromotedRevision];
    const names = [...new Set(known)].filter((name) => name !== undefined).map(revisionNamed);
    return names.filter((name) => isKept(look, name));
  },

  snapshot: () => undefined,
};

function refOf({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>, name: string): ObjectRef {
  return { apiVersion, kind, name };
}

function serviceIn({ canary, objects }: Look): KubeObject | undefined {
  return findObject(objects, refOf(SERVICE, canary.target.name));
}

function revisionIn({ objects }: Look, name: string): KubeObject | undefined {
  return findObject(objects, refOf(REVISION, name));
}

function isKept(look: Look, name: Revision): boolean {
  return serviceIn(look) !== undefined && revisionIn(look, name) !== undefined;
}

/** A revision has the name that Knative gave it, which people know and no other template ever gets. */
function recordOf({ apiVersion, kind, metadata }: KubeObject, latest: string): TargetRecord {
  const { name, uid = '', generation = 0 } = metadata;
  const workload = workloadOf({ apiVersion, kind, name });
  return { workload, uid, generation, template: latest, revision: revisionNamed(latest), configs: {} };
}

/** The Service with this revision for its primary; how much traffic that gets is not said here. */
function named(look: Look, revision: Revision): readonly KubeObject[] {
  const service = serviceIn(look);
  if (service === undefined) return [];
  const annotations = { ...service.metadata.annotations, [PRIMARY_REVISION]: revision };
  return [{ ...service, metadata: { ...service.metadata, annotations } }];
}

/**
 * As Knative says of the revision: one without traffic has no pods and is ready all the same. One that has not been for
 * as long as the Canary allows, be it that Knative has given it up, is stuck.
 */
function readinessOf(look: Look, name: string): Readiness {
  const revision = revisionIn(look, name);
  const ready = list(at(revision, 'status', 'conditions')).find((one) => at(one, 'type') === 'Ready');
  if (at(ready, 'status') === 'True') return { kind: 'ready' };
  const said = [at(ready, 'reason'), at(ready, 'message')].flatMap((word) => text(word) || []);
  const waiting = [`waiting for revision ${name} to be ready`, ...said].join(': ');
  // A new one is heard of a moment after the Service that names it.
  const detail = revision === undefined ? `revision ${name} does not exist` : waiting;
  if (isOverdue(look, at(ready, 'lastTransitionTime'))) return { kind: 'stuck', detail };
  return {
    kind: (count(at(revision, 'status', 'actualReplicas')) ?? 0) > 0 ? 'progressing' : 'empty',
    detail,
  };
}

/** Counted from the start of the phase at the earliest: what was before is not held against it. */
function isOverdue({ canary, now }: Look, unreadySince: unknown): boolean {
  const since = Date.parse(text(unreadySince) ?? '');
  const { status, spec } = canary;
  const from = later(status.phaseSince, Number.isNaN(since) ? undefined : instant(since));
  return now >= after(from, spec.progressDeadline);
}
