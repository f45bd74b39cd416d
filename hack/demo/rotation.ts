/** Weighted turns: over any hundred requests each backend gets its share, evenly spread, and nothing is drawn by lot. */

export interface Weighted {
  readonly weight: number;
}

export class Rotation {
  readonly #credits = new Map<string, number[]>();
  readonly #weights = new Map<string, string>();

  /** Whose turn it is among the candidates of `key`; undefined if all weights are 0. A new set of weights starts anew. */
  next<Candidate extends Weighted>(key: string, candidates: readonly Candidate[]): Candidate | undefined {
    const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
    if (total <= 0) return undefined;
    const credits = this.#creditsFor(key, candidates);
    let best = 0;
    candidates.forEach(({ weight }, index) => {
      credits[index] = (credits[index] ?? 0) + weight;
      if ((credits[index] ?? 0) > (credits[best] ?? 0)) best = index;
    });
    credits[best] = (credits[best] ?? 0) - total;
    return candidates[best];
  }

  #creditsFor(key: string, candidates: readonly Weighted[]): number[] {
    const weights = candidates.map(({ weight }) => weight).join(',');
    const known = this.#credits.get(key);
    if (known !== undefined && this.#weights.get(key) === weights) return known;
    const fresh = candidates.map(() => 0);
    this.#credits.set(key, fresh);
    this.#weights.set(key, weights);
    return fresh;
  }
}
