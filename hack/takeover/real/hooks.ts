/** Answers the hooks of the states that are played, each as its story has it: `/…/NAMESPACE/…` names the state. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The status of an answer, once everything is done that its story does while it is asked. */
export type Answer = () => Promise<number>;

export interface Hooks {
  readonly port: number;
  /** By namespace. */
  readonly answers: Map<string, Answer>;
  stop(): void;
}

const UNKNOWN = 404;

export async function answerHooks(): Promise<Hooks> {
  const answers = new Map<string, Answer>();
  const server: Server = createServer((incoming, response) => {
    incoming.resume();
    const namespace = incoming.url?.split('/')[2] ?? '';
    const answer = answers.get(namespace) ?? (async () => UNKNOWN);
    void answer().then((status) => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo; // A server that listens on a port has an address with one.
  return { port, answers, stop: () => server.close() };
}
