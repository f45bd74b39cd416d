/** A workload's reported state against deadlines: ready, progressing with or without a pod that serves, or stuck. */
import { after, later, type Instant, type Millis } from '../shared/brand.ts';
import type { Readiness } from './model.ts';

/** What a Deployment-like workload says of itself. */
export interface WorkloadFacts {
  readonly kind: 'deployment' | 'daemonset';
  readonly generation: number;
  readonly observedGeneration: number;
  /** Replicas asked for. */
  readonly desired: number;
  /** Replicas there are, old ones included. */
  readonly replicas: number;
  /** Replicas of the newest template. */
  readonly updated: number;
  readonly available: number;
  /** Replicas of any template that are ready, which are those that get requests. */
  readonly ready: number;
  /** Somebody keeps Kubernetes from making pods of the newest template. */
  readonly paused: boolean;
  /** Percent of updated replicas that must be available. */
  readonly threshold: number;
  /** When Kubernetes gave up on the rollout (ProgressDeadlineExceeded), if it has. */
  readonly deadlineExceededSince: Instant | undefined;
  /** Since when there are fewer than the minimum available, or no more than there were, if there are too few. */
  readonly unavailableSince: Instant | undefined;
}

const WORDS = {
  deployment: { pods: 'replicas', none: 'no replicas are desired, scale it up' },
  daemonset: { pods: 'pods', none: 'no node is selected' },
} as const;

export interface Deadline {
  readonly now: Instant;
  /** Start of the phase: what happened before it is not held against the workload. */
  readonly since: Instant;
  readonly span: Millis;
}

/** Zero replicas are never ready: a share of traffic must not meet an empty Service. */
export function judge(facts: WorkloadFacts, deadline: Deadline): Readiness {
  const detail = unreadiness(facts);
  if (detail === undefined) return { kind: 'ready' };
  if (isStuck(facts, deadline)) return { kind: 'stuck', detail };
  return { kind: facts.ready === 0 ? 'empty' : 'progressing', detail };
}

function unreadiness(facts: WorkloadFacts): string | undefined {
  const { kind, desired, replicas, updated, available, threshold, paused } = facts;
  const { pods, none } = WORDS[kind];
  if (facts.observedGeneration < facts.generation) {
    return `waiting for rollout to finish: observed ${kind} generation less than desired generation`;
  }
  if (desired === 0) return `waiting for rollout to finish: ${none}`;
  if (updated < desired) {
    const why = paused ? ', spec.paused is true' : '';
    return `waiting for rollout to finish: ${updated} out of ${desired} new ${pods} have been updated${why}`;
  }
  if (replicas > updated) {
    return `waiting for rollout to finish: ${replicas - updated} old ${pods} are pending termination`;
  }
  const needed = Math.max(1, Math.trunc((updated * threshold) / 100));
  if (available < needed) {
    return `waiting for rollout to finish: ${available} of ${needed} (readyThreshold ${threshold}%) updated ${pods} are available`;
  }
  return undefined;
}

/**
 * Kubernetes' own verdict counts if it is of this phase, or if it still stands after a deadline of this phase (it is
 * not renewed for a workload that was given up before and is tried again). So does a time without the minimum of
 * pods, counted from the start of the phase at the earliest.
 */
function isStuck(facts: WorkloadFacts, { now, since, span }: Deadline): boolean {
  if (facts.observedGeneration < facts.generation || facts.desired === 0) return false;
  const { deadlineExceededSince, unavailableSince } = facts;
  if (deadlineExceededSince !== undefined && (deadlineExceededSince >= since || now >= after(since, span))) {
    return true;
  }
  return unavailableSince !== undefined && now >= after(later(since, unavailableSince), span);
}
