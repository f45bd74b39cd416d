/** `spec.analysis`, and its older name `spec.canaryAnalysis`: numbers, metrics, webhooks and alerts. */
import type { Metric, MetricSource } from '../core/model.ts';
import { millis, percent, type Millis, type Percent } from '../shared/brand.ts';
import { formatDuration, parseDuration } from '../shared/duration.ts';
import { isWebUrl } from '../shared/http.ts';
import type { WrittenAnalysis, WrittenMetric, WrittenWebhook } from './canary-schema.ts';
import type { AlertSpec, AnalysisSpec, MetricSpec, WebhookSpec } from './model.ts';
import type { Report } from './report.ts';
import { show } from './salvage.ts';
import { present } from './schema-parts.ts';

const DEFAULT_INTERVAL = millis(60_000);
/** Of metrics that name none, but for those of templates, which have none. */
const DEFAULT_WINDOW = '1m';
const DEFAULT_TIMEOUT = millis(10_000);
/** Metrics that need no query; what they ask is the metrics' business. */
const BUILTIN = new Set(['request-success-rate', 'request-duration']);
/** PromQL and the systems behind templates take weeks and days too. */
const WINDOW = /^(\d+(\.\d+)?(ms|s|m|h|d|w|y))+$/;

export interface ParsedAnalysis {
  readonly analysis: Omit<AnalysisSpec, 'sessionAffinity'>;
  /** Beside `analysis.metrics`, one by one. */
  readonly metrics: readonly Metric[];
}

/** `at` is where it stands in the manifest, for the findings. */
export function parseAnalysis(
  written: WrittenAnalysis,
  { at, minimumInterval }: { readonly at: string; readonly minimumInterval: Millis },
  report: Report,
): ParsedAnalysis {
  const checks = present(written.metrics).flatMap(([index, metric]) =>
    parseMetric(metric, `${at}.metrics[${index}]`, report),
  );
  const webhooks = present(written.webhooks);
  checkNames(present(written.metrics), `${at}.metrics`, report);
  checkNames(webhooks, `${at}.webhooks`, report);
  const analysis = {
    interval: parseInterval(written.interval, minimumInterval, `${at}.interval`, report),
    threshold: parseThreshold(written.threshold, `${at}.threshold`, report),
    failedChecksDecay: parseDecay(written.failedChecksDecay, `${at}.failedChecksDecay`, report),
    stepWeight: written.stepWeight ?? 0,
    stepWeights: present(written.stepWeights).map(([, weight]) => weight),
    maxWeight: written.maxWeight ?? 0,
    mirrorWeight: parsePercent(written.mirrorWeight, percent(0), `${at}.mirrorWeight`, report),
    primaryReadyThreshold: parseReady(written, 'primaryReadyThreshold', at, report),
    canaryReadyThreshold: parseReady(written, 'canaryReadyThreshold', at, report),
    match: present(written.match).map(([, match]) => match),
    metrics: checks.map(({ spec }) => spec),
    webhooks: webhooks.map(([index, webhook]) => parseWebhook(webhook, `${at}.webhooks[${index}]`, report)),
    alerts: present(written.alerts).map(([, alert]) => parseAlert(alert)),
  };
  return { analysis, metrics: checks.map(({ metric }) => metric) };
}

/** A share of traffic: more than all of it is all of it. */
export function parsePercent(
  written: number | undefined,
  otherwise: Percent,
  field: string,
  report: Report,
): Percent {
  if (written === undefined) return otherwise;
  if (written < 0) {
    report.error(field, `found ${written}, expected 0 to 100`);
    return otherwise;
  }
  if (written > 100) report.warning(field, `found ${written}, taken as 100`);
  return percent(Math.min(100, written));
}

function parseThreshold(written: number | undefined, field: string, report: Report): number {
  if (written === undefined || written >= 1) return written ?? 1;
  report.warning(field, `found ${written}, taken as 1: the first failed check rolls back`);
  return 1;
}

function parseDecay(written: number | undefined, field: string, report: Report): number {
  if (written === undefined || written >= 0) return written ?? 0;
  report.warning(field, `found ${written}, taken as 0: failed checks count to the end of the run`);
  return 0;
}

function parseReady(
  written: WrittenAnalysis,
  name: 'primaryReadyThreshold' | 'canaryReadyThreshold',
  at: string,
  report: Report,
): number {
  const share = written[name] ?? 100;
  if (share >= 0 && share <= 100) return share;
  report.error(`${at}.${name}`, `found ${share}, expected a percentage of pods from 0 to 100`);
  return 100;
}

function parseInterval(written: string | undefined, minimum: Millis, field: string, report: Report): Millis {
  if (written === undefined || written === '') return later(DEFAULT_INTERVAL, minimum);
  const span = parseDuration(written);
  if (span === undefined) {
    report.warning(
      field,
      `found ${show(written)}, expected a span such as 30s or 1m; ${formatDuration(DEFAULT_INTERVAL)} is used`,
    );
    return later(DEFAULT_INTERVAL, minimum);
  }
  if (span < minimum) {
    report.warning(
      field,
      `found ${show(written)}, raised to ${formatDuration(minimum)}, the shortest allowed here`,
    );
  }
  return later(span, minimum);
}

function later(span: Millis, minimum: Millis): Millis {
  return span < minimum ? minimum : span;
}

interface Check {
  readonly spec: MetricSpec;
  readonly metric: Metric;
}

/**
 * One entry can ask up to three times: a built-in name, an in-line query and a template are each evaluated. Each
 * becomes a check of its own, so that nothing behind this has to know.
 */
function parseMetric(written: WrittenMetric, at: string, report: Report): readonly Check[] {
  const sources = sourcesOf(written);
  checkMetric(written, sources, at, report);
  return sources.map((source) => ({
    spec: metricSpec(written, source),
    metric: {
      name: written.name,
      source,
      onInconclusive: written.onInconclusive || 'fail',
      ...windowOf(written),
    },
  }));
}

function windowOf({ waitForWindow, interval }: WrittenMetric): { readonly window?: Millis } {
  const window = waitForWindow === true ? parseDuration(interval || DEFAULT_WINDOW) : undefined;
  return window === undefined ? {} : { window };
}

function sourcesOf({ name, query, templateRef }: WrittenMetric): readonly MetricSource[] {
  const sources: MetricSource[] = [];
  if (BUILTIN.has(name)) sources.push('builtin');
  if (query !== undefined && query !== '') sources.push('query');
  if (templateRef !== undefined) sources.push('template');
  return sources.length > 0 ? sources : ['none'];
}

function metricSpec(written: WrittenMetric, source: MetricSource): MetricSpec {
  const { name, interval, threshold, thresholdRange, query, templateRef, templateVariables } = written;
  return {
    name,
    interval:
      interval === undefined || interval === '' ? (source === 'template' ? '' : DEFAULT_WINDOW) : interval,
    thresholdRange,
    threshold: threshold ?? 0,
    query: source === 'query' ? query : undefined,
    templateRef:
      source === 'template' && templateRef !== undefined
        ? { name: templateRef.name, namespace: templateRef.namespace || undefined }
        : undefined,
    templateVariables: templateVariables ?? {},
  };
}

const SOURCE_NAMES: Readonly<Record<MetricSource, string>> = {
  builtin: 'as the built-in metric of that name',
  query: 'by its query',
  template: 'by its template',
  none: 'not at all',
};

function checkMetric(
  written: WrittenMetric,
  sources: readonly MetricSource[],
  at: string,
  report: Report,
): void {
  if (sources.includes('none')) {
    report.warning(
      at,
      `${show(written.name)} has neither a templateRef nor a query and is not built in, so every check of it fails; ` +
        `add a templateRef, or use ${[...BUILTIN].join(' or ')}`,
    );
  }
  if (sources.length > 1) {
    const times = sources.map((source) => SOURCE_NAMES[source]).join(' and ');
    report.warning(at, `${show(written.name)} is checked ${sources.length} times: ${times}`);
  }
  if (written.interval !== undefined && written.interval !== '' && !WINDOW.test(written.interval)) {
    report.warning(`${at}.interval`, `found ${show(written.interval)}, expected a span such as 30s or 1m`);
  }
  if (written.waitForWindow === true && parseDuration(written.interval || DEFAULT_WINDOW) === undefined) {
    const found = show(written.interval ?? '');
    report.warning(`${at}.waitForWindow`, `has no effect: interval is ${found}, no span such as 30s or 1m`);
  }
  checkBounds(written, at, report);
}

function checkBounds(
  { name, threshold, thresholdRange: range }: WrittenMetric,
  at: string,
  report: Report,
): void {
  if (range?.min !== undefined && range.max !== undefined && range.min > range.max) {
    report.warning(
      `${at}.thresholdRange`,
      `min ${range.min} is above max ${range.max}, so every check fails`,
    );
  }
  if (range !== undefined && range.min === undefined && range.max === undefined) {
    report.warning(`${at}.thresholdRange`, 'has neither min nor max, so every value passes');
  }
  if (range !== undefined || (threshold ?? 0) !== 0) return;
  const meaning = name === 'request-success-rate' ? 'every value passes' : 'every value above 0 fails';
  report.warning(at, `has no thresholdRange, so ${meaning}; set thresholdRange.min or thresholdRange.max`);
}

function parseWebhook(written: WrittenWebhook, at: string, report: Report): WebhookSpec {
  const type = written.type === undefined || written.type === '' ? 'rollout' : written.type;
  const retries = written.retries ?? 0;
  if (!isWebUrl(written.url))
    report.warning(`${at}.url`, 'does not begin with http:// or https://, so every call fails');
  if (retries < 0) report.warning(`${at}.retries`, `found ${retries}, taken as 0`);
  return {
    type,
    name: written.name,
    url: written.url,
    timeout: parseTimeout(written.timeout, `${at}.timeout`, report),
    metadata: written.metadata ?? {},
    muteAlert: written.muteAlert ?? false,
    retries: Math.max(0, retries),
    disableTLS: written.disableTLS ?? false,
    onInconclusive: written.onInconclusive || 'fail',
  };
}

function parseTimeout(written: string | undefined, field: string, report: Report): Millis {
  if (written === undefined || written === '') return DEFAULT_TIMEOUT;
  const span = parseDuration(written);
  if (span !== undefined && span > 0) return span;
  report.warning(
    field,
    `found ${show(written)}, expected a span such as 30s or 1m; ${formatDuration(DEFAULT_TIMEOUT)} is used`,
  );
  return DEFAULT_TIMEOUT;
}

function parseAlert(written: {
  readonly name: string;
  readonly severity?: '' | AlertSpec['severity'] | undefined;
  readonly providerRef: { readonly name: string; readonly namespace?: string | undefined };
}): AlertSpec {
  const { name, severity, providerRef } = written;
  return {
    name,
    severity: severity === undefined || severity === '' ? 'info' : severity,
    providerRef: { name: providerRef.name, namespace: providerRef.namespace || undefined },
  };
}

function checkNames(
  named: readonly (readonly [number, { readonly name: string }])[],
  at: string,
  report: Report,
): void {
  const first = new Map<string, number>();
  for (const [index, { name }] of named) {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else
      report.warning(
        `${at}[${index}].name`,
        `found ${show(name)}, the same as ${at}[${earlier}]; events will not tell them apart`,
      );
  }
}
