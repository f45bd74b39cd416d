/** When a fault comes: at random, and at the same moments for the same seed. */
import type { Random } from '../crash/random.ts';

/** A moment within `span` milliseconds, all of them as likely. */
export function momentWithin(span: number, random: Random): number {
  return Math.floor(random() * span);
}

export interface Kill {
  /** Milliseconds after a controller began to lead. */
  readonly after: number;
  /** Who is killed: mostly the one that leads, at times the one that waits for its place. */
  readonly whom: 'leader' | 'standby';
}

const STANDBYS = 0.15;

/** As many kills as wanted, each some time of at most `span` milliseconds after somebody leads. */
export function killsOf(count: number, span: number, random: Random): readonly Kill[] {
  return Array.from({ length: count }, () => ({
    after: momentWithin(span, random),
    whom: random() < STANDBYS ? 'standby' : 'leader',
  }));
}
