/**
 * What we read of a Canary, in either version. It asks only for what is used, keeps what it does not know, and
 * requires almost nothing: what has to be there is said in better sentences by `canary.ts`.
 */
import { z } from 'zod';

import { boolean, list, number, record, stringMap, text, wholeNumber } from './schema-parts.ts';

const stringMatch = record({
  exact: text.exactOptional(),
  prefix: text.exactOptional(),
  regex: text.exactOptional(),
  suffix: text.exactOptional(),
});

const stringMatches = z.record(z.string(), stringMatch, { error: 'an object with string matches' });

const httpMatch = record({
  uri: stringMatch.exactOptional(),
  method: stringMatch.exactOptional(),
  headers: stringMatches.exactOptional(),
  queryParams: stringMatches.exactOptional(),
  sourceLabels: stringMap.exactOptional(),
});

const headerOperation = record({
  add: stringMap.exactOptional(),
  set: stringMap.exactOptional(),
  remove: z.array(text, { error: 'a list of header names' }).exactOptional(),
});

const metadata = record({ labels: stringMap.optional(), annotations: stringMap.optional() });

const namedRef = record({ name: text, namespace: text.optional() });

const service = record({
  name: text.optional(),
  port: wholeNumber.optional(),
  portName: text.optional(),
  targetPort: z.union([z.int(), z.string()], { error: 'a port number or the name of a port' }).optional(),
  appProtocol: text.optional(),
  trafficDistribution: text.optional(),
  portDiscovery: boolean.optional(),
  headless: boolean.optional(),
  timeout: text.optional(),
  backendTimeout: text.optional(),
  gateways: list(text).optional(),
  gatewayRefs: list(record({ name: text })).optional(),
  hosts: list(text).optional(),
  delegation: boolean.optional(),
  existingRoute: record({ name: text, kind: text.optional() }).optional(),
  trafficPolicy: record({}).optional(),
  match: list(httpMatch).optional(),
  rewrite: record({}).optional(),
  retries: record({}).optional(),
  headers: record({
    request: headerOperation.exactOptional(),
    response: headerOperation.exactOptional(),
  }).optional(),
  mirror: list(record({})).optional(),
  corsPolicy: record({}).optional(),
  meshName: text.optional(),
  backends: list(text).optional(),
  apex: metadata.optional(),
  primary: metadata.optional(),
  canary: metadata.optional(),
  unmanagedMetadata: record({
    annotations: list(text).optional(),
    labels: list(text).optional(),
  }).optional(),
});

const onInconclusive = z.enum(['', 'fail', 'wait', 'pass'], { error: 'one of fail, wait, pass' });

const metric = record({
  name: text,
  interval: text.optional(),
  threshold: number.optional(),
  thresholdRange: record({ min: number.exactOptional(), max: number.exactOptional() }).optional(),
  query: text.optional(),
  templateRef: namedRef.optional(),
  templateVariables: stringMap.optional(),
  waitForWindow: boolean.optional(),
  onInconclusive: onInconclusive.optional(),
});

const hookTypes = [
  '',
  'confirm-rollout',
  'pre-rollout',
  'rollout',
  'confirm-traffic-increase',
  'confirm-promotion',
  'post-rollout',
  'rollback',
  'event',
] as const;

const webhook = record({
  name: text,
  url: text,
  type: z.enum(hookTypes, { error: `one of ${hookTypes.slice(1).join(', ')}` }).optional(),
  timeout: text.optional(),
  metadata: stringMap.optional(),
  muteAlert: boolean.optional(),
  retries: wholeNumber.optional(),
  disableTLS: boolean.optional(),
  onInconclusive: onInconclusive.optional(),
});

const alert = record({
  name: text,
  severity: z.enum(['', 'info', 'warn', 'error'], { error: 'one of info, warn, error' }).optional(),
  providerRef: namedRef,
});

const analysis = record({
  interval: text.optional(),
  threshold: wholeNumber.optional(),
  failedChecksDecay: wholeNumber.optional(),
  iterations: wholeNumber.optional(),
  maxWeight: wholeNumber.optional(),
  stepWeight: wholeNumber.optional(),
  stepWeights: list(wholeNumber).optional(),
  stepWeightPromotion: wholeNumber.optional(),
  mirror: boolean.optional(),
  mirrorWeight: wholeNumber.optional(),
  primaryReadyThreshold: wholeNumber.optional(),
  canaryReadyThreshold: wholeNumber.optional(),
  match: list(httpMatch).optional(),
  metrics: list(metric).optional(),
  webhooks: list(webhook).optional(),
  alerts: list(alert).optional(),
  sessionAffinity: record({
    cookieName: text.optional(),
    primaryCookieName: text.optional(),
    maxAge: wholeNumber.optional(),
    domain: text.optional(),
    path: text.optional(),
    sameSite: z.enum(['Strict', 'Lax', 'None'], { error: 'one of Strict, Lax, None' }).optional(),
    httpOnly: boolean.optional(),
    secure: boolean.optional(),
    partitioned: boolean.optional(),
  }).optional(),
});

const autoscalerRef = record({
  kind: text.optional(),
  name: text.optional(),
  primaryScalerQueries: stringMap.optional(),
  primaryScalerReplicas: record({
    minReplicas: wholeNumber.optional(),
    maxReplicas: wholeNumber.optional(),
  }).optional(),
});

/** References of which the old version allowed any form; `memberOf` reads what there is. */
const looseRef = z.unknown().optional();

export const canarySchema = record({
  spec: record({
    provider: text.optional(),
    metricsServer: text.optional(),
    targetRef: record({
      apiVersion: text.optional(),
      kind: text.optional(),
      name: text.optional(),
    }).optional(),
    autoscalerRef: autoscalerRef.optional(),
    ingressRef: looseRef,
    routeRef: looseRef,
    upstreamRef: looseRef,
    service: service.optional(),
    analysis: analysis.optional(),
    canaryAnalysis: analysis.optional(),
    progressDeadlineSeconds: wholeNumber.optional(),
    skipAnalysis: boolean.optional(),
    revertOnDeletion: boolean.optional(),
    suspend: boolean.optional(),
  }),
});

export type WrittenSpec = z.output<typeof canarySchema>['spec'];
export type WrittenService = z.output<typeof service>;
export type WrittenAnalysis = z.output<typeof analysis>;
export type WrittenMetric = z.output<typeof metric>;
export type WrittenWebhook = z.output<typeof webhook>;

/** A member of a loosely typed reference; undefined where it has none that is a name. */
export function memberOf(reference: unknown, member: 'name' | 'namespace'): string | undefined {
  if (typeof reference !== 'object' || reference === null) return undefined;
  const value: unknown = Reflect.get(reference, member);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
