/** A planted fault, and the test that is named after what it breaks and must die of it. */

/** The smallest change to the sources that breaks what is named. */
export interface Fault {
  readonly file: string;
  /** Exact text, found once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant extends Fault {
  /** `invariant 7`, `M3`, or the law of a pass in words. Several may prove one. */
  readonly id: string;
  /** What a user would see, or the rule as it would then be; empty where the id says it. */
  readonly what: string;
  readonly test: Proof;
}

/** How it is called where it is printed. */
export function titleOf({ id, what }: Mutant): string {
  return what === '' ? id : `${id}: ${what}`;
}

export type Proof =
  /** A slice of the search has to find something: this very invariant broken, where one is named. */
  | { readonly slice: string; readonly invariant?: number }
  /** A Jest file has to fail, in a test whose name holds this text, where one is named. */
  | { readonly file: string; readonly name?: string };

/** The numbered ones of `test/simulation/invariants.ts`, and the ninth, which is the search's own. */
export const INVARIANT_IDS: readonly string[] = Array.from(
  { length: 27 },
  (_, index) => `invariant ${index + 1}`,
);

/** As `test/scenario/defects.test.ts` numbers them; the missing ones are decisions, not defects of a rollout. */
export const DEFECT_IDS: readonly string[] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16].map(
  (number) => `M${number}`,
);

/** What a pass over a Canary keeps to, whatever the rules of the phases are. */
export const LAWS = [
  'act before commit',
  'two lists from one look',
  'a skipped gate',
  'an ignored version',
  'an answer that outlives its revision',
  'adopting our own unfinished write',
  'news crossed off before it is told',
] as const;

/** What belongs to a workload or its traffic beside what the rules of the phases say. */
export const FEATURES = [
  'autoscaler',
  'DaemonSet',
  'Service',
  'Knative',
  'Kuma',
  'Gloo',
  'App Mesh',
  'session affinity',
  'traffic for nobody',
] as const;

/** What other processes than the controller owe those who call them, and what people are told of a rollout. */
export const PROCESSES = ['load tester', 'explanation'] as const;

/** What people rely on who come from Flagger, beside the rules of the phases. */
export const DROP_IN = ['drop-in'] as const;

/** What is made of a status that Flagger wrote. */
export const TAKE_OVERS = [
  'a push lost in a take-over',
  'an unanalysed promotion in a take-over',
  'a run that a take-over moves back',
  'a target that a take-over wakes',
  'a Canary that a take-over holds back',
  'a Flagger that runs beside us',
] as const;
