/** Ports that a workload's containers declare, beside the one its Services have anyway. */
import type { ServiceSpec } from '../api/model.ts';
import { at, list, text } from '../api/tree.ts';
import type { DiscoveredPort } from './target.ts';

/** Sidecars that a mesh puts in. */
const PROXIES: readonly unknown[] = ['istio-proxy', 'envoy'];

/** One port a name; nothing where the user asks for no discovery. */
export function discoverPorts(template: unknown, service: ServiceSpec): readonly DiscoveredPort[] {
  if (!service.portDiscovery) return [];
  const containers = list(at(template, 'spec', 'containers')).filter(
    (container) => !PROXIES.includes(at(container, 'name')),
  );
  const found = containers.flatMap((container) => {
    const owner = text(at(container, 'name')) ?? '';
    return list(at(container, 'ports')).flatMap((entry, index) => {
      const port = at(entry, 'containerPort');
      const name = text(at(entry, 'name'));
      if (typeof port !== 'number' || port === service.targetPort) return [];
      return name !== undefined && name === service.targetPort
        ? []
        : [{ name: name ?? `tcp-${owner}-${index}`, port }];
    });
  });
  return [...new Map(found.map((entry) => [entry.name, entry])).values()];
}
