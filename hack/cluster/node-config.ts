/** Configuration files of the node's parts. Where nothing is said, it is as it comes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateFile, keyFile, kubeconfigFile } from './keys.ts';
import { DNS_SERVICE, DOMAIN, NODE, POD_RANGE, resolvConf } from './network.ts';
import { state } from './paths.ts';

/** As the node sees it; `/run` is its own. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';
export const PAUSE_IMAGE = 'localhost/pause:1';
/** The control group above all pods, in every hierarchy. */
export const CGROUP = 'serin-cluster';

/** Debian's place for the plugins of containernetworking-plugins. */
const CNI_PLUGINS = '/usr/lib/cni';
const CNI_FOLDER = join(state.configs, 'cni');

export function configFile(component: 'containerd' | 'kubelet' | 'kube-proxy'): string {
  return join(state.configs, component === 'containerd' ? 'containerd.toml' : `${component}.json`);
}

export function writeConfigs(): void {
  mkdirSync(CNI_FOLDER, { recursive: true });
  writeFileSync(state.resolvConf, resolvConf());
  writeFileSync(configFile('containerd'), containerd());
  writeFileSync(configFile('kubelet'), JSON.stringify(kubelet(), null, 2));
  writeFileSync(configFile('kube-proxy'), JSON.stringify(proxy(), null, 2));
  writeFileSync(join(CNI_FOLDER, '10-pods.conflist'), JSON.stringify(podNetwork(), null, 2));
}

function containerd(): string {
  return `version = 2
root = "${state.containerd}"
state = "/run/containerd"
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Where root may not lower a process's oom_score_adj, asking for it would fail every container.
  restrict_oom_score_adj = true
  # Routers listen on port 80 without being root, as under the runtimes people have.
  enable_unprivileged_ports = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PLUGINS}"
    conf_dir = "${CNI_FOLDER}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;
}

/** 0.4.0 is the newest that containerd 1.6 and Debian's plugins both speak. */
function podNetwork(): object {
  const ipam = { type: 'host-local', ranges: [[{ subnet: POD_RANGE }]], routes: [{ dst: '0.0.0.0/0' }] };
  const bridge = { type: 'bridge', bridge: 'pods0', isGateway: true, hairpinMode: true, ipam };
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [bridge, { type: 'portmap', capabilities: { portMappings: true } }],
  };
}

function kubelet(): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: false }, x509: { clientCAFile: certificateFile('authority') } },
    tlsCertFile: certificateFile('kubelet-server'),
    tlsPrivateKeyFile: keyFile('kubelet-server'),
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    clusterDNS: [DNS_SERVICE],
    clusterDomain: DOMAIN,
    resolvConf: state.resolvConf,
    cgroupRoot: `/${CGROUP}`,
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    maxPods: 250,
    podLogsDir: '/var/log/pods',
    volumePluginDir: join(state.kubelet, 'volume-plugins'),
    // The disk is the machine's own: neither images nor pods are thrown out because it is full of something else.
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
  };
}

function proxy(): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    hostnameOverride: NODE,
    clusterCIDR: POD_RANGE,
    clientConnection: { kubeconfig: kubeconfigFile('proxy') },
    // The limits of connection tracking are the machine's, not ours to change.
    conntrack: { maxPerCore: 0, tcpCloseWaitTimeout: '0s', tcpEstablishedTimeout: '0s' },
  };
}
