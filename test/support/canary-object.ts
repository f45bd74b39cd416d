/** Canaries as people write them, for tests that care about one or two of their fields. */
import type { CanaryContext } from '../../src/api/canary.ts';
import type { Canary } from '../../src/api/model.ts';
import { parseCanary } from '../../src/api/canary.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { millis } from '../../src/shared/brand.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface CanaryWish {
  readonly apiVersion?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Members of the metadata beside name, namespace and annotations. */
  readonly metadata?: Fields;
  /** Laid over `spec`; a member set to undefined is left out. */
  readonly spec?: Fields;
  /** Laid over `spec.service`. */
  readonly service?: Fields;
  /** Laid over `spec.analysis`; a member set to undefined is left out. */
  readonly analysis?: Fields;
  readonly status?: unknown;
}

/** podinfo in namespace test: 20, 40, 60 percent, one minute each, five failures, the two built-in metrics. */
export function aCanary(wish: CanaryWish = {}): KubeObject {
  const analysis = over(
    {
      interval: '1m',
      threshold: 5,
      maxWeight: 50,
      stepWeight: 20,
      metrics: [
        { name: 'request-success-rate', interval: '1m', thresholdRange: { min: 99 } },
        { name: 'request-duration', interval: '30s', thresholdRange: { max: 500 } },
      ],
    },
    wish.analysis,
  );
  const spec = over(
    {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
      service: over({ port: 80, targetPort: 9898 }, wish.service),
      analysis,
    },
    wish.spec,
  );
  return {
    apiVersion: wish.apiVersion ?? 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: {
      name: wish.name ?? 'podinfo',
      namespace: wish.namespace ?? 'test',
      uid: '9ab1',
      resourceVersion: '1',
      generation: 1,
      ...(wish.annotations === undefined ? {} : { annotations: wish.annotations }),
      ...wish.metadata,
    },
    spec,
    ...(wish.status === undefined ? {} : { status: wish.status }),
  };
}

/** A controller started without flags, which knows Istio, the Gateway API and plain Services. */
export const ISTIO_BY_DEFAULT: CanaryContext = {
  defaultProvider: 'istio',
  knownProviders: ['istio', 'gatewayapi', 'kubernetes'],
  capabilities: (provider) => {
    const all = { weights: true, match: true, affinity: true, routed: true };
    if (provider === 'istio') return { ...all, mirror: { canary: true, blueGreen: true } };
    if (provider.startsWith('gatewayapi')) return { ...all, mirror: { canary: false, blueGreen: true } };
    if (provider !== 'kubernetes') return undefined;
    const none = { weights: false, match: false, affinity: false, routed: false };
    return { ...none, mirror: { canary: false, blueGreen: false } };
  },
  minimumInterval: millis(10_000),
  noCrossNamespaceRefs: false,
  ingressAnnotationsPrefix: 'nginx.ingress.kubernetes.io',
};

/** The same, parsed; throws where the wish cannot be made out. */
export function aParsedCanary(wish: CanaryWish = {}): Canary {
  const { canary, problem } = parseCanary(aCanary(wish), ISTIO_BY_DEFAULT);
  if (canary === undefined) throw new Error(`the test's canary cannot be parsed: ${problem?.detail ?? ''}`);
  return canary;
}

function over(defaults: Fields, wish: Fields = {}): Fields {
  return Object.fromEntries(
    Object.entries({ ...defaults, ...wish }).filter(([, value]) => value !== undefined),
  );
}
