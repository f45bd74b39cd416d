/** Holds what happened against what should have, and against what may never happen. */
import type { Moment, Record } from './record.ts';
import type { Expectation, Facts } from './rules.ts';

const INTERVAL = 10;
const STARTS = [/^New revision detected! Scaling up/, /^New revision detected! Restarting analysis/];

/** Sentences about what is wrong; none if all is well. */
export function objections(record: Record, expected: Expectation, facts: Facts): readonly string[] {
  return [
    ...wrongEnd(record, expected),
    ...wrongCounts(record, expected),
    ...pairs(record.moments).flatMap(([before, after]) => wrongSteps(before, after, record, facts)),
    ...(facts.rolling ? [] : restarts(record)),
  ];
}

export function startsIn({ told }: Record): number {
  return told.filter((text) => STARTS.some((start) => start.test(text))).length;
}

function wrongEnd({ moments }: Record, { phase, primary }: Expectation): readonly string[] {
  const last = moments.at(-1);
  if (last === undefined) return ['nothing was seen'];
  const { scene, pods } = last;
  const found: string[] = [];
  const differs = (what: string, is: unknown, should: unknown): void => {
    if (is !== should) found.push(`ends with ${what} ${String(is)}, not ${String(should)}`);
  };
  differs('phase', scene.phase, phase);
  differs('the primary on', scene.primary?.release, primary);
  if (phase === undefined) {
    if (pods.target.length === 0) found.push('ends without a pod of the target');
    return found;
  }
  differs('weight', scene.weight, 0);
  differs('routed to the canary', scene.routed ?? 0, 0);
  differs('replicas of the target', scene.target?.replicas, 0);
  differs('pods of the primary', pods.primary.length, scene.primary?.replicas);
  return found;
}

function wrongCounts(record: Record, { starts, copies }: Expectation): readonly string[] {
  const found: string[] = [];
  const began = startsIn(record);
  const written = record.moments.at(-1)?.copies ?? 0;
  if (began !== starts) found.push(`an analysis began ${began} times, not ${starts}`);
  if (written !== copies) found.push(`the primary was written ${written} times, not ${copies}`);
  return found;
}

/** Seconds for which a share of the traffic went to a workload without a ready pod. */
export function darkness({ moments }: Record): number {
  return pairs(moments).reduce((sum, [start, end]) => {
    const { scene, pods } = start;
    if (scene.routed === undefined || !scene.taken) return sum;
    const dark =
      (scene.routed > 0 && pods.target.length === 0) || (scene.routed < 100 && pods.primary.length === 0);
    return dark ? sum + end.at - start.at : sum;
  }, 0);
}

function wrongSteps(before: Moment, after: Moment, record: Record, facts: Facts): readonly string[] {
  const found: string[] = [];
  const [was, is] = [before.scene, after.scene];
  const at = `at ${after.at.toFixed(1)} s`;
  const [from, to] = [was.routed ?? 0, is.routed ?? 0];
  if (to !== from && is.phase !== undefined && is.routed !== undefined) {
    if (!is.taken) found.push(`${at} traffic moved before anything was recorded`);
    if (is.weight !== to)
      found.push(`${at} ${to} % went to the canary, which the status puts at ${is.weight} %`);
    if (to > from && after.pods.target.length === 0)
      found.push(`${at} traffic went to a canary without pods`);
    if (to < from && after.pods.primary.length === 0)
      found.push(`${at} traffic went to a primary without pods`);
  }
  if (to === from && was.routes !== '' && is.routes !== '' && is.rules !== was.rules)
    found.push(`${at} the routes changed for visitors: ${was.routes} became ${is.routes}`);
  if ((was.target?.replicas ?? 0) > 0 && is.target?.replicas === 0 && to > 0)
    found.push(`${at} the target was parked with ${to} % of traffic on it`);
  if (after.copies > before.copies) found.push(...wrongCopy(after, record, facts));
  return found;
}

/** What is written into the primary ran at the last position for an interval, or is what was there before. */
function wrongCopy(after: Moment, { moments, blur }: Record, facts: Facts): readonly string[] {
  const release = after.scene.primary?.release;
  const restored = moments[0]?.scene.primary?.release === release;
  if (restored && after.scene.phase === 'Failed') return [];
  const at = `at ${after.at.toFixed(1)} s`;
  if (after.scene.phase !== 'Promoting') return [`${at} the primary was written while ${after.scene.phase}`];
  if (facts.skipsAnalysis) return [];
  const analysed = dwell(moments, after.at, release, facts.maxWeight ?? 0);
  if (analysed >= INTERVAL - blur) return [];
  return [`${at} the primary got ${release ?? ''} after ${analysed.toFixed(1)} s at its last position`];
}

/** Seconds up to `until` for which this release was analysed with at least so much traffic. */
function dwell(
  moments: readonly Moment[],
  until: number,
  release: string | undefined,
  least: number,
): number {
  const analysing = new Set(['Progressing', 'WaitingPromotion']);
  return pairs(moments)
    .filter(([{ at, scene }]) => {
      const same = scene.target?.release === release && (scene.routed ?? 0) >= least;
      return at < until && same && analysing.has(scene.phase ?? '');
    })
    .reduce((sum, [start, end]) => sum + Math.min(end.at, until) - start.at, 0);
}

/** Pods of the primary go only for a new template. */
function restarts({ moments }: Record): readonly string[] {
  const [first] = moments;
  const written = moments.find(({ copies }) => copies > 0);
  const last = moments.findLast((moment) => written === undefined || moment.at < written.at);
  if (first === undefined || last === undefined || last.scene.phase === undefined) return [];
  const lost = first.pods.primary.filter((uid) => !last.pods.primary.includes(uid));
  return lost.length === 0 ? [] : [`${lost.length} pods of the primary were replaced`];
}

function pairs<Item>(items: readonly Item[]): readonly (readonly [Item, Item])[] {
  return items.slice(1).map((item, index) => [items[index] as Item, item]);
}
