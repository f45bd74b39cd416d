/** How many replicas each ReplicaSet of a Deployment should have next. Pure arithmetic, as Kubernetes does it. */
import type { JsonObject } from '../json.ts';

export interface SetSize {
  readonly name: string;
  /** `spec.replicas` of the set. */
  readonly wanted: number;
  readonly present: number;
  readonly available: number;
}

export interface RollingSituation {
  readonly desired: number;
  readonly strategy: 'recreate' | JsonObject;
  readonly newest: SetSize | undefined;
  readonly old: readonly SetSize[];
  readonly frozen: boolean;
}

/** The next size of every set that should change; sets left out stay as they are. */
export function rollingPlan(situation: RollingSituation): ReadonlyMap<string, number> {
  const { newest, old, frozen, strategy } = situation;
  if (frozen) return frozenPlan(situation);
  if (newest === undefined) return new Map();
  return strategy === 'recreate' ? recreate(situation, newest) : roll(situation, newest, old, strategy);
}

/** Only the largest set follows the number of replicas. */
function frozenPlan({ desired, newest, old }: RollingSituation): ReadonlyMap<string, number> {
  const all = [...old, ...(newest === undefined ? [] : [newest])].toSorted((a, b) => b.wanted - a.wanted);
  const [largest, ...rest] = all;
  if (largest === undefined) return new Map();
  return new Map([[largest.name, Math.max(0, desired - sum(rest, 'wanted'))]]);
}

function recreate({ desired, old }: RollingSituation, newest: SetSize): ReadonlyMap<string, number> {
  const plan = new Map(old.map(({ name }) => [name, 0]));
  const cleared = old.every(({ wanted, present }) => wanted === 0 && present === 0);
  return cleared ? plan.set(newest.name, desired) : plan;
}

function roll(
  { desired }: RollingSituation,
  newest: SetSize,
  old: readonly SetSize[],
  strategy: JsonObject,
): ReadonlyMap<string, number> {
  const surge = share(strategy['maxSurge'], desired, Math.ceil);
  const given = share(strategy['maxUnavailable'], desired, Math.floor);
  const maxUnavailable = surge === 0 && given === 0 ? 1 : given;
  const total = newest.wanted + sum(old, 'wanted');
  const room = Math.max(0, desired + surge - total);
  const next = newest.wanted >= desired ? desired : Math.min(desired, newest.wanted + room);
  const plan = new Map([[newest.name, next]]);
  const minAvailable = desired - maxUnavailable;
  const notYet = Math.max(0, newest.wanted - newest.available);
  // What may go altogether; broken ones first, then as many of the good ones as are not needed.
  let spare = total - minAvailable - notYet;
  let spareAvailable = newest.available + sum(old, 'available') - minAvailable;
  for (const { name, wanted, available } of old) {
    const broken = Math.min(wanted - Math.min(wanted, available), Math.max(0, spare));
    spare -= broken;
    const good = Math.min(wanted - broken, Math.max(0, spareAvailable), Math.max(0, spare));
    spare -= good;
    spareAvailable -= good;
    plan.set(name, wanted - broken - good);
  }
  return plan;
}

function sum(sets: readonly SetSize[], field: 'wanted' | 'available'): number {
  return sets.reduce((total, set) => total + set[field], 0);
}

/** A number, or a percentage of the replicas. */
export function share(value: unknown, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? 0 : round((Number(percent) * replicas) / 100);
}
