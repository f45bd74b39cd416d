/**
 * Whether a count of requests can be told from what a weight promises. Exact: the tails of the binomial distribution
 * are summed, not approximated, and the level is shared among all weights that a run measures.
 */

/** How often a run in which every share is as promised may still complain. */
export const RISK_OF_A_RUN = 1e-6;

export interface Share {
  /** Percent of requests the canary was to get. */
  readonly weight: number;
  readonly requests: number;
  /** How many of them it got. */
  readonly canary: number;
}

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * The counts that are no surprise for `requests` requests at `weight` percent, where `measured` weights are judged in
 * the whole run. Each tail outside has at most half the level that falls to one weight.
 */
export function boundsOf({ weight, requests }: Omit<Share, 'canary'>, measured: number): Bounds {
  const tail = RISK_OF_A_RUN / measured / 2;
  const chances = distribution(requests, weight / 100);
  return { least: firstBeyond(chances, tail), most: requests - firstBeyond(chances.toReversed(), tail) };
}

export function isSurprising(share: Share, measured: number): boolean {
  const { least, most } = boundsOf(share, measured);
  return share.canary < least || share.canary > most;
}

/** The first count whose chance, with those of all counts before it, is more than `tail`. */
function firstBeyond(chances: readonly number[], tail: number): number {
  let sum = 0;
  return chances.findIndex((chance) => (sum += chance) > tail);
}

/** The chance of every count from 0 to n. Computed in logarithms: (1/2)^2000 is no number. */
function distribution(n: number, p: number): readonly number[] {
  if (p <= 0 || p >= 1) return Array.from({ length: n + 1 }, (_, k) => (k === (p <= 0 ? 0 : n) ? 1 : 0));
  let log = n * Math.log1p(-p);
  const step = Math.log(p) - Math.log1p(-p);
  return Array.from({ length: n + 1 }, (_, k) => {
    if (k > 0) log += Math.log((n - k + 1) / k) + step;
    return Math.exp(log);
  });
}
