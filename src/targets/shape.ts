/** In what kinds of workload with a pod template differ. What they have in common is `workload.ts`. */
import type { Kind } from '../api/kinds.ts';
import type { KubeObject } from '../api/objects.ts';
import type { Tree } from '../api/tree.ts';
import type { Standstill, Workload } from '../core/model.ts';
import type { Look } from './target.ts';

export interface Shape {
  readonly kind: Kind;
  /** What of the spec a clone takes over, beside the template. */
  readonly copied: readonly string[];
  /** Why this target cannot be rolled out as it is; undefined where it can. */
  refusal(target: KubeObject): string | undefined;
  /** How many are asked for, as a snapshot keeps it. */
  replicas(workload: KubeObject): number;
  /** What the spec of a primary says beside the template of how many there are to be. */
  sized(look: Look, from: SizedFrom): Tree;
  isScaled(look: Look, workload: KubeObject): boolean;
  /** The part of a merge patch of the spec that scales the target. */
  scaled(look: Look, up: boolean): Tree;
  /** `before` is what is remembered of this workload, where its rollout has no deadline of its own. */
  readiness(
    look: Look,
    workload: KubeObject,
    of: { readonly threshold: number; readonly before: Standstill | undefined },
  ): Pick<Workload, 'readiness' | 'standstill'>;
}

/** A primary is made of the target, or of a snapshot in which that many are kept. */
export type SizedFrom =
  { readonly target: KubeObject } | { readonly kept: number; readonly found: KubeObject | undefined };
