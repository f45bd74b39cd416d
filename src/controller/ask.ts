/** Puts a question of the core to whoever can answer it: a webhook, or a metric system. */
import { KINDS } from '../api/kinds.ts';
import { parseMetricTemplate, queryFunctions } from '../api/metric-template.ts';
import type { Canary, MetricSpec, MetricTemplate } from '../api/model.ts';
import { renderTemplate } from '../api/template.ts';
import type { Answer, CheckFailure, HookType, Phase, Question } from '../core/model.ts';
import { templateText } from '../core/wording.ts';
import { callHook } from '../hooks/call.ts';
import { checksumOf, hookPayload } from '../hooks/payload.ts';
import { builtinQueries, isBuiltinMetric, measureBuiltin, spelledNames } from '../metrics/builtin.ts';
import { readsCluster } from '../metrics/cluster.ts';
import { judge } from '../metrics/judge.ts';
import type { MetricBackend, MetricError, MetricProvider } from '../metrics/provider.ts';
import { unreachable } from '../shared/brand.ts';
import { canonicalJson } from '../shared/digest.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { secretData } from './secrets.ts';
import type { Tools } from './tools.ts';

/** Takes as long as the hook or the metric system may. Rejects only when `signal` aborts. */
export async function ask(
  tools: Tools,
  canary: Canary,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  switch (question.kind) {
    case 'hook':
      return askHook(tools, canary, question, signal);
    case 'metric':
      return askMetric(tools, canary, question.index, signal);
    case 'providers':
      return askProviders(tools, canary, signal);
    default:
      return unreachable(question);
  }
}

// ----------------------------------------------------------------------------------------------------------- hooks

async function askHook(
  { http, clock, vitals }: Tools,
  canary: Canary,
  { type, index, revision }: Question & { readonly kind: 'hook' },
  signal: AbortSignal,
): Promise<Answer> {
  const hook = canary.analysis.webhooks[index];
  if (hook === undefined) throw new Error(`the spec has no hook ${index}`);
  const { name, namespace, status } = canary;
  const checksum = checksumOf({ trackedConfigs: status.target?.configs, lastAppliedSpec: revision });
  const phase = phaseTold(type, status.phase);
  const payload = hookPayload({ name, namespace, phase, checksum, metadata: hook.metadata });
  const start = clock.steady();
  const answer = await callHook(hook, payload, { http, clock, signal });
  vitals.webhook(type, answer.ok ? 'passed' : 'failed', (clock.steady() - start) / 1_000);
  if (answer.ok) return { kind: 'yes' };
  const { silent, detail } = answer.error;
  return { kind: silent ? 'inconclusive' : 'no', failure: { kind: 'hook', hook: hook.name, detail } };
}

/** Hooks of a run are told Progressing whatever the run waits for; the others are told how things stand. */
function phaseTold(type: HookType, phase: Phase): Phase {
  return type === 'confirm-rollout' || type === 'rollback' ? phase : 'Progressing';
}

// --------------------------------------------------------------------------------------------------------- metrics

interface Asked {
  readonly tools: Tools;
  readonly canary: Canary;
  readonly metric: MetricSpec;
  readonly signal: AbortSignal;
}

type Measured = Result<Result<number, MetricError>, CheckFailure>;

async function askMetric(tools: Tools, canary: Canary, index: number, signal: AbortSignal): Promise<Answer> {
  const metric = canary.analysis.metrics[index];
  const source = canary.spec.metrics[index]?.source;
  if (metric === undefined || source === undefined) throw new Error(`the spec has no metric ${index}`);
  const asked: Asked = { tools, canary, metric, signal };
  const measured = await measure(asked, source);
  if (!measured.ok) return { kind: 'inconclusive', failure: measured.error };
  const value = measured.value;
  if (value.ok && Number.isFinite(value.value)) {
    const counted = { target: canary.target.name, namespace: canary.namespace };
    tools.vitals.measured(counted, metric.name, value.value / scaleOf(metric, source));
  }
  return judge(metric, source, value, { observer: canary.provider });
}

/** Durations are judged in milliseconds and recorded, as Prometheus has them, in seconds. */
function scaleOf({ name }: MetricSpec, source: string): number {
  return source === 'builtin' && name === 'request-duration' ? 1_000 : 1;
}

async function measure(asked: Asked, source: Canary['spec']['metrics'][number]['source']): Promise<Measured> {
  switch (source) {
    case 'builtin':
      return measureBuiltIn(asked);
    case 'query':
      return measureInline(asked);
    case 'template':
      return measureTemplate(asked);
    case 'none':
      return err({ kind: 'unusable', metric: asked.metric.name });
    default:
      return unreachable(source);
  }
}

async function measureBuiltIn({ tools, canary, metric, signal }: Asked): Promise<Measured> {
  const { name, interval } = metric;
  if (!isBuiltinMetric(name)) return err({ kind: 'unusable', metric: name });
  const provider = tools.metrics.provider(ownBackend(tools, canary));
  if (!provider.ok) return ok(err({ kind: 'malformed', detail: provider.error }));
  const queries = builtinQueries(canary.provider, canary.target.kind);
  const names = spelledNames(queryFunctions(canary, metric), queries);
  const render = (text: string): Result<string, string> => renderTemplate(text, names);
  const call = { metric: name, queries, interval, render };
  return ok(await measureBuiltin(call, provider.value, { signal }));
}

async function measureInline({ tools, canary, metric, signal }: Asked): Promise<Measured> {
  const provider = tools.metrics.provider(ownBackend(tools, canary));
  if (!provider.ok) return ok(err({ kind: 'malformed', detail: provider.error }));
  const query = renderTemplate(metric.query ?? '', queryFunctions(canary, metric));
  if (!query.ok) {
    return err({ kind: 'query-failed', metric: metric.name, source: 'query', detail: query.error });
  }
  return ok(await provider.value.query({ query: query.value, interval: metric.interval }, { signal }));
}

async function measureTemplate({ tools, canary, metric, signal }: Asked): Promise<Measured> {
  const found = await templateOf(tools, canary, metric, signal);
  if (!found.ok) return found;
  const { template, provider, title } = found.value;
  const query = renderTemplate(template.query, queryFunctions(canary, metric));
  if (!query.ok) return err(templateFailure(title, 'query', '', query.error));
  return ok(await provider.query({ query: query.value, interval: metric.interval }, { signal }));
}

/** The Prometheus of built-in and in-line metrics. */
function ownBackend({ settings }: Tools, { metricsServer }: Canary): MetricBackend {
  return {
    type: 'prometheus',
    address: metricsServer ?? settings.metricsServer,
    headers: {},
    region: '',
    insecureSkipVerify: false,
    credentials: {},
  };
}

interface UsableTemplate {
  readonly template: MetricTemplate;
  readonly provider: MetricProvider;
  /** `<name>.<namespace>`. */
  readonly title: string;
}

async function templateOf(
  tools: Tools,
  canary: Canary,
  { templateRef }: MetricSpec,
  signal: AbortSignal,
): Promise<Result<UsableTemplate, TemplateFailure>> {
  const name = templateRef?.name ?? '';
  const namespace = templateRef?.namespace ?? canary.namespace;
  const title = `${name}.${namespace}`;
  if (tools.settings.noCrossNamespaceRefs && namespace !== canary.namespace) {
    return err(templateFailure(title, 'template', '', 'references to other namespaces are switched off'));
  }
  const known = await tools.watched.watch(KINDS.MetricTemplate, { signal });
  if (!known.ok) return err(templateFailure(title, 'template', '', known.error.detail));
  const object = tools.watched.get({ ...KINDS.MetricTemplate, name, namespace });
  if (object === undefined) return err(templateFailure(title, 'template', '', 'it does not exist'));
  const { template, findings } = parseMetricTemplate(object);
  if (template === undefined) {
    return err(templateFailure(title, 'template', '', findings.map(({ message }) => message).join('; ')));
  }
  const backend = await backendOf(tools, template, signal);
  if (!backend.ok)
    return err(templateFailure(title, 'secret', template.provider.secretRef ?? '', backend.error));
  const provider = tools.metrics.provider(backend.value);
  if (!provider.ok) return err(templateFailure(title, 'provider', template.provider.type, provider.error));
  return ok({ template, provider: provider.value, title });
}

async function backendOf(
  tools: Tools,
  { namespace, provider }: MetricTemplate,
  signal: AbortSignal,
): Promise<Result<MetricBackend, string>> {
  const { type, address, headers, region, insecureSkipVerify, secretRef } = provider;
  const credentials =
    secretRef === undefined ? ok({}) : await secretData(tools, namespace, secretRef, signal);
  if (!credentials.ok) return credentials;
  return ok({
    ...{ type, address, headers, region, insecureSkipVerify },
    credentials: credentials.value,
    // Whoever asks a system outside the cluster is the same to it, wherever he is.
    ...(tools.settings.noCrossNamespaceRefs && readsCluster(type) && { within: namespace }),
  });
}

type TemplateFailure = CheckFailure & { readonly kind: 'template' };

function templateFailure(
  template: string,
  part: TemplateFailure['part'],
  subject: string,
  detail: string,
): TemplateFailure {
  return { kind: 'template', template, part, subject, detail };
}

// ------------------------------------------------------------------------------------------------------- providers

/** Asks each metric system once whether it answers at all; the first that does not is named. */
async function askProviders(tools: Tools, canary: Canary, signal: AbortSignal): Promise<Answer> {
  const asked = new Set<string>();
  for (const [index, metric] of canary.analysis.metrics.entries()) {
    const source = canary.spec.metrics[index]?.source;
    if (source === undefined || source === 'none') continue;
    const place = canonicalJson(source === 'template' ? (metric.templateRef ?? null) : null);
    if (asked.has(place)) continue;
    asked.add(place);
    const failure = await checkProvider({ tools, canary, metric, signal }, source === 'template');
    if (failure !== undefined) return { kind: 'no', failure };
  }
  return { kind: 'yes' };
}

async function checkProvider(
  { tools, canary, metric, signal }: Asked,
  templated: boolean,
): Promise<CheckFailure | undefined> {
  const found = templated
    ? await templateOf(tools, canary, metric, signal)
    : tools.metrics.provider(ownBackend(tools, canary));
  if (!found.ok) {
    const { error } = found;
    const detail =
      typeof error === 'string' ? error : `metric template ${templateText(error)}: ${error.detail}`;
    return { kind: 'providers', detail: `${metric.name}: ${detail}` };
  }
  const provider = 'provider' in found.value ? found.value.provider : found.value;
  const checked = await provider.check({ signal });
  if (checked.ok) return undefined;
  return { kind: 'providers', detail: `${metric.name}: ${reasonOf(checked.error)}` };
}

function reasonOf(error: MetricError): string {
  if (error.kind === 'no-data') return 'no values found';
  return error.kind === 'rejected' ? `answered with status ${error.status}: ${error.detail}` : error.detail;
}
