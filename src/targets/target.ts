/** What a kind of workload must be able to say for itself to be rolled out. Pure functions on objects. */
import type { Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import type { Readiness, TargetRecord, Workload } from '../core/model.ts';
import type { Instant, Revision } from '../shared/brand.ts';
import type { Result } from '../shared/result.ts';

/** What the controller's flags say about cloning. */
export interface CloneOptions {
  /** Label keys, in order of preference, of which one must be in the target's selector. */
  readonly selectorLabels: readonly string[];
  /** Prefixes of target labels that the clone gets too; `*` is all. */
  readonly includeLabelPrefixes: readonly string[];
  readonly trackConfigs: boolean;
}

/** One look at everything a target kind may need. What was not found is absent from the list. */
export interface Look {
  readonly canary: Canary;
  readonly options: CloneOptions;
  readonly now: Instant;
  /** Target, primary, snapshot, tracked configuration and its copies. */
  readonly objects: readonly KubeObject[];
}

export interface TargetKind {
  /** The target, the primary and the snapshot. */
  refs(canary: Canary): readonly ObjectRef[];
  /** What else a look is made of that only the target in it names: the revisions of a Knative Service. */
  furtherRefs?(look: Look): readonly ObjectRef[];
  /** ConfigMaps and Secrets the target's template refers to, and the copies of them; needs the target in `look`. */
  configRefs(look: Look): readonly ObjectRef[];
  /** The selector label and its value, and the discovered ports, or why there is none. */
  metadata(look: Look): Result<TargetMetadata, string>;
  /** The target as it is; its revision by the record in the status where that still holds. */
  observeTarget(look: Look): (Workload & { readonly record: TargetRecord }) | undefined;
  observePrimary(look: Look): Workload | undefined;
  /**
   * The objects to write, in order: copies of configuration first, the primary last. Each replaces what is there
   * under the resourceVersion it carries, or is created where it carries none; a Secret whose type has changed is
   * made again. Never server-side apply: fields that
   * another manager wrote would survive in the template, and an apply without `replicas` would reset them.
   */
  clonePrimary(look: Look, revision: Revision): readonly KubeObject[];
  /** The same from the snapshot; undefined where the snapshot does not hold that revision. */
  restorePrimary(look: Look, revision: Revision): readonly KubeObject[] | undefined;
  /** The merge patch that scales the target, with its resourceVersion; undefined when there is nothing to do. */
  scaleTarget(look: Look, up: boolean): Readonly<Record<string, unknown>> | undefined;
  /** The revisions `restorePrimary` can bring back, newest first; at most two. */
  snapshots(look: Look): readonly Revision[];
  /**
   * To be created or replaced as above: the ControllerRevision that keeps the primary as it is under this revision, beside the newest one kept before.
   * Two are held so that a promotion can be kept before it is known to have ended well, and still be undone.
   */
  snapshot(look: Look, revision: Revision): KubeObject | undefined;
}

export interface TargetMetadata {
  /** The label key that selects the workload, and its value on the target. */
  readonly label: string;
  readonly value: string;
  /** What the primary is selected by, where there is one: it keeps the labels it was made with. */
  readonly primary?: Readonly<Record<string, string>>;
  readonly ports: readonly DiscoveredPort[];
  /**
   * The target is a Service, undefined where it is gone: the canary's Service is a copy of it, the primary's is written
   * like any primary, and the apex is the target itself. Nothing is selected by label.
   */
  readonly service?: { readonly template: KubeObject | undefined };
}

export interface DiscoveredPort {
  readonly name: string;
  readonly port: number;
}

export type { Readiness };
