/** Faults in hooks, metrics and what is counted, each by the number of the claim it breaks. */
import { breaks } from './drop-in.ts';
import type { Mutant, Proof } from './mutant.ts';

const ASK = 'src/controller/ask.ts';
const VITALS = 'src/controller/vitals.ts';

function asked(name: string): Proof {
  return { file: 'test/unit/controller/ask.test.ts', name };
}

export const ASKING_MUTANTS: readonly Mutant[] = [
  breaks(
    'promotion is asked about before the weight (10.3.2)',
    { file: 'test/scenario/ticks.test.ts' },
    {
      file: 'src/core/analysing.ts',
      find: 'mayIncrease(s) ?? mayPromote(s, next)',
      replace: 'mayPromote(s, next) ?? mayIncrease(s)',
    },
  ),
  breaks(
    'consent by status 500 (10.3.4)',
    { file: 'test/unit/hooks/call.test.ts' },
    {
      file: 'src/hooks/call.ts',
      find: 'status !== undefined && status >= 200 && status < 300',
      replace: 'status !== undefined && status >= 200',
    },
  ),
  breaks(
    'an event without its type (10.3.5)',
    { file: 'test/unit/hooks/payload.test.ts', name: 'adds message, type and time' },
    { file: 'src/hooks/payload.ts', find: 'eventType: event.type,', replace: '' },
  ),
  breaks(
    'a checksum of the template alone (10.3.6)',
    { file: 'test/unit/hooks/payload.test.ts', name: 'differs by' },
    {
      file: 'src/hooks/payload.ts',
      find: 'return digest({ trackedConfigs, lastAppliedSpec });',
      replace: 'return digest({ trackedConfigs: typeof trackedConfigs, lastAppliedSpec });',
    },
  ),
  breaks('a template of no namespace (10.3.10)', asked('about a template uses its address'), {
    file: ASK,
    find: 'const namespace = templateRef?.namespace ?? canary.namespace;',
    replace: "const namespace = templateRef?.namespace ?? '';",
  }),
  breaks(
    'templates before built-in metrics (10.3.11)',
    { file: 'test/unit/core/gates.test.ts' },
    {
      file: 'src/core/gates.ts',
      find: "metricChecks(s, ['builtin', 'query']) ?? metricChecks(s, ['template', 'none'])",
      replace: "metricChecks(s, ['template', 'none']) ?? metricChecks(s, ['builtin', 'query'])",
    },
  ),
  breaks(
    'a failure that no alert rule sees (10.3.12)',
    { file: 'test/unit/controller/vitals.test.ts' },
    { file: VITALS, find: "return phase === 'Failed' ? 2 : 1;", replace: 'return 1;' },
  ),
  breaks(
    'seconds that are milliseconds (10.3.13)',
    asked('about the duration of requests is counted in seconds'),
    { file: ASK, find: 'value.value / scaleOf(metric, source)', replace: 'value.value' },
  ),
  breaks(
    'alert providers of every namespace (10.3.14)',
    { file: 'test/unit/api/canary.test.ts' },
    {
      file: 'src/api/canary.ts',
      find: "'alert provider', providerRef.name, providerRef.namespace);",
      replace: "'alert provider', providerRef.name, undefined);",
    },
  ),
  breaks(
    'every run is a canary’s (10.3.17)',
    { file: 'test/unit/controller/vitals.test.ts', name: 'count how runs ended' },
    { file: VITALS, find: 'deployment_strategy: strategy }', replace: "deployment_strategy: 'canary' }" },
  ),
  breaks(
    'a canary that only fails has no data (M31)',
    { file: 'test/unit/metrics/builtin.test.ts' },
    {
      file: 'src/metrics/builtin.ts',
      find: 'if (!requests.ok || requests.value === 0) return rate;',
      replace: 'return rate;',
    },
  ),
  breaks('templates of every namespace (M35)', asked('about a template of another namespace is refused'), {
    file: ASK,
    find: 'if (tools.settings.noCrossNamespaceRefs && namespace !== canary.namespace) {',
    replace: "if (tools.settings.noCrossNamespaceRefs && namespace === '') {",
  }),
  breaks(
    'iterations that are forgotten while promotion is waited for (M39)',
    { file: 'test/unit/api/status.test.ts' },
    {
      file: 'src/api/status.ts',
      find: "phase === 'Progressing' || phase === 'WaitingPromotion' || phase === 'Promoting'",
      replace: "phase === 'Progressing' || phase === 'Promoting'",
    },
  ),
  breaks(
    'an A/B test by a match alone (M42)',
    { file: 'test/unit/api/canary.test.ts', name: 'the strategy of a canary' },
    {
      file: 'src/api/canary-strategy.ts',
      find: 'if (iterations > 0 && matched) return',
      replace: 'if (matched) return',
    },
  ),
];
