/** Faults in what people who come from Flagger rely on, each by the number it has in `npm run conformance`. */
import type { Fault, Mutant, Proof } from './mutant.ts';

const PORTS = 'src/targets/ports.ts';
const CALL = 'src/hooks/call.ts';
const STRATEGY = 'src/api/canary-strategy.ts';
const LABELS = 'src/targets/labels.ts';
const DEPLOYMENT = 'test/unit/targets/deployment.test.ts';
const DISCOVERED: Proof = { file: 'test/unit/traffic/discovered-ports.test.ts', name: 'of the service' };
const GATES: Proof = { file: 'test/unit/core/gates.test.ts' };
const CANARY: Proof = { file: 'test/unit/api/canary.test.ts' };

function called(name: string): Proof {
  return { file: 'test/unit/hooks/call.test.ts', name };
}

/** A fault in what one claim says; its number ends the sentence. */
export function breaks(what: string, test: Proof, fault: Fault): Mutant {
  return { id: 'drop-in', what, test, ...fault };
}

export const DROP_IN_MUTANTS: readonly Mutant[] = [
  breaks(
    'blue/green that never sends traffic (10.1.9)',
    { file: 'test/scenario/ticks.test.ts', name: 'goes tick by tick through' },
    {
      file: 'src/core/progression.ts',
      find: '{ canaryWeight: percent(strategy.routed ? 100 : 0), mirrored: false, final: true }',
      replace: '{ canaryWeight: percent(strategy.routed ? 0 : 0), mirrored: false, final: true }',
    },
  ),
  breaks('a port that is served is discovered as well (10.1.17)', DISCOVERED, {
    file: PORTS,
    find: "if (typeof port !== 'number' || port === service.targetPort) return [];",
    replace: "if (typeof port !== 'number') return [];",
  }),
  breaks('a port served by name is discovered as well (10.1.18)', DISCOVERED, {
    file: PORTS,
    find: 'return name !== undefined && name === service.targetPort',
    replace: "return name !== undefined && name === 'never'",
  }),
  breaks(
    'alert providers of the own namespace alone (10.1.19)',
    {
      file: 'test/unit/controller/messenger.test.ts',
      name: 'finds the provider of an alert in namespace',
    },
    {
      file: 'src/controller/messenger.ts',
      find: 'const namespace = providerRef.namespace ?? canary.namespace;',
      replace: 'const namespace = canary.namespace;',
    },
  ),
  breaks('maxWeight that nothing exceeds (10.2.2)', CANARY, {
    file: STRATEGY,
    find: 'const ceiling = clamp ? max : 100;',
    replace: 'const ceiling = max;',
  }),
  breaks('what the controller was told about deletion is forgotten (M17)', CANARY, {
    file: 'src/api/canary.ts',
    find: 'spec.revertOnDeletion ?? context.revertOnDeletion ?? false',
    replace: 'spec.revertOnDeletion ?? false',
  }),
  breaks(
    'a division by nothing that passes (M33)',
    { file: 'test/unit/metrics/judge.test.ts', name: 'infinity' },
    {
      file: 'src/metrics/judge.ts',
      find: 'if (breach === undefined && !Number.isFinite(value)) {',
      replace: 'if (breach !== undefined && !Number.isFinite(value)) {',
    },
  ),
  breaks('failed checks that are never forgiven (M36)', GATES, {
    file: 'src/core/analysing.ts',
    find: 'Math.max(0, failedChecks - s.spec.decay)',
    replace: 'failedChecks',
  }),
  breaks('a step that is judged by what came before it (M32)', GATES, {
    file: 'src/core/gates.ts',
    find: 'return latest(s, observed.routes?.since, began) ??',
    replace: 'return latest(s, began) ??',
  }),
  breaks('a gate that is told of at every look (M37)', GATES, {
    file: 'src/core/gates.ts',
    find: 'held === undefined || late !== undefined ||',
    replace: 'held === undefined ||',
  }),
  breaks(
    'a first version that never works, and nobody hears of it (M37)',
    { file: 'test/unit/core/decide.test.ts', name: 'an initialization that does not get on' },
    {
      file: 'src/core/initializing.ts',
      find: "if (readiness.kind === 'stuck' && status.late === undefined)",
      replace: "if (readiness.kind === 'stuck' && status.late !== undefined)",
    },
  ),
  breaks('a rollback hook that nobody hears before a run (M38)', GATES, {
    file: 'src/core/resting.ts',
    find: "const stopped = s.status.phase === 'Waiting' ?",
    replace: "const stopped = s.status.phase === 'Progressing' ?",
  }),
  breaks(
    'a namespace that goes is written to again and again (M63)',
    { file: 'test/unit/controller/canary-ports.test.ts', name: 'a Canary whose namespace is being deleted' },
    {
      file: 'src/controller/canary-ports.ts',
      find: "if (kind === 'ending') memory.ending = true;",
      replace: '',
    },
  ),
  breaks('a cap that is not kept (M9)', CANARY, {
    file: STRATEGY,
    find: 'const ceiling = clamp ? max : 100;',
    replace: 'const ceiling = 100;',
  }),
  breaks(
    'empty metadata in a payload (10.3.3)',
    { file: 'test/unit/hooks/payload.test.ts', name: 'has no metadata where the manifest has none' },
    {
      file: 'src/hooks/payload.ts',
      find: '...(empty ? {} : { metadata }) };',
      replace: 'metadata };',
    },
  ),
  breaks('a hook that is called once (10.3.7)', called('survives an error when there are retries left'), {
    file: CALL,
    find: 'if (attempt > hook.retries)',
    replace: 'if (attempt > 0)',
  }),
  breaks('certificates that are always verified (10.3.8)', called('is one POST of JSON'), {
    file: CALL,
    find: 'insecure: hook.disableTLS,',
    replace: 'insecure: false,',
  }),
  breaks(
    'the global server in the place of the Canary’s own (10.3.9)',
    {
      file: 'test/unit/controller/ask.test.ts',
      name: 'about the providers asks the server of the Canary',
    },
    {
      file: 'src/controller/ask.ts',
      find: 'address: metricsServer ?? settings.metricsServer,',
      replace: 'address: settings.metricsServer ?? metricsServer,',
    },
  ),
  breaks(
    'tracking that is turned off by one word alone (10.4.15)',
    { file: 'test/unit/targets/tracked-config.test.ts', name: 'is left alone where its owner opted out' },
    {
      file: 'src/targets/tracked-config.ts',
      find: "?.startsWith('disable') === true",
      replace: " === 'disable'",
    },
  ),
  breaks(
    'annotations of Flux on the primary (10.4.2)',
    { file: DEPLOYMENT, name: 'has the labels that are to be copied, and annotations' },
    {
      file: LABELS,
      find: 'key !== LAST_APPLIED && !own(key) && !key.includes(TOOLKIT)',
      replace: 'key !== LAST_APPLIED && !own(key)',
    },
  ),
  breaks(
    'labels by their whole name alone (10.4.19)',
    { file: DEPLOYMENT, name: 'with the prefixes' },
    {
      file: LABELS,
      find: "prefix === '*' || key.startsWith(prefix)",
      replace: "prefix === '*' || key === prefix",
    },
  ),
  breaks(
    'a primary with no label but one (10.4.20)',
    { file: DEPLOYMENT, name: 'differ from the target’s in the one it is selected by' },
    {
      file: LABELS,
      find: 'return { ...labels, [label]: `${value}${PRIMARY}` };',
      replace: 'return { ...(labels && {}), [label]: `${value}${PRIMARY}` };',
    },
  ),
  breaks(
    'two passes over one Canary at a time (M23)',
    {
      file: 'test/unit/controller/workqueue.test.ts',
      name: 'never gives one key to two workers',
    },
    {
      file: 'src/controller/workqueue.ts',
      find: 'if (this.#working.has(key)) {',
      replace: 'if (this.#working.has(`${key}?`)) {',
    },
  ),
  breaks('consent by 200 and 202 alone (M41)', called('is status'), {
    file: CALL,
    find: 'status >= 200 && status < 300',
    replace: '(status === 200 || status === 202)',
  }),
  breaks(
    'further ports that a Service loses (M66)',
    {
      file: 'test/unit/traffic/services.test.ts',
      name: 'keeps its further ports and its node ports',
    },
    {
      file: 'src/traffic/services.ts',
      find: 'const claimed = (theirs: Tree): boolean =>',
      replace: 'const claimed = (theirs: Tree): boolean => theirs !== undefined ||',
    },
  ),
];
