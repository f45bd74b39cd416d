/** Canaries and objects as people write them, parsed the way the controller parses them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { parseCanary } from '../../src/api/canary.ts';
import type { Canary } from '../../src/api/model.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { millis } from '../../src/shared/brand.ts';
import { resolveTraffic, trafficProviders } from '../../src/traffic/registry.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');

export function fixture(...path: readonly string[]): string {
  return readFileSync(join(FIXTURES, ...path), 'utf8');
}

/** All objects of a YAML text; an empty text has none. */
export function objectsIn(text: string): readonly KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null)
    .map((object) => object as KubeObject);
}

export function objectIn(text: string): KubeObject {
  // A test that writes something else than an object fails where it uses it.
  return parse(text) as KubeObject;
}

/** The Canary as the controller would work with it; throws where it could not. */
export function canaryFrom(text: string, status?: Partial<Canary['status']>): Canary {
  const { canary, findings } = parseCanary(objectIn(text), {
    defaultProvider: 'istio',
    capabilities: (name) => {
      const { provider } = resolveTraffic(name) ?? {};
      return provider && { ...provider.supports, routed: provider.routed };
    },
    knownProviders: Object.keys(trafficProviders),
    minimumInterval: millis(10_000),
    noCrossNamespaceRefs: false,
    ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
  });
  if (canary === undefined) throw new Error(findings.map(({ message }) => message).join('; '));
  return { ...canary, status: { ...canary.status, ...status } };
}

/** A blue/green Canary on plain Services, with this `spec.service`, in YAML's flow style. */
export function canaryServing(service: string): Canary {
  return canaryFrom(`
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: { name: podinfo, namespace: test, uid: canary-uid }
spec:
  provider: kubernetes
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  service: ${service}
  analysis: { interval: 1m, threshold: 5, iterations: 5 }
`);
}
