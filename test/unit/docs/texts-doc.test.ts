/** People look up what they read: every event, wait and metric name has its line in the documentation. */
import { readFileSync } from 'node:fs';
import { describe as suite, expect, it } from '@jest/globals';
import { Vitals } from '../../../src/controller/vitals.ts';
import type { Action, CheckFailure, News, Reason, Spec, WaitingFor } from '../../../src/core/model.ts';
import { describe, waitingText } from '../../../src/core/wording.ts';
import { instant, millis, percent, revision } from '../../../src/shared/brand.ts';

/** What is set as code on a page; `…` stands for anything. */
function textsOn(page: string): readonly RegExp[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  const escaped = (part: string): string => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return [...text.matchAll(/`([^`\n]+)`/g)].map(
    ([, shown = '']) => new RegExp(`^${shown.split('…').map(escaped).join('.*')}$`),
  );
}

/** Named as on the page. */
const NAMES = { canary: 'C', target: 'T', primary: 'P', kind: 'Deployment' };
const DETAIL = 'some detail';
const REVISION = revision('1-c0b46af446ef6a67');

const REASONS: Readonly<{ [Kind in Reason['kind']]: Reason & { readonly kind: Kind } }> = {
  threshold: { kind: 'threshold', failedChecks: 5 },
  stuck: { kind: 'stuck', workload: 'target', detail: DETAIL },
  'target-gone': { kind: 'target-gone' },
  aborted: { kind: 'aborted' },
  'rollback-hook': { kind: 'rollback-hook', hook: 'H' },
  unsettled: { kind: 'unsettled', detail: DETAIL },
  'invalid-spec': { kind: 'invalid-spec', detail: DETAIL },
};

const asked = { metric: 'NAME', source: 'builtin', detail: '' } as const;
const FAILURES: readonly CheckFailure[] = [
  { kind: 'success-rate', metric: 'NAME', value: 95.14, bound: 99, side: 'min' },
  { kind: 'duration', metric: 'NAME', value: 1_200, bound: 500, side: 'max' },
  { kind: 'metric', metric: 'NAME', value: 7, bound: 5, side: 'max' },
  { kind: 'hook', hook: 'H', detail: DETAIL },
  { kind: 'no-values', provider: 'istio', ...asked },
  { kind: 'no-values', provider: 'istio', ...asked, source: 'query' },
  { kind: 'no-values', provider: 'istio', ...asked, source: 'template' },
  { kind: 'query-failed', ...asked },
  { kind: 'query-failed', ...asked, source: 'template' },
  { kind: 'unusable', metric: 'NAME' },
  { kind: 'template', template: 'NAME', part: 'template', subject: '', detail: DETAIL },
  { kind: 'providers', detail: DETAIL },
];

/** One of each kind, or several where the words differ. */
const NEWS: Readonly<{ [Kind in News['kind']]: readonly (News & { readonly kind: Kind })[] }> = {
  'providers-available': [{ kind: 'providers-available' }],
  'providers-unavailable': [{ kind: 'providers-unavailable', detail: DETAIL }],
  initialized: [{ kind: 'initialized' }],
  'initialization-failed': (['primary', 'target'] as const).map((workload) => ({
    kind: 'initialization-failed',
    workload,
    detail: DETAIL,
  })),
  'taken-over': [{ kind: 'taken-over' }],
  'new-revision': [{ kind: 'new-revision' }],
  restarted: [{ kind: 'restarted' }],
  'analysis-starts': [{ kind: 'analysis-starts' }],
  'hook-passed': [{ kind: 'hook-passed', type: 'confirm-rollout', hook: 'H' }],
  'gate-held': (['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const).map(
    (type) => ({ kind: 'gate-held', type, hook: 'H', muted: false }),
  ),
  'gate-overdue': (['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'] as const).map(
    (type) => ({ kind: 'gate-overdue', type, hook: 'H', muted: false, span: millis(600_000) }),
  ),
  'rollback-not-signaled': [{ kind: 'rollback-not-signaled', hook: 'H' }],
  halted: [
    ...FAILURES.map((failure) => ({ kind: 'halted', type: 'metric', failure }) as const),
    { kind: 'halted', type: 'pre-rollout', failure: { kind: 'hook', hook: 'H', detail: DETAIL } },
  ],
  'advanced-weight': [{ kind: 'advanced-weight', weight: percent(20) }],
  'advanced-iteration': [{ kind: 'advanced-iteration', iteration: 3, iterations: 10 }],
  'routed-to-canary': [
    { kind: 'routed-to-canary', mirrored: false },
    { kind: 'routed-to-canary', mirrored: true },
  ],
  adopted: [{ kind: 'adopted', weight: percent(40) }],
  retargeted: [{ kind: 'retargeted', from: 'Deployment/A', to: 'Deployment/B' }],
  rerouted: [
    { kind: 'rerouted', from: 'istio/A', to: 'nginx/A/I', restarts: true },
    { kind: 'rerouted', from: 'istio/A', to: 'istio/B', restarts: false },
  ],
  promoting: [{ kind: 'promoting' }],
  'primary-weight': [{ kind: 'primary-weight', weight: percent(50) }],
  'routed-to-primary': [{ kind: 'routed-to-primary' }],
  promoted: [{ kind: 'promoted' }],
  'promoted-unanalysed': [{ kind: 'promoted-unanalysed' }],
  'rolled-back': Object.values(REASONS)
    .filter(({ kind }) => kind !== 'rollback-hook')
    .map((reason) => ({ kind: 'rolled-back', reason }) as const),
  failed: [
    { kind: 'failed', trafficStays: false },
    { kind: 'failed', trafficStays: true },
  ],
  'promotion-failed': [{ kind: 'promotion-failed', detail: DETAIL }],
  relieved: [{ kind: 'relieved', detail: DETAIL }],
  'given-back': [{ kind: 'given-back' }],
  cancelled: [{ kind: 'cancelled', trafficStays: false }],
  refused: [{ kind: 'refused', verb: 'abort', revision: REVISION }],
  'post-rollout': [{ kind: 'post-rollout', outcome: 'Succeeded' }],
  suspended: [{ kind: 'suspended' }],
  'kubernetes-strategy': [{ kind: 'kubernetes-strategy', matchDropped: true, iterationsAssumed: true }],
  'not-ready': [
    { kind: 'not-ready', workload: 'primary', detail: DETAIL },
    { kind: 'not-ready', workload: 'target', detail: DETAIL },
  ],
  'action-failed': [
    { kind: 'action-failed', detail: 'creating httproutes test/podinfo: the server said no (404)' },
  ],
  stalled: [{ kind: 'stalled', detail: DETAIL }],
  'invalid-spec': [{ kind: 'invalid-spec', reason: 'InvalidSpec', detail: DETAIL }],
  'valid-spec': [{ kind: 'valid-spec' }],
  doubt: [{ kind: 'doubt', field: 'spec.analysis.match', message: 'has no effect without iterations' }],
  'malformed-routes': [
    {
      kind: 'malformed-routes',
      detail: 'VirtualService podinfo.test: no route with weights for podinfo-primary and podinfo-canary',
    },
  ],
  terminating: [{ kind: 'terminating' }],
  terminated: [{ kind: 'terminated' }],
};

suite('docs/status-and-events.md', () => {
  const texts = [...textsOn('status-and-events.md'), ...textsOn('troubleshooting.md')];

  it.each(Object.entries(NEWS))('has the words of "%s"', (_kind, samples) => {
    const said = samples.flatMap((news) => describe(news, NAMES).map(({ text }) => text));

    expect(said.filter((sentence) => !texts.some((text) => text.test(sentence)))).toEqual([]);
  });
});

const SPEC: Spec = {
  strategy: { kind: 'canary', weights: [percent(20)], mirror: false },
  stepWeightPromotion: percent(0),
  interval: millis(60_000),
  threshold: 5,
  decay: 0,
  progressDeadline: millis(600_000),
  skipAnalysis: false,
  suspend: false,
  revertOnDeletion: false,
  hooks: [{ type: 'confirm-rollout', name: 'approval', muted: false, onInconclusive: 'fail' }],
  metrics: [{ name: 'NAME', source: 'builtin', onInconclusive: 'fail' }],
  routed: true,
  autoscaler: '',
};
const SET_ROUTES: Action = { kind: 'set-routes', routes: { canary: percent(20), mirrored: false }, mark: 1 };

const WAITS: Readonly<{ [Kind in WaitingFor['kind']]: WaitingFor & { readonly kind: Kind } }> = {
  target: { kind: 'target' },
  revision: { kind: 'revision' },
  'revision-target-running': { kind: 'revision-target-running' },
  'proven-revision': { kind: 'proven-revision', revision: REVISION },
  resume: { kind: 'resume' },
  drain: { kind: 'drain' },
  'drain-primary': { kind: 'drain-primary' },
  namespace: { kind: 'namespace' },
  spec: { kind: 'spec', reason: 'InvalidSpec', detail: DETAIL },
  routes: { kind: 'routes', detail: DETAIL },
  cluster: { kind: 'cluster', actions: [SET_ROUTES], stalled: false, detail: DETAIL },
  workload: { kind: 'workload', workload: 'primary', detail: DETAIL },
  interval: { kind: 'interval', until: instant(0) },
  window: { kind: 'window', metric: 'NAME', until: instant(0) },
  question: {
    kind: 'question',
    question: { kind: 'hook', type: 'confirm-rollout', index: 0, revision: REVISION },
    detail: '',
  },
};

suite('docs/troubleshooting.md', () => {
  const texts = textsOn('troubleshooting.md');

  it.each(Object.entries(WAITS))('says what to do about waiting for "%s"', (_kind, waitingFor) => {
    const sentence = waitingText(waitingFor, SPEC);

    expect(texts.filter((text) => text.test(sentence)).length).toBeGreaterThan(0);
  });
});

suite('docs/metrics-of-the-controller.md', () => {
  it('names every metric, and no other', () => {
    const page = readFileSync(new URL('../../../docs/metrics-of-the-controller.md', import.meta.url), 'utf8');
    const listed = new Set(
      page
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)),
    );
    const counted = new Vitals().registry.getMetricsAsArray().map(({ name }) => name);

    expect([...listed].sort()).toEqual([...counted].sort());
  });
});
