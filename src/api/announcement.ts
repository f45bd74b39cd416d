/**
 * News that nobody has been told yet, read back from a status. A status can be edited by hand, and after a
 * downgrade it was written by a newer version; so each piece is looked at before anybody finds words for it.
 */
import { z } from 'zod';

import type { Announcement, CheckFailure, News, Reason } from '../core/model.ts';
import { instant, millis, percent, revision } from '../shared/brand.ts';

export const instantSchema = z.number().transform(instant);
export const revisionSchema = z.string().transform(revision);
export const percentSchema = z.int().min(0).max(100).transform(percent);
export const hookTypeSchema = z.enum([
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'post-rollout',
  'rollback',
  'event',
]);
export const phaseSchema = z.enum([
  'Initializing',
  'Initialized',
  'Waiting',
  'Progressing',
  'WaitingPromotion',
  'Promoting',
  'Finalising',
  'Succeeded',
  'Failed',
  'Terminating',
]);

const detail = z.string();
const hook = z.string();
const source = z.enum(['builtin', 'query', 'template', 'none']);
const workload = z.enum(['primary', 'target']);

const failureSchema: z.ZodType<CheckFailure> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['success-rate', 'duration', 'metric']),
    metric: z.string(),
    value: z.number(),
    bound: z.number(),
    side: z.enum(['min', 'max']),
  }),
  z.object({ kind: z.literal('hook'), hook, detail }),
  z.object({ kind: z.literal('no-values'), metric: z.string(), source, provider: z.string(), detail }),
  z.object({ kind: z.literal('query-failed'), metric: z.string(), source, detail }),
  z.object({ kind: z.literal('unusable'), metric: z.string() }),
  z.object({
    kind: z.literal('template'),
    template: z.string(),
    part: z.enum(['template', 'secret', 'provider', 'query']),
    subject: z.string(),
    detail,
  }),
  z.object({ kind: z.literal('providers'), detail }),
]);

const reasonSchema: z.ZodType<Reason> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('threshold'), failedChecks: z.number() }),
  z.object({ kind: z.literal('stuck'), workload, detail }),
  z.object({ kind: z.literal('target-gone') }),
  z.object({ kind: z.literal('aborted') }),
  z.object({ kind: z.literal('rollback-hook'), hook }),
  z.object({ kind: z.literal('unsettled'), detail }),
  z.object({ kind: z.literal('invalid-spec'), detail }),
]);

const newsSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum([
      'providers-available',
      'initialized',
      'taken-over',
      'new-revision',
      'restarted',
      'analysis-starts',
      'promoting',
      'routed-to-primary',
      'promoted',
      'promoted-unanalysed',
      'given-back',
      'suspended',
      'valid-spec',
      'terminating',
      'terminated',
    ]),
  }),
  z.object({
    kind: z.enum([
      'providers-unavailable',
      'promotion-failed',
      'relieved',
      'action-failed',
      'stalled',
      'malformed-routes',
    ]),
    detail,
  }),
  z.object({ kind: z.enum(['advanced-weight', 'adopted', 'primary-weight']), weight: percentSchema }),
  z.object({ kind: z.enum(['failed', 'cancelled']), trafficStays: z.boolean() }),
  z.object({ kind: z.literal('retargeted'), from: z.string(), to: z.string() }),
  z.object({ kind: z.literal('rerouted'), from: z.string(), to: z.string(), restarts: z.boolean() }),
  z.object({ kind: z.literal('hook-passed'), type: hookTypeSchema, hook }),
  z.object({ kind: z.literal('gate-held'), type: hookTypeSchema, hook, muted: z.boolean() }),
  z.object({
    kind: z.literal('gate-overdue'),
    type: hookTypeSchema,
    hook,
    muted: z.boolean(),
    span: z.number().transform(millis),
  }),
  z.object({ kind: z.literal('rollback-not-signaled'), hook }),
  z.object({
    kind: z.literal('halted'),
    type: z.enum(['pre-rollout', 'rollout', 'metric']),
    failure: failureSchema,
  }),
  z.object({ kind: z.literal('advanced-iteration'), iteration: z.number(), iterations: z.number() }),
  z.object({ kind: z.literal('routed-to-canary'), mirrored: z.boolean() }),
  z.object({ kind: z.literal('rolled-back'), reason: reasonSchema }),
  z.object({
    kind: z.literal('refused'),
    verb: z.enum(['abort', 'retry', 'promote', 'pause']),
    revision: revisionSchema,
  }),
  z.object({ kind: z.literal('post-rollout'), outcome: z.enum(['Succeeded', 'Failed']) }),
  z.object({
    kind: z.literal('kubernetes-strategy'),
    matchDropped: z.boolean(),
    iterationsAssumed: z.boolean(),
  }),
  z.object({ kind: z.enum(['not-ready', 'initialization-failed']), workload, detail }),
  z.object({ kind: z.literal('invalid-spec'), reason: z.string(), detail }),
  z.object({ kind: z.literal('doubt'), field: z.string(), message: z.string() }),
]);

/** The compiler names the kind of news that cannot be read back. */
type Forgotten = Exclude<News['kind'], z.output<typeof newsSchema>['kind']>;
const nothingForgotten: [Forgotten] extends [never] ? true : Forgotten = true;
void nothingForgotten;

export const announcementSchema: z.ZodType<Announcement> = z.object({
  sequence: z.int(),
  at: instantSchema,
  phase: phaseSchema,
  revision: revisionSchema,
  news: newsSchema,
});
