/**
 * The routes are to be in another place: another provider's objects, or those of another Service. What stays behind
 * still sends requests, so it is remembered until it has been seen to send none to the canary.
 */
import { drainedAt, holdsTraffic, isAnalysing } from './converge.ts';
import type { News, Situation, Verdict } from './model.ts';
import { startAnalysis } from './retreat.ts';
import { dueIn, record, wait } from './verdict.ts';

/** A run in progress starts again in the new place; a promotion goes on, its analysis is over. */
export function relocate(s: Situation): Verdict | undefined {
  const { status, observed } = s;
  const from = status.place;
  const to = observed.place;
  if (to === undefined || to === from) return undefined;
  if (from === '') return record(s, { place: to });
  const left = [...status.left.filter((place) => place !== to), from];
  const restarts = isAnalysing(status);
  const news: News = { kind: 'rerouted', from, to, restarts };
  return restarts ? startAnalysis(s, [news], { place: to, left }) : record(s, { place: to, left }, news);
}

/** A place that was left is forgotten when requests by it have had their time to end, and a route of the user's is his. */
export function farewell(s: Situation): Verdict | undefined {
  const { spec, status, observed, now } = s;
  if (status.left.length === 0 || holdsTraffic(status)) return undefined;
  if (observed.left.some(({ theirs }) => theirs)) return undefined;
  const at = drainedAt(spec, status, observed);
  if (at === undefined) return undefined;
  return now >= at ? record(s, { left: [] }) : wait(s, { kind: 'drain' }, { requeueAfter: dueIn(now, at) });
}
