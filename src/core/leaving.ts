/** Terminating: the target serves again, traffic goes back to it, and the Canary is let go. */
import { converge, goneAt, handingBack } from './converge.ts';
import type { Situation, Verdict } from './model.ts';
import { dueIn, record, wait } from './verdict.ts';
import { millis } from '../shared/brand.ts';

/** Short: somebody waits for the deletion. */
const AGAIN = millis(1_000);

export function leaving(s: Situation): Verdict {
  const { spec, status, observed } = s;
  // Not ours to hold up: what is left are finalizers of others.
  if (!observed.finalizer) return wait(s, { kind: 'resume' });
  const actions = converge(spec, status, observed, s.now);
  if (actions.some((action) => action.kind === 'set-finalizer')) {
    const waitingFor = { kind: 'cluster', actions, stalled: false, detail: '' } as const;
    return wait(s, waitingFor, { requeueAfter: AGAIN, notices: [{ kind: 'terminated' }] });
  }
  if (actions.length > 0) {
    const detail = s.tried?.failures.join('; ') ?? '';
    return wait(s, { kind: 'cluster', actions, stalled: false, detail }, { requeueAfter: AGAIN });
  }
  const { released = s.now } = status;
  switch (handingBack(spec, status, observed, s.now)) {
    case 'note':
      return record(s, { released });
    case 'drain':
      return wait(s, { kind: 'drain-primary' }, { requeueAfter: dueIn(s.now, goneAt(spec, released)) });
    default:
      return waitForTarget(s);
  }
}

function waitForTarget(s: Situation): Verdict {
  const readiness = s.observed.target?.readiness;
  const detail = readiness === undefined || readiness.kind === 'ready' ? '' : readiness.detail;
  return wait(s, { kind: 'workload', workload: 'target', detail }, { requeueAfter: AGAIN });
}
