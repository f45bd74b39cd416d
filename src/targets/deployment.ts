/** Deployments: as many pods as they say, and Kubernetes tells when a rollout of theirs has taken too long. */
import { KINDS } from '../api/kinds.ts';
import type { KubeObject } from '../api/objects.ts';
import { at, count, list, text } from '../api/tree.ts';
import type { Readiness } from '../core/model.ts';
import { judge } from '../core/readiness.ts';
import { instant, type Instant } from '../shared/brand.ts';
import { leastReplicas } from './autoscalers.ts';
import { primaryIn } from './primary.ts';
import type { Shape, SizedFrom } from './shape.ts';
import { entriesOf } from './snapshot.ts';
import type { Look, TargetKind } from './target.ts';
import { podWorkload } from './workload.ts';

const SHAPE: Shape = {
  kind: KINDS.Deployment,
  copied: ['progressDeadlineSeconds', 'minReadySeconds', 'revisionHistoryLimit', 'strategy'],
  refusal: () => undefined,
  replicas: replicasOf,
  sized: (look, from) => ({ replicas: primaryReplicas(look, from) }),
  isScaled,
  scaled: (look, up) => ({ replicas: up ? wakingReplicas(look) : 0 }),
  readiness: (look, workload, { threshold }) => ({ readiness: readiness(look, workload, threshold) }),
};

export const deployment: TargetKind = podWorkload(SHAPE);

// ---------------------------------------------------------------------------------------------------------- replicas

function replicasOf(workload: KubeObject): number {
  return count(at(workload, 'spec', 'replicas')) ?? 1;
}

function autoscaled({ canary }: Look): boolean {
  return canary.autoscaler !== undefined;
}

/** Also in the pass that only now commits to it. */
function isLeaving({ canary }: Look): boolean {
  return canary.deleting || canary.status.phase === 'Terminating';
}

function primaryReplicas(look: Look, from: SizedFrom): number {
  if ('target' in from) return promotedReplicas(look, from.target);
  return from.found === undefined ? Math.max(1, from.kept) : replicasOf(from.found);
}

/** An autoscaler's number is not ours to set; else the primary gets what the user asks for the target. */
function promotedReplicas(look: Look, target: KubeObject): number {
  const primary = primaryIn(SHAPE, look);
  const wished = replicasOf(target);
  if (primary === undefined) return wished > 0 ? wished : (entriesOf(look)[0]?.replicas ?? 1);
  return autoscaled(look) || wished === 0 ? replicasOf(primary) : wished;
}

/** It has replicas; when it is to take everything over, as many as serve now, unless an autoscaler sees to that. */
function isScaled(look: Look, target: KubeObject): boolean {
  const all = isLeaving(look) && !autoscaled(look);
  return replicasOf(target) >= (all ? wakingReplicas(look) : 1);
}

/**
 * As few as its autoscaler allows, which then gives it what its traffic needs; without one, and where it takes
 * everything over at once, as many as serve now.
 */
function wakingReplicas(look: Look): number {
  const least = isLeaving(look) ? undefined : leastReplicas(look);
  if (least !== undefined) return Math.max(1, least);
  const primary = primaryIn(SHAPE, look);
  const serving = primary === undefined ? (entriesOf(look)[0]?.replicas ?? 0) : replicasOf(primary);
  return Math.max(1, serving);
}

// --------------------------------------------------------------------------------------------------------- readiness

function readiness({ canary, now }: Look, workload: KubeObject, threshold: number): Readiness {
  const status = (field: string): number => count(at(workload, 'status', field)) ?? 0;
  const facts = {
    kind: 'deployment' as const,
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
