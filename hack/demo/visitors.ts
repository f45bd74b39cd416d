/** A few people who use the service all the time, through its Service name, and notice when it fails. */
import { request } from 'node:http';
import { keepAliveAgent } from './loopback.ts';

export interface Visitors {
  stop(): void;
}

const EVERY = 100;
const PATIENCE = 2_000;

/** Ten requests a second to `url` through the proxy, counted by whoever serves them. */
export function startVisitors(url: string, proxy: string): Visitors {
  const agent = keepAliveAgent();
  const { hostname, port } = new URL(proxy);
  const { host } = new URL(url);
  const visit = (): void => {
    const asking = request(
      { hostname, port, path: url, headers: { host }, agent, timeout: PATIENCE },
      (answer) => answer.resume(),
    );
    asking.on('timeout', () => asking.destroy());
    // The router counts what became of it.
    asking.on('error', () => undefined);
    asking.end();
  };
  const timer = setInterval(visit, EVERY);
  return {
    stop: () => {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
