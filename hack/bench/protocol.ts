/** What the benchmark asks the cluster's process for, and what it hears. */

/** By `verb resource`, as the API server counted them. */
export type Counts = Readonly<Record<string, number>>;

export type Request =
  | { readonly kind: 'begin' }
  /** Resolves when both prototypes have been initialized by a controller. */
  | { readonly kind: 'initialized' }
  | { readonly kind: 'populate'; readonly from: number; readonly to: number }
  | { readonly kind: 'counts' }
  /** New templates, one every `pause` milliseconds: how long until each Canary was Progressing. */
  | { readonly kind: 'react'; readonly indexes: readonly number[]; readonly pause: number }
  /** A new template for the stepper: what was asked of the server at each new weight. */
  | { readonly kind: 'step' }
  /** Changes an object again and again: how long until somebody wrote another one in answer. */
  | { readonly kind: 'echo'; readonly times: number; readonly pause: number };

export interface Weighed {
  readonly weight: number;
  readonly counts: Counts;
}

export type Answer =
  | {
      readonly kind: 'kubeconfig';
      readonly text: string;
      readonly url: string;
      readonly token: string;
      readonly ca: string;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'counts'; readonly counts: Counts }
  | { readonly kind: 'milliseconds'; readonly each: readonly number[] }
  | { readonly kind: 'weights'; readonly weights: readonly Weighed[] }
  | { readonly kind: 'failed'; readonly detail: string };

/** The object that is changed, and the one that is written in answer. */
export const ECHO = { namespace: 'default', call: 'echo-call', answer: 'echo-answer' } as const;
