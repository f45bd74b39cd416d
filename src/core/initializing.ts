/** A new Canary: the primary is born from the target, takes the traffic, and the target is parked. */
import { after } from '../shared/brand.ts';
import { drainedAt } from './converge.ts';
import type { News, Question, Situation, Verdict } from './model.ts';
import { ask, dueIn, move, record, wait } from './verdict.ts';

/** Initialized comes last of all, since scripts wait for it. */
export function initializing(s: Situation): Verdict {
  const { status, observed, spec } = s;
  const { primary, target } = observed;
  if (primary === undefined) return waitForTarget(s);
  const { readiness } = primary;
  if (readiness.kind === 'stuck' && status.late === undefined) return failed(s, 'primary', readiness.detail);
  if (readiness.kind !== 'ready') return waitForPrimary(s, readiness.detail);
  if (status.park === 'none') return move(s, { park: 'due' });
  if (status.park === 'due' && target !== undefined) {
    const at = drainedAt(spec, status, observed);
    return wait(s, { kind: 'drain' }, at === undefined ? {} : { requeueAfter: dueIn(s.now, at) });
  }
  const providers: Question = { kind: 'providers', revision: primary.revision };
  const answer =
    spec.skipAnalysis || spec.metrics.length === 0 ? { kind: 'yes' as const } : s.answers.get(providers);
  if (answer === undefined) return ask(providers);
  return move(
    s,
    { phase: 'Initialized', lastAppliedRevision: primary.revision, lastPromotedRevision: primary.revision },
    ...availability(s, providers),
    { kind: 'initialized' },
  );
}

/** What another workload was named for may not be there yet, or be a typo. */
function waitForTarget(s: Situation): Verdict {
  const { status, spec, observed, now } = s;
  const until = after(status.phaseSince, spec.progressDeadline);
  if (observed.target !== undefined || status.late !== undefined) return wait(s, { kind: 'target' });
  if (now >= until) return failed(s, 'target', ABSENT);
  const notices: readonly News[] = [{ kind: 'not-ready', workload: 'target', detail: ABSENT }];
  return wait(s, { kind: 'target' }, { notices, requeueAfter: dueIn(now, until) });
}

const ABSENT = 'it does not exist';

/** People are told once, since nobody looks at what has never worked; a fix is taken up at any time. */
function failed(s: Situation, workload: 'primary' | 'target', detail: string): Verdict {
  return record(s, { late: s.now }, { kind: 'initialization-failed', workload, detail });
}

/** Whether the metric systems answer holds nothing up; people are told before they need them. */
function availability(s: Situation, question: Question): readonly News[] {
  const answer = s.answers.get(question);
  if (answer === undefined) return [];
  if (answer.kind === 'yes') return [{ kind: 'providers-available' }];
  const detail = 'detail' in answer.failure ? answer.failure.detail : '';
  return [{ kind: 'providers-unavailable', detail }];
}

/** A primary that does not come up is waited for: a fix of the target reaches it, nothing else depends on it yet. */
export function waitForPrimary(s: Situation, detail: string): Verdict {
  const notice: News = { kind: 'not-ready', workload: 'primary', detail };
  return wait(
    s,
    { kind: 'workload', workload: 'primary', detail },
    { requeueAfter: s.spec.interval, notices: [notice] },
  );
}
