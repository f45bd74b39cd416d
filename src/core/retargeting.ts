/**
 * Another workload is the target. What is promoted runs in the primary of the former one, and the new one may have none:
 * as with a new Canary its primary is made first, and takes the traffic when it is ready. Until then the former primary
 * goes on serving, and no Service or route is touched.
 */
import { holdsTraffic, isAnalysing, isPromoting, isRetargeted } from './converge.ts';
import type { Situation, Status, Verdict } from './model.ts';
import { move, START } from './verdict.ts';

/** A run is about one workload, up to the moment in which that is parked; another one has to wait. */
export function holdsTarget(status: Status): boolean {
  return isAnalysing(status) || isPromoting(status) || holdsTraffic(status) || status.park === 'due';
}

export function retarget(s: Situation): Verdict | undefined {
  const { status, observed } = s;
  if (!isRetargeted(status, observed)) return undefined;
  const { workload: from = '' } = status.target ?? {};
  return move(
    s,
    // A new mark, so that the routes count as written only once they lead to the new primary.
    { phase: 'Initializing', ...START, park: 'none', routesMark: status.routesMark + 1 },
    { kind: 'retargeted', from, to: observed.workload },
  );
}
