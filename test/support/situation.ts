/** A situation in which nothing is unusual, and what a test changes of it. */
import type { Command, Observed, Situation, Spec, Status, Target, Workload } from '../../src/core/model.ts';
import { newborn } from '../../src/rehearsal/world.ts';
import { instant, millis, percent, revision } from '../../src/shared/brand.ts';

export interface SituationChanges {
  readonly spec?: Partial<Spec>;
  readonly status?: Partial<Status>;
  readonly target?: Partial<Target> | null;
  readonly primary?: Partial<Workload> | null;
  readonly observed?: Partial<Observed>;
  readonly commands?: readonly Command[];
  readonly situation?: Partial<Situation>;
}

const SPEC: Spec = {
  strategy: { kind: 'canary', weights: [percent(20), percent(40)], mirror: false },
  stepWeightPromotion: percent(0),
  interval: millis(60_000),
  threshold: 2,
  decay: 0,
  progressDeadline: millis(600_000),
  skipAnalysis: false,
  suspend: false,
  revertOnDeletion: false,
  hooks: [],
  metrics: [],
  routed: true,
  autoscaler: '',
};

/** In the middle of a run of v2 at 20%, an hour after anything moved; null removes a workload. */
export function aSituation(changes: SituationChanges = {}): Situation {
  const status: Status = {
    ...newborn(SPEC).status,
    origin: 'ours',
    phase: 'Progressing',
    step: 0,
    canaryWeight: percent(20),
    routesMark: 2,
    lastAppliedRevision: revision('v2'),
    lastPromotedRevision: revision('v1'),
    plan: 'canary:20,40',
    place: 'istio/podinfo',
    ...changes.status,
  };
  const record = {
    workload: 'Deployment/podinfo',
    uid: 'u',
    generation: 2,
    template: 'v2',
    revision: revision('v2'),
    configs: {},
  };
  const ready = { kind: 'ready' } as const;
  const target: Target = { revision: revision('v2'), scaledUp: true, readiness: ready, record };
  const primary: Workload = { revision: revision('v1'), scaledUp: true, readiness: ready };
  const { canaryWeight, mirrored, routesMark: mark } = status;
  const observed: Observed = {
    workload: record.workload,
    target: changes.target === null ? undefined : { ...target, ...changes.target },
    primary: changes.primary === null ? undefined : { ...primary, ...changes.primary },
    snapshots: [revision('v1')],
    routes: { canary: canaryWeight, mirrored, mark, since: instant(0), drifted: false },
    place: status.place,
    left: [],
    services: true,
    autoscaler: true,
    formerAutoscaler: false,
    finalizer: false,
    released: false,
    ...changes.observed,
  };
  return {
    spec: { ...SPEC, ...changes.spec },
    status,
    observed,
    commands: changes.commands ?? [],
    deleting: false,
    answers: { get: () => undefined },
    problem: undefined,
    tried: undefined,
    drawn: { canary: 'drawn', primary: 'drawnToo' },
    now: instant(3_600_000),
    ...changes.situation,
  };
}
