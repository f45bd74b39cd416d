/** Everything that is claimed, in the order in which it is printed. */
import type { Claim } from './claim.ts';
import { ROLLOUT_DEFECTS } from './claims/defects.ts';
import { EVENTS } from './claims/events.ts';
import { JUDGEMENT_DEFECTS } from './claims/judgement.ts';
import { LOAD_TESTER_CLAIMS } from './claims/load-tester.ts';
import { OPERABILITY_DEFECTS } from './claims/operability.ts';
import { SCHEDULER } from './claims/scheduler.ts';
import { SERVICES } from './claims/services.ts';
import { TARGETS } from './claims/targets.ts';

export const CLAIMS: readonly Claim[] = [
  ...SCHEDULER,
  ...SERVICES,
  ...EVENTS,
  ...TARGETS,
  ...LOAD_TESTER_CLAIMS,
  ...ROLLOUT_DEFECTS,
  ...JUDGEMENT_DEFECTS,
  ...OPERABILITY_DEFECTS,
];
