/**
 * The vocabulary of a rollout: what the user asked for, what we remember, what one look found, what may be
 * asked, done and told. Plain data throughout, so that a situation can be written to a file and decided again.
 */
import type { Instant, Millis, Percent, Revision } from '../shared/brand.ts';

export type Phase =
  | 'Initializing'
  | 'Initialized'
  | 'Waiting'
  | 'Progressing'
  | 'WaitingPromotion'
  | 'Promoting'
  | 'Finalising'
  | 'Succeeded'
  | 'Failed'
  | 'Terminating';

// ---------------------------------------------------------------------------------------------- what is asked for

export type HookType =
  | 'confirm-rollout'
  | 'pre-rollout'
  | 'rollout'
  | 'confirm-traffic-increase'
  | 'confirm-promotion'
  | 'post-rollout'
  | 'rollback'
  | 'event';

/** As much of a webhook as a decision depends on. Its index in `Spec.hooks` is its name in questions. */
export interface Hook {
  readonly type: HookType;
  readonly name: string;
  /** No alert while this gate holds. */
  readonly muted: boolean;
  /** For checks only: gates hold and vetoes are silent where nobody answers. */
  readonly onInconclusive: OnInconclusive;
}

/** What a check that cannot say means: one failed check, another look later, or nothing. */
export type OnInconclusive = 'fail' | 'wait' | 'pass';

export type MetricSource = 'builtin' | 'query' | 'template' | 'none';

/** As much of a metric check as a decision depends on. Its index in `Spec.metrics` is its name in questions. */
export interface Metric {
  readonly name: string;
  readonly source: MetricSource;
  readonly onInconclusive: OnInconclusive;
  /** How long a position has to be in force before this says anything about it; left out, it is asked at once. */
  readonly window?: Millis;
}

export type Strategy =
  /** `weights` ascend and end the analysis; with `mirror` one mirrored position comes first. */
  | { readonly kind: 'canary'; readonly weights: readonly Percent[]; readonly mirror: boolean }
  | { readonly kind: 'ab-testing'; readonly iterations: number }
  /** `routed`: there is a route that can send all traffic to the canary at the end. */
  | {
      readonly kind: 'blue-green';
      readonly iterations: number;
      readonly mirror: boolean;
      readonly routed: boolean;
    };

/** What a Canary asks for, as far as it decides anything. */
export interface Spec {
  readonly strategy: Strategy;
  /** Percent of traffic moved back per interval during promotion; 0 moves everything at once. */
  readonly stepWeightPromotion: Percent;
  readonly interval: Millis;
  /** Failed checks that end a run; at least 1. */
  readonly threshold: number;
  /** Failed checks that each step of an analysis forgives; 0 counts them all to the end of the run. */
  readonly decay: number;
  /** Time for a workload to become ready and for a change to take hold. */
  readonly progressDeadline: Millis;
  readonly skipAnalysis: boolean;
  readonly suspend: boolean;
  readonly revertOnDeletion: boolean;
  readonly hooks: readonly Hook[];
  readonly metrics: readonly Metric[];
  /** Can this provider send live traffic to the canary? Not `kubernetes`. */
  readonly routed: boolean;
  /** Visitors stay with the version they saw first, by cookies of these names. */
  readonly affinity?: { readonly cookieName: string; readonly primaryCookieName?: string };
  /** What scales the target, by a name that tells it from others; '' where nothing does. */
  readonly autoscaler: string;
  /** What a provider that cannot route made of the strategy asked for; told when a run starts. */
  readonly forced?: { readonly matchDropped: boolean; readonly iterationsAssumed: boolean };
}

// -------------------------------------------------------------------------------------------------- what we remember

/** Where traffic is: the canary's share, and whether its requests are copies. */
export interface Routes {
  readonly canary: Percent;
  readonly mirrored: boolean;
}

/** Cookies of session affinity, each as `<name>=<value>`: of visitors of the canary, of the primary, and of the canary before. */
export interface Cookies {
  readonly canary?: string;
  readonly primary?: string;
  readonly previous?: string;
}

/** A position of the progression. `final` marks the last of blue-green, which is reached through a gate. */
export interface Step {
  readonly canaryWeight: Percent;
  readonly mirrored: boolean;
  readonly final?: true;
}

export type Verb = 'abort' | 'retry' | 'promote' | 'pause';

/** What a person wrote into the Canary's annotations; `value` is the whole annotation. */
export interface Command {
  readonly verb: Verb;
  readonly revision: Revision;
  readonly value: string;
}

/**
 * The target as last seen, with the name it was given then. The same uid and generation are the same template
 * whatever the digest, the same digest is the same template whatever the generation.
 */
export interface TargetRecord {
  /** `<kind>/<name>`; records of old have none. */
  readonly workload?: string;
  readonly uid: string;
  readonly generation: number;
  /** Of the pod template, by the scheme its prefix names. */
  readonly template: string;
  readonly revision: Revision;
  /** Digests of the tracked configuration, by `configmap/<name>` or `secret/<name>`. */
  readonly configs: Readonly<Record<string, string>>;
}

/** Where a workload is whose rollout Kubernetes sets no deadline, and since when it has come no further. */
export interface Standstill {
  readonly generation: number;
  /** The more, the further. */
  readonly done: number;
  readonly since: Instant;
}

/** Of those that are not ready. */
export interface Standstills {
  readonly target?: Standstill;
  readonly primary?: Standstill;
}

/** A spec that cannot be followed, since when, and why. */
export interface Invalid {
  /** CamelCase, the reason of the condition: InvalidSpec, UnknownProvider, DuplicateTarget, DuplicateService, … */
  readonly reason: string;
  readonly detail: string;
  readonly since: Instant;
}

/** The durable memory of a rollout. */
export interface Status {
  /** Whose memory this is: ours, Flagger's, or that of a Canary nobody has looked at. */
  readonly origin: 'ours' | 'flagger' | 'new';
  readonly phase: Phase;
  /** Index into the progression; -1 before the first position. */
  readonly step: number;
  /** The share of traffic the canary is meant to have, whatever the strategy. */
  readonly canaryWeight: Percent;
  readonly mirrored: boolean;
  readonly failedChecks: number;
  readonly cookies: Cookies;
  /** Counts the intentions about traffic; the mesh objects carry the number they were written for. */
  readonly routesMark: number;
  /** Where the routes are: provider and names of the objects that hold them; '' where nobody has said so yet. */
  readonly place: string;
  /** Where routes were before and may still send requests to the canary. */
  readonly left: readonly string[];
  /** Whether the target is still owed its scaling down. */
  readonly park: 'none' | 'due' | 'done';
  /** The command last carried out, by verb, so that none is carried out twice. */
  readonly obeyed: Readonly<Partial<Record<Verb, string>>>;
  /** Told to nobody yet. Written with the change it tells of, crossed off once told. */
  readonly outbox: readonly Announcement[];
  /** The number the next announcement gets; it makes an announcement's key unique for this Canary. */
  readonly sequence: number;
  readonly lastAppliedRevision: Revision;
  readonly lastPromotedRevision: Revision;
  /** When the rollout last moved. Crossing off news and renewing the target record leave it alone. */
  readonly changedAt: Instant;
  /** When the phase was entered; deadlines of workloads never count from before. */
  readonly phaseSince: Instant;
  /** Digest of the progression `step` points into; another digest means the position must be found anew. */
  readonly plan: string;
  readonly target: TargetRecord | undefined;
  readonly standstills: Standstills;
  /** When its traffic was seen to be given back, to be let go once requests have left the primary. */
  readonly released: Instant | undefined;
  /** The autoscaler of which the primary has been given a copy, or is about to be; '' for none. */
  readonly autoscaler: string;
  readonly invalid: Invalid | undefined;
  /** The gate that holds the rollout, told once; cleared by the next move past it. */
  readonly held: Held | undefined;
  /** When it was told that a gate, or the first primary, takes longer than the deadline; cleared by the next move. */
  readonly late: Instant | undefined;
  /** What the cluster does not let us settle, past the deadline; cleared when it has settled. */
  readonly stalled: { readonly detail: string; readonly since: Instant } | undefined;
}

export interface Held {
  readonly type: HookType;
  readonly hook: string;
  readonly since: Instant;
}

// ------------------------------------------------------------------------------------------------ what one look found

/**
 * Judged by `readiness.ts` from raw counts, conditions, generation, the clock and the start of the phase. What is on
 * its way still serves, or has not a single pod that does.
 */
export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'empty'; readonly detail: string }
  | { readonly kind: 'progressing'; readonly detail: string }
  | { readonly kind: 'stuck'; readonly detail: string };

export interface Workload {
  /** NO_REVISION for a primary whose template and configuration copies name different ones. */
  readonly revision: Revision;
  /** Undefined where there is nothing to scale: such a target is parked as soon as that is due. */
  readonly scaledUp: boolean | undefined;
  readonly readiness: Readiness;
  /** What `Status.standstills` should say of it after this look. */
  readonly standstill?: Standstill;
}

export interface Target extends Workload {
  /** What `Status.target` should say after this look. */
  readonly record: TargetRecord;
}

/** The position the mesh shows, the intention it was written for, and when that was written. */
export interface MarkedRoutes extends Routes {
  /** -1 where the objects carry no mark of ours. */
  readonly mark: number;
  readonly since: Instant;
  /** Something other than the position differs from what we would write: a host, a selector, a missing rule. */
  readonly drifted: boolean;
  /** Those that visitors are given. */
  readonly cookies?: Cookies;
}

/** Routes in a place that was left, as far as they still send anything anywhere. */
export interface LeftRoutes extends Routes {
  readonly place: string;
  /** When they were last written by us. */
  readonly since: Instant;
  /** In a route of the user's, which has still to be given back though it may send nobody to the canary. */
  readonly theirs?: true;
}

/**
 * What the objects tell of the time before a take-over, since Flagger's names of revisions say nothing to us. Only
 * looked at then. What cannot be known is undefined.
 */
export interface Traces {
  /** When somebody last changed the target's template. */
  readonly pushedAt: Instant | undefined;
  /** When somebody last wrote the primary's template. */
  readonly copiedAt: Instant | undefined;
  /** Tracked configuration is not what the status was last written for. */
  readonly configChanged: boolean;
}

/** What one look at the cluster found. What does not exist is undefined. */
export interface Observed {
  /** What the spec names as the target, as `<kind>/<name>`, whether it exists or not. */
  readonly workload: string;
  readonly target: Target | undefined;
  readonly primary: Workload | undefined;
  /** The revisions that `write-primary` could restore: the promoted one, and the one before or after it. */
  readonly snapshots: readonly Revision[];
  /** Undefined before anything routes, and where what routes cannot be understood. */
  readonly routes: MarkedRoutes | undefined;
  /** What keeps the routes from being understood, if they exist and cannot be. */
  readonly malformedRoutes?: string;
  /** Where the spec wants the routes to be, which is where `routes` was looked for; undefined where it cannot be said. */
  readonly place: string | undefined;
  /** Of every other place the status names; what is gone is left out. */
  readonly left: readonly LeftRoutes[];
  /** The Services of primary and canary are as they should be. */
  readonly services: boolean;
  /** The primary is scaled as the target is: by a copy of its autoscaler that says the same, or by none. */
  readonly autoscaler: boolean;
  /** The copy of the one in the status is there, and the spec names another, or none. */
  readonly formerAutoscaler: boolean;
  /** The Canary carries our finalizer. */
  readonly finalizer: boolean;
  /** Apex and routes are back as the user had them; only looked at while Terminating. */
  readonly released: boolean;
  /** The namespace is being deleted, as the refusal of a write has said: nothing new can be made in it. */
  readonly ending?: true;
  /** Only looked at before a status of Flagger's is taken over. */
  readonly traces?: Traces;
}

// ------------------------------------------------------------------------------------- what may be asked and answered

/** Every question names the revision it is about, so that no answer outlives it, and its place in the spec. */
export type Question =
  | { readonly kind: 'hook'; readonly type: HookType; readonly index: number; readonly revision: Revision }
  | { readonly kind: 'metric'; readonly index: number; readonly revision: Revision }
  /** Do the metric systems answer at all? Asked once, before a Canary is Initialized; holds nothing up. */
  | { readonly kind: 'providers'; readonly revision: Revision };

/** Why a check did not pass. Each kind is a sentence in `wording.ts`. */
export type CheckFailure =
  | {
      readonly kind: 'success-rate' | 'duration' | 'metric';
      readonly metric: string;
      /** Percent, milliseconds, or whatever the metric measures. */
      readonly value: number;
      readonly bound: number;
      readonly side: 'min' | 'max';
    }
  | { readonly kind: 'hook'; readonly hook: string; readonly detail: string }
  | {
      readonly kind: 'no-values';
      readonly metric: string;
      readonly source: MetricSource;
      /** The metric provider or observer asked, as in `istio`. */
      readonly provider: string;
      readonly detail: string;
    }
  | {
      readonly kind: 'query-failed';
      readonly metric: string;
      readonly source: MetricSource;
      readonly detail: string;
    }
  | { readonly kind: 'unusable'; readonly metric: string }
  /** `part` names what of the template is at fault; `subject` which secret or provider. */
  | {
      readonly kind: 'template';
      readonly template: string;
      readonly part: 'template' | 'secret' | 'provider' | 'query';
      readonly subject: string;
      readonly detail: string;
    }
  | { readonly kind: 'providers'; readonly detail: string };

/** What a metric was found to be, and what it may be. */
export interface Measured {
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  readonly unit: 'percent' | 'milliseconds' | 'plain';
}

export type Answer =
  | { readonly kind: 'yes'; readonly measured?: Measured }
  /** The answer is against: a bad value, a refusal. */
  | { readonly kind: 'no'; readonly failure: CheckFailure; readonly measured?: Measured }
  /** It does not say: no data, no answer, an answer that makes no sense. */
  | { readonly kind: 'inconclusive'; readonly failure: CheckFailure };

/** The answers of this pass. */
export interface Answers {
  get(question: Question): Answer | undefined;
}

// -------------------------------------------------------------------------------------------------- what may be done

export type Action =
  | { readonly kind: 'write-services' }
  /** Writes the apex Service and the provider's objects, with their mark. */
  | {
      readonly kind: 'set-routes';
      readonly routes: Routes;
      readonly mark: number;
      /** Where visitors are kept by them. */
      readonly cookies?: Cookies;
    }
  /** Moves traffic in a place that was left, and changes nothing else there. */
  | {
      readonly kind: 'leave-routes';
      readonly place: string;
      readonly routes: Routes;
      readonly mark: number;
    }
  | { readonly kind: 'write-primary'; readonly from: 'target' | 'snapshot'; readonly revision: Revision }
  | { readonly kind: 'keep-snapshot'; readonly revision: Revision }
  /** Gives the primary a copy of the target's autoscaler, as that is now. */
  | { readonly kind: 'write-autoscaler' }
  /** Removes the copy of the one in the status, which the spec names no more. */
  | { readonly kind: 'remove-autoscaler' }
  | { readonly kind: 'scale-target'; readonly up: boolean }
  /** While Terminating: the apex selects the target again, what the provider changed is put back. */
  | { readonly kind: 'release-traffic' }
  | { readonly kind: 'set-finalizer'; readonly present: boolean };

/** What has to happen before anything else can; the answer to "why is it not moving?". */
export type WaitingFor =
  /** A target to exist; a new revision; suspend or pause to be lifted; requests to leave the target. */
  | { readonly kind: 'target' | 'revision' | 'resume' | 'drain' | 'drain-primary' }
  /** All of it to be gone: its namespace is being deleted. */
  | { readonly kind: 'namespace' }
  /** At rest with the target running although it was parked: somebody scaled it up. */
  | { readonly kind: 'revision-target-running' }
  /** Neither the primary nor a snapshot holds the promoted revision: a revert or a new revision is the cure. */
  | { readonly kind: 'proven-revision'; readonly revision: Revision }
  | { readonly kind: 'spec'; readonly reason: string; readonly detail: string }
  | { readonly kind: 'routes'; readonly detail: string }
  | {
      readonly kind: 'cluster';
      readonly actions: readonly Action[];
      readonly stalled: boolean;
      readonly detail: string;
    }
  | { readonly kind: 'workload'; readonly workload: 'primary' | 'target'; readonly detail: string }
  | { readonly kind: 'interval'; readonly until: Instant }
  /** A metric's window still reaches back to before the position. */
  | { readonly kind: 'window'; readonly metric: string; readonly until: Instant }
  | { readonly kind: 'question'; readonly question: Question; readonly detail: string };

// -------------------------------------------------------------------------------------------------- what may be told

/** Why a run was rolled back. */
export type Reason =
  | { readonly kind: 'threshold'; readonly failedChecks: number }
  | { readonly kind: 'stuck'; readonly workload: 'primary' | 'target'; readonly detail: string }
  | { readonly kind: 'target-gone' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'rollback-hook'; readonly hook: string }
  | { readonly kind: 'unsettled'; readonly detail: string }
  | { readonly kind: 'invalid-spec'; readonly detail: string };

/** One thing people are told; `wording.ts` gives it words, and says which become alerts. */
export type News =
  | { readonly kind: 'providers-available' }
  | { readonly kind: 'providers-unavailable'; readonly detail: string }
  | { readonly kind: 'initialized' }
  /** Not within the deadline; it is still waited for. Said once. */
  | {
      readonly kind: 'initialization-failed';
      readonly workload: 'primary' | 'target';
      readonly detail: string;
    }
  | { readonly kind: 'taken-over' }
  | { readonly kind: 'new-revision' }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'analysis-starts' }
  /** A hook consented: confirm-rollout, pre-rollout, confirm-traffic-increase, confirm-promotion, rollback. */
  | { readonly kind: 'hook-passed'; readonly type: HookType; readonly hook: string }
  /** A gate holds: confirm-rollout, confirm-traffic-increase, confirm-promotion. */
  | { readonly kind: 'gate-held'; readonly type: HookType; readonly hook: string; readonly muted: boolean }
  /** It still does, after a whole deadline. Said once. */
  | {
      readonly kind: 'gate-overdue';
      readonly type: HookType;
      readonly hook: string;
      readonly muted: boolean;
      readonly span: Millis;
    }
  | { readonly kind: 'rollback-not-signaled'; readonly hook: string }
  | {
      readonly kind: 'halted';
      readonly type: 'pre-rollout' | 'rollout' | 'metric';
      readonly failure: CheckFailure;
    }
  | { readonly kind: 'advanced-weight'; readonly weight: Percent }
  | { readonly kind: 'advanced-iteration'; readonly iteration: number; readonly iterations: number }
  | { readonly kind: 'routed-to-canary'; readonly mirrored: boolean }
  | { readonly kind: 'adopted'; readonly weight: Percent }
  /** Another provider or another Service routes from now on; a run in progress starts again there. */
  | { readonly kind: 'rerouted'; readonly from: string; readonly to: string; readonly restarts: boolean }
  /** Another workload is the target, each as `<kind>/<name>`; it is initialized before anything else. */
  | { readonly kind: 'retargeted'; readonly from: string; readonly to: string }
  | { readonly kind: 'promoting' }
  | { readonly kind: 'primary-weight'; readonly weight: Percent }
  | { readonly kind: 'routed-to-primary' }
  | { readonly kind: 'promoted' }
  | { readonly kind: 'promoted-unanalysed' }
  | { readonly kind: 'rolled-back'; readonly reason: Reason }
  /** Said after `rolled-back`: the run has failed, and what becomes of target and traffic. */
  | { readonly kind: 'failed'; readonly trafficStays: boolean }
  | { readonly kind: 'promotion-failed'; readonly detail: string }
  /** The primary has lost all its pods while it takes over: the analysed canary has all traffic meanwhile. */
  | { readonly kind: 'relieved'; readonly detail: string }
  | { readonly kind: 'given-back' }
  | { readonly kind: 'cancelled'; readonly trafficStays: boolean }
  | { readonly kind: 'refused'; readonly verb: Verb; readonly revision: Revision }
  /** The post-rollout hooks are to be called with this phase. */
  | { readonly kind: 'post-rollout'; readonly outcome: 'Succeeded' | 'Failed' }
  | { readonly kind: 'suspended' }
  | {
      readonly kind: 'kubernetes-strategy';
      readonly matchDropped: boolean;
      readonly iterationsAssumed: boolean;
    }
  | { readonly kind: 'not-ready'; readonly workload: 'primary' | 'target'; readonly detail: string }
  | { readonly kind: 'action-failed'; readonly detail: string }
  | { readonly kind: 'stalled'; readonly detail: string }
  | { readonly kind: 'invalid-spec'; readonly reason: string; readonly detail: string }
  | { readonly kind: 'valid-spec' }
  /** Allowed, and surely not meant; `field` is a path. */
  | { readonly kind: 'doubt'; readonly field: string; readonly message: string }
  | { readonly kind: 'malformed-routes'; readonly detail: string }
  | { readonly kind: 'terminating' }
  | { readonly kind: 'terminated' };

/** News as it stands in the outbox. The Canary's uid and `sequence` are its key for whoever receives it twice. */
export interface Announcement {
  readonly sequence: number;
  readonly at: Instant;
  /** The phase people are told with it. */
  readonly phase: Phase;
  readonly revision: Revision;
  readonly news: News;
}

// ------------------------------------------------------------------------------------------------------ the decision

/** Everything a decision may depend on. Nothing else exists for the core. */
export interface Situation {
  readonly spec: Spec;
  readonly status: Status;
  readonly observed: Observed;
  /** Abort, retry, promote, pause: what people wrote into the Canary's annotations. */
  readonly commands: readonly Command[];
  readonly deleting: boolean;
  /** Why the spec cannot be followed as it stands, if so; `spec` is then what could be made of it. */
  readonly problem: { readonly reason: string; readonly detail: string } | undefined;
  readonly answers: Answers;
  /** What this process has tried since the last commit; undefined after a restart. */
  readonly tried: Tried | undefined;
  /** Values for cookies, random and new in each pass; one that is used is remembered. */
  readonly drawn: { readonly canary: string; readonly primary: string };
  readonly now: Instant;
}

/**
 * What this process did since the last commit, or since the cluster last matched the status. The shell starts it
 * anew at either.
 */
export interface Tried {
  /** What the API server answered with the object as asked. */
  readonly accepted: readonly Action['kind'][];
  /** What it refused, in sentences. */
  readonly failures: readonly string[];
  /** When a pass last put questions and committed nothing: they are put again an interval later, not sooner. */
  readonly askedAt: Instant | undefined;
  /** When a pass first found something unfinished that has not been finished since. */
  readonly unsettledSince: Instant | undefined;
}

export type Verdict =
  /** More must be known; call again with the answers. */
  | { readonly kind: 'ask'; readonly questions: readonly [Question, ...Question[]] }
  /** Commit this status, make the cluster match it, then tell its outbox. */
  | { readonly kind: 'move'; readonly status: Status; readonly notices?: readonly News[] }
  /** Nothing to record until then, or until something in the cluster changes. */
  | {
      readonly kind: 'wait';
      readonly waitingFor: WaitingFor;
      readonly notices: readonly News[];
      readonly requeueAfter?: Millis;
    };
