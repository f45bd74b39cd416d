/** A status as Kubernetes conditions. `Promoted` is always there, the others only while they have something to say. */
import { unreachable } from '../shared/brand.ts';
import type { Phase, Status, WaitingFor } from './model.ts';

export interface Condition {
  readonly type: 'Promoted' | 'Accepted' | 'Stalled' | 'Waiting';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** `kind` is the target's, as in "Deployment initialization completed.". */
export function conditionsOf(status: Status, kind: string): readonly Condition[] {
  const conditions: Condition[] = [
    { type: 'Promoted', reason: status.phase, ...promoted(status.phase, kind) },
  ];
  if (status.invalid !== undefined) {
    const { reason, detail } = status.invalid;
    conditions.push({ type: 'Accepted', status: 'False', reason, message: detail });
  }
  if (status.stalled !== undefined) {
    conditions.push({ type: 'Stalled', status: 'True', reason: 'Unsettled', message: status.stalled.detail });
  }
  return conditions;
}

/**
 * Says what is waited for where somebody or something has to do its part. Undefined where time passes or a new
 * revision is to come, and where `Accepted` says it already.
 */
export function waitingCondition(
  wait: { readonly kind: WaitingFor['kind']; readonly text: string } | undefined,
): Condition | undefined {
  const reason = wait && REASONS[wait.kind];
  if (reason === undefined) return undefined;
  return { type: 'Waiting', status: 'True', reason, message: `waiting for ${wait?.text}` };
}

const REASONS: Readonly<Partial<Record<WaitingFor['kind'], string>>> = {
  target: 'Target',
  resume: 'Resume',
  namespace: 'Namespace',
  'proven-revision': 'Revision',
  routes: 'Routes',
  cluster: 'Cluster',
  workload: 'Workload',
  question: 'Answer',
};

function promoted(phase: Phase, kind: string): Pick<Condition, 'status' | 'message'> {
  switch (phase) {
    case 'Initializing':
    case 'Terminating':
      return { status: 'Unknown', message: `New ${kind} detected, starting initialization.` };
    case 'Initialized':
      return { status: 'True', message: `${kind} initialization completed.` };
    case 'Waiting':
    case 'WaitingPromotion':
      return { status: 'Unknown', message: 'Waiting for approval.' };
    case 'Progressing':
      return { status: 'Unknown', message: 'New revision detected, progressing canary analysis.' };
    case 'Promoting':
      return { status: 'Unknown', message: 'Canary analysis completed, starting primary rolling update.' };
    case 'Finalising':
      return { status: 'Unknown', message: 'Canary analysis completed, routing all traffic to primary.' };
    case 'Succeeded':
      return { status: 'True', message: 'Canary analysis completed successfully, promotion finished.' };
    case 'Failed':
      return { status: 'False', message: `Canary analysis failed, ${kind} scaled to zero.` };
    default:
      return unreachable(phase);
  }
}
