/** The programs a cluster consists of and what each is told. */
import { join } from 'node:path';
import { program } from './build.ts';
import { certificateFile, keyFile, kubeconfigFile } from './keys.ts';
import { API_PORT, NODE, NODE_ADDRESS, POD_RANGE, SERVICE_RANGE } from './network.ts';
import { configFile } from './node-config.ts';
import { state } from './paths.ts';
import { KUBE } from './pins.ts';

export const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'containerd',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
] as const;
export type Component = (typeof COMPONENTS)[number];

export function isComponent(name: string): name is Component {
  return COMPONENTS.some((component) => component === name);
}

const ETCD = 'http://127.0.0.1:2379';

/** The command line of a component. */
export function commandOf(component: Component): readonly string[] {
  switch (component) {
    case 'etcd':
      return ['etcd', ...flags(etcd())];
    case 'containerd':
      return ['containerd', '--config', configFile('containerd')];
    case 'kube-apiserver':
      return [program(KUBE, component), ...flags(apiServer())];
    case 'kube-controller-manager':
      return [program(KUBE, component), ...flags(controllerManager())];
    case 'kube-scheduler':
      return [program(KUBE, component), ...flags(scheduler())];
    case 'kubelet':
      return [program(KUBE, component), ...flags(kubelet())];
    case 'kube-proxy':
      return [program(KUBE, component), ...flags({ config: configFile('kube-proxy') })];
  }
}

type Flags = Readonly<Record<string, string>>;

function flags(values: Flags): readonly string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

function etcd(): Flags {
  return {
    name: NODE,
    'data-dir': state.etcd,
    'listen-client-urls': ETCD,
    'advertise-client-urls': ETCD,
    'listen-peer-urls': 'http://127.0.0.1:2380',
    // What was written outlives etcd itself, though not the machine; no more is asked of a cluster for tests.
    'unsafe-no-fsync': 'true',
    'log-level': 'warn',
  };
}

function apiServer(): Flags {
  const authority = certificateFile('authority');
  return {
    'advertise-address': NODE_ADDRESS,
    'secure-port': String(API_PORT),
    'etcd-servers': ETCD,
    'service-cluster-ip-range': SERVICE_RANGE,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'client-ca-file': authority,
    'tls-cert-file': certificateFile('apiserver'),
    'tls-private-key-file': keyFile('apiserver'),
    'kubelet-certificate-authority': authority,
    'kubelet-client-certificate': certificateFile('apiserver-to-kubelet'),
    'kubelet-client-key': keyFile('apiserver-to-kubelet'),
    // Its name could only be asked of a DNS that does not know it, which takes until the time-out.
    'kubelet-preferred-address-types': 'InternalIP',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': keyFile('service-accounts'),
    'service-account-signing-key-file': keyFile('service-accounts'),
    'requestheader-client-ca-file': authority,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': certificateFile('front-proxy'),
    'proxy-client-key-file': keyFile('front-proxy'),
  };
}

function controllerManager(): Flags {
  return {
    ...client('controller-manager'),
    'cluster-cidr': POD_RANGE,
    'service-account-private-key-file': keyFile('service-accounts'),
    'root-ca-file': certificateFile('authority'),
    'use-service-account-credentials': 'true',
    // There is one of each: waiting for a lease of a predecessor would only cost time.
    'leader-elect': 'false',
    // After an outage of the API server it may take this controller half a minute to hear of the only node again.
    'node-monitor-grace-period': '3m',
  };
}

function scheduler(): Flags {
  return { ...client('scheduler'), 'leader-elect': 'false' };
}

function client(name: string): Flags {
  const file = kubeconfigFile(name);
  return { kubeconfig: file, 'authentication-kubeconfig': file, 'authorization-kubeconfig': file };
}

function kubelet(): Flags {
  return {
    config: configFile('kubelet'),
    kubeconfig: kubeconfigFile('kubelet'),
    'hostname-override': NODE,
    'node-ip': NODE_ADDRESS,
    'root-dir': state.kubelet,
  };
}

export function logFile(component: Component): string {
  return join(state.logs, `${component}.log`);
}
