/** A copy of a Service under another name: what it takes over of the spec, and what stays every Service's own. */
import { canonicalJson } from '../shared/digest.ts';
import type { KubeObject } from './objects.ts';
import { at, defined, list, tree, without, type Tree } from './tree.ts';

const NO_ADDRESS = 'None';
/** Given to one Service by the cluster. */
const OF_ONE_SERVICE = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'] as const;
/** Types of Services that have ports on nodes; others may not ask for any. */
const ON_NODES: ReadonlySet<unknown> = new Set(['NodePort', 'LoadBalancer']);
/** What an API server fills in, so that a newer one which fills in the same for old Services changes nothing. */
const DEFAULTS: Tree = {
  type: 'ClusterIP',
  sessionAffinity: 'None',
  internalTrafficPolicy: 'Cluster',
  ipFamilyPolicy: 'SingleStack',
};

/** What of a Service's spec means the same under another name, defaults left out. */
export function meaningOfService(service: KubeObject): Tree {
  const spec = tree(service['spec']);
  const families = spec['ipFamilyPolicy'] === DEFAULTS['ipFamilyPolicy'] ? ['ipFamilies'] : [];
  const { ports, ...kept } = without(spec, ...OF_ONE_SERVICE, ...families);
  const said = Object.entries(kept).filter(([field, value]) => value !== DEFAULTS[field]);
  return {
    ...Object.fromEntries(said),
    ...(spec['clusterIP'] === NO_ADDRESS && { clusterIP: NO_ADDRESS }),
    ...(ports !== undefined && { ports: list(ports).map(meaningOfPort) }),
  };
}

function meaningOfPort(port: unknown): Tree {
  const { protocol, targetPort, ...rest } = without(tree(port), 'nodePort');
  return defined({
    ...rest,
    protocol: protocol === 'TCP' ? undefined : protocol,
    targetPort: targetPort === rest['port'] ? undefined : targetPort,
  });
}

/** The spec of a copy that means what `meaning` says; `found`, if there is one, keeps its addresses and node ports. */
export function specOfCopy(meaning: Tree, found: KubeObject | undefined): Tree {
  const spec = tree(found?.['spec']);
  if (found !== undefined && canonicalJson(meaningOfService(found)) === canonicalJson(meaning)) return spec;
  if (meaning['type'] === 'ExternalName') return meaning;
  const own = Object.fromEntries(OF_ONE_SERVICE.map((field) => [field, spec[field]]));
  if (!ON_NODES.has(meaning['type'])) {
    return defined({ ...without(own, 'healthCheckNodePort'), ...meaning });
  }
  const ports = list(meaning['ports']).map((port) => portOfCopy(tree(port), list(spec['ports'])));
  return defined({ ...own, ...meaning, ...(ports.length > 0 && { ports }) });
}

function portOfCopy(meant: Tree, found: readonly unknown[]): Tree {
  const same = found.find((port) => at(port, 'port') === meant['port']);
  return defined({ ...meant, nodePort: at(same, 'nodePort') });
}
