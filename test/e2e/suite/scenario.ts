/** A story about one or more rollouts, told once and played on whichever stage there is. */
import type { Act } from './act.ts';
import type { Stage } from './stage.ts';

export interface Scenario {
  /** A word, also in names of namespaces. */
  readonly name: string;
  /** One of several that are asked for by one word. */
  readonly group?: 'traffic';
  /** What is true if it passes. */
  readonly title: string;
  /** How many weights it measures at most: all scenarios' together set the level of every bound. */
  readonly measures: number;
  /**
   * `alone` needs another controller than all others. `its own` takes minutes, in intervals that every controller allows.
   * Left out: it is in a hurry.
   */
  readonly pace?: 'alone' | 'its own';
  /** On which stage it can be played, and why not on the other. Left out: on both. */
  readonly only?: { readonly kind: Stage['kind']; readonly because: string };
  /** Throws what is not as it should be. */
  play(act: Act): Promise<void>;
}
