/** News in the few words a line of a timeline has. The full sentences of events are in `core/wording.ts`. */
import { halted, placeText } from '../core/wording.ts';
import type { HookType, News, Reason, Status } from '../core/model.ts';
import { unreachable, type Revision } from '../shared/brand.ts';

/** What a move means to whoever watches; undefined for what is said elsewhere on the line. */
export function inShort(news: News, revision: Revision): string | undefined {
  switch (news.kind) {
    case 'providers-available':
      return 'the metric providers answer';
    case 'providers-unavailable':
      return `a metric provider does not answer: ${news.detail}`;
    case 'initialized':
      return 'initialized';
    case 'initialization-failed':
      return `initialization failed, the ${news.workload} is not ready: ${news.detail}`;
    case 'taken-over':
      return 'taken over where Flagger left it';
    case 'new-revision':
      return `new revision ${revision}, analysis starts`;
    case 'restarted':
      return `newer revision ${revision}, analysis starts again`;
    case 'analysis-starts':
    case 'kubernetes-strategy':
      return undefined;
    case 'hook-passed':
      return `${news.type} passed: ${news.hook}`;
    case 'gate-held':
      return `held by ${gateName(news.type)} ${news.hook}`;
    case 'gate-overdue':
      return `still held by ${gateName(news.type)} ${news.hook}`;
    case 'rollback-not-signaled':
      return undefined;
    case 'halted':
      return `failed check: ${failureInShort(news)}`;
    case 'advanced-weight':
      return `advanced to ${news.weight}%`;
    case 'advanced-iteration':
      return `iteration ${news.iteration} of ${news.iterations}`;
    case 'routed-to-canary':
      return 'all traffic to the canary';
    case 'adopted':
      return `goes on from ${news.weight}%, set by hand`;
    case 'retargeted':
      return `the target is ${news.to} from now on, its primary is made first`;
    case 'rerouted':
      return `routed by ${placeText(news.to)}${news.restarts ? ', analysis starts again' : ''}`;
    case 'promoting':
      return `promoting ${revision}`;
    case 'primary-weight':
      return `primary at ${news.weight}%`;
    case 'routed-to-primary':
      return 'all traffic to the primary';
    case 'promoted':
      return `promoted ${revision}`;
    case 'promoted-unanalysed':
      return `promoted ${revision} without analysis`;
    case 'rolled-back':
      return `rolled back: ${reasonInShort(news.reason)}`;
    case 'failed':
      return news.trafficStays ? 'traffic stays on the canary until the primary is ready' : undefined;
    case 'promotion-failed':
      return `promotion failed: ${news.detail}`;
    case 'given-back':
      return 'the primary is ready again, all traffic to it';
    case 'cancelled':
      return 'cancelled: the target is back on the promoted revision';
    case 'post-rollout':
      return undefined;
    case 'stalled':
      return `stalled: ${news.detail}`;
    case 'invalid-spec':
      return `invalid spec: ${news.detail}`;
    case 'relieved':
      return 'the primary has no pods, all traffic to the canary meanwhile';
    case 'valid-spec':
      return 'the spec is valid again';
    case 'terminating':
      return 'handing the target back';
    case 'refused':
    case 'suspended':
    case 'not-ready':
    case 'action-failed':
    case 'malformed-routes':
    case 'doubt':
    case 'terminated':
      return undefined;
    default:
      return unreachable(news);
  }
}

function gateName(type: HookType): string {
  return `the ${type} gate`;
}

/** The event's own sentence without what every one of them begins with. */
function failureInShort({ failure, type }: News & { kind: 'halted' }): string {
  return halted(failure, type, { canary: '', target: 'the target' }).replace(/^Halt +advancement /, '');
}

function reasonInShort(reason: Reason): string {
  switch (reason.kind) {
    case 'threshold':
      return `${reason.failedChecks} failed checks`;
    case 'stuck':
      return `the ${reason.workload} missed its deadline: ${reason.detail}`;
    case 'target-gone':
      return 'the target is gone';
    case 'aborted':
      return 'aborted by hand';
    case 'rollback-hook':
      return `the rollback hook ${reason.hook} says so`;
    case 'unsettled':
      return `the cluster does not take the change: ${reason.detail}`;
    case 'invalid-spec':
      return `invalid spec: ${reason.detail}`;
    default:
      return unreachable(reason);
  }
}

/** What changed where nobody is told of it; undefined where nothing did that a user could see. */
export function silentChange(before: Status, after: Status): string | undefined {
  if (before.origin === 'new') return 'new Canary, initialization starts';
  if (before.phase !== after.phase) return SILENT[after.phase];
  return before.plan === after.plan ? undefined : 'goes on under the edited plan';
}

const SILENT: Partial<Record<Status['phase'], string>> = {
  Succeeded: 'the target is back on the promoted revision',
  Finalising: 'all traffic is on the primary',
  Progressing: 'goes on under the edited plan',
};
