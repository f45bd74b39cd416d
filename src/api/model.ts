/**
 * What the resources of group `flagger.app` say, once parsed: plain domain values without deprecated fields.
 * `canary.ts`, `metric-template.ts` and `alert-provider.ts` make them from objects.
 */
import type { HookType, OnInconclusive, Spec, Status } from '../core/model.ts';
import type { Millis, Percent } from '../shared/brand.ts';
import type { KubeObject } from './objects.ts';

/** A Canary as the controller works with it. */
export interface Canary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  readonly target: TargetRef;
  /** As written or as the flag says; resolved to a registry key by `traffic/registry.ts`. */
  readonly provider: string;
  /** `spec.ingressRef`: the Ingress that nginx and its like split; undefined where none is named. */
  readonly ingress: IngressRef | undefined;
  /** `spec.routeRef`: the ApisixRoute that APISIX's provider splits; undefined where none is named. */
  readonly route: string | undefined;
  /** Which of several controllers is to follow a route that is made, for Contour; undefined where the flag names none. */
  readonly ingressClass: string | undefined;
  /** `spec.upstreamRef`: the Upstream of Gloo that those of primary and canary are set like. */
  readonly upstream: { readonly name: string; readonly namespace: string } | undefined;
  /** Prometheus for built-in and in-line metrics, if not the controller's own. */
  readonly metricsServer: string | undefined;
  /** What scales the target, and is to scale the primary as well. */
  readonly autoscaler: AutoscalerRef | undefined;
  readonly service: ServiceSpec;
  readonly analysis: AnalysisSpec;
  /** What decisions depend on. `spec.hooks[i]` and `spec.metrics[i]` are `analysis.webhooks[i]`, `analysis.metrics[i]`. */
  readonly spec: Spec;
  readonly status: Status;
  /** The object as the API server gave it; nothing in it is lost when it is written back. */
  readonly object: KubeObject;
}

export interface TargetRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

export interface IngressRef {
  readonly name: string;
  /** What the annotations that its controller reads begin with, `nginx.ingress.kubernetes.io`. */
  readonly annotationsPrefix: string;
}

/** The target's autoscaler, with the bounds of the primary's copy where they differ. */
export interface AutoscalerRef {
  readonly kind: string;
  readonly name: string;
  /** `minReplicas` and `maxReplicas`, those that are set. */
  readonly bounds: Readonly<Record<string, unknown>>;
  /** What each trigger of the copy asks, by its name; undefined where the Canary says nothing of any. */
  readonly queries?: Readonly<Record<string, string>>;
}

/** `spec.service`. Fields only one provider reads are kept as written. */
export interface ServiceSpec {
  /** The Service clients use; `-primary` and `-canary` follow from it. */
  readonly apex: string;
  readonly port: number;
  readonly portName: string;
  readonly targetPort: number | string;
  readonly appProtocol: string | undefined;
  readonly trafficDistribution: string | undefined;
  readonly portDiscovery: boolean;
  readonly headless: boolean;
  readonly timeout: string | undefined;
  readonly backendTimeout: string | undefined;
  readonly gateways: readonly string[] | undefined;
  readonly gatewayRefs: readonly Readonly<Record<string, unknown>>[];
  readonly hosts: readonly string[];
  readonly delegation: boolean;
  /** A route of the user's to be changed, in the place of one of our own. */
  readonly existingRoute: ExistingRoute | undefined;
  readonly trafficPolicy: Readonly<Record<string, unknown>> | undefined;
  readonly match: readonly HttpMatch[];
  readonly rewrite: Readonly<Record<string, unknown>> | undefined;
  readonly retries: Readonly<Record<string, unknown>> | undefined;
  readonly headers: HeaderOperations | undefined;
  /** Permanent RequestMirror filters of the Gateway API; nothing to do with `analysis.mirror`. */
  readonly mirror: readonly Readonly<Record<string, unknown>>[];
  /** Of App Mesh: the mesh, and the virtual services that the workload calls. */
  readonly meshName: string | undefined;
  readonly backends: readonly string[];
  readonly corsPolicy: Readonly<Record<string, unknown>> | undefined;
  readonly metadata: Readonly<Record<'apex' | 'primary' | 'canary', CustomMetadata>>;
  readonly unmanaged: { readonly annotations: readonly string[]; readonly labels: readonly string[] };
}

export interface ExistingRoute {
  /** What the provider routes by, where it is undefined. */
  readonly kind: string | undefined;
  readonly name: string;
}

export interface CustomMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface HeaderOperations {
  readonly request?: HeaderOperation;
  readonly response?: HeaderOperation;
}

export interface HeaderOperation {
  readonly add?: Readonly<Record<string, string>>;
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
  readonly suffix?: string;
}

/** Istio's HTTPMatchRequest, the shape every Flagger provider starts from. */
export interface HttpMatch {
  readonly uri?: StringMatch;
  readonly method?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** `spec.analysis` or `spec.canaryAnalysis`, folded. */
export interface AnalysisSpec {
  readonly interval: Millis;
  readonly threshold: number;
  readonly failedChecksDecay: number;
  /** As written, for the alert's field "Traffic routing"; 0 and empty where unset. */
  readonly stepWeight: number;
  readonly stepWeights: readonly number[];
  readonly maxWeight: number;
  readonly mirrorWeight: Percent;
  /** Percent of updated replicas that must be available to count as ready. */
  readonly primaryReadyThreshold: number;
  readonly canaryReadyThreshold: number;
  readonly match: readonly HttpMatch[];
  readonly metrics: readonly MetricSpec[];
  readonly webhooks: readonly WebhookSpec[];
  readonly alerts: readonly AlertSpec[];
  readonly sessionAffinity: AffinitySpec | undefined;
}

/** Cookies by which visitors stay with the version they saw first, and how browsers are to keep them. */
export interface AffinitySpec {
  readonly cookieName: string;
  /** Without it visitors stay with the canary, not with the primary. */
  readonly primaryCookieName?: string;
  /** Seconds. */
  readonly maxAge: number;
  readonly domain?: string;
  readonly path?: string;
  readonly sameSite?: string;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly partitioned: boolean;
}

export interface MetricSpec {
  readonly name: string;
  /** As written, `1m`; '' where a template metric has none. Built-in and in-line entries default to `1m`. */
  readonly interval: string;
  readonly thresholdRange: { readonly min?: number; readonly max?: number } | undefined;
  /** The old way: minimum for request-success-rate, maximum for everything else. 0 where unset. */
  readonly threshold: number;
  readonly query: string | undefined;
  readonly templateRef: { readonly name: string; readonly namespace: string | undefined } | undefined;
  readonly templateVariables: Readonly<Record<string, string>>;
}

export interface WebhookSpec {
  readonly type: HookType;
  readonly name: string;
  readonly url: string;
  readonly timeout: Millis;
  readonly metadata: Readonly<Record<string, string>>;
  readonly muteAlert: boolean;
  readonly retries: number;
  readonly disableTLS: boolean;
  readonly onInconclusive: OnInconclusive;
}

export type Severity = 'info' | 'warn' | 'error';

export interface AlertSpec {
  readonly name: string;
  readonly severity: Severity;
  readonly providerRef: { readonly name: string; readonly namespace: string | undefined };
}

export interface MetricTemplate {
  readonly namespace: string;
  readonly name: string;
  readonly provider: {
    readonly type: string;
    readonly address: string;
    readonly headers: Readonly<Record<string, readonly string[]>>;
    readonly secretRef: string | undefined;
    readonly region: string;
    readonly insecureSkipVerify: boolean;
  };
  readonly query: string;
}

export interface AlertProvider {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly channel: string;
  readonly username: string;
  readonly address: string;
  readonly proxy: string;
  /** The words of messages; '' where they are the usual ones. */
  readonly template: string;
  readonly secretRef: string | undefined;
}

/** What can be said of a field: in `serin check`, in conditions and in events, always in these words. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** Dotted path of the field, `spec.analysis.metrics[0].interval`; '' for the whole object. */
  readonly field: string;
  /** A sentence: what was found, what is allowed, what to do. Lower case, no full stop. */
  readonly message: string;
}

/** What somebody asks of a traffic provider. */
export interface RoutingWish {
  readonly service: ServiceSpec;
  readonly analysis: AnalysisSpec;
  readonly strategy: Spec['strategy'];
  readonly stepWeightPromotion: Percent;
}

/** A wish that a provider cannot meet. `field` is a path below `spec`, with `analysis` for its older name too. */
export interface Objection extends Pick<Finding, 'field' | 'message'> {
  /** Of what is left out while everything else is followed, as Flagger does; such a Canary is not refused. */
  readonly severity?: 'warning';
}

/** What a provider can do at all, and what it cannot do of one Canary's wishes. */
export interface Abilities extends Capabilities {
  /** Whether it can send live traffic to the canary at all. */
  readonly routed: boolean;
  /** Kinds of routes of the user's that it can change; left out, nobody asks. */
  readonly existingRoutes?: readonly string[];
  readonly objections?: (wish: RoutingWish) => readonly Objection[];
}

/** What a traffic provider can do, as data, so that a spec can be held against it without importing it. */
export interface Capabilities {
  readonly weights: boolean;
  readonly mirror: { readonly canary: boolean; readonly blueGreen: boolean };
  readonly match: boolean;
  /** Can it keep a visitor by a cookie, and give him one? */
  readonly affinity: boolean;
}
