/**
 * What a controller should make of a state that Flagger left, by rules that know nothing of how ours decides: they
 * read the recorded objects and the story, and say in which end the rollout belongs.
 */
import { listAt, textAt, valueAt } from '../../src/sandbox/json.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { CANARY, PRIMARY, sceneOf, type Scene } from './namespace.ts';
import { numberIn, objectIn, type RecordedState } from './recordings.ts';

export interface Expectation {
  /** Why it ends so. */
  readonly rule: Rule;
  /** Undefined where the Canary is gone. */
  readonly phase: string | undefined;
  /** What the primary runs in the end; undefined where there is none. */
  readonly primary: string | undefined;
  /** How often an analysis begins, or begins again. */
  readonly starts: number;
  /** How often the primary's template is written: a promotion is one, undone it is two. */
  readonly copies: number;
}

export const RULES = {
  nothing: 'no Canary: nothing to take over',
  born: 'not yet initialized: it is brought up, and nothing is analysed',
  rests: 'at rest on what the primary runs: nothing happens',
  pushed: 'at rest, with something new: one run',
  waits: 'at its gate: the gate is asked, then one run',
  goesOn: 'in a run: it goes on from where the traffic is',
  startsOver: 'in a run, changed after Flagger last looked: it begins again at the primary',
  notBegun: 'more traffic than its plan ever gives: no analysis led there, so it begins at the primary',
  sameAsPrimary: 'in a run of what the primary runs: nothing is left to analyse, it ends',
  copied: 'the primary has been written: it is waited for, traffic comes home, the target is parked',
  neverReady: 'the primary has been written and does not come up: the canary serves until it does',
  refused: 'in a run that its checks refuse: it fails',
  undone: 'in a run whose promotion fails: the primary is put back as it was',
  failed: 'failed: it is not run again, traffic goes to the primary once that can serve',
  failedPushed: 'failed, with something new since: one run',
  suspended: 'suspended: nothing happens until that ends, then it goes on',
  leaves: 'deleted with revertOnDeletion: the target serves again and everything else goes',
} as const;

export type Rule = keyof typeof RULES;

/** What the rules read. */
export interface Facts {
  readonly story: string;
  readonly scene: Scene;
  /** The greatest weight its plan has; undefined where it does not go by weights. */
  readonly maxWeight: number | undefined;
  /** When somebody last wrote the target's template, when the phase began, and when the status was last written. */
  readonly pushedAt: number;
  readonly phaseSince: number;
  readonly writtenAt: number;
  /** The primary was on its way to a template it had already been given. */
  readonly rolling: boolean;
  /** In this story a quota keeps a written primary from coming up in time. */
  readonly strained: boolean;
  readonly skipsAnalysis: boolean;
  readonly suspended: boolean;
}

export function factsOf(state: RecordedState): Facts {
  const story = state.story.split('-')[0] ?? '';
  const canary = objectIn(state, 'Canary', CANARY);
  const [condition] = listAt(canary, 'status', 'conditions');
  const maxWeight = valueAt(canary, 'spec', 'analysis', 'maxWeight');
  return {
    story,
    scene: sceneOf((kind, name) => objectIn(state, kind, name)),
    maxWeight: typeof maxWeight === 'number' ? maxWeight : undefined,
    pushedAt: pushedAt(objectIn(state, 'Deployment', CANARY)),
    phaseSince: Date.parse(textAt(condition, 'lastUpdateTime')),
    writtenAt: Date.parse(textAt(canary, 'status', 'lastTransitionTime')),
    rolling: isRolling(objectIn(state, 'Deployment', PRIMARY)),
    strained: story === '07' || story === '07b',
    skipsAnalysis: valueAt(canary, 'spec', 'skipAnalysis') === true,
    suspended: valueAt(canary, 'spec', 'suspend') === true,
  };
}

function isRolling(workload: KubeObject | undefined): boolean {
  const status = (field: string): number => numberIn(workload, 'status', field);
  const wanted = numberIn(workload, 'spec', 'replicas');
  const seen = status('observedGeneration') === workload?.metadata.generation;
  return !seen || status('updatedReplicas') !== wanted || status('replicas') !== wanted;
}

/** By anybody but the controllers of Flagger and Kubernetes. */
function pushedAt(target: unknown): number {
  const pushes = listAt(target, 'metadata', 'managedFields').filter(
    (entry) => valueAt(entry, 'fieldsV1', 'f:spec', 'f:template') !== undefined,
  );
  return Math.max(0, ...pushes.map((entry) => Date.parse(textAt(entry, 'time'))));
}

export function expectationOf(state: RecordedState): Expectation {
  const facts = factsOf(state);
  const { story, scene } = facts;
  const { phase, target, primary } = scene;
  if (phase === undefined) return { rule: 'nothing', phase, primary: undefined, starts: 0, copies: 0 };
  if (story === '13') return { rule: 'leaves', phase: undefined, primary: undefined, starts: 0, copies: 0 };
  const promoted = primary?.release;
  const wanted = target?.release ?? '';
  const still = { primary: promoted, starts: 0, copies: 0 };
  switch (phase) {
    case '':
    case 'Initializing':
      return { rule: 'born', phase: 'Initialized', primary: wanted, starts: 0, copies: 0 };
    case 'Initialized':
    case 'Succeeded':
      return wanted === promoted ? { rule: 'rests', phase, ...still } : run(facts, 'pushed', 1);
    case 'Waiting':
      return run(facts, 'waits', 1);
    case 'Failed':
      if (wanted !== promoted && facts.pushedAt >= facts.phaseSince) return run(facts, 'failedPushed', 1);
      return { rule: 'failed', phase, ...still };
    case 'Progressing':
    case 'WaitingPromotion':
      return inRun(facts);
    default:
      return facts.strained
        ? { rule: 'neverReady', phase: 'Failed', ...still }
        : { rule: 'copied', phase: 'Succeeded', ...still };
  }
}

function inRun(facts: Facts): Expectation {
  const { scene, maxWeight = 100, pushedAt, writtenAt } = facts;
  const { target, primary, routed = 0 } = scene;
  if (target?.release === primary?.release) {
    const end = { primary: primary?.release, starts: 0, copies: 0 };
    return facts.strained
      ? { rule: 'neverReady', phase: 'Failed', ...end }
      : { rule: 'sameAsPrimary', phase: 'Succeeded', ...end };
  }
  if (pushedAt >= writtenAt) return run(facts, 'startsOver', 1);
  if (routed > maxWeight) return run(facts, 'notBegun', 1);
  return run(facts, facts.suspended ? 'suspended' : 'goesOn', 0);
}

/** How the run of what the target carries ends in this story. */
function run({ story, scene, strained }: Facts, rule: Rule, starts: number): Expectation {
  const { target, primary } = scene;
  const wanted = target?.release;
  if (story === '06' && wanted === '6.0.1 blue') {
    return { rule: 'refused', phase: 'Failed', primary: primary?.release, starts, copies: 0 };
  }
  if (strained && wanted === '6.0.1 blue') {
    return { rule: 'undone', phase: 'Failed', primary: primary?.release, starts, copies: 2 };
  }
  return { rule, phase: 'Succeeded', primary: wanted, starts, copies: 1 };
}

/** A release after the take-over is like any other: analysed in full, and promoted. */
export function nextExpectation({ phase, primary }: Expectation, tag: string): Expectation {
  const release = `${tag} ${primary?.split(' ')[1] ?? ''}`;
  return {
    rule: phase === 'Failed' ? 'failedPushed' : 'pushed',
    phase: 'Succeeded',
    primary: release,
    starts: 1,
    copies: 1,
  };
}
