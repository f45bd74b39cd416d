/** Every object that our traffic providers and autoscalers render, from the Canaries among their fixtures, at every kind of position. */
import type { KubeObject } from '../../src/api/objects.ts';
import type { Routes } from '../../src/core/model.ts';
import { progression } from '../../src/core/progression.ts';
import { canonicalJson } from '../../src/shared/digest.ts';
import { instant, percent } from '../../src/shared/brand.ts';
import type { TrafficProvider } from '../../src/traffic/provider.ts';
import { trafficProviders } from '../../src/traffic/registry.ts';
import { renderRoutes, renderServices, type RoutesInput } from '../../src/traffic/routes.ts';
import { renderAutoscaler, type autoscalerKinds } from '../../src/targets/autoscalers.ts';
import { fixture, objectIn } from '../../test/support/canaries.ts';
import { canary, lookAt } from '../../test/support/deployments.ts';
import { featuredCases, plainCase, TARGET, type Featured } from '../../test/support/traffic.ts';
import { NAMESPACE } from './cluster.ts';

export interface Rendered {
  readonly provider: string;
  /** Where it comes from first, `header-match at 10%`: the Canary among the fixtures, and the position. */
  readonly origin: string;
  readonly object: KubeObject;
}

const NOW = instant(Date.UTC(2026, 0, 1));

/** Autoscalers of which a vendor has the definition. */
const SCALERS = ['ScaledObject'] as const satisfies readonly (keyof typeof autoscalerKinds)[];

/** Copies of those among the fixtures, as they are and as a Canary may wish them. */
export function renderedScalers(): readonly Rendered[] {
  const wishes = {
    plain: '',
    bounds: ', primaryScalerReplicas: { minReplicas: 2, maxReplicas: 9 }',
    queries: ', primaryScalerQueries: { requests: vector(1) }',
  };
  return SCALERS.flatMap((kind) =>
    Object.entries(wishes).map(([origin, wish]): Rendered => {
      const original = objectIn(fixture('autoscalers', kind, 'autoscaler.yaml'));
      const by = canary(`autoscalerRef: { kind: ${kind}, name: podinfo${wish} }`);
      const copy = renderAutoscaler(lookAt([original], { canary: by }));
      if (!copy.ok || copy.value === undefined) throw new Error(`no copy of a ${kind} was rendered`);
      return { provider: 'autoscalers', origin, object: asNew(copy.value) };
    }),
  );
}

/** Each once, however many Canaries and positions it stands for. */
export function renderedObjects(): readonly Rendered[] {
  return Object.entries<TrafficProvider>(trafficProviders).flatMap(([key, provider]) => {
    const cases = [plainCase(key), ...featuredCases(key)];
    const unlike = new Map<string, Rendered>();
    for (const one of cases.flatMap((featured) => renderedBy(key, provider, featured))) {
      const name = canonicalJson(one.object);
      unlike.set(name, unlike.get(name) ?? one);
    }
    return [...unlike.values()];
  });
}

function renderedBy(
  key: string,
  provider: TrafficProvider,
  { feature, canary, found }: Featured,
): readonly Rendered[] {
  const input: RoutesInput = { canary, provider, target: TARGET, current: found, now: NOW };
  return positionsOf(input).flatMap((routes) => {
    const objects = [...renderServices(input), ...renderRoutes({ ...input, routes, mark: 1 })];
    const origin = `${feature} at ${routes.canary}%${routes.mirrored ? ', mirrored' : ''}`;
    return objects.map((object) => ({ provider: key, origin, object: asNew(object) }));
  });
}

/** Home, the ways there, and everything that the Canary's own strategy passes through. */
function positionsOf({ canary, provider }: RoutesInput): readonly Routes[] {
  const own = progression(canary.spec.strategy).map(({ canaryWeight, mirrored }) => ({
    canary: canaryWeight,
    mirrored,
  }));
  const common = provider.routed ? [0, 10, 100] : [0];
  const all = [...common.map((weight) => ({ canary: percent(weight), mirrored: false })), ...own];
  return [...new Map(all.map((routes) => [canonicalJson(routes), routes])).values()];
}

/** As if it were to be made: without what a server has made of it, in the namespace where things are tried. */
function asNew({ metadata, ...object }: KubeObject): KubeObject {
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...rest } = metadata;
  return { ...object, metadata: { ...rest, namespace: NAMESPACE } };
}
