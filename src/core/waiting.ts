/** What a status says must happen next, as long as nothing comes in between. */
import { after, type Instant } from '../shared/brand.ts';
import type { Held, Spec, Status, WaitingFor } from './model.ts';

/** Something that is awaited, and since when. */
export interface Awaited {
  readonly waitingFor: WaitingFor;
  readonly since: Instant;
}

/** Known from the status alone; what a look at the cluster finds in the way is not in it. */
export function awaited(status: Status, spec: Spec): Awaited {
  const { invalid, stalled, held, changedAt } = status;
  if (spec.suspend) return { waitingFor: { kind: 'resume' }, since: changedAt };
  if (invalid !== undefined) {
    const { reason, detail, since } = invalid;
    return { waitingFor: { kind: 'spec', reason, detail }, since };
  }
  if (stalled !== undefined) {
    const { detail, since } = stalled;
    return { waitingFor: { kind: 'cluster', actions: [], stalled: true, detail }, since };
  }
  const gate = held === undefined ? undefined : gateOf(held, status, spec);
  return gate ?? { waitingFor: next(status, spec), since: changedAt };
}

/** Undefined where the spec has no such hook any more. */
function gateOf({ type, hook, since }: Held, status: Status, spec: Spec): Awaited | undefined {
  const index = spec.hooks.findIndex((known) => known.type === type && known.name === hook);
  if (index < 0) return undefined;
  const question = { kind: 'hook', type, index, revision: status.lastAppliedRevision } as const;
  return { waitingFor: { kind: 'question', question, detail: '' }, since };
}

function next(status: Status, spec: Spec): WaitingFor {
  const { phase, step, canaryWeight, park, changedAt, phaseSince } = status;
  const interval: WaitingFor = { kind: 'interval', until: after(changedAt, spec.interval) };
  const workload = (which: 'primary' | 'target'): WaitingFor => ({
    kind: 'workload',
    workload: which,
    detail: 'it has to become ready',
  });
  switch (phase) {
    case 'Initializing':
      return park === 'none' ? workload('primary') : { kind: 'drain' };
    case 'Progressing':
      // The target was without pods a moment ago.
      return step < 0 && changedAt === phaseSince ? workload('target') : interval;
    case 'WaitingPromotion':
      return interval;
    case 'Promoting':
      return changedAt === phaseSince ? workload('primary') : interval;
    case 'Finalising':
      return { kind: 'drain' };
    case 'Terminating':
      return status.released === undefined ? workload('target') : { kind: 'drain-primary' };
    default:
      if (canaryWeight > 0) return workload('primary');
      return park === 'due' ? { kind: 'drain' } : { kind: 'revision' };
  }
}
