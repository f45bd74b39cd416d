/** What people read, word for word: other people's alert rules and scripts match on these texts. */
import { describe as suite, expect, it } from '@jest/globals';
import type { Action, CheckFailure, News, Reason, WaitingFor } from '../../../src/core/model.ts';
import { alertOf, describe, describePostRollout, halted, waitingText } from '../../../src/core/wording.ts';
import { instant, millis, percent, revision } from '../../../src/shared/brand.ts';
import { aHook, aSpec } from '../../simulation/specs.ts';

const NAMES = {
  canary: 'web.test',
  target: 'podinfo.test',
  primary: 'podinfo-primary.test',
  kind: 'Deployment',
};
const V2 = revision('v2');

type Rows<Of extends { readonly kind: string }> = Readonly<{
  [Kind in Of['kind']]: readonly (readonly [Of & { readonly kind: Kind }, ...string[]])[];
}>;

/** Every kind has its rows, or the compiler asks for them. */
function rowsOf<Of extends { readonly kind: string }>(
  rows: Rows<Of>,
): readonly (readonly [Of, ...string[]])[] {
  return Object.values<readonly (readonly [Of, ...string[]])[]>(rows).flat();
}

const rolledBack = (reason: Reason): News & { readonly kind: 'rolled-back' } => ({
  kind: 'rolled-back',
  reason,
});
const passed = (
  type: (News & { readonly kind: 'hook-passed' })['type'],
): News & { readonly kind: 'hook-passed' } => ({ kind: 'hook-passed', type, hook: 'gate' });
const overdue = (
  type: (News & { readonly kind: 'gate-overdue' })['type'],
): News & { readonly kind: 'gate-overdue' } => ({
  kind: 'gate-overdue',
  type,
  hook: 'gate',
  muted: false,
  span: millis(600_000),
});
const held = (
  type: (News & { readonly kind: 'gate-held' })['type'],
): News & { readonly kind: 'gate-held' } => ({ kind: 'gate-held', type, hook: 'gate', muted: false });

const EVENTS: Rows<News> = {
  'providers-available': [
    [{ kind: 'providers-available' }, 'Normal all the metrics providers are available!'],
  ],
  'providers-unavailable': [
    [
      { kind: 'providers-unavailable', detail: 'connection refused' },
      'Warning Error checking metric providers: connection refused',
    ],
  ],
  initialized: [[{ kind: 'initialized' }, 'Normal Initialization done! web.test']],
  'initialization-failed': [
    [
      { kind: 'initialization-failed', workload: 'primary', detail: '0 of 2' },
      'Warning Initialization of web.test failed, podinfo-primary.test not ready: 0 of 2',
    ],
    [
      { kind: 'initialization-failed', workload: 'target', detail: 'it does not exist' },
      'Warning Initialization of web.test failed, deployment podinfo.test not ready: it does not exist',
    ],
  ],
  'taken-over': [[{ kind: 'taken-over' }, 'Normal Taken over web.test where Flagger left it']],
  'new-revision': [[{ kind: 'new-revision' }, 'Normal New revision detected! Scaling up podinfo.test']],
  restarted: [[{ kind: 'restarted' }, 'Normal New revision detected! Restarting analysis for podinfo.test']],
  'analysis-starts': [[{ kind: 'analysis-starts' }, 'Normal Starting canary analysis for podinfo.test']],
  'hook-passed': [
    [passed('confirm-rollout'), 'Normal Confirm-rollout check gate passed'],
    [passed('pre-rollout'), 'Normal Pre-rollout check gate passed'],
    [passed('confirm-traffic-increase'), 'Normal Confirm-traffic-increase check gate passed'],
    [passed('confirm-promotion'), 'Normal Confirm-promotion check gate passed'],
    [passed('rollback'), 'Warning Rollback check gate passed'],
  ],
  'gate-held': [
    [held('confirm-rollout'), 'Warning Halt web.test advancement waiting for approval gate'],
    [
      held('confirm-traffic-increase'),
      'Warning Halt web.test advancement waiting for traffic increase approval gate',
    ],
    [held('confirm-promotion'), 'Warning Halt web.test advancement waiting for promotion approval gate'],
  ],
  'gate-overdue': [
    [
      overdue('confirm-rollout'),
      'Warning Halt web.test advancement still waiting for approval gate after 10m0s',
    ],
    [
      overdue('confirm-promotion'),
      'Warning Halt web.test advancement still waiting for promotion approval gate after 10m0s',
    ],
  ],
  'rollback-not-signaled': [
    [{ kind: 'rollback-not-signaled', hook: 'stop' }, 'Normal Rollback hook stop not signaling a rollback'],
  ],
  halted: [
    [
      { kind: 'halted', type: 'rollout', failure: { kind: 'hook', hook: 'test', detail: 'answered 500' } },
      'Warning Halt web.test advancement external check test failed answered 500',
    ],
  ],
  'advanced-weight': [
    [{ kind: 'advanced-weight', weight: percent(20) }, 'Normal Advance web.test canary weight 20'],
  ],
  'advanced-iteration': [
    [
      { kind: 'advanced-iteration', iteration: 2, iterations: 5 },
      'Normal Advance web.test canary iteration 2/5',
    ],
  ],
  'routed-to-canary': [
    [{ kind: 'routed-to-canary', mirrored: false }, 'Normal Routing all traffic to canary'],
    [
      { kind: 'routed-to-canary', mirrored: true },
      'Normal Stop traffic mirroring and route all traffic to canary',
    ],
  ],
  adopted: [
    [
      { kind: 'adopted', weight: percent(30) },
      'Normal Going on from canary weight 30, set by hand for web.test',
    ],
  ],
  retargeted: [
    [
      { kind: 'retargeted', from: 'Deployment/web', to: 'Deployment/shop' },
      'Normal The target of web.test is deployment shop from now on, no longer deployment web; its primary is made first',
    ],
  ],
  rerouted: [
    [
      { kind: 'rerouted', from: 'istio/web', to: 'nginx/web/front', restarts: true },
      'Normal Traffic of web.test is routed by nginx for service web at ingress front from now on, no longer by istio for service web; the analysis starts again',
    ],
    [
      { kind: 'rerouted', from: 'istio/web', to: 'istio/shop', restarts: false },
      'Normal Traffic of web.test is routed by istio for service shop from now on, no longer by istio for service web',
    ],
  ],
  promoting: [[{ kind: 'promoting' }, 'Normal Copying podinfo.test template spec to podinfo-primary.test']],
  'primary-weight': [
    [{ kind: 'primary-weight', weight: percent(80) }, 'Normal Advance web.test primary weight 80'],
  ],
  'routed-to-primary': [[{ kind: 'routed-to-primary' }, 'Normal Routing all traffic to primary']],
  promoted: [[{ kind: 'promoted' }, 'Normal Promotion completed! Scaling down podinfo.test']],
  'promoted-unanalysed': [
    [
      { kind: 'promoted-unanalysed' },
      'Normal Promotion completed! Canary analysis was skipped for podinfo.test',
    ],
  ],
  'rolled-back': [
    [
      rolledBack({ kind: 'threshold', failedChecks: 5 }),
      'Warning Rolling back web.test failed checks threshold reached 5',
    ],
    [
      rolledBack({ kind: 'rollback-hook', hook: 'stop' }),
      'Warning Rollback check stop passed',
      'Warning Rolling back web.test manual webhook invoked',
    ],
    [
      rolledBack({ kind: 'stuck', workload: 'target', detail: '0 of 2' }),
      'Warning Rolling back web.test progress deadline exceeded 0 of 2',
    ],
    [rolledBack({ kind: 'target-gone' }), 'Warning Rolling back web.test deployment podinfo.test not found'],
    [rolledBack({ kind: 'aborted' }), 'Warning Rolling back web.test aborted by hand'],
    [
      rolledBack({ kind: 'unsettled', detail: 'forbidden' }),
      'Warning Rolling back web.test the cluster does not take the change: forbidden',
    ],
    [
      rolledBack({ kind: 'invalid-spec', detail: 'spec.service.port: is missing' }),
      'Warning Rolling back web.test invalid canary spec: spec.service.port: is missing',
    ],
  ],
  failed: [
    [{ kind: 'failed', trafficStays: false }, 'Warning Canary failed! Scaling down web.test'],
    [
      { kind: 'failed', trafficStays: true },
      'Warning Canary failed! Traffic of web.test stays on the canary until podinfo-primary.test is ready',
    ],
  ],
  'promotion-failed': [
    [
      { kind: 'promotion-failed', detail: '0 of 2' },
      'Warning Promotion of podinfo.test failed, primary not ready: 0 of 2',
    ],
  ],
  relieved: [
    [
      { kind: 'relieved', detail: '0 of 2' },
      'Warning podinfo-primary.test has no ready pod, routing all traffic to canary until it has: 0 of 2',
    ],
  ],
  'given-back': [
    [
      { kind: 'given-back' },
      'Normal Primary podinfo-primary.test is ready again, routing all traffic to primary',
    ],
  ],
  cancelled: [
    [
      { kind: 'cancelled', trafficStays: false },
      'Normal Canary run cancelled, podinfo.test is back on the promoted revision',
    ],
    [
      { kind: 'cancelled', trafficStays: true },
      'Normal Canary run cancelled, podinfo.test is back on the promoted revision',
      'Warning Traffic of web.test stays on the canary until podinfo-primary.test is ready',
    ],
  ],
  refused: [
    [
      { kind: 'refused', verb: 'abort', revision: V2 },
      'Warning abort of web.test ignored: it names revision v2, which is not the one podinfo.test carries',
    ],
  ],
  'post-rollout': [[{ kind: 'post-rollout', outcome: 'Succeeded' }]],
  suspended: [[{ kind: 'suspended' }, 'Normal skipping canary run as object is suspended']],
  'kubernetes-strategy': [
    [
      { kind: 'kubernetes-strategy', matchDropped: true, iterationsAssumed: true },
      'Warning A/B testing is not supported when using the kubernetes provider',
      'Warning Progressive traffic is not supported when using the kubernetes provider',
      'Warning Setting canaryAnalysis.iterations: 10',
    ],
    [{ kind: 'kubernetes-strategy', matchDropped: false, iterationsAssumed: false }],
  ],
  'not-ready': [
    [
      { kind: 'not-ready', workload: 'primary', detail: '0 of 2' },
      'Warning podinfo-primary.test not ready: 0 of 2',
    ],
    [
      { kind: 'not-ready', workload: 'target', detail: '0 of 2' },
      'Warning canary deployment podinfo.test not ready: 0 of 2',
    ],
  ],
  'action-failed': [[{ kind: 'action-failed', detail: 'forbidden' }, 'Warning forbidden']],
  stalled: [[{ kind: 'stalled', detail: 'forbidden' }, 'Warning web.test is stalled: forbidden']],
  'invalid-spec': [
    [
      { kind: 'invalid-spec', reason: 'InvalidSpec', detail: 'spec.service.port: is missing' },
      'Warning invalid canary spec: spec.service.port: is missing',
    ],
  ],
  'valid-spec': [[{ kind: 'valid-spec' }, 'Normal the spec of web.test is valid again']],
  doubt: [
    [
      { kind: 'doubt', field: 'spec.analysis.threshold', message: 'is 0' },
      'Warning spec.analysis.threshold: is 0',
    ],
  ],
  'malformed-routes': [[{ kind: 'malformed-routes', detail: 'no weights' }, 'Warning no weights']],
  terminating: [[{ kind: 'terminating' }, 'Normal Terminating canary web.test']],
  terminated: [[{ kind: 'terminated' }, 'Normal Terminated canary web.test']],
};

suite('an event', () => {
  it.each(rowsOf<News>(EVENTS))('about %j', (news, ...sentences) => {
    expect(describe(news, NAMES).map(({ type, text }) => `${type} ${text}`)).toEqual(sentences);
  });

  it('about a post-rollout hook says how its call ended', () => {
    expect(describePostRollout('mail', undefined)).toEqual({
      type: 'Normal',
      text: 'Post-rollout check mail passed',
    });
    expect(describePostRollout('mail', 'answered 500')).toEqual({
      type: 'Warning',
      text: 'Post-rollout hook mail failed answered 500',
    });
  });
});

suite('an alert', () => {
  it.each<readonly [News, string]>([
    [{ kind: 'initialized' }, 'info New Deployment detected, initialization completed. with fields'],
    [{ kind: 'new-revision' }, 'info New revision detected, progressing canary analysis. with fields'],
    [held('confirm-rollout'), 'warn Canary is waiting for approval.'],
    [held('confirm-traffic-increase'), 'warn Canary traffic increase is waiting for approval.'],
    [held('confirm-promotion'), 'warn Canary promotion is waiting for approval.'],
    [overdue('confirm-rollout'), 'warn Canary is still waiting for approval after 10m0s.'],
    [
      overdue('confirm-traffic-increase'),
      'warn Canary traffic increase is still waiting for approval after 10m0s.',
    ],
    [overdue('confirm-promotion'), 'warn Canary promotion is still waiting for approval after 10m0s.'],
    [
      { kind: 'initialization-failed', workload: 'primary', detail: '0 of 2' },
      'error Initialization failed, primary not ready: 0 of 2',
    ],
    [
      { kind: 'stalled', detail: 'forbidden' },
      'error Stalled, the cluster does not take the change: forbidden',
    ],
    [
      { kind: 'cancelled', trafficStays: false },
      'info Canary run cancelled, the target is back on the promoted revision.',
    ],
    [rolledBack({ kind: 'threshold', failedChecks: 5 }), 'error Failed checks threshold reached 5'],
    [rolledBack({ kind: 'rollback-hook', hook: 'stop' }), 'warn Rolling back manual webhook invoked'],
    [
      rolledBack({ kind: 'stuck', workload: 'target', detail: '0 of 2' }),
      'error Progress deadline exceeded 0 of 2',
    ],
    [rolledBack({ kind: 'target-gone' }), 'error Rolling back, the target does not exist any more'],
    [rolledBack({ kind: 'aborted' }), 'warn Rolling back, aborted by hand'],
    [
      rolledBack({ kind: 'unsettled', detail: 'forbidden' }),
      'error Rolling back, the cluster does not take the change: forbidden',
    ],
    [
      rolledBack({ kind: 'invalid-spec', detail: 'port is missing' }),
      'error Rolling back, invalid canary spec: port is missing',
    ],
    [{ kind: 'promotion-failed', detail: '0 of 2' }, 'error Promotion failed, primary not ready: 0 of 2'],
    [{ kind: 'promoted' }, 'info Canary analysis completed successfully, promotion finished.'],
    [{ kind: 'promoted-unanalysed' }, 'info Canary analysis was skipped, promotion finished.'],
  ])('about %j', (news, text) => {
    const alert = alertOf(news, NAMES);
    expect(`${alert?.severity} ${alert?.message}${alert?.fields === true ? ' with fields' : ''}`).toBe(text);
  });

  it.each<News>([
    { kind: 'gate-held', type: 'confirm-rollout', hook: 'gate', muted: true },
    { kind: 'gate-overdue', type: 'confirm-rollout', hook: 'gate', muted: true, span: millis(600_000) },
    { kind: 'restarted' },
    { kind: 'advanced-weight', weight: percent(20) },
    { kind: 'halted', type: 'rollout', failure: { kind: 'hook', hook: 'test', detail: '' } },
    { kind: 'failed', trafficStays: false },
  ])('is not sent about %j', (news) => {
    expect(alertOf(news, NAMES)).toBeUndefined();
  });
});

const asked = { metric: 'errors', detail: '' } as const;
const template = {
  kind: 'template',
  template: 'errors.flagger',
  subject: 'basic',
  detail: 'not found',
} as const;

const FAILURES: Rows<CheckFailure> = {
  'success-rate': [
    [
      { kind: 'success-rate', metric: 'request-success-rate', value: 94.216, bound: 99, side: 'min' },
      'Halt web.test advancement success rate 94.22% < 99%',
    ],
    [
      { kind: 'success-rate', metric: 'request-success-rate', value: 100, bound: 99.5, side: 'max' },
      'Halt web.test advancement success rate 100.00% > 99.5%',
    ],
  ],
  duration: [
    [
      { kind: 'duration', metric: 'request-duration', value: 1_500, bound: 500, side: 'max' },
      'Halt web.test advancement request duration 1.5s > 500ms',
    ],
    [
      { kind: 'duration', metric: 'request-duration', value: 20, bound: 100, side: 'min' },
      'Halt web.test advancement request duration 20ms < 100ms',
    ],
    [
      { kind: 'duration', metric: 'request-duration', value: Number.MAX_VALUE, bound: 500, side: 'max' },
      'Halt web.test advancement request duration +Inf > 500ms',
    ],
  ],
  metric: [
    [
      { kind: 'metric', metric: 'errors', value: 7, bound: 5, side: 'max' },
      'Halt web.test advancement errors 7.00 > 5',
    ],
    [
      { kind: 'metric', metric: 'bytes', value: 2_500_000, bound: 1_500_000, side: 'max' },
      'Halt web.test advancement bytes 2500000.00 > 1.5e+06',
    ],
    [
      { kind: 'metric', metric: 'bytes', value: 250_000, bound: 150_000, side: 'max' },
      'Halt web.test advancement bytes 250000.00 > 150000',
    ],
    [
      { kind: 'metric', metric: 'share', value: 0.5, bound: 0.00005, side: 'max' },
      'Halt web.test advancement share 0.50 > 5e-05',
    ],
    [
      { kind: 'metric', metric: 'errors', value: Number.MAX_VALUE, bound: 5, side: 'max' },
      'Halt web.test advancement errors +Inf > 5',
    ],
    [
      { kind: 'metric', metric: 'errors', value: -Number.MAX_VALUE, bound: 5, side: 'min' },
      'Halt web.test advancement errors -Inf < 5',
    ],
  ],
  hook: [
    [
      { kind: 'hook', hook: 'test', detail: 'answered 500' },
      'Halt web.test advancement external check test failed answered 500',
    ],
  ],
  'no-values': [
    [
      { kind: 'no-values', ...asked, source: 'builtin', provider: 'istio' },
      'Halt advancement no values found for istio metric errors probably podinfo.test is not receiving traffic',
    ],
    [
      { kind: 'no-values', ...asked, source: 'builtin', provider: 'istio', detail: 'no series' },
      'Halt advancement no values found for istio metric errors probably podinfo.test is not receiving traffic: no series',
    ],
    [
      { kind: 'no-values', ...asked, source: 'query', provider: 'prometheus' },
      'Halt advancement no values found for metric: errors',
    ],
    [
      { kind: 'no-values', ...asked, source: 'template', provider: 'datadog', detail: 'no series' },
      'Halt advancement no values found for custom metric: errors: no series',
    ],
  ],
  'query-failed': [
    [
      { kind: 'query-failed', metric: 'errors', source: 'builtin', detail: 'timeout' },
      'Prometheus query failed: timeout',
    ],
    [
      { kind: 'query-failed', metric: 'errors', source: 'query', detail: 'timeout' },
      'Prometheus query failed for errors: timeout',
    ],
    [
      { kind: 'query-failed', metric: 'errors', source: 'template', detail: 'timeout' },
      'Metric query failed for errors: timeout',
    ],
  ],
  unusable: [
    [
      { kind: 'unusable', metric: 'errors' },
      'Metric query failed for no usable metrics template and query were configured',
    ],
  ],
  template: [
    [{ ...template, part: 'template' }, 'Metric template errors.flagger error: not found'],
    [{ ...template, part: 'secret' }, 'Metric template errors.flagger secret basic error: not found'],
    [{ ...template, part: 'provider' }, 'Metric template errors.flagger provider basic error: not found'],
    [{ ...template, part: 'query' }, 'Metric template errors.flagger query render error: not found'],
  ],
  providers: [[{ kind: 'providers', detail: 'unreachable' }, 'Error checking metric providers: unreachable']],
};

suite('a failed check', () => {
  it.each(rowsOf<CheckFailure>(FAILURES))('%j', (failure, text) => {
    expect(halted(failure, 'rollout', NAMES)).toBe(text);
  });

  it('before the first weight is a pre-rollout check', () => {
    expect(halted({ kind: 'hook', hook: 'test', detail: 'answered 500' }, 'pre-rollout', NAMES)).toBe(
      'Halt web.test advancement pre-rollout check test failed answered 500',
    );
  });
});

const hook = { kind: 'hook', type: 'confirm-promotion', revision: V2 } as const;
const scaleUp: Action = { kind: 'scale-target', up: true };
const home: Action = { kind: 'set-routes', routes: { canary: percent(0), mirrored: false }, mark: 2 };

const WAITS: Rows<WaitingFor> = {
  target: [[{ kind: 'target' }, 'the target to exist']],
  revision: [[{ kind: 'revision' }, 'a new revision']],
  resume: [[{ kind: 'resume' }, 'somebody to resume it']],
  drain: [[{ kind: 'drain' }, 'requests to leave the target']],
  'drain-primary': [[{ kind: 'drain-primary' }, 'requests to leave the primary']],
  'revision-target-running': [
    [
      { kind: 'revision-target-running' },
      'a new revision (the target was scaled up at rest and is left alone)',
    ],
  ],
  'proven-revision': [
    [
      { kind: 'proven-revision', revision: V2 },
      'a new revision or a revert: neither the primary nor a snapshot holds the promoted revision v2',
    ],
  ],
  namespace: [[{ kind: 'namespace' }, 'its namespace to be gone']],
  spec: [
    [
      { kind: 'spec', reason: 'InvalidSpec', detail: 'spec.service.port: is missing' },
      'a spec that can be followed: spec.service.port: is missing',
    ],
  ],
  routes: [[{ kind: 'routes', detail: 'no weights' }, 'the routes: no weights']],
  cluster: [
    [
      { kind: 'cluster', actions: [home, scaleUp], stalled: false, detail: '' },
      'the cluster: set-routes, scale-target up',
    ],
    [
      { kind: 'cluster', actions: [home], stalled: true, detail: 'forbidden' },
      'the cluster: set-routes (forbidden)',
    ],
  ],
  workload: [[{ kind: 'workload', workload: 'primary', detail: '0 of 2' }, 'the primary: 0 of 2']],
  interval: [[{ kind: 'interval', until: instant(0) }, 'the analysis interval']],
  window: [
    [
      { kind: 'window', metric: 'errors', until: instant(0) },
      'the window of the metric errors to hold nothing from before this step',
    ],
  ],
  question: [
    [
      { kind: 'question', question: { ...hook, index: 0 }, detail: '' },
      'the confirm-promotion hook a-confirm-promotion',
    ],
    [
      { kind: 'question', question: { ...hook, index: 0 }, detail: 'answered 403' },
      'the confirm-promotion hook a-confirm-promotion: answered 403',
    ],
    // Of a spec that was edited meanwhile.
    [{ kind: 'question', question: { ...hook, index: 7 }, detail: '' }, 'the confirm-promotion hook 7'],
    [
      { kind: 'question', question: { kind: 'metric', index: 0, revision: V2 }, detail: '' },
      'the metric request-success-rate',
    ],
    [{ kind: 'question', question: { kind: 'providers', revision: V2 }, detail: '' }, 'the metric providers'],
  ],
};

suite('what is waited for', () => {
  it.each(rowsOf<WaitingFor>(WAITS))('%j', (waitingFor, text) => {
    expect(waitingText(waitingFor, aSpec({ hooks: [aHook('confirm-promotion')] }))).toBe(text);
  });
});
