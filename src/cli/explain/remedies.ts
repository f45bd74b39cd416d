/** What a person can do about a rollout now, as lines for a terminal. */
import { unreachable } from '../../shared/brand.ts';
import type { Account } from './account.ts';

export interface Remedy {
  readonly command: string;
  /** What comes of it. */
  readonly effect: string;
}

/** `tool` is how this program was called: `serin`, or `kubectl serin`. */
export function remediesFor(account: Account, tool: string): readonly Remedy[] {
  const { name, namespace, phase, deleting, suspended } = account;
  const kubectl = `kubectl -n ${namespace}`;
  if (deleting || phase === undefined) return [];
  if (suspended) {
    const patch = `${kubectl} patch canary ${name} --type merge -p '{"spec":{"suspend":false}}'`;
    return [{ command: patch, effect: 'the rollout goes on' }];
  }
  const verbs = verbsFor(account).map((verb) => ({
    command: `${tool} ${verb} ${name} -n ${namespace}`,
    effect: EFFECTS[verb],
  }));
  return [...looks(account, kubectl), ...verbs];
}

/** Where the cause is to be found. */
function looks({ name, target, waitingFor: { kind, text } }: Account, kubectl: string): readonly Remedy[] {
  const workload = target.kind.toLowerCase();
  switch (kind) {
    case 'workload': {
      const which = text.startsWith('the primary') ? `${target.name}-primary` : target.name;
      return [{ command: `${kubectl} describe ${workload} ${which}`, effect: 'says what it lacks' }];
    }
    case 'target':
      return [{ command: `${kubectl} get ${workload} ${target.name}`, effect: 'it has to exist' }];
    case 'spec':
      return [{ command: `${kubectl} edit canary ${name}`, effect: 'mends the spec; serin check tries it' }];
    default:
      return [];
  }
}

export type Verb = 'abort' | 'retry' | 'promote' | 'pause' | 'resume';

export const EFFECTS: Readonly<Record<Verb, string>> = {
  abort: 'traffic goes back to the primary, the run ends as Failed',
  retry: 'the revision that failed is tried again, from the start',
  promote: 'what is left of checks and gates is skipped',
  pause: 'the rollout stays where it is; checks go on and may still roll back',
  resume: 'the rollout goes on',
};

/** The commands that mean something in this phase. */
export function verbsFor({
  phase,
  paused,
  revision,
  promotedRevision,
  targetRevision,
}: Account): readonly Verb[] {
  switch (phase) {
    case undefined:
    case 'Initializing':
    case 'Finalising':
    case 'Terminating':
      return [];
    case 'Initialized':
    case 'Succeeded':
      return paused ? ['resume'] : [];
    case 'Failed': {
      const tried = targetRevision === revision && revision !== promotedRevision;
      return [...(tried ? (['retry'] as const) : []), ...(paused ? (['resume'] as const) : [])];
    }
    case 'Waiting':
    case 'Progressing':
    case 'WaitingPromotion':
      return ['abort', 'promote', paused ? 'resume' : 'pause'];
    case 'Promoting':
      return ['abort'];
    default:
      return unreachable(phase);
  }
}
