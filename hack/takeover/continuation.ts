/** How each story goes on after the moment a state was taken: what its hooks answer, and what its user does next. */
import type { Scene } from './namespace.ts';
import type { RecordedState } from './recordings.ts';
import { objectIn } from './recordings.ts';

/** What the world may do to the cluster besides answering. */
export interface Hands {
  readonly scene: () => Scene;
  /** At most so many pods in the namespace; undefined lifts the limit. */
  readonly limitPods: (pods: number | undefined) => void;
  /** Changes the Canary's spec. */
  readonly amend: (spec: Readonly<Record<string, unknown>>) => void;
  readonly deleteCanary: () => void;
  /** The user's next release: another image, by its tag. */
  readonly push: (tag: string) => void;
}

export interface Continuation {
  /** The status a hook answers with; `at` is seconds since the take-over. */
  answer(at: number, hands: Hands): number;
  /** Seconds since the take-over, and what the user does then. */
  readonly acts: readonly (readonly [at: number, act: (hands: Hands) => void])[];
}

/** A gate that is closed stays so for longer than three intervals, so that a controller that ignores it is seen. */
const GATE_OPENS = 35;
const SUSPENSION_ENDS = 60;
const DELETED_AT = 20;

/** Nothing stands in the way, and nobody does anything. */
export const open: Continuation = { answer: () => 200, acts: [] };
const gated: Continuation = { answer: (at) => (at < GATE_OPENS ? 403 : 200), acts: [] };

/** `strain` is for how long a promotion that has no room is left without it, in seconds: longer than its deadline. */
export function continuationOf(state: RecordedState, { strain }: { readonly strain: number }): Continuation {
  switch (state.story.split('-')[0]) {
    case '04':
    case '05':
    case '11':
      return gated;
    case '06':
      // The hook refuses the second version and has been mended for the third.
      return { answer: (_, { scene }) => (scene().target?.release === '6.0.1 blue' ? 403 : 200), acts: [] };
    case '07':
      return starved(state, 4, strain);
    case '07b':
      return starved(state, 2, strain);
    case '13':
      return { ...open, acts: [[DELETED_AT, ({ deleteCanary }) => deleteCanary()]] };
    case '16':
      return { ...open, acts: [[SUSPENSION_ENDS, ({ amend }) => amend({ suspend: false })]] };
    default:
      return open;
  }
}

/** While the hook before promotion is asked, a quota appears that leaves the new primary no room. */
function starved(state: RecordedState, pods: number, strain: number): Continuation {
  const promoted = ['Promoting', 'Failed'].some((phase) => state.name.includes(phase));
  let once = promoted || objectIn(state, 'ResourceQuota', 'block') !== undefined;
  return {
    answer: (_, { limitPods }) => {
      if (!once) limitPods(pods);
      once = true;
      return 200;
    },
    acts: [[strain, ({ limitPods }) => limitPods(undefined)]],
  };
}
