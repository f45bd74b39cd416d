/** What a kind of autoscaler must be able to say for itself for the primary to be scaled as the target is. */
import type { AutoscalerRef, Canary } from '../api/model.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import type { Tree } from '../api/tree.ts';
import type { Result } from '../shared/result.ts';
import type { Look } from './target.ts';

export interface AutoscalerKind {
  /** The user's, and the primary's copy of it. */
  refs(canary: Canary, ref: AutoscalerRef): readonly [user: ObjectRef, copy: ObjectRef];
  /**
   * The copy as it should be: what others put on it stays, version included. The same object where it is so already;
   * a sentence where there is nothing to copy, or something in the way.
   */
  clone(look: Look, ref: AutoscalerRef): Result<KubeObject, string>;
  /**
   * How the user's is told to leave its target at nothing, and to scale it again; undefined for a kind that leaves alone
   * what has been scaled to nothing. Of the annotations those that are null are to go.
   */
  readonly pause?: {
    isPaused(original: KubeObject): boolean;
    annotations(paused: boolean): Tree;
  };
  /** How many replicas the user's autoscaler begins with; undefined where there is none. */
  least(look: Look, ref: AutoscalerRef): number | undefined;
}
