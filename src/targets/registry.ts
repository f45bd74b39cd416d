/** The kinds of workload that can be rolled out. */
import { isKnativeService } from '../api/knative.ts';
import type { TargetRef } from '../api/model.ts';
import { daemonset } from './daemonset.ts';
import { deployment } from './deployment.ts';
import { knativeService } from './knative-service.ts';
import { service } from './service.ts';
import type { TargetKind } from './target.ts';

export const targetKinds = {
  Deployment: deployment,
  DaemonSet: daemonset,
  Service: service,
  KnativeService: knativeService,
} as const satisfies Record<string, TargetKind>;

/** How to roll out what a Canary refers to; undefined for a kind we cannot. */
export function targetKind(target: TargetRef): TargetKind | undefined {
  const wanted = isKnativeService(target) ? 'KnativeService' : target.kind;
  return Object.entries(targetKinds).find(([name]) => name === wanted)?.[1];
}
