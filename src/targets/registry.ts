/** The kinds of workload that can be rolled out. */
import type { TargetRef } from '../api/model.ts';
import { daemonset } from './daemonset.ts';
import { deployment } from './deployment.ts';
import { service } from './service.ts';
import type { TargetKind } from './target.ts';

const KNATIVE = 'serving.knative.dev/';

export const targetKinds = {
  Deployment: deployment,
  DaemonSet: daemonset,
  Service: service,
} as const satisfies Record<string, TargetKind>;

/** How to roll out what a Canary refers to; undefined for a kind we cannot. */
export function targetKind({ apiVersion, kind }: TargetRef): TargetKind | undefined {
  // Another kind of the same name.
  if (apiVersion.startsWith(KNATIVE)) return undefined;
  return Object.entries(targetKinds).find(([name]) => name === kind)?.[1];
}
