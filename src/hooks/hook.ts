/** The types of webhook, and what an answer to each means. They are ours, not plug-ins. */
import type { HookType } from '../core/model.ts';

export type HookRole = 'gate' | 'check' | 'veto' | 'notice';

/** gate: refusal holds. check: refusal is one failed check. veto: consent ends the run. notice: changes nothing. */
export const HOOK_ROLES = {
  'confirm-rollout': 'gate',
  'confirm-traffic-increase': 'gate',
  'confirm-promotion': 'gate',
  'pre-rollout': 'check',
  rollout: 'check',
  rollback: 'veto',
  'post-rollout': 'notice',
  event: 'notice',
} as const satisfies Record<HookType, HookRole>;
