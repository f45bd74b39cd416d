/**
 * What is allowed, can be followed to the letter, and was surely not meant. Said where people look at manifests
 * before they use them; a running controller has no reason to repeat it.
 */
import type { Canary, Finding, MetricSpec, WebhookSpec } from './model.ts';

/** Receivers of messages: they answer 200 to whatever they are sent. */
const CHAT =
  /\b(slack\.com|discord(app)?\.com|office\.com|chat\.googleapis\.com|telegram\.org|webex(apis)?\.com|opsgenie\.com|pagerduty\.com)\b/iu;
const NOTICE = /notif|slack|discord|alert|message/iu;

/** Warnings about a canary; none of them names a URL. */
export function doubtsAbout({ object, analysis }: Canary): readonly Finding[] {
  const at = `spec.${analysisName(object['spec'])}`;
  return [
    ...analysis.webhooks.flatMap((hook, index) => doubtHook(hook, `${at}.webhooks[${index}]`)),
    ...analysis.metrics.flatMap((metric, index) => doubtMetric(metric, `${at}.metrics[${index}]`)),
    ...doubtSilence({ at, metrics: analysis.metrics, webhooks: analysis.webhooks }),
  ];
}

function analysisName(spec: unknown): string {
  const isOld =
    typeof spec === 'object' && spec !== null && !('analysis' in spec) && 'canaryAnalysis' in spec;
  return isOld ? 'canaryAnalysis' : 'analysis';
}

function doubtHook({ type, name, url }: WebhookSpec, field: string): readonly Finding[] {
  if (type !== 'rollback' || !(CHAT.test(url) || NOTICE.test(name))) return [];
  return [
    warning(
      field,
      'a rollback webhook is a question, not a notice: it is asked at every step, and the first answer 200 rolls ' +
        'back, which is what a chat answers to everything; to be told of a rollback use alerts or a webhook of type event',
    ),
  ];
}

function doubtMetric({ name, thresholdRange, threshold }: MetricSpec, field: string): readonly Finding[] {
  const least = thresholdRange?.min ?? threshold;
  if (name !== 'request-success-rate' || thresholdRange?.max !== undefined || least <= 0 || least > 1)
    return [];
  return [
    warning(
      `${field}.${thresholdRange === undefined ? 'threshold' : 'thresholdRange.min'}`,
      `found ${least}, which is ${least} percent: the success rate is measured in percent, from 0 to 100`,
    ),
  ];
}

function doubtSilence(analysis: {
  readonly at: string;
  readonly metrics: readonly MetricSpec[];
  readonly webhooks: readonly WebhookSpec[];
}): readonly Finding[] {
  const judges = analysis.webhooks.some(({ type }) => type !== 'event' && type !== 'post-rollout');
  if (analysis.metrics.length > 0 || judges) return [];
  return [
    warning(
      `${analysis.at}.metrics`,
      'nothing is judged: without metrics and webhooks every revision whose pods start is promoted',
    ),
  ];
}

function warning(field: string, message: string): Finding {
  return { severity: 'warning', field, message };
}
