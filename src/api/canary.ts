/**
 * A Canary as its author wrote it becomes a Canary the controller can work with, with a sentence about everything
 * in it that cannot be followed or means something other than it seems. The sentences are shared by `serin check`,
 * conditions and events. Pure; one schema, built once.
 */
import type { Spec, Status } from '../core/model.ts';
import { holdsTarget } from '../core/retargeting.ts';
import { millis, percent, type Millis } from '../shared/brand.ts';
import { isWebUrl } from '../shared/http.ts';
import { affinityNames, parseAffinity } from './canary-affinity.ts';
import { parseAnalysis, parsePercent, type ParsedAnalysis } from './canary-analysis.ts';
import { autoscalerName, parseAutoscaler } from './canary-autoscaler.ts';
import { canarySchema, memberOf, type WrittenAnalysis, type WrittenSpec } from './canary-schema.ts';
import { checkReferences, parseService } from './canary-service.ts';
import { chooseStrategy } from './canary-strategy.ts';
import type {
  Abilities,
  AffinitySpec,
  Canary,
  Finding,
  IngressRef,
  RoutingWish,
  ServiceSpec,
  TargetRef,
} from './model.ts';
import { KINDS } from './kinds.ts';
import { isKnativeService, targetCalled, workloadOf } from './knative.ts';
import type { KubeObject } from './objects.ts';
import { Report, type Problem } from './report.ts';
import { salvage, show } from './salvage.ts';
import { present } from './schema-parts.ts';
import { readStatus } from './status.ts';

export { canarySchema };

/** Set to "true", the weight never goes past `maxWeight`: 20, 40, 50 instead of 20, 40, 60. */
export const CLAMP_ANNOTATION = 'serin.dev/clamp-max-weight';

const DEFAULT_DEADLINE_SECONDS = 600;
const NOTHING = percent(0);
const HTTP = 80;

/** What the controller was started with, as far as it gives a Canary its meaning. */
export interface CanaryContext {
  /** For a Canary that names no provider. */
  readonly defaultProvider: string;
  /** Undefined for a provider nobody has heard of. */
  capabilities(provider: string): Abilities | undefined;
  /** For the sentence about an unknown one. */
  readonly knownProviders: readonly string[];
  /** Shorter intervals are raised to it. */
  readonly minimumInterval: Millis;
  readonly noCrossNamespaceRefs: boolean;
  /** For a Canary that does not say whether it gives everything back; without it none of those does. */
  readonly revertOnDeletion?: boolean;
  /** Of the annotations by which an Ingress controller of nginx's kind is told about canaries. */
  readonly ingressAnnotationsPrefix: string;
  /** For Contour's objects: which of several Contours is meant. */
  readonly ingressClass?: string;
}

export interface ParsedCanary {
  /** Made of what could be read, with defaults for the rest; undefined without a target or a service. */
  readonly canary: Canary | undefined;
  readonly findings: readonly Finding[];
  /** Why the spec cannot be followed as written; undefined where it can. */
  readonly problem: Problem | undefined;
}

/** Anything is assumed of a provider nobody knows, so that one mistake does not cause five complaints. */
const ABLE: Abilities = {
  weights: true,
  mirror: { canary: true, blueGreen: true },
  match: true,
  affinity: true,
  routed: true,
};

interface Written {
  readonly spec: WrittenSpec;
  readonly provider: string;
  readonly analysis: WrittenAnalysis | undefined;
  /** `spec.analysis`, or the older name if that is what was used. */
  readonly at: string;
}

/** Never throws for what a person can write. */
export function parseCanary(object: KubeObject, context: CanaryContext): ParsedCanary {
  const report = new Report();
  const { data, findings } = salvage(canarySchema, object);
  report.add(findings);
  const canary = data === undefined ? undefined : build(object, data.spec, context, report);
  return { canary, findings: report.findings, problem: report.problem };
}

function build(
  object: KubeObject,
  spec: WrittenSpec,
  context: CanaryContext,
  report: Report,
): Canary | undefined {
  const written: Written = {
    spec,
    provider: spec.provider === undefined || spec.provider === '' ? context.defaultProvider : spec.provider,
    analysis: spec.analysis ?? spec.canaryAnalysis,
    at:
      spec.analysis === undefined && spec.canaryAnalysis !== undefined
        ? 'spec.canaryAnalysis'
        : 'spec.analysis',
  };
  const status = readStatus(object);
  report.add(status.findings);
  const target = heldTarget(parseTarget(spec, report), status.status, report);
  const service = serviceOf(target, spec, report);
  checkWhole(object, written, context, report);
  const parsed = parseAnalysis(
    written.analysis ?? {},
    { at: written.at, minimumInterval: context.minimumInterval },
    report,
  );
  const rules = coreSpec(object, written, parsed, context, report);
  const sessionAffinity = affinityOf(written, rules.strategy, context, report);
  const analysis = { ...parsed.analysis, sessionAffinity };
  const autoscaler = isScaled(target, spec, report) ? parseAutoscaler(spec.autoscalerRef, report) : undefined;
  const core = { ...rules, ...affinityNames(sessionAffinity), autoscaler: autoscalerName.of(autoscaler) };
  if (target === undefined || service === undefined) return undefined;
  checkWishes(written, { ...core, service, analysis }, context, report);
  return {
    ...identityOf(object),
    ...assembled(written, target, service),
    ingress: parseIngress(spec, context),
    route: memberOf(spec.routeRef, 'name'),
    ingressClass: context.ingressClass || undefined,
    upstream: parseUpstream(object, spec),
    autoscaler,
    analysis,
    spec: core,
    status: status.status,
    object,
  };
}

function identityOf({ metadata }: KubeObject) {
  return {
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    annotations: metadata.annotations ?? {},
  };
}

function assembled({ spec, provider }: Written, target: TargetRef, service: ServiceSpec) {
  return { target, provider, service, metricsServer: spec.metricsServer || undefined };
}

function parseTarget({ targetRef }: WrittenSpec, report: Report): TargetRef | undefined {
  const name = targetRef?.name ?? '';
  const kind = targetRef?.kind ?? '';
  if (name === '' || kind === '') {
    const field =
      targetRef === undefined ? 'spec.targetRef' : `spec.targetRef.${name === '' ? 'name' : 'kind'}`;
    report.error(field, 'is missing, expected the kind and name of the workload to roll out');
    return undefined;
  }
  return { apiVersion: targetRef?.apiVersion || 'apps/v1', kind, name };
}

/** A run is about one workload: another one that is named meanwhile has to wait until it is over. */
function heldTarget(named: TargetRef | undefined, status: Status, report: Report): TargetRef | undefined {
  const workload = status.target?.workload;
  if (named === undefined || !holdsTarget(status) || workload === undefined) return named;
  if (workloadOf(named) === workload) return named;
  const said = (one: string): string => one.replace('/', ' ');
  report.warning(
    'spec.targetRef',
    `names ${said(workloadOf(named))} while ${said(workload)} is being rolled out; it is taken up when that run is over`,
  );
  return targetCalled(workload);
}

function parseIngress({ ingressRef }: WrittenSpec, context: CanaryContext): IngressRef | undefined {
  const name = memberOf(ingressRef, 'name');
  return name === undefined ? undefined : { name, annotationsPrefix: context.ingressAnnotationsPrefix };
}

function parseUpstream({ metadata }: KubeObject, { upstreamRef }: WrittenSpec): Canary['upstream'] {
  const name = memberOf(upstreamRef, 'name');
  const namespace = memberOf(upstreamRef, 'namespace') ?? metadata.namespace ?? 'default';
  return name === undefined ? undefined : { name, namespace };
}

/** Rules that take more than one field. */
function checkWhole(object: KubeObject, written: Written, context: CanaryContext, report: Report): void {
  const { spec, provider } = written;
  if (spec.analysis !== undefined && spec.canaryAnalysis !== undefined) {
    report.warning('spec.canaryAnalysis', 'has no effect beside analysis, its newer name; drop it');
  }
  if (context.capabilities(provider) === undefined) {
    report.error(
      'spec.provider',
      `found ${show(provider)}, known are ${context.knownProviders.join(', ')}`,
      'UnknownProvider',
    );
  }
  // The address itself stays out of the sentence: it may hold credentials.
  if (spec.metricsServer && !isWebUrl(spec.metricsServer)) {
    report.warning('spec.metricsServer', 'does not begin with http:// or https://, so every query fails');
  }
  checkReferences(spec, provider, report);
  checkKnative(written, report);
  if (context.noCrossNamespaceRefs) checkNamespaces(object, written, report);
}

/** What this provider cannot do of what this Canary asks is refused; what is left out all the same is said. */
function checkWishes(
  { provider, at }: Written,
  wish: RoutingWish,
  context: CanaryContext,
  report: Report,
): void {
  const abilities = context.capabilities(provider);
  checkExistingRoute(provider, wish, abilities?.existingRoutes, report);
  for (const { field, message, severity } of abilities?.objections?.(wish) ?? []) {
    const path = field.startsWith('analysis.') ? `${at}${field.slice('analysis'.length)}` : `spec.${field}`;
    if (severity === 'warning') report.warning(path, message);
    else report.error(path, message, 'UnsupportedFeature');
  }
}

function checkExistingRoute(
  provider: string,
  { service: { existingRoute } }: RoutingWish,
  kinds: readonly string[] | undefined,
  report: Report,
): void {
  if (existingRoute === undefined || kinds === undefined) return;
  const { kind } = existingRoute;
  if (kinds.length > 0 && (kind === undefined || kinds.includes(kind))) return;
  const found = kind === undefined ? 'names a route of yours' : `found kind ${show(kind)}`;
  const takes = kinds.length > 0 ? `changes ${kinds.join(' or ')}` : 'can change none';
  report.error('spec.service.existingRoute', `${found}, provider ${provider} ${takes}`, 'UnsupportedFeature');
}

/** Of what runs on every node, or has no pods of its own, nothing is scaled. */
function isScaled(target: TargetRef | undefined, { autoscalerRef }: WrittenSpec, report: Report): boolean {
  if (target === undefined || (target.kind !== 'DaemonSet' && target.kind !== 'Service')) return true;
  if (autoscalerRef !== undefined && !isKnativeService(target)) {
    report.warning('spec.autoscalerRef', `has no effect: a ${target.kind} is not scaled; drop it`);
  }
  return false;
}

/** Knative makes the Services of what it runs, so nothing has to be said of one. */
function serviceOf(
  target: TargetRef | undefined,
  { service }: WrittenSpec,
  report: Report,
): ServiceSpec | undefined {
  const knative = target !== undefined && isKnativeService(target);
  const written = service ?? (knative ? { port: HTTP } : undefined);
  const parsed = parseService(written, target?.name ?? '', report);
  if (knative) return parsed && { ...parsed, apex: target.name };
  checkApex(target, parsed, report);
  return parsed;
}

/** A Service that is released is the one that clients use. */
function checkApex(target: TargetRef | undefined, service: ServiceSpec | undefined, report: Report): void {
  if (target?.kind !== 'Service' || service === undefined || service.apex === target.name) return;
  report.error(
    'spec.service.name',
    `found ${show(service.apex)}, expected ${show(target.name)}, the Service that is released, or nothing`,
  );
}

function checkKnative({ spec, provider }: Written, report: Report): void {
  const { targetRef, autoscalerRef } = spec;
  const target = targetRef !== undefined && isKnativeService(targetRef);
  if (target && spec.provider !== 'knative') {
    report.error('spec.provider', 'a Knative Service can only be rolled out with provider knative');
  }
  if (!target && provider === 'knative') {
    report.error(
      'spec.targetRef',
      `provider knative needs a target of kind Service and apiVersion ${KINDS.KnativeService.apiVersion}`,
    );
  }
  if (target && autoscalerRef !== undefined) {
    report.error('spec.autoscalerRef', 'cannot be used with a Knative Service, which scales itself; drop it');
  }
}

function checkNamespaces({ metadata }: KubeObject, { spec, analysis, at }: Written, report: Report): void {
  const own = metadata.namespace ?? 'default';
  const check = (field: string, what: string, name: string, namespace: string | undefined): void => {
    if (namespace === undefined || namespace === '' || namespace === own) return;
    report.error(
      field,
      `can't access ${what} ${name}.${namespace}, cross-namespace references are blocked`,
      'CrossNamespaceReference',
    );
  };
  const upstream = memberOf(spec.upstreamRef, 'name') ?? '';
  check('spec.upstreamRef', 'gloo upstream', upstream, memberOf(spec.upstreamRef, 'namespace'));
  for (const [index, { templateRef }] of present(analysis?.metrics)) {
    if (templateRef === undefined) continue;
    check(`${at}.metrics[${index}].templateRef`, 'metric template', templateRef.name, templateRef.namespace);
  }
  for (const [index, { providerRef }] of present(analysis?.alerts)) {
    check(`${at}.alerts[${index}].providerRef`, 'alert provider', providerRef.name, providerRef.namespace);
  }
}

function coreSpec(
  { metadata }: KubeObject,
  { spec, provider, analysis, at }: Written,
  { analysis: parsed, metrics }: ParsedAnalysis,
  context: CanaryContext,
  report: Report,
): Omit<Spec, 'autoscaler'> {
  const support = context.capabilities(provider) ?? ABLE;
  const skipAnalysis = spec.skipAnalysis === true || analysis === undefined;
  const clamp = metadata.annotations?.[CLAMP_ANNOTATION] === 'true';
  return {
    ...chooseStrategy(analysis ?? {}, { provider, support, skipAnalysis, clamp, at }, report),
    stepWeightPromotion: parsePercent(
      analysis?.stepWeightPromotion,
      NOTHING,
      `${at}.stepWeightPromotion`,
      report,
    ),
    interval: parsed.interval,
    threshold: parsed.threshold,
    decay: parsed.failedChecksDecay,
    progressDeadline: parseDeadline(spec.progressDeadlineSeconds, report),
    skipAnalysis,
    suspend: spec.suspend ?? false,
    revertOnDeletion: spec.revertOnDeletion ?? context.revertOnDeletion ?? false,
    hooks: parsed.webhooks.map(({ type, name, muteAlert, onInconclusive }) => ({
      type,
      name,
      muted: muteAlert,
      onInconclusive,
    })),
    metrics,
    routed: support.routed,
  };
}

function affinityOf(
  { provider, analysis, at }: Written,
  { kind: strategy }: Spec['strategy'],
  context: CanaryContext,
  report: Report,
): AffinitySpec | undefined {
  const support = context.capabilities(provider) ?? ABLE;
  return parseAffinity(analysis?.sessionAffinity, { provider, support, strategy, at }, report);
}

function parseDeadline(seconds: number | undefined, report: Report): Millis {
  if (seconds === undefined) return millis(DEFAULT_DEADLINE_SECONDS * 1_000);
  if (seconds > 0) return millis(seconds * 1_000);
  report.warning(
    'spec.progressDeadlineSeconds',
    `found ${seconds}, expected 1 or more; ${DEFAULT_DEADLINE_SECONDS} is used`,
  );
  return millis(DEFAULT_DEADLINE_SECONDS * 1_000);
}
