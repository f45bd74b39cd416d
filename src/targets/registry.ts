/** The kinds of workload that can be rolled out. */
import type { TargetRef } from '../api/model.ts';
import { daemonset } from './daemonset.ts';
import { deployment } from './deployment.ts';
import type { TargetKind } from './target.ts';

export const targetKinds = {
  Deployment: deployment,
  DaemonSet: daemonset,
} as const satisfies Record<string, TargetKind>;

/** How to roll out what a Canary refers to; undefined for a kind we cannot. */
export function targetKind({ kind }: TargetRef): TargetKind | undefined {
  return Object.entries(targetKinds).find(([name]) => name === kind)?.[1];
}
