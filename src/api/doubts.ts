/**
 * What is allowed, can be followed to the letter, and was surely not meant. Said where people look at manifests
 * before they use them; a running controller finds out by itself, or has no reason to repeat it.
 */
import { queryFunctions } from './metric-template.ts';
import type { Canary, Finding, MetricSpec, WebhookSpec } from './model.ts';
import { renderTemplate } from './template.ts';

/** Findings about a canary that `parseCanary` could read. */
export function doubtsAbout(canary: Canary): readonly Finding[] {
  const { metrics } = canary.analysis;
  return [
    ...metrics.flatMap((metric) => [...doubtRatio(metric, canary), ...doubtQuery(metric, canary)]),
    ...canary.analysis.webhooks.flatMap((hook, index) => doubtHook(hook, index, canary)),
    ...doubtCeiling(canary),
    ...doubtSilence(canary),
  ];
}

/** `99` is meant as a percentage wherever it is written; `0.99` is not, and lets nearly everything pass. */
function doubtRatio(metric: MetricSpec, canary: Canary): readonly Finding[] {
  const { name, thresholdRange, threshold, query, templateRef } = metric;
  const isBuiltin = query === undefined && templateRef === undefined;
  const least = thresholdRange === undefined ? threshold : (thresholdRange.min ?? 0);
  if (name !== 'request-success-rate' || !isBuiltin || least <= 0 || least > 1) return [];
  const member = thresholdRange === undefined ? 'threshold' : 'thresholdRange.min';
  return [
    {
      severity: 'warning',
      field: `${fieldOf(metric, canary)}.${member}`,
      message: `found ${least}, which means ${least} percent: the success rate is measured from 0 to 100`,
    },
  ];
}

/** A query that cannot be filled in fails every check. */
function doubtQuery(metric: MetricSpec, canary: Canary): readonly Finding[] {
  if (metric.query === undefined) return [];
  const rendered = renderTemplate(metric.query, queryFunctions(canary, metric));
  if (rendered.ok) return [];
  return [
    {
      severity: 'error',
      field: `${fieldOf(metric, canary)}.query`,
      message: `cannot be filled in: ${rendered.error}`,
    },
  ];
}

/** Receivers of messages: they answer 200 to whatever they are sent. */
const CHAT =
  /\b(slack|discord(app)?|office|telegram|webex(apis)?|opsgenie|pagerduty|chat\.googleapis)\.(com|org)\b/iu;
const NOTICE = /notif|slack|discord|alert|message/iu;

function doubtHook({ type, name, url }: WebhookSpec, index: number, canary: Canary): readonly Finding[] {
  if (type !== 'rollback' || !(CHAT.test(url) || NOTICE.test(name))) return [];
  const message =
    'a rollback webhook is a question, not a notice: it is asked at every step and the first answer 200, which a ' +
    'chat gives to everything, rolls back; to be told of a rollback use alerts or a webhook of type event';
  return [{ severity: 'warning', field: `${analysisField(canary)}.webhooks[${index}].type`, message }];
}

function doubtCeiling(canary: Canary): readonly Finding[] {
  const { strategy } = canary.spec;
  const { stepWeight, maxWeight } = canary.analysis;
  if (strategy.kind !== 'canary' || maxWeight <= 0 || stepWeight <= maxWeight) return [];
  const message = `found ${maxWeight}, less than stepWeight (${stepWeight}): there is one step, to ${strategy.weights[0]} percent, and promotion follows`;
  return [{ severity: 'warning', field: `${analysisField(canary)}.maxWeight`, message }];
}

function doubtSilence(canary: Canary): readonly Finding[] {
  const { metrics, webhooks } = canary.analysis;
  const judges = webhooks.some(({ type }) => type !== 'event' && type !== 'post-rollout');
  if (canary.spec.skipAnalysis || metrics.length > 0 || judges) return [];
  const message =
    'nothing is judged: without metrics and webhooks every revision whose pods start is promoted';
  return [{ severity: 'warning', field: `${analysisField(canary)}.metrics`, message }];
}

/** One entry can become several checks; the first entry of a name stands for all of them. */
function fieldOf({ name }: MetricSpec, canary: Canary): string {
  const written = memberOf(memberOf(canary.object['spec'], analysisName(canary)), 'metrics');
  const index = Array.isArray(written) ? written.findIndex((entry) => memberOf(entry, 'name') === name) : 0;
  return `${analysisField(canary)}.metrics[${Math.max(0, index)}]`;
}

function analysisField(canary: Canary): string {
  return `spec.${analysisName(canary)}`;
}

function analysisName({ object }: Canary): 'analysis' | 'canaryAnalysis' {
  const isOld = memberOf(object['spec'], 'analysis') === undefined;
  return isOld && memberOf(object['spec'], 'canaryAnalysis') !== undefined ? 'canaryAnalysis' : 'analysis';
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
