/**
 * A scenario is a sentence of the user documentation, a Canary and a story; what follows is a golden. Every pass is
 * held against every invariant on the way.
 */
import { join, resolve } from 'node:path';
import { describe, it } from '@jest/globals';
import type { Hook, HookType, Metric, Spec, Strategy } from '../../src/core/model.ts';
import type { Rehearsal } from '../../src/rehearsal/rehearse.ts';
import type { WorldState } from '../../src/rehearsal/world.ts';
import { renderEvent, renderLine } from '../../src/rehearsal/timeline.ts';
import { millis, percent } from '../../src/shared/brand.ts';
import { expectGolden } from './goldens.ts';
import { aStory, rehearsed, type Told } from './stories.ts';

export const GOLDENS = resolve(import.meta.dirname, '../scenario/goldens');

export interface Scenario {
  /** As the documentation says it; also the golden's file name. */
  readonly says: string;
  readonly spec?: Partial<Spec>;
  readonly story: Told;
  /** A world to begin with, if not a Canary nobody has looked at. */
  readonly start?: WorldState;
  /** Told from the very beginning, not from the first thing that happens. */
  readonly whole?: true;
}

/** A minute of interval, two minutes of deadline, two failed checks. */
export function aCanary(changes: Partial<Spec> = {}): Spec {
  return {
    strategy: weights(20, 40),
    stepWeightPromotion: percent(0),
    interval: millis(60_000),
    threshold: 2,
    decay: 0,
    progressDeadline: millis(120_000),
    skipAnalysis: false,
    suspend: false,
    revertOnDeletion: false,
    hooks: [],
    metrics: [SUCCESS_RATE],
    routed: true,
    autoscaler: '',
    ...changes,
  };
}

export const SUCCESS_RATE: Metric = {
  name: 'request-success-rate',
  source: 'builtin',
  onInconclusive: 'fail',
};

export function weights(...list: readonly number[]): Strategy & { readonly kind: 'canary' } {
  return { kind: 'canary', weights: list.map((weight) => percent(weight)), mirror: false };
}

const NAMES: Readonly<Record<HookType, string>> = {
  'confirm-rollout': 'start-gate',
  'pre-rollout': 'acceptance',
  rollout: 'load-test',
  'confirm-traffic-increase': 'traffic-gate',
  'confirm-promotion': 'promotion-gate',
  'post-rollout': 'report',
  rollback: 'stop',
  event: 'listener',
};

export function hook(type: HookType, name = NAMES[type]): Hook {
  return { type, name, muted: false, onInconclusive: 'fail' };
}

export function tellScenarios(topic: string, scenarios: readonly Scenario[]): void {
  describe(topic, () => {
    it.each(scenarios.map((scenario) => [scenario.says, scenario] as const))('%s', async (says, scenario) => {
      const story = aStory(scenario.story);
      const rehearsal = await rehearsed({
        spec: aCanary(scenario.spec),
        story,
        ...(scenario.start !== undefined && { start: scenario.start }),
      });
      // How a Canary is initialized is a scenario of its own; the others begin with what happens in them.
      const since = scenario.whole === true ? 0 : (story.happenings[0]?.at ?? 0);

      expectGolden(rendered(rehearsal, since), join(GOLDENS, `${slug(says)}.txt`));
    });
  });
}

/** The timeline from a moment on, and below it the events people get. */
export function rendered({ timeline }: Rehearsal, since: number): string {
  const lines = timeline.lines.filter(({ at }) => at >= since).map((line) => renderLine(line));
  const events = timeline.events.filter(({ at }) => at >= since).map((event) => renderEvent(event));
  return [...lines, '', ...events].join('\n');
}

export function slug(says: string): string {
  return says
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
