/** Everything that is known of one rollout, as data: what `serin why` puts into sentences and `--output json` prints. */
import { parseCanary, type CanaryContext } from '../../api/canary.ts';
import { commandsOf } from '../../api/command.ts';
import { readGrounds, type WrittenDecision, type WrittenEvidence } from '../../api/grounds.ts';
import type { KubeObject } from '../../api/objects.ts';
import { parseStatus } from '../../api/status.ts';
import { at, count, list, text, tree } from '../../api/tree.ts';
import { readWait, stamp } from '../../api/waiting.ts';
import type { Phase, Spec, Status } from '../../core/model.ts';
import { millis } from '../../shared/brand.ts';
import { abilitiesOf, providerNames } from '../../traffic/registry.ts';

/** A condition that has something to say. */
export interface Complaint {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly since: string;
}

export interface Happening {
  readonly at: string;
  readonly type: string;
  readonly text: string;
  /** How often it was told. */
  readonly count: number;
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
  /** Undefined where no controller has looked at it yet. */
  readonly phase: Phase | undefined;
  readonly canaryWeight: number;
  readonly mirrored: boolean;
  readonly target: { readonly kind: string; readonly name: string };
  /** Of the run, of the primary, and of the target as last seen. */
  readonly revision: string;
  readonly promotedRevision: string;
  readonly targetRevision: string;
  readonly failedChecks: number;
  readonly threshold: number | undefined;
  readonly waitingFor: {
    readonly kind: string;
    /** The end of "waiting for …". */
    readonly text: string;
    readonly since?: string;
    readonly until?: string;
  };
  /** What was decided last, in the sentences that were told with it. */
  readonly decision: WrittenDecision | undefined;
  /** The checks it rests on, as they were asked last in this run. */
  readonly evidence: WrittenEvidence | undefined;
  readonly paused: boolean;
  readonly suspended: boolean;
  readonly deleting: boolean;
  readonly complaints: readonly Complaint[];
}

/** A controller may have raised a short interval; only it knows. */
const CONTEXT: CanaryContext = {
  defaultProvider: 'istio',
  capabilities: abilitiesOf,
  knownProviders: providerNames,
  minimumInterval: millis(0),
  noCrossNamespaceRefs: false,
  ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
};

export function accountOf(object: KubeObject): Account {
  const { metadata } = object;
  const { canary } = parseCanary(object, CONTEXT);
  const status = parseStatus(object);
  const targetRef = tree(at(object, 'spec', 'targetRef'));
  const targetRevision = status.target?.revision ?? status.lastAppliedRevision;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    phase: status.origin === 'new' ? undefined : status.phase,
    canaryWeight: status.canaryWeight,
    mirrored: status.mirrored,
    target: { kind: text(targetRef['kind']) ?? '', name: text(targetRef['name']) ?? '' },
    revision: status.lastAppliedRevision,
    promotedRevision: status.lastPromotedRevision,
    targetRevision,
    failedChecks: status.failedChecks,
    threshold: canary?.spec.threshold,
    waitingFor: waitingFor(object, status, canary?.spec),
    ...readGrounds(object['status']),
    paused: commandsOf(metadata.annotations ?? {}).commands.some(
      ({ verb, revision }) => verb === 'pause' && revision === targetRevision,
    ),
    suspended: canary?.spec.suspend ?? false,
    deleting: metadata.deletionTimestamp !== undefined,
    complaints: complaintsOf(object),
  };
}

function waitingFor(object: KubeObject, status: Status, spec: Spec | undefined): Account['waitingFor'] {
  if (status.origin === 'new') return { kind: 'controller', text: 'a controller to look at it' };
  if (spec === undefined)
    return { kind: 'spec', text: 'a spec that can be followed; the condition Accepted says why it cannot' };
  const { since, until, ...wait } = readWait(object['status'], status, spec);
  return { ...wait, since: stamp(since), ...(until !== undefined && { until: stamp(until) }) };
}

/** `Promoted` says the phase again, and `Waiting` what is waited for. */
const TOLD_ELSEWHERE: ReadonlySet<unknown> = new Set(['Promoted', 'Waiting']);

function complaintsOf(object: KubeObject): readonly Complaint[] {
  return list(at(object, 'status', 'conditions'))
    .map(tree)
    .filter(({ type }) => text(type) !== undefined && !TOLD_ELSEWHERE.has(type))
    .map((condition) => ({
      type: text(condition['type']) ?? '',
      reason: text(condition['reason']) ?? '',
      message: text(condition['message']) ?? '',
      since: text(condition['lastTransitionTime']) ?? '',
    }));
}

/** The newest first; of the same second what was written last. */
export function happeningsOf(events: readonly KubeObject[], most: number): readonly Happening[] {
  const version = ({ metadata: { resourceVersion } }: KubeObject): number => Number(resourceVersion ?? 0);
  return [...events]
    .sort((a, b) => version(b) - version(a))
    .map((event) => ({
      at: text(event['lastTimestamp']) ?? text(event['eventTime']) ?? event.metadata.creationTimestamp ?? '',
      type: text(event['type']) ?? '',
      text: text(event['message']) ?? '',
      count: count(event['count']) ?? 1,
    }))
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, most);
}
