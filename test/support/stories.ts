/** Stories in a few words, rehearsed under every invariant. */
import { expect } from '@jest/globals';
import { Rehearsal, type RehearsalOptions } from '../../src/rehearsal/rehearse.ts';
import type { Happening, Story } from '../../src/rehearsal/story.ts';
import { instant, millis, revision, type Millis } from '../../src/shared/brand.ts';
import { parseDuration } from '../../src/shared/duration.ts';
import { broken } from '../simulation/invariants.ts';

/** A span as people write it; a typo is a bug of the test. */
export function span(text: string): Millis {
  const found = parseDuration(text);
  if (found === undefined) throw new Error(`not a duration: ${text}`);
  return found;
}

export interface Told extends Partial<Omit<Story, 'happenings' | 'lasts'>> {
  readonly lasts?: string;
  /** What happens, by when it does. */
  readonly happens?: Readonly<Record<string, Happening | readonly Happening[]>>;
}

export function aStory({ lasts = '10m', happens = {}, ...rules }: Told = {}): Story {
  const happenings = Object.entries(happens).flatMap(([at, what]) =>
    [what].flat().map((happening) => ({ at: span(at), happening })),
  );
  return { lasts: span(lasts), happenings, metrics: [], hooks: [], workloads: [], ...rules };
}

export function push(name: string): Happening {
  return { kind: 'push', revision: revision(name) };
}

/** The rehearsal at the end of its story; a pass that breaks an invariant fails the test. */
export async function rehearsed(options: RehearsalOptions): Promise<Rehearsal> {
  const failures: string[] = [];
  const byHand = options.story.happenings.flatMap(({ happening }) =>
    happening.kind === 'weight' ? [happening.weight] : [],
  );
  const rehearsal = new Rehearsal({
    ...options,
    onPass: (pass) => {
      failures.push(...broken({ ...pass, byHand }).map((what) => `at ${pass.after.now / 1_000}s: ${what}`));
      options.onPass?.(pass);
    },
  });
  await rehearsal.runUntil(instant(options.story.lasts));
  expect(failures).toEqual([]);
  return rehearsal;
}

export const AN_HOUR = millis(3_600_000);
