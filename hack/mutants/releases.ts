/** Faults in how a release goes from weight to weight and back, each by the number of the claim it breaks. */
import { breaks } from './drop-in.ts';
import type { Mutant, Proof } from './mutant.ts';

const PROMOTING = 'src/core/promoting.ts';
const RETREAT = 'src/core/retreat.ts';
const ANALYSING = 'src/core/analysing.ts';
const STRATEGY = 'src/api/canary-strategy.ts';
const SERVICE = 'src/targets/service.ts';
const SERVICES = 'test/unit/targets/service.test.ts';
const TICKS: Proof = { file: 'test/scenario/ticks.test.ts' };
const DECIDE: Proof = { file: 'test/unit/core/decide.test.ts' };

function canary(name: string): Proof {
  return { file: 'test/unit/api/canary.test.ts', name };
}

export const RELEASE_MUTANTS: readonly Mutant[] = [
  breaks(
    'a primary that nobody waits for (10.1.1)',
    { file: 'test/scenario/promotion.test.ts' },
    {
      file: 'src/core/initializing.ts',
      find: "if (readiness.kind !== 'ready') return waitForPrimary(s, readiness.detail);",
      replace: '',
    },
  ),
  breaks('traffic that stays with a primary that does not come up (10.1.5)', DECIDE, {
    file: RETREAT,
    find: "const rescue = observed.primary?.readiness.kind === 'stuck' && standsIn(s);",
    replace: 'const rescue = false;',
  }),
  breaks('a primary that breaks in Finalising is waited for (10.1.6)', DECIDE, {
    file: PROMOTING,
    find: "if (primary.readiness.kind === 'stuck') return failPromotion",
    replace: "if (primary.readiness.kind === 'stuck' && status.phase === 'Promoting') return failPromotion",
  }),
  breaks('skipAnalysis that analyses (10.1.7)', TICKS, {
    file: ANALYSING,
    find: "if (spec.skipAnalysis || asked(s, 'promote')) return promote(s);",
    replace: "if (asked(s, 'promote')) return promote(s);",
  }),
  breaks('all traffic home in one step (10.1.8)', TICKS, {
    file: PROMOTING,
    find: 'descent(status.canaryWeight, size)[0]',
    replace: 'descent(status.canaryWeight, percent(0))[0]',
  }),
  breaks('a newer revision that begins with the traffic of the former (10.1.10)', DECIDE, {
    file: RETREAT,
    find: 'const at = staysAway(s) ? stays : START;',
    replace: 'const at = staysAway(s) || isAnalysing(status) ? stays : START;',
  }),
  breaks(
    'a revision that knows nothing of its configuration (10.1.11)',
    { file: 'test/unit/targets/tracked-config.test.ts', name: 'makes a new revision by' },
    {
      file: 'src/targets/record.ts',
      find: 'return revision(digest({ template, configs }));',
      replace: 'return revision(digest({ template }));',
    },
  ),
  breaks('an A/B test of one iteration less (10.1.15)', TICKS, {
    file: 'src/core/progression.ts',
    find: 'return repeat(strategy.iterations, { canaryWeight: percent(100)',
    replace: 'return repeat(strategy.iterations - 1, { canaryWeight: percent(100)',
  }),
  breaks(
    'two ports of one name (10.1.16)',
    { file: 'test/unit/targets/deployment.test.ts', name: 'are those of all containers' },
    {
      file: 'src/targets/ports.ts',
      find: 'name: name ?? `tcp-${owner}-${index}`',
      replace: 'name: name ?? `tcp-${owner}`',
    },
  ),
  breaks(
    'a Service that is waited for (10.2.1)',
    { file: SERVICES, name: 'waits for nothing to become ready' },
    {
      file: SERVICE,
      find: "scaledUp: undefined, readiness: { kind: 'ready' } };",
      replace: "scaledUp: undefined, readiness: { kind: 'progressing', detail: '' } };",
    },
  ),
  breaks('a canary that never gets everybody (10.2.3)', canary('the strategy of a canary'), {
    file: STRATEGY,
    find: 'function maxWeightOf({ maxWeight = 100 }',
    replace: 'function maxWeightOf({ maxWeight = 50 }',
  }),
  breaks('the first of the listed weights is left out (10.2.4)', canary('the strategy of a canary'), {
    file: STRATEGY,
    find: 'return listedWeights(listed, `',
    replace: 'return listedWeights(listed.slice(1), `',
  }),
  breaks('a last weight above 100 is refused (10.2.5)', canary('the strategy of a canary'), {
    file: STRATEGY,
    find: 'index === last ? Math.min(100, written) : written',
    replace: 'written',
  }),
  breaks(
    'a primary Service that keeps its selector (10.2.6)',
    { file: SERVICES, name: 'gets the selector that the target has by then' },
    {
      file: SERVICE,
      find: 'spec: specOfCopy(source.meaning, found) };',
      replace: "spec: found === undefined ? specOfCopy(source.meaning, found) : found['spec'] };",
    },
  ),
  breaks('an interval of ten seconds where none is written (10.2.7)', canary('waits between steps'), {
    file: 'src/api/canary-analysis.ts',
    find: 'const DEFAULT_INTERVAL = millis(60_000);',
    replace: 'const DEFAULT_INTERVAL = millis(10_000);',
  }),
];
