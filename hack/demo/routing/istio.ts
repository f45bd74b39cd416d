/** VirtualServices, as Istio's proxies follow them. */
import { z } from 'zod';
import {
  headerOf,
  Named,
  parsed,
  portOf,
  serviceOf,
  type Backend,
  type ClusterView,
  type Inbound,
  type Reader,
  type Route,
  type ServiceName,
} from './objects.ts';

const VIRTUAL_SERVICE = { apiVersion: 'networking.istio.io/v1beta1', kind: 'VirtualService' };

const StringMatch = z.object({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
const Destination = z.object({ host: z.string() });
const Headers = z.record(z.string(), z.string()).default({});
const HttpRule = z.object({
  match: z
    .array(
      z.object({
        uri: StringMatch.optional(),
        method: StringMatch.optional(),
        headers: z.record(z.string(), StringMatch).optional(),
      }),
    )
    .optional(),
  route: z
    .array(
      z.object({
        destination: Destination,
        weight: z.number().optional(),
        headers: z.object({ response: z.object({ add: Headers, set: Headers }).optional() }).optional(),
      }),
    )
    .default([]),
  mirror: Destination.optional(),
  mirrorPercentage: z.object({ value: z.number() }).optional(),
});
const VirtualService = z.object({
  metadata: Named,
  spec: z.object({ hosts: z.array(z.string()).default([]), http: z.array(HttpRule).default([]) }),
});

type HttpRule = z.infer<typeof HttpRule>;
type StringMatch = z.infer<typeof StringMatch>;

export const istio: Reader = (inbound, view, home) => {
  const asked = serviceOf(inbound.host, home);
  const rules = asked === undefined ? [] : rulesOf(asked, view);
  if (asked === undefined || rules.length === 0) return undefined;
  const index = rules.findIndex((rule) => admits(rule, inbound));
  const rule = rules[index];
  if (rule === undefined) return 'nowhere';
  const key = `istio/${asked.namespace}/${asked.name}/${index}`;
  return weighted(rule, key, asked.namespace, portOf(inbound.host));
};

function rulesOf(asked: ServiceName, view: ClusterView): readonly HttpRule[] {
  const own = parsed(VirtualService, view.list(VIRTUAL_SERVICE, asked.namespace)).find(({ metadata, spec }) =>
    spec.hosts.some((host) => {
      const service = serviceOf(host, metadata.namespace);
      return service?.name === asked.name && service.namespace === asked.namespace;
    }),
  );
  return own?.spec.http ?? [];
}

function admits(rule: HttpRule, inbound: Inbound): boolean {
  if (rule.match === undefined || rule.match.length === 0) return true;
  return rule.match.some(
    ({ uri, method, headers }) =>
      matches(uri, inbound.path) &&
      matches(method, inbound.method) &&
      Object.entries(headers ?? {}).every(([name, match]) => {
        const value = headerOf(inbound, name);
        return value !== undefined && matches(match, value);
      }),
  );
}

function matches(match: StringMatch | undefined, value: string): boolean {
  if (match === undefined) return true;
  if (match.exact !== undefined) return value === match.exact;
  if (match.prefix !== undefined) return value.startsWith(match.prefix);
  return match.regex === undefined || new RegExp(`^(?:${match.regex})$`).test(value);
}

function weighted(rule: HttpRule, key: string, namespace: string, port: number | undefined): Route {
  const backends = rule.route.flatMap(({ destination, weight, headers }): readonly Backend[] => {
    const service = serviceOf(destination.host, namespace);
    // Istio sends everything to a destination that is alone, whatever its weight says.
    const share = rule.route.length === 1 ? 100 : (weight ?? 0);
    const answer = { ...headers?.response?.add, ...headers?.response?.set };
    return service === undefined
      ? []
      : [{ service: service.name, namespace: service.namespace, weight: share, answer }];
  });
  const copy = rule.mirror === undefined ? undefined : serviceOf(rule.mirror.host, namespace);
  const mirror = copy && {
    backend: { service: copy.name, namespace: copy.namespace, weight: 0 },
    percentage: rule.mirrorPercentage?.value ?? 100,
  };
  return { key, port, backends, mirror };
}
