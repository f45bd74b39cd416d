/** What of a Knative Service both its target kind and its traffic provider have to know. */
import { KINDS } from './kinds.ts';
import type { TargetRef } from './model.ts';
import type { KubeObject } from './objects.ts';
import { at, text } from './tree.ts';

const GROUP = 'serving.knative.dev/';

interface Named {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
}

/** On the Service: the revision that was promoted, as Flagger writes it. */
export const PRIMARY_REVISION = 'flagger.app/primary-revision';

/** It has the kind of Kubernetes' own Services, in another group. */
export function isKnativeService({ apiVersion, kind }: Named): boolean {
  return kind === KINDS.KnativeService.kind && apiVersion?.startsWith(GROUP) === true;
}

const WORKLOAD = 'Knative Service';

/** How a target is remembered: `<kind>/<name>`, the two kinds of Service told apart. */
export function workloadOf(target: TargetRef): string {
  return `${isKnativeService(target) ? WORKLOAD : target.kind}/${target.name}`;
}

/** The target that is remembered so, in the version people write. */
export function targetCalled(workload: string): TargetRef {
  const { KnativeService, Service } = KINDS;
  const [kind = '', name = ''] = workload.split('/');
  if (kind === WORKLOAD) return { apiVersion: KnativeService.apiVersion, kind: KnativeService.kind, name };
  return { apiVersion: kind === Service.kind ? Service.apiVersion : 'apps/v1', kind, name };
}

/** The revision that was promoted; undefined where nobody has said which. */
export function primaryRevision({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[PRIMARY_REVISION] || undefined;
}

/** The newest revision there is, be it ready or not; undefined before Knative has made the first. */
export function latestRevision(service: KubeObject): string | undefined {
  return text(at(service, 'status', 'latestCreatedRevisionName')) || undefined;
}
