/**
 * What the world does while a Canary is rehearsed, as plain data: what people do and when, what metrics and hooks
 * answer, how long workloads take. Times count from the beginning. `story-reader.ts` reads the written form.
 */
import type { Spec, Verb } from '../core/model.ts';
import type { Millis, Percent, Revision } from '../shared/brand.ts';

export interface Story {
  /** When to stop looking. */
  readonly lasts: Millis;
  readonly happenings: readonly Timed[];
  /** The first that applies is what is found; where none does, everything is well. */
  readonly metrics: readonly MetricRule[];
  readonly hooks: readonly HookRule[];
  readonly workloads: readonly WorkloadRule[];
}

export interface Timed {
  readonly at: Millis;
  readonly happening: Happening;
}

export type Happening =
  /** A revision is applied to the target. */
  | { readonly kind: 'push'; readonly revision: Revision }
  /** The target is put back on the promoted revision. */
  | { readonly kind: 'revert' }
  /** Tracked configuration changes, which is another revision of the same template. */
  | { readonly kind: 'config'; readonly name: string }
  /** Somebody writes a weight into the routes. */
  | { readonly kind: 'weight'; readonly weight: Percent }
  | { readonly kind: 'scale'; readonly up: boolean }
  | { readonly kind: 'delete'; readonly what: Deletable }
  /** A command about the revision the target carries, by annotation; with `again`, said once more. */
  | { readonly kind: 'command'; readonly verb: Verb; readonly again?: string }
  | { readonly kind: 'withdraw'; readonly verb: Verb }
  | { readonly kind: 'spec'; readonly change: Partial<Spec> }
  /** The Canary names another provider or another Service, as `<provider>/<service>`. */
  | { readonly kind: 'reroute'; readonly to: string }
  | { readonly kind: 'invalid'; readonly detail: string }
  | { readonly kind: 'mend' }
  /** Somebody edits what is ours in the routes, but for the weights. */
  | { readonly kind: 'drift' }
  /** Nobody there: no writes at all, none of the routes, or no passes. */
  | { readonly kind: 'outage'; readonly of: 'api-server' | 'mesh' | 'controller'; readonly span: Millis }
  /** The process dies at the next effect of this name, such as `after set-routes`, and comes back. */
  | { readonly kind: 'crash'; readonly when: string };

export type Deletable = 'canary' | 'target' | 'primary' | 'snapshots' | 'services' | 'routes';

/** From `from` on and before `until`. */
export interface Span {
  readonly from?: Millis;
  readonly until?: Millis;
}

export interface MetricRule extends Span {
  /** Any metric where it is left out. */
  readonly metric?: string;
  readonly revision?: Revision;
  /** Only where the canary has at least this share of the traffic. */
  readonly weight?: Percent;
  /** `none` is no data. */
  readonly value: number | 'none';
}

export interface HookRule extends Span {
  readonly hook: string;
  readonly revision?: Revision;
  readonly says: 'yes' | 'no' | 'nothing';
  /** How long it thinks. */
  readonly takes?: Millis;
}

export interface WorkloadRule extends Span {
  readonly workload: 'target' | 'primary';
  readonly revision?: Revision;
  /** From its start, or from `from` where that is later. */
  readonly readyAfter: Millis | 'never';
  /** All its pods are gone until then; otherwise those from before serve on. */
  readonly empty?: true;
}

/** Whether a rule speaks of this moment, as milliseconds from the beginning. */
export function during({ from, until }: Span, now: number): boolean {
  return (from === undefined || now >= from) && (until === undefined || now < until);
}
