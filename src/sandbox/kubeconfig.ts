/** The file that tells `kubectl` and client libraries where the sandbox is. */
import { stringify } from 'yaml';

export function kubeconfigText(access: {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
}): string {
  const name = 'sandbox';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server: access.url,
          'certificate-authority-data': Buffer.from(access.ca).toString('base64'),
        },
      },
    ],
    users: [{ name, user: { token: access.token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  });
}
