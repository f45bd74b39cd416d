/** An API server spoken to without any client in between: requests as they are, answers as they come. */
import { Agent, request } from 'node:https';
import { connect, type Credentials } from '../../src/adapters/kubernetes/connect.ts';

export interface Answer {
  readonly code: number;
  readonly body: unknown;
}

export interface Sent {
  readonly text: string;
  readonly type: string;
}

export interface ApiServer {
  /** Rejects only if the connection breaks. */
  ask(method: string, path: string, sent?: Sent): Promise<Answer>;
  close(): void;
}

/** @throws a sentence where the kubeconfig makes no sense */
export async function openServer(kubeconfig: string): Promise<ApiServer> {
  const connection = connect({ kubeconfig });
  if (!connection.ok) throw new Error(connection.error);
  const { url } = connection.value;
  const credentials = await connection.value.credentials();
  const agent = new Agent({ keepAlive: true, ...credentials.tls });
  return {
    ask: (method, path, sent) => ask(`${url}${path}`, { method, agent, credentials, sent }),
    close: () => agent.destroy(),
  };
}

interface Call {
  readonly method: string;
  readonly agent: Agent;
  readonly credentials: Credentials;
  readonly sent: Sent | undefined;
}

function ask(url: string, { method, agent, credentials, sent }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...credentials.headers,
      accept: 'application/json',
      'user-agent': 'schemas',
      ...(sent && { 'content-type': sent.type, 'content-length': Buffer.byteLength(sent.text) }),
    };
    const call = request(url, { method, agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body: parsed(text) }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(sent?.text);
  });
}

/** What is no JSON is a message all the same: `404 page not found`. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.trim() };
  }
}

export function json(value: unknown, type = 'application/json'): Sent {
  return { text: JSON.stringify(value), type };
}
