/** Weights as meshes write them, in whatever unit, as a whole percent. */
import { percent, type Percent } from '../shared/brand.ts';

export interface Weighted {
  readonly name: string;
  readonly weight: number;
}

/**
 * The share of all weights that `name` has, to the nearest percent; undefined where the weights make no share: they
 * are negative or broken numbers, add up to nothing, or `name` is not among them. A share that is neither nothing
 * nor all is never rounded to either, since those two mean something else.
 */
export function shareOf(name: string, backends: readonly Weighted[]): Percent | undefined {
  if (!backends.some((backend) => backend.name === name)) return undefined;
  if (backends.some(({ weight }) => !Number.isFinite(weight) || weight < 0)) return undefined;
  const sum = (of: readonly Weighted[]): number => of.reduce((total, { weight }) => total + weight, 0);
  const total = sum(backends);
  if (total === 0) return undefined;
  const exact = (100 * sum(backends.filter((backend) => backend.name === name))) / total;
  if (exact === 0 || exact === 100) return percent(exact);
  return percent(Math.min(99, Math.max(1, Math.round(exact))));
}
