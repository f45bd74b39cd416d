/**
 * The Service Mesh Interface: one TrafficSplit that shares what is sent to a Service out between those of primary and
 * canary. Linkerd and OSM speak a version of it each; a name such as `smi:v1alpha3` says which.
 */
import { z } from 'zod';
import { KINDS, type Kind } from '../api/kinds.ts';
import type { KubeObject, ObjectRef } from '../api/objects.ts';
import { list, tree, type Tree } from '../api/tree.ts';
import type { Routes } from '../core/model.ts';
import { err, ok } from '../shared/result.ts';
import { find, routeMetadata, sorted, unlessSame } from './metadata.ts';
import { rememberOriginal, restoreOriginal } from './original.ts';
import type { RoutedService, TrafficProvider } from './provider.ts';
import { shareOf } from './share.ts';

const { TrafficSplit: V1ALPHA1, TrafficSplitV1alpha2: V1ALPHA2, TrafficSplitV1alpha3: V1ALPHA3 } = KINDS;
/** Istio's adapter for SMI reads from it which gateways its VirtualService is for. */
const GATEWAYS = 'VirtualService.v1alpha3.networking.istio.io/spec.gateways';

const Spec = z.object({
  backends: z
    .array(z.object({ service: z.string(), weight: z.union([z.number(), z.string()]).default(0) }))
    .default([]),
});

/** `smi:v1alpha1:istio` is version and mesh. */
export const smi: TrafficProvider = splitting(({ provider }) => {
  if (provider.startsWith('smi:v1alpha3')) return V1ALPHA3;
  return provider.startsWith('smi:v1alpha2') ? V1ALPHA2 : V1ALPHA1;
});

export const linkerd: TrafficProvider = splitting(() => V1ALPHA1);

export const osm: TrafficProvider = splitting(() => V1ALPHA2);

function splitting(kindFor: (service: RoutedService) => Kind): TrafficProvider {
  const refOf = (service: RoutedService): ObjectRef => {
    const { apiVersion, kind } = kindFor(service);
    return { apiVersion, kind, name: service.apex };
  };
  return {
    supports: { weights: true, mirror: { canary: false, blueGreen: false }, match: false, affinity: false },
    routed: true,

    refs: (service) => [{ ...refOf(service), namespace: service.namespace }],

    render(service, routes, current) {
      const { apiVersion, kind, name } = refOf(service);
      const found = find(current, refOf(service));
      const annotations = { ...gatewaysOf(service), ...rememberOriginal(found, service.owner) };
      const metadata = routeMetadata(service, name, found, { labels: {}, annotations });
      return [{ ...found, apiVersion, kind, metadata, spec: specOf(service, routes, found) }];
    },

    parse(service, current) {
      const found = find(current, refOf(service));
      if (found === undefined) return err({ kind: 'absent' });
      const subject = `TrafficSplit ${service.apex}.${service.namespace}`;
      const parsed = Spec.safeParse(found['spec']);
      if (!parsed.success) {
        return err({ kind: 'malformed', detail: `${subject}: ${z.prettifyError(parsed.error)}` });
      }
      const backends = parsed.data.backends.map(({ service: name, weight }) => ({
        name,
        weight: quantity(weight),
      }));
      const names = [`${service.apex}-primary`, `${service.apex}-canary`];
      // Somebody's own split, applied again over ours, says nothing about the canary: it is to be taken over.
      if (!backends.some(({ name }) => names.includes(name))) return err({ kind: 'absent' });
      const ours = names.map((name) => ({ name, weight: 0 }));
      const canary = shareOf(`${service.apex}-canary`, [...backends, ...ours]);
      if (canary !== undefined) return ok({ canary, mirrored: false });
      const detail = `${subject}: no backends with weights for ${names.join(' and ')}`;
      return err({ kind: 'malformed', detail });
    },

    release(service, current) {
      const restored = restoreOriginal(find(current, refOf(service)), service.owner);
      return restored === undefined ? [] : [restored];
    },
  };
}

/** What is split and how is ours; `matches` and what else there may be is not. */
function specOf(service: RoutedService, { canary }: Routes, found: KubeObject | undefined): Tree {
  const spec = tree(found?.['spec']);
  const backend = (role: 'primary' | 'canary', weight: number): Tree => ({
    service: `${service.apex}-${role}`,
    weight,
  });
  const backends = [backend('canary', canary), backend('primary', 100 - canary)];
  return {
    ...spec,
    service: service.service.hosts[0] ?? service.apex,
    backends: unlessSame(spec['backends'], backends, meaning),
  };
}

function gatewaysOf({ provider, service }: RoutedService): Readonly<Record<string, string>> {
  if (provider !== 'smi:v1alpha1:istio' || !service.gateways?.length) return {};
  return { [GATEWAYS]: JSON.stringify(service.gateways) };
}

/** Backends may come in any order, and in v1alpha1 with weights such as "90" or "900m". */
function meaning(backends: unknown): unknown {
  return sorted(
    list(backends).map((entry) => {
      const { weight, ...rest } = tree(entry);
      return { ...rest, weight: quantity(weight) };
    }),
  );
}

/** A number, or one as Kubernetes writes quantities; NaN where it is neither. */
function quantity(written: unknown): number {
  if (typeof written === 'number') return written;
  const [, digits, milli] = /^([+-]?\d+(?:\.\d+)?)(m?)$/.exec(String(written)) ?? [];
  return digits === undefined ? Number.NaN : Number(digits) / (milli === 'm' ? 1000 : 1);
}
