/** The cluster's certificates, all signed by an authority of its own, and the kubeconfigs that hold them. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_PORT, API_SERVICE, DOMAIN, NODE, NODE_ADDRESS } from './network.ts';
import { state } from './paths.ts';
import { run } from './run.ts';

interface Identity {
  readonly name: string;
  /** What Kubernetes reads: O is a group, CN the user. */
  readonly subject: string;
  /** The names and addresses it serves at; none for a client. */
  readonly serves?: readonly string[];
}

const SERVICE_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

const IDENTITIES: readonly Identity[] = [
  {
    name: 'apiserver',
    subject: '/CN=kube-apiserver',
    serves: [
      ...[...SERVICE_NAMES, `kubernetes.default.svc.${DOMAIN}`, 'localhost'].map((name) => `DNS:${name}`),
      ...[API_SERVICE, NODE_ADDRESS, '127.0.0.1'].map((address) => `IP:${address}`),
    ],
  },
  { name: 'kubelet-server', subject: `/CN=${NODE}`, serves: [`DNS:${NODE}`, `IP:${NODE_ADDRESS}`] },
  { name: 'apiserver-to-kubelet', subject: '/O=system:masters/CN=kube-apiserver-kubelet-client' },
  { name: 'front-proxy', subject: '/CN=front-proxy-client' },
  { name: 'admin', subject: '/O=system:masters/CN=admin' },
  { name: 'controller-manager', subject: '/CN=system:kube-controller-manager' },
  { name: 'scheduler', subject: '/CN=system:kube-scheduler' },
  { name: 'proxy', subject: '/CN=system:kube-proxy' },
  { name: 'kubelet', subject: `/O=system:nodes/CN=system:node:${NODE}` },
];

export const keyFile = (name: string): string => join(state.keys, `${name}.key`);
export const certificateFile = (name: string): string => join(state.keys, `${name}.crt`);
export const kubeconfigFile = (name: string): string => join(state.configs, `${name}.kubeconfig`);

/** Makes all of it anew. */
export async function makeKeys(): Promise<void> {
  for (const folder of [state.keys, state.configs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  makeKey('authority');
  await run([
    ...[
      'openssl',
      'req',
      '-x509',
      '-new',
      '-key',
      keyFile('authority'),
      '-out',
      certificateFile('authority'),
    ],
    ...['-days', '365', '-subj', '/CN=serin-cluster', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ]);
  // Tokens of service accounts are signed with RSA, as everywhere.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeSecret(keyFile('service-accounts'), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  await Promise.all(IDENTITIES.map(certify));
  for (const { name } of IDENTITIES) writeSecret(kubeconfigFile(name), kubeconfig(name));
  writeSecret(state.kubeconfig, kubeconfig('admin'));
}

function makeKey(name: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeSecret(keyFile(name), privateKey.export({ type: 'sec1', format: 'pem' }).toString());
}

async function certify({ name, subject, serves }: Identity): Promise<void> {
  makeKey(name);
  const usage = `extendedKeyUsage=clientAuth${serves === undefined ? '' : ',serverAuth'}`;
  const names = serves === undefined ? [] : ['-addext', `subjectAltName=${serves.join(',')}`];
  await run([
    ...['openssl', 'req', '-x509', '-new', '-key', keyFile(name), '-out', certificateFile(name)],
    ...['-CA', certificateFile('authority'), '-CAkey', keyFile('authority'), '-days', '365'],
    ...['-subj', subject, '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', usage, ...names],
  ]);
}

/** Everything inside one file, so that it can be handed on alone. JSON is YAML. */
function kubeconfig(user: string): string {
  const base64 = (file: string): string => readFileSync(file).toString('base64');
  const server = `https://${NODE_ADDRESS}:${API_PORT}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'serin',
    contexts: [{ name: 'serin', context: { cluster: 'serin', user } }],
    clusters: [
      {
        name: 'serin',
        cluster: { server, 'certificate-authority-data': base64(certificateFile('authority')) },
      },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': base64(certificateFile(user)),
          'client-key-data': base64(keyFile(user)),
        },
      },
    ],
  };
  return JSON.stringify(config, null, 2);
}

function writeSecret(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}
