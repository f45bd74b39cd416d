/** Everything that is claimed, in the order in which it is printed. */
import type { Claim } from './claim.ts';
import { ATTACHMENTS } from './claims/attachments.ts';
import { ROLLOUT_DEFECTS } from './claims/defects.ts';
import { ENDINGS } from './claims/endings.ts';
import { ENVOY_MESHES } from './claims/envoy-meshes.ts';
import { EVENTS } from './claims/events.ts';
import { HOOKS_AND_DEADLINES } from './claims/hooks.ts';
import { INGRESSES } from './claims/ingresses.ts';
import { JUDGEMENT_DEFECTS } from './claims/judgement.ts';
import { KINDS_AND_MARKS } from './claims/kinds.ts';
import { LOAD_TESTER_CLAIMS } from './claims/load-tester.ts';
import { LOOKS } from './claims/looks.ts';
import { MESSENGER_CLAIMS, QUERY_PATH_CLAIMS } from './claims/messengers.ts';
import { METRIC_CLAIMS } from './claims/metrics.ts';
import { OPERABILITY_DEFECTS } from './claims/operability.ts';
import { ROUTERS } from './claims/routers.ts';
import { RUNS } from './claims/runs.ts';
import { SCHEDULER } from './claims/scheduler.ts';
import { SERVICES } from './claims/services.ts';
import { STARTS } from './claims/starts.ts';
import { STATES } from './claims/states.ts';
import { TARGETS } from './claims/targets.ts';
import { LOAD_TESTER_LINES } from './claims/tasks.ts';
import { WEBHOOKS } from './claims/webhooks.ts';
import { WORDS } from './claims/words.ts';
import { WORKLOADS } from './claims/workloads.ts';

export const CLAIMS: readonly Claim[] = [
  ...STATES,
  ...LOOKS,
  ...STARTS,
  ...RUNS,
  ...HOOKS_AND_DEADLINES,
  ...ENDINGS,
  ...WORKLOADS,
  ...ATTACHMENTS,
  ...KINDS_AND_MARKS,
  ...WEBHOOKS,
  ...LOAD_TESTER_LINES,
  ...WORDS,
  ...SCHEDULER,
  ...SERVICES,
  ...EVENTS,
  ...TARGETS,
  ...ROUTERS,
  ...ENVOY_MESHES,
  ...INGRESSES,
  ...METRIC_CLAIMS,
  ...MESSENGER_CLAIMS,
  ...LOAD_TESTER_CLAIMS,
  ...QUERY_PATH_CLAIMS,
  ...ROLLOUT_DEFECTS,
  ...JUDGEMENT_DEFECTS,
  ...OPERABILITY_DEFECTS,
];
