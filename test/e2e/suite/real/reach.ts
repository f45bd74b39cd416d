/** How this process calls Services of a cluster: by name where it stands in the cluster's network, else forwarded. */
import { spawn, type ChildProcess } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { createInterface } from 'node:readline';

export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface Reach {
  /** The base URL of a Service's port. */
  to(service: ServiceAddress): Promise<string>;
  close(): void;
}

/** For a process inside the cluster's network, with its DNS: it is asked once, as a browser would remember it. */
export const BY_NAME: Reach = {
  to: async ({ namespace, name, port }) => {
    const { address } = await lookup(`${name}.${namespace}`);
    return `http://${address}:${port}`;
  },
  close: () => undefined,
};

const PATIENCE = 20_000;

/** For clusters that are somewhere else: `kubectl port-forward`, to one pod of the Service. */
export function forwarded(kubectl: string, kubeconfig: string): Reach {
  const children: ChildProcess[] = [];
  process.once('exit', () => children.forEach((child) => child.kill()));
  return {
    to: async ({ namespace, name, port }) => {
      const words = ['-n', namespace, 'port-forward', `service/${name}`, `:${port}`];
      const child = spawn(kubectl, words, {
        env: { ...process.env, KUBECONFIG: kubeconfig },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      return `http://127.0.0.1:${await portOf(child)}`;
    },
    close: () => children.forEach((child) => child.kill()),
  };
}

/** Once it says `Forwarding from 127.0.0.1:41234 -> 80`. */
function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('kubectl port-forward does not begin')), PATIENCE);
    child.once('exit', (code) => reject(new Error(`kubectl port-forward ended with status ${code}`)));
    child.once('error', reject);
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(port);
    });
  });
}
