/** Which strategy an analysis asks for, and what the provider makes of it. */
import type { Spec, Strategy } from '../core/model.ts';
import { percent, type Percent } from '../shared/brand.ts';
import type { WrittenAnalysis } from './canary-schema.ts';
import type { Abilities, Capabilities } from './model.ts';
import type { Report } from './report.ts';
import { fieldPath } from './salvage.ts';
import { present } from './schema-parts.ts';

/** What a provider without routes gets where no iterations are given. */
const ASSUMED_ITERATIONS = 10;
const WHOLE = percent(100);
/** One of these says how traffic moves. */
const CHOICES = ['stepWeight', 'stepWeights', 'iterations'];

export interface StrategyContext {
  readonly provider: string;
  readonly support: Abilities;
  /** Nothing is analysed, so an analysis that leads nowhere does no harm. */
  readonly skipAnalysis: boolean;
  /** Keep the last step at `maxWeight` instead of going past it. */
  readonly clamp: boolean;
  /** Where the analysis stands, `spec.analysis`. */
  readonly at: string;
}

export type ChosenStrategy = Pick<Spec, 'strategy' | 'forced'>;

/** Always a strategy that ends, whatever was written. */
export function chooseStrategy(
  written: WrittenAnalysis,
  context: StrategyContext,
  report: Report,
): ChosenStrategy {
  const { at, support } = context;
  const iterations = written.iterations ?? 0;
  const matched = present(written.match).length > 0;
  if (iterations < 0) report.error(`${at}.iterations`, `found ${iterations}, expected 0 or more`);
  checkLeftovers(written, context, report);
  if (!support.routed) return withoutRoutes(written, context, report);
  if (iterations > 0 && matched) return { strategy: abTesting(written, context, report) };
  if (iterations > 0) return { strategy: blueGreen(written, context, report) };
  if (matched) {
    report.warning(
      `${at}.match`,
      'has no effect without iterations: traffic is shifted by weight; set iterations for A/B testing',
    );
  }
  return { strategy: progressive(written, context, report) };
}

function withoutRoutes(
  written: WrittenAnalysis,
  { at, provider }: StrategyContext,
  report: Report,
): ChosenStrategy {
  const iterations = written.iterations ?? 0;
  const matchDropped = present(written.match).length > 0;
  const iterationsAssumed = iterations <= 0;
  if (matchDropped) {
    report.warning(
      `${at}.match`,
      `has no effect: provider ${provider} routes no requests, so there is no A/B testing`,
    );
  }
  if (written.mirror === true) {
    report.warning(
      `${at}.mirror`,
      `has no effect: provider ${provider} routes no requests, so none are mirrored`,
    );
  }
  if (iterationsAssumed) {
    report.warning(
      `${at}.iterations`,
      `is not set: provider ${provider} cannot shift traffic by weight, so ${ASSUMED_ITERATIONS} iterations of blue/green are run`,
    );
  }
  return {
    strategy: {
      kind: 'blue-green',
      iterations: iterationsAssumed ? ASSUMED_ITERATIONS : iterations,
      mirror: false,
      routed: false,
    },
    ...(matchDropped || iterationsAssumed ? { forced: { matchDropped, iterationsAssumed } } : {}),
  };
}

function abTesting(
  written: WrittenAnalysis,
  { at, provider, support }: StrategyContext,
  report: Report,
): Strategy {
  if (!support.match) {
    report.error(
      `${at}.match`,
      `asks for A/B testing, which provider ${provider} cannot do; drop match, or use a provider that routes by header`,
      'UnsupportedFeature',
    );
  }
  if (written.mirror === true) {
    report.warning(`${at}.mirror`, 'has no effect with match: in A/B testing the canary gets live requests');
  }
  return { kind: 'ab-testing', iterations: Math.max(1, written.iterations ?? 0) };
}

function blueGreen(written: WrittenAnalysis, context: StrategyContext, report: Report): Strategy {
  const mirror = mirrored(written, 'blueGreen', context, report);
  return { kind: 'blue-green', iterations: Math.max(1, written.iterations ?? 0), mirror, routed: true };
}

function progressive(written: WrittenAnalysis, context: StrategyContext, report: Report): Strategy {
  const { at, provider, support } = context;
  if (!support.weights) {
    report.error(
      at,
      `asks for traffic by weight, which provider ${provider} cannot do; set iterations for blue/green instead`,
      'UnsupportedFeature',
    );
  }
  return {
    kind: 'canary',
    weights: weightsOf(written, context, report),
    mirror: mirrored(written, 'canary', context, report),
  };
}

function mirrored(
  { mirror }: WrittenAnalysis,
  strategy: keyof Capabilities['mirror'],
  { at, provider, support }: StrategyContext,
  report: Report,
): boolean {
  if (mirror !== true) return false;
  if (support.mirror[strategy]) return true;
  const other = strategy === 'canary' && support.mirror.blueGreen ? ', or set iterations for blue/green' : '';
  report.error(
    `${at}.mirror`,
    `asks for mirrored requests, which provider ${provider} cannot send ` +
      `${strategy === 'canary' ? 'while it shifts traffic by weight' : 'in blue/green'}; drop mirror${other}`,
    'UnsupportedFeature',
  );
  return false;
}

/** Ascending, none empty: where nothing usable was written, everything at once. */
function weightsOf(written: WrittenAnalysis, context: StrategyContext, report: Report): readonly Percent[] {
  const stepWeight = written.stepWeight ?? 0;
  const listed = present(written.stepWeights);
  const field = `${context.at}.stepWeight`;
  if (stepWeight < 0) {
    report.error(field, `found ${stepWeight}, expected 1 to 100`);
    return [WHOLE];
  }
  if (stepWeight > 0) {
    if (stepWeight > 100) report.warning(field, `found ${stepWeight}, which moves all traffic in one step`);
    return climb(stepWeight, maxWeightOf(written, context.at, report), context.clamp);
  }
  if (listed.length > 0) return listedWeights(listed, `${context.at}.stepWeights`, report);
  // A field that could not be read is not one that nobody wrote.
  const unread = report.hasErrorAt(CHOICES.map((name) => `${context.at}.${name}`));
  if (!context.skipAnalysis && !unread) trafficless(written, context, report);
  return [WHOLE];
}

/** With a list that is there and empty the API server takes no other choice beside it. */
function trafficless({ stepWeights }: WrittenAnalysis, { at }: StrategyContext, report: Report): void {
  if (stepWeights === undefined) {
    report.error(
      `${at}.stepWeight`,
      'is not set, and neither are stepWeights and iterations: the canary would never get any traffic; set one of them',
    );
    return;
  }
  report.error(
    `${at}.stepWeights`,
    'is empty, expected at least one weight from 1 to 100: the canary would never get any traffic',
  );
}

/** Multiples of `step`, up to and including the first that is not below `max`: 20, 40, 60 for 20 and 50. */
function climb(step: number, max: number, clamp: boolean): readonly Percent[] {
  const ceiling = clamp ? max : 100;
  const count = Math.ceil(max / step);
  return Array.from({ length: count }, (_, index) => percent(Math.min(ceiling, (index + 1) * step)));
}

function maxWeightOf({ maxWeight = 100 }: WrittenAnalysis, at: string, report: Report): number {
  if (maxWeight < 0) report.error(`${at}.maxWeight`, `found ${maxWeight}, expected 1 to 100`);
  if (maxWeight === 0) report.warning(`${at}.maxWeight`, 'found 0, taken as 100: all traffic in the end');
  if (maxWeight > 100)
    report.warning(`${at}.maxWeight`, `found ${maxWeight}, there is no more traffic than 100`);
  return maxWeight > 0 ? Math.min(100, maxWeight) : 100;
}

function listedWeights(
  listed: readonly (readonly [number, number])[],
  at: string,
  report: Report,
): readonly Percent[] {
  const weights: Percent[] = [];
  const last = listed.at(-1)?.[0];
  for (const [index, written] of listed) {
    const field = `${at}${fieldPath([index])}`;
    const before = weights.at(-1) ?? 0;
    const weight = index === last ? Math.min(100, written) : written;
    if (weight !== written) report.warning(field, `found ${written}, there is no more traffic than 100`);
    if (weight <= before || weight > 100) {
      report.error(
        field,
        `found ${written}, expected more than ${before} and at most 100: steps have to ascend`,
      );
    } else weights.push(percent(weight));
  }
  return weights.length > 0 ? weights : [WHOLE];
}

/** Fields that say something another field overrules. */
function checkLeftovers(written: WrittenAnalysis, { at, support }: StrategyContext, report: Report): void {
  const stepWeight = (written.stepWeight ?? 0) > 0;
  const stepWeights = present(written.stepWeights).length > 0;
  const overruled =
    'has no effect beside iterations, which ask for blue/green or A/B testing; drop one of the two';
  if ((written.iterations ?? 0) > 0 && support.routed) {
    if (stepWeight) report.warning(`${at}.stepWeight`, overruled);
    if (stepWeights) report.warning(`${at}.stepWeights`, overruled);
  } else if (stepWeight && stepWeights) {
    report.warning(`${at}.stepWeights`, 'has no effect beside stepWeight; drop one of the two');
  } else if (stepWeights && (written.maxWeight ?? 0) > 0) {
    report.warning(
      `${at}.maxWeight`,
      'has no effect beside stepWeights, whose last element is the highest weight',
    );
  }
}
