/** Addresses, and the node's interfaces. */
import { runOnNode } from './anchor.ts';
import type { ProcessRecord } from './record.ts';

export const NODE = 'node-1';
export const NODE_ADDRESS = '10.200.0.2';
export const POD_RANGE = '10.244.0.0/20';
export const SERVICE_RANGE = '10.96.0.0/16';
/** The first of the service range is the API server's, by Kubernetes' own rule. */
export const API_SERVICE = '10.96.0.1';
export const DNS_SERVICE = '10.96.0.10';
export const DOMAIN = 'cluster.local';
export const API_PORT = 6443;

/**
 * The node needs an address that is not loopback's, since those may not stand in EndpointSlices. There is nothing to
 * be connected to: a bridge carries it, kept up by one end of a pair of virtual interfaces that leads nowhere.
 */
const INTERFACES = `
ip link set lo up
ip link add node0 type bridge
ip link add node0-port type veth peer name node0-end
ip link set node0-port master node0
ip link set node0-port up
ip link set node0-end up
ip addr add ${NODE_ADDRESS}/24 dev node0
ip link set node0 up
ip route add default dev node0
for name in net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables; do
  file=/proc/sys/$(echo "$name" | tr . /)
  [ ! -e "$file" ] || echo 1 > "$file"
done
`;

export async function setUpNetwork(anchor: ProcessRecord): Promise<void> {
  await runOnNode(anchor, ['sh', '-ec', INTERFACES]);
}

/** For programs that run inside and call services by `name.namespace`. */
export function resolvConf(): string {
  return `nameserver ${DNS_SERVICE}\nsearch svc.${DOMAIN} ${DOMAIN}\noptions ndots:5 timeout:1\n`;
}
