/** Announcements, failures and waits as the sentences people read. The only place where texts live. */
import { formatDuration } from '../shared/duration.ts';
import { millis, unreachable } from '../shared/brand.ts';
import { deploymentOf, type RunningFlagger } from './flagger.ts';
import type {
  Action,
  CheckFailure,
  HookType,
  Measured,
  News,
  Question,
  Reason,
  Spec,
  WaitingFor,
} from './model.ts';

/** How people know the parties: `<name>.<namespace>`, and the target's kind. */
export interface Names {
  readonly canary: string;
  readonly target: string;
  readonly primary: string;
  readonly kind: string;
}

export interface Sentence {
  readonly type: 'Normal' | 'Warning';
  readonly text: string;
}

/** A message to chat. `fields` asks for the details of the rollout below it. */
export interface AlertText {
  readonly severity: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: boolean;
}

const normal = (text: string): Sentence => ({ type: 'Normal', text });
const warning = (text: string): Sentence => ({ type: 'Warning', text });

/** One or more events, in the order in which they are told. Users and tools match on these texts. */
export function describe(news: News, names: Names): readonly Sentence[] {
  const { canary, target, primary, kind } = names;
  switch (news.kind) {
    case 'providers-available':
      return [normal('all the metrics providers are available!')];
    case 'providers-unavailable':
      return [warning(`Error checking metric providers: ${news.detail}`)];
    case 'initialized':
      return [normal(`Initialization done! ${canary}`)];
    case 'initialization-failed':
      return [
        warning(
          news.workload === 'primary'
            ? `Initialization of ${canary} failed, ${primary} not ready: ${news.detail}`
            : `Initialization of ${canary} failed, ${kind.toLowerCase()} ${target} not ready: ${news.detail}`,
        ),
      ];
    case 'taken-over':
      return [normal(`Taken over ${canary} where Flagger left it`)];
    case 'new-revision':
      return [normal(`New revision detected! Scaling up ${target}`)];
    case 'restarted':
      return [normal(`New revision detected! Restarting analysis for ${target}`)];
    case 'analysis-starts':
      return [normal(`Starting canary analysis for ${target}`)];
    case 'hook-passed':
      return [hookPassed(news.type, news.hook)];
    case 'gate-held':
      return [
        warning(`Halt ${canary} advancement waiting for ${APPROVALS[news.type] ?? 'approval'} ${news.hook}`),
      ];
    case 'gate-overdue':
      return [
        warning(
          `Halt ${canary} advancement still waiting for ${APPROVALS[news.type] ?? 'approval'} ${news.hook} after ${formatDuration(news.span)}`,
        ),
      ];
    case 'rollback-not-signaled':
      return [normal(`Rollback hook ${news.hook} not signaling a rollback`)];
    case 'halted':
      return [warning(halted(news.failure, news.type, names))];
    case 'advanced-weight':
      return [normal(`Advance ${canary} canary weight ${news.weight}`)];
    case 'advanced-iteration':
      return [normal(`Advance ${canary} canary iteration ${news.iteration}/${news.iterations}`)];
    case 'routed-to-canary':
      return [
        normal(
          news.mirrored
            ? 'Stop traffic mirroring and route all traffic to canary'
            : 'Routing all traffic to canary',
        ),
      ];
    case 'adopted':
      return [normal(`Going on from canary weight ${news.weight}, set by hand for ${canary}`)];
    case 'rerouted':
      return [
        normal(
          `Traffic of ${canary} is routed by ${placeText(news.to)} from now on, no longer by ${placeText(news.from)}` +
            (news.restarts ? '; the analysis starts again' : ''),
        ),
      ];
    case 'retargeted':
      return [
        normal(
          `The target of ${canary} is ${workloadText(news.to)} from now on, no longer ${workloadText(news.from)}; its primary is made first`,
        ),
      ];
    case 'promoting':
      return [normal(`Copying ${target} template spec to ${primary}`)];
    case 'primary-weight':
      return [normal(`Advance ${canary} primary weight ${news.weight}`)];
    case 'routed-to-primary':
      return [normal('Routing all traffic to primary')];
    case 'promoted':
      return [normal(`Promotion completed! Scaling down ${target}`)];
    case 'promoted-unanalysed':
      return [normal(`Promotion completed! Canary analysis was skipped for ${target}`)];
    case 'rolled-back':
      return rolledBack(news.reason, names);
    case 'failed':
      return [
        warning(
          news.trafficStays
            ? `Canary failed! Traffic of ${canary} stays on the canary until ${primary} is ready`
            : `Canary failed! Scaling down ${canary}`,
        ),
      ];
    case 'promotion-failed':
      return [warning(`Promotion of ${target} failed, primary not ready: ${news.detail}`)];
    case 'relieved':
      return [
        warning(`${primary} has no ready pod, routing all traffic to canary until it has: ${news.detail}`),
      ];
    case 'given-back':
      return [normal(`Primary ${primary} is ready again, routing all traffic to primary`)];
    case 'cancelled':
      return [
        normal(`Canary run cancelled, ${target} is back on the promoted revision`),
        ...(news.trafficStays
          ? [warning(`Traffic of ${canary} stays on the canary until ${primary} is ready`)]
          : []),
      ];
    case 'refused':
      return [
        warning(
          `${news.verb} of ${canary} ignored: it names revision ${news.revision}, which is not the one ${target} carries`,
        ),
      ];
    case 'post-rollout':
      return [];
    case 'suspended':
      return [normal('skipping canary run as object is suspended')];
    case 'kubernetes-strategy':
      return [
        ...(news.matchDropped
          ? [warning('A/B testing is not supported when using the kubernetes provider')]
          : []),
        ...(news.iterationsAssumed
          ? [
              warning('Progressive traffic is not supported when using the kubernetes provider'),
              warning('Setting canaryAnalysis.iterations: 10'),
            ]
          : []),
      ];
    case 'not-ready':
      return [
        warning(
          news.workload === 'primary'
            ? `${primary} not ready: ${news.detail}`
            : `canary ${kind.toLowerCase()} ${target} not ready: ${news.detail}`,
        ),
      ];
    case 'action-failed':
      return [warning(news.detail)];
    case 'stalled':
      return [warning(`${canary} is stalled: ${news.detail}`)];
    case 'invalid-spec':
      return [warning(`invalid canary spec: ${news.detail}`)];
    case 'valid-spec':
      return [normal(`the spec of ${canary} is valid again`)];
    case 'doubt':
      return [warning(`${news.field}: ${news.message}`)];
    case 'malformed-routes':
      return [warning(news.detail)];
    case 'terminating':
      return [normal(`Terminating canary ${canary}`)];
    case 'terminated':
      return [normal(`Terminated canary ${canary}`)];
    default:
      return unreachable(news);
  }
}

/** Why a Canary is left alone, and how that is ended. */
export function flaggerRuns(flagger: RunningFlagger): Sentence {
  const { namespace } = flagger;
  const name = flagger.kind === 'deployment' ? flagger.name : deploymentOf(flagger.identity);
  const remedy =
    name === undefined
      ? 'stop that process'
      : `kubectl -n ${namespace} scale deployment/${name} --replicas=0`;
  const who =
    flagger.kind === 'deployment'
      ? `Deployment ${flagger.name} in namespace ${namespace}`
      : `${flagger.identity} and holds the Lease flagger-leader-election in namespace ${namespace}`;
  return warning(`Flagger runs as ${who}, so Serin leaves this Canary alone until it is stopped: ${remedy}`);
}

/** A provider, the Service it routes for, and the Ingress where it splits one. */
export function placeText(place: string): string {
  const [provider = '', service = '', ingress] = place.split('/');
  return `${provider} for service ${service}${ingress === undefined ? '' : ` at ingress ${ingress}`}`;
}

/** `Deployment/podinfo` as people say it. */
function workloadText(workload: string): string {
  const [kind = '', name = ''] = workload.split('/');
  return `${kind.toLowerCase()} ${name}`;
}

/** Why the target still runs where it was to be scaled to nothing. */
export function scalingDownFailed({ kind, target }: Pick<Names, 'kind' | 'target'>, detail: string): string {
  return `scaling down canary ${kind} ${target} failed: ${detail}`;
}

/** The events of a post-rollout hook, which are known only once it was called. */
export function describePostRollout(hook: string, failure: string | undefined): Sentence {
  return failure === undefined
    ? normal(`Post-rollout check ${hook} passed`)
    : warning(`Post-rollout hook ${hook} failed ${failure}`);
}

/** What is sent to chat for this news, if anything is. */
export function alertOf(news: News, names: Names): AlertText | undefined {
  switch (news.kind) {
    case 'initialized':
      return alert('info', `New ${names.kind} detected, initialization completed.`, true);
    case 'new-revision':
      return alert('info', 'New revision detected, progressing canary analysis.', true);
    case 'gate-held':
      return news.muted
        ? undefined
        : alert('warn', `${GATED[news.type] ?? 'Canary'} is waiting for approval.`);
    case 'gate-overdue': {
      const after = formatDuration(news.span);
      const text = `${GATED[news.type] ?? 'Canary'} is still waiting for approval after ${after}.`;
      return news.muted ? undefined : alert('warn', text);
    }
    case 'initialization-failed':
      return alert('error', `Initialization failed, ${news.workload} not ready: ${news.detail}`);
    case 'stalled':
      return alert('error', `Stalled, the cluster does not take the change: ${news.detail}`);
    case 'cancelled':
      return alert('info', 'Canary run cancelled, the target is back on the promoted revision.');
    case 'rolled-back':
      return rollbackAlert(news.reason);
    case 'promotion-failed':
      return alert('error', `Promotion failed, primary not ready: ${news.detail}`);
    case 'promoted':
      return alert('info', 'Canary analysis completed successfully, promotion finished.');
    case 'promoted-unanalysed':
      return alert('info', 'Canary analysis was skipped, promotion finished.');
    default:
      return undefined;
  }
}

function alert(severity: AlertText['severity'], message: string, fields = false): AlertText {
  return { severity, message, fields };
}

const GATED: Partial<Record<HookType, string>> = {
  'confirm-traffic-increase': 'Canary traffic increase',
  'confirm-promotion': 'Canary promotion',
};

const APPROVALS: Partial<Record<HookType, string>> = {
  'confirm-rollout': 'approval',
  'confirm-traffic-increase': 'traffic increase approval',
  'confirm-promotion': 'promotion approval',
};

function hookPassed(type: HookType, hook: string): Sentence {
  const label = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  const text = `${label} check ${hook} passed`;
  return type === 'rollback' ? warning(text) : normal(text);
}

function rolledBack(reason: Reason, { canary, target, kind }: Names): readonly Sentence[] {
  switch (reason.kind) {
    case 'threshold':
      return [warning(`Rolling back ${canary} failed checks threshold reached ${reason.failedChecks}`)];
    case 'rollback-hook':
      return [hookPassed('rollback', reason.hook), warning(`Rolling back ${canary} manual webhook invoked`)];
    case 'stuck':
      return [warning(`Rolling back ${canary} progress deadline exceeded ${reason.detail}`)];
    case 'target-gone':
      return [warning(`Rolling back ${canary} ${kind.toLowerCase()} ${target} not found`)];
    case 'aborted':
      return [warning(`Rolling back ${canary} aborted by hand`)];
    case 'unsettled':
      return [warning(`Rolling back ${canary} the cluster does not take the change: ${reason.detail}`)];
    case 'invalid-spec':
      return [warning(`Rolling back ${canary} invalid canary spec: ${reason.detail}`)];
    default:
      return unreachable(reason);
  }
}

function rollbackAlert(reason: Reason): AlertText {
  switch (reason.kind) {
    case 'threshold':
      return alert('error', `Failed checks threshold reached ${reason.failedChecks}`);
    case 'rollback-hook':
      return alert('warn', 'Rolling back manual webhook invoked');
    case 'stuck':
      return alert('error', `Progress deadline exceeded ${reason.detail}`);
    case 'target-gone':
      return alert('error', 'Rolling back, the target does not exist any more');
    case 'aborted':
      return alert('warn', 'Rolling back, aborted by hand');
    case 'unsettled':
      return alert('error', `Rolling back, the cluster does not take the change: ${reason.detail}`);
    case 'invalid-spec':
      return alert('error', `Rolling back, invalid canary spec: ${reason.detail}`);
    default:
      return unreachable(reason);
  }
}

/** A failed check as an event's text. */
export function halted(
  failure: CheckFailure,
  type: 'pre-rollout' | 'rollout' | 'metric',
  { canary, target }: Pick<Names, 'canary' | 'target'>,
): string {
  switch (failure.kind) {
    case 'success-rate':
      return `Halt ${canary} advancement success rate ${decimals(failure.value)}% ${beyond(failure.side)} ${boundText(failure.bound)}%`;
    case 'duration':
      return `Halt ${canary} advancement request duration ${span(failure.value)} ${beyond(failure.side)} ${span(failure.bound)}`;
    case 'metric':
      return `Halt ${canary} advancement ${failure.metric} ${decimals(failure.value)} ${beyond(failure.side)} ${boundText(failure.bound)}`;
    case 'hook': {
      const check = type === 'pre-rollout' ? 'pre-rollout check' : 'external check';
      return `Halt ${canary} advancement ${check} ${failure.hook} failed ${failure.detail}`;
    }
    case 'no-values':
      return noValues(failure, target);
    case 'query-failed':
      return queryFailed(failure);
    case 'unusable':
      return 'Metric query failed for no usable metrics template and query were configured';
    case 'template':
      return `Metric template ${templateText(failure)} error: ${failure.detail}`;
    case 'providers':
      return `Error checking metric providers: ${failure.detail}`;
    default:
      return unreachable(failure);
  }
}

/** Why a check did not pass, in a few words beside its name. */
export function failureText(failure: CheckFailure): string {
  switch (failure.kind) {
    case 'success-rate':
    case 'duration':
    case 'metric':
      return '';
    case 'no-values':
      return 'no values found';
    case 'unusable':
      return 'there is nothing to ask';
    case 'template':
      return `template ${failure.template}: ${failure.detail}`;
    case 'hook':
    case 'query-failed':
    case 'providers':
      return failure.detail;
    default:
      return unreachable(failure);
  }
}

/** A measured value, or a bound of it, with its unit. */
export function measuredText(value: number, unit: Measured['unit']): string {
  switch (unit) {
    case 'percent':
      return `${decimals(value)}%`;
    case 'milliseconds':
      return span(value);
    case 'plain':
      return decimals(value);
    default:
      return unreachable(unit);
  }
}

/** With two decimals; infinity is remembered as the greatest number there is. */
function decimals(value: number): string {
  if (Math.abs(value) < Number.MAX_VALUE) return value.toFixed(2);
  return value > 0 ? '+Inf' : '-Inf';
}

/** As Go prints it: with an exponent from a million on, and below a ten-thousandth. */
function boundText(bound: number): string {
  const [digits = '', exponent = ''] = bound.toExponential().split('e');
  const power = Number(exponent);
  if (bound === 0 || (power >= -4 && power < 6)) return String(bound);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

type TemplateFailure = CheckFailure & { readonly kind: 'template' };

/** Which template, and what of it is at fault, as `errors.test secret login`. */
export function templateText({ template, part, subject }: TemplateFailure): string {
  return `${template}${TEMPLATE_PARTS[part](subject)}`;
}

const TEMPLATE_PARTS: Record<TemplateFailure['part'], (subject: string) => string> = {
  template: () => '',
  secret: (subject) => ` secret ${subject}`,
  provider: (subject) => ` provider ${subject}`,
  query: () => ' query render',
};

function noValues(failure: CheckFailure & { kind: 'no-values' }, target: string): string {
  const reason = failure.detail === '' ? '' : `: ${failure.detail}`;
  switch (failure.source) {
    case 'builtin':
      return `Halt advancement no values found for ${failure.provider} metric ${failure.metric} probably ${target} is not receiving traffic${reason}`;
    case 'query':
    case 'none':
      return `Halt advancement no values found for metric: ${failure.metric}${reason}`;
    case 'template':
      return `Halt advancement no values found for custom metric: ${failure.metric}${reason}`;
    default:
      return unreachable(failure.source);
  }
}

function queryFailed(failure: CheckFailure & { kind: 'query-failed' }): string {
  switch (failure.source) {
    case 'builtin':
      return `Prometheus query failed: ${failure.detail}`;
    case 'query':
    case 'none':
      return `Prometheus query failed for ${failure.metric}: ${failure.detail}`;
    case 'template':
      return `Metric query failed for ${failure.metric}: ${failure.detail}`;
    default:
      return unreachable(failure.source);
  }
}

function beyond(side: 'min' | 'max'): string {
  return side === 'min' ? '<' : '>';
}

function span(milliseconds: number): string {
  if (milliseconds >= Number.MAX_VALUE) return '+Inf';
  return formatDuration(millis(Math.max(0, milliseconds)));
}

/** What a rollout waits for, as the end of "waiting for …". */
export function waitingText(waitingFor: WaitingFor, spec: Spec): string {
  switch (waitingFor.kind) {
    case 'target':
      return 'the target to exist';
    case 'revision':
      return 'a new revision';
    case 'revision-target-running':
      return 'a new revision (the target was scaled up at rest and is left alone)';
    case 'proven-revision':
      return `a new revision or a revert: neither the primary nor a snapshot holds the promoted revision ${waitingFor.revision}`;
    case 'resume':
      return 'somebody to resume it';
    case 'drain':
      return 'requests to leave the target';
    case 'drain-primary':
      return 'requests to leave the primary';
    case 'namespace':
      return 'its namespace to be gone';
    case 'spec':
      return `a spec that can be followed: ${waitingFor.detail}`;
    case 'routes':
      return `the routes: ${waitingFor.detail}`;
    case 'cluster': {
      const doing = waitingFor.actions.map((action) => actionText(action)).join(', ');
      return `the cluster: ${doing}${waitingFor.detail === '' ? '' : ` (${waitingFor.detail})`}`;
    }
    case 'workload':
      return `the ${waitingFor.workload}: ${waitingFor.detail}`;
    case 'interval':
      return 'the analysis interval';
    case 'window':
      return `the window of the metric ${waitingFor.metric} to hold nothing from before this step`;
    case 'question':
      return `${questionText(waitingFor.question, spec)}${waitingFor.detail === '' ? '' : `: ${waitingFor.detail}`}`;
    default:
      return unreachable(waitingFor);
  }
}

function actionText(action: Action): string {
  return action.kind === 'scale-target' ? `${action.kind} ${action.up ? 'up' : 'down'}` : action.kind;
}

function questionText(question: Question, spec: Spec): string {
  switch (question.kind) {
    case 'hook':
      return `the ${question.type} hook ${spec.hooks[question.index]?.name ?? question.index}`;
    case 'metric':
      return `the metric ${spec.metrics[question.index]?.name ?? question.index}`;
    case 'providers':
      return 'the metric providers';
    default:
      return unreachable(question);
  }
}
