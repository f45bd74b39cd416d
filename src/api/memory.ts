/** The shape of `status.serin`: what only we remember of a rollout. It may change; nobody else reads it. */
import { z } from 'zod';

import type { Status, TargetRecord } from '../core/model.ts';
import { announcementSchema, hookTypeSchema, instantSchema, revisionSchema } from './announcement.ts';

const detail = z.string();

const standstillSchema = z.object({ generation: z.number(), done: z.number(), since: instantSchema });

/** Without the required members there is no saying where a rollout stands; the others can be missed. */
export const memorySchema = z.looseObject({
  step: z.int().min(-1),
  mirrored: z.boolean(),
  mark: z.int(),
  changedAt: instantSchema,
  phaseSince: instantSchema,
  plan: z.string(),
  sequence: z.int().default(0),
  place: z.string().default(''),
  left: z.array(z.string()).default([]),
  park: z.enum(['none', 'due', 'done']).default('none'),
  obeyed: z
    .object({
      abort: z.string().exactOptional(),
      retry: z.string().exactOptional(),
      promote: z.string().exactOptional(),
      pause: z.string().exactOptional(),
    })
    .default({}),
  outbox: z.array(announcementSchema.optional()).default([]),
  target: z
    .object({
      workload: z.string().exactOptional(),
      uid: z.string(),
      generation: z.number(),
      template: z.string(),
      revision: revisionSchema,
    })
    .optional(),
  standstills: z
    .object({ target: standstillSchema.exactOptional(), primary: standstillSchema.exactOptional() })
    .default({}),
  released: instantSchema.optional(),
  autoscaler: z.string().default(''),
  invalid: z.object({ reason: z.string(), detail, since: instantSchema }).optional(),
  held: z.object({ type: hookTypeSchema, hook: z.string(), since: instantSchema }).optional(),
  late: instantSchema.optional(),
  stalled: z.object({ detail, since: instantSchema }).optional(),
});
/** Read back. */
export type Memory = z.output<typeof memorySchema>;

/** What is to be remembered; members that are undefined are to vanish. */
export function memoryOf(status: Status): Record<string, unknown> {
  return {
    step: status.step,
    mirrored: status.mirrored,
    mark: status.routesMark,
    place: status.place,
    left: status.left.length === 0 ? undefined : status.left,
    park: status.park,
    obeyed: status.obeyed,
    outbox: status.outbox,
    sequence: status.sequence,
    changedAt: status.changedAt,
    phaseSince: status.phaseSince,
    plan: status.plan,
    target: status.target && withoutConfigs(status.target),
    standstills: Object.keys(status.standstills).length === 0 ? undefined : status.standstills,
    released: status.released,
    autoscaler: status.autoscaler,
    invalid: status.invalid,
    held: status.held,
    late: status.late,
    stalled: status.stalled,
  };
}

/** They stand in `trackedConfigs` already. */
function withoutConfigs({ configs: _, ...rest }: TargetRecord): Omit<TargetRecord, 'configs'> {
  return rest;
}
