/** What a person does with kubectl in the demo, done over the same HTTPS API: apply a file, patch, read. */
import { request, Agent } from 'node:https';
import { parse } from 'yaml';
import { z } from 'zod';

export interface ApiAddress {
  readonly url: string;
  /** Certificate authority of the server, PEM. */
  readonly ca: string;
  readonly token: string;
}

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Deployment: 'deployments',
  Canary: 'canaries',
};
const Manifest = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

export class ApiUser {
  readonly #address: ApiAddress;
  readonly #agent: Agent;

  constructor(address: ApiAddress) {
    this.#address = address;
    this.#agent = new Agent({ ca: address.ca, keepAlive: true });
  }

  /** Applies one YAML document as it is, byte for byte; throws with the server's sentence if it refuses. */
  async apply(text: string): Promise<void> {
    const path = pathOf(Manifest.parse(parse(text)));
    await this.#write(`${path}?fieldManager=demo&force=true`, text, 'application/apply-patch+yaml');
  }

  /** Patches a Deployment with a YAML fragment, as `kubectl patch --patch-file` does. */
  async patchDeployment(namespace: string, name: string, fragment: string): Promise<void> {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}?fieldManager=demo`;
    const body = JSON.stringify(parse(fragment));
    await this.#write(path, body, 'application/strategic-merge-patch+json');
  }

  /** Whether a group and version is served. */
  async serves(groupVersion: string): Promise<boolean> {
    return (await this.#call('GET', `/apis/${groupVersion}`)).status === 200;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #write(path: string, body: string, type: string): Promise<void> {
    const { status, text } = await this.#call('PATCH', path, body, type);
    if (status >= 300)
      throw new Error(`the cluster refused a change of ${path}: ${status} ${messageOf(text)}`);
  }

  #call(
    method: string,
    path: string,
    body?: string,
    type?: string,
  ): Promise<{ status: number; text: string }> {
    const headers = {
      authorization: `Bearer ${this.#address.token}`,
      ...(type !== undefined && { 'content-type': type }),
    };
    return new Promise((resolve, reject) => {
      const url = new URL(path, this.#address.url);
      const asking = request(url, { method, headers, agent: this.#agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      asking.on('error', reject).end(body);
    });
  }
}

function pathOf({ apiVersion, kind, metadata }: z.infer<typeof Manifest>): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`the demo does not know the plural of ${kind}`);
  const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${base}${namespace}/${plural}/${metadata.name}`;
}

function messageOf(text: string): string {
  const status = z.object({ message: z.string() }).safeParse(jsonOf(text));
  return status.success ? status.data.message : text.slice(0, 200);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
