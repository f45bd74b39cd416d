/** What one Canary is to go through, drawn by a seed: a release every few hours, and with most of them some mischief. */
import type { Spec } from '../../src/core/model.ts';
import type { Story, Timed } from '../../src/rehearsal/story.ts';
import { millis, revision } from '../../src/shared/brand.ts';
import { FAULTS, oneOf, type Mischief, type Release } from './faults.ts';

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** At the end nobody does anything, but for one last good release. */
const CALM = 6 * HOUR;
const LAST = 3 * HOUR;
const SHORTEST = 40 * MINUTE;
const LONGEST = 3 * HOUR;
/** How many releases meet something. */
const TROUBLED = 0.6;

/** What everybody has to run in the end. */
export const LAST_REVISION = revision('last');

export interface Draft {
  readonly story: Story;
  /** Names of the faults, as often as each is in there. */
  readonly faults: readonly string[];
}

/** `shared` is what all Canaries meet at the same moment. */
export function drawStory(spec: Spec, span: number, random: () => number, shared: readonly Timed[]): Draft {
  const parts: Mischief[] = [{ happenings: shared }];
  const faults: string[] = [];
  let number = 2;
  for (let at = between(0, LONGEST, random); at < span - CALM; at += between(SHORTEST, LONGEST, random)) {
    const release: Release = {
      spec,
      revision: revision(`v${number}`),
      at,
      amid: at + between(0, 9 * MINUTE, random),
      random,
    };
    number += 1;
    parts.push(applied(release));
    if (random() >= TROUBLED) continue;
    const { name, mischief } = drawFault(release);
    faults.push(name);
    parts.push(mischief);
  }
  parts.push({
    happenings: [{ at: millis(span - LAST), happening: { kind: 'push', revision: LAST_REVISION } }],
  });
  return { story: told(parts, span), faults };
}

/** A release of the controller or of the cluster now and then: nobody is there for a while, for all at once. */
export function drawShared(span: number, random: () => number): readonly Timed[] {
  const days = Array.from({ length: Math.ceil(span / DAY) }, (_, day) => day * DAY);
  return days.flatMap((day) =>
    (['controller', 'api-server'] as const).map((of) => ({
      at: millis(day + between(HOUR, DAY - CALM - HOUR, random)),
      happening: { kind: 'outage', of, span: millis(between(MINUTE, 30 * MINUTE, random)) } as const,
    })),
  );
}

function applied({ at, revision: carried }: Release): Mischief {
  return { happenings: [{ at: millis(at), happening: { kind: 'push', revision: carried } }] };
}

function drawFault(release: Release): { readonly name: string; readonly mischief: Mischief } {
  for (;;) {
    const name = oneOf(Object.keys(FAULTS), release.random);
    const mischief = FAULTS[name]?.(release);
    if (mischief !== undefined) return { name, mischief };
  }
}

function told(parts: readonly Mischief[], span: number): Story {
  return {
    lasts: millis(span),
    happenings: parts.flatMap(({ happenings = [] }) => happenings),
    metrics: parts.flatMap(({ metrics = [] }) => metrics),
    hooks: parts.flatMap(({ hooks = [] }) => hooks),
    workloads: parts.flatMap(({ workloads = [] }) => workloads),
  };
}

/** Whole seconds. */
function between(least: number, most: number, random: () => number): number {
  return Math.round((least + random() * (most - least)) / 1_000) * 1_000;
}
