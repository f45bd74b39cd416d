/**
 * DaemonSets: a pod on every node they select. They are scaled to nothing by a node selector that no node meets, and
 * nobody tells when a rollout of theirs has taken too long, so that is counted from when it last came further.
 */
import { KINDS } from '../api/kinds.ts';
import { at, count, text } from '../api/tree.ts';
import type { Standstill } from '../core/model.ts';
import { judge } from '../core/readiness.ts';
import { runsNowhere, SCALED_TO_NOTHING } from './record.ts';
import type { Shape } from './shape.ts';
import type { TargetKind } from './target.ts';
import { podWorkload } from './workload.ts';

const ROLLING = 'RollingUpdate';

const SHAPE: Shape = {
  kind: KINDS.DaemonSet,
  copied: ['minReadySeconds', 'revisionHistoryLimit', 'updateStrategy'],

  refusal(target) {
    const found = text(at(target, 'spec', 'updateStrategy', 'type')) ?? ROLLING;
    const { name, namespace = 'default' } = target.metadata;
    if (found === ROLLING || found === '') return undefined;
    return `daemonset ${name}.${namespace} must have ${ROLLING} strategy but have ${found}`;
  },

  replicas: (workload) => (runsNowhere(workload) ? 0 : 1),
  // Nodes decide; the template says which.
  sized: () => ({}),
  isScaled: (_look, workload) => !runsNowhere(workload),
  scaled: (_look, up) => ({
    template: { spec: { nodeSelector: { [SCALED_TO_NOTHING]: up ? null : 'true' } } },
  }),

  readiness({ canary, now }, workload, { threshold, before }) {
    const status = (field: string): number => count(at(workload, 'status', field)) ?? 0;
    const { generation = 0 } = workload.metadata;
    const updated = status('updatedNumberScheduled');
    const available = status('numberAvailable');
    const standstill = standstillAt({ generation, done: updated + available, since: now }, before);
    const facts = {
      kind: 'daemonset' as const,
      generation,
      observedGeneration: status('observedGeneration'),
      desired: status('desiredNumberScheduled'),
      replicas: updated,
      updated,
      available,
      ready: status('numberReady'),
      paused: false,
      threshold,
      deadlineExceededSince: undefined,
      unavailableSince: standstill.since,
    };
    const deadline = { now, since: canary.status.phaseSince, span: canary.spec.progressDeadline };
    const readiness = judge(facts, deadline);
    return readiness.kind === 'ready' ? { readiness } : { readiness, standstill };
  },
};

export const daemonset: TargetKind = podWorkload(SHAPE);

/** One that has not come further than before stands still since then; a pod that comes and goes is no progress. */
function standstillAt(seen: Standstill, before: Standstill | undefined): Standstill {
  const further = before?.generation !== seen.generation || seen.done > before.done;
  return further ? seen : before;
}
