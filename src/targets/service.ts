/**
 * Services: what is released is where requests of `<name>` go, be it to other pods, another cluster or another name. The
 * canary's Service is a copy of the target at all times, the primary's is a copy of what was promoted. There is nothing
 * to scale, no configuration, and nothing that could be waited for.
 */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { meaningOfService, specOfCopy } from '../api/service-copy.ts';
import { texts, type Tree } from '../api/tree.ts';
import type { TargetRecord, Workload } from '../core/model.ts';
import { revision as revisionNamed, type Revision } from '../shared/brand.ts';
import { digest } from '../shared/digest.ts';
import { err, ok } from '../shared/result.ts';
import { cloneAnnotations, includeLabels, PRIMARY, type Labels } from './labels.ts';
import { primaryMetadata, REVISION } from './primary.ts';
import { nameOf } from './record.ts';
import { entriesOf, keep, snapshotRefs } from './snapshot.ts';
import type { Look, TargetKind } from './target.ts';
import { findObject } from './tracked-config.ts';
import { doomed } from './workload.ts';

const { apiVersion, kind } = KINDS.Service;

export const service: TargetKind = {
  refs: (canary) => [
    { ...refOf(canary.target.name), namespace: canary.namespace },
    { ...refOf(`${canary.target.name}${PRIMARY}`), namespace: canary.namespace },
    ...snapshotRefs(canary),
  ],

  configRefs: () => [],

  metadata(look) {
    const { name } = look.canary.target;
    const target = targetOf(look);
    if (target === undefined && primaryIn(look) === undefined) {
      return err(`service ${name}.${look.canary.namespace} not found`);
    }
    return ok({ label: 'app', value: name, ports: [], service: { template: target } });
  },

  observeTarget(look) {
    const target = targetOf(look);
    if (target === undefined) return undefined;
    const record = recordOf(look, target);
    return { revision: record.revision, record, scaledUp: undefined, readiness: { kind: 'ready' } };
  },

  observePrimary(look): Workload | undefined {
    const primary = primaryIn(look);
    if (primary === undefined) return undefined;
    const readiness = doomed(look, primary) ?? { kind: 'ready' };
    return { revision: primaryRevision(look, primary), scaledUp: undefined, readiness };
  },

  clonePrimary(look, revision) {
    const target = targetOf(look);
    if (target === undefined) return [];
    const labels = includeLabels(target.metadata.labels, look.options.includeLabelPrefixes);
    const annotations = cloneAnnotations(target.metadata.annotations);
    return [primaryOf(look, { meaning: meaningOfService(target), labels, annotations }, revision)];
  },

  restorePrimary(look, revision) {
    const entry = entriesOf(look).find((kept) => kept.revision === revision);
    if (entry === undefined) return undefined;
    const { template: meaning, labels, annotations } = entry;
    return [primaryOf(look, { meaning, labels, annotations }, revision)];
  },

  scaleTarget: () => undefined,

  snapshots: (look) => entriesOf(look).map(({ revision }) => revision),

  snapshot(look, revision) {
    const primary = primaryIn(look);
    if (primary === undefined) return undefined;
    const { labels, annotations } = primary.metadata;
    return keep(look, {
      ...{ revision, template: meaningOfService(primary), settings: {}, replicas: 0, configs: [] },
      ...{ labels: texts(labels), annotations: cloneAnnotations(annotations) },
    });
  },
};

function refOf(name: string): ObjectRef {
  return { apiVersion, kind, name };
}

function targetOf({ canary, objects }: Look): KubeObject | undefined {
  return findObject(objects, refOf(canary.target.name));
}

function primaryIn({ canary, objects }: Look): KubeObject | undefined {
  return findObject(objects, refOf(`${canary.target.name}${PRIMARY}`));
}

/** Services count no generations, so what they say is all there is to tell them apart by. */
function recordOf({ canary }: Look, target: KubeObject): TargetRecord {
  const template = digest(meaningOfService(target));
  const { name, uid = '', generation = 0 } = target.metadata;
  const before = canary.status.target;
  const revision = before?.template === template ? before.revision : nameOf(template, {});
  return { workload: `${kind}/${name}`, uid, generation, template, revision, configs: {} };
}

/** As annotated; where nobody has annotated it, by what it says. */
function primaryRevision(look: Look, primary: KubeObject): Revision {
  const annotation = primary.metadata.annotations?.[REVISION];
  if (annotation !== undefined) return revisionNamed(annotation);
  const target = targetOf(look);
  const template = digest(meaningOfService(primary));
  const record = target && recordOf(look, target);
  return record?.template === template ? record.revision : nameOf(template, {});
}

interface Source {
  readonly meaning: Tree;
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** The primary to write; its addresses and what others put on it stay. */
function primaryOf(look: Look, source: Source, revision: Revision): KubeObject {
  const found = primaryIn(look);
  const metadata = primaryMetadata(look, found, source, revision);
  return { ...found, apiVersion, kind, metadata, spec: specOfCopy(source.meaning, found) };
}
