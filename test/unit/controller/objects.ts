/** Canaries as a cluster hands them out, where only name, age and target matter. */
import type { KubeObject } from '../../../src/api/objects.ts';
import { aCanary } from '../../support/canary-object.ts';

export function aCanaryObject(
  { name = 'podinfo', createdAt = '2026-01-01T00:00:00Z' }: { name?: string; createdAt?: string } = {},
  target = 'podinfo',
): KubeObject {
  return aCanary({
    name,
    metadata: { uid: `uid-${name}`, creationTimestamp: createdAt },
    spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target } },
  });
}
