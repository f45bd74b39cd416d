/** Open connections to one API server, one set per set of credentials, replaced when certificates are rotated. */
import { Agent, ProxyAgent, type Dispatcher } from 'undici';

import type { Connection, TlsOptions } from './connect.ts';

/**
 * Calls at once. At 0.3 ms of our time and some 5 ms of the server's each, sixteen connections carry 3,000 calls a
 * second, thirty times the rate limit.
 */
const CALL_CONNECTIONS = 16;

export interface Dispatchers {
  readonly calls: Dispatcher;
  /** Each watch occupies a connection for minutes; apart, they cannot starve calls. */
  readonly watches: Dispatcher;
}

export class Connections {
  readonly #proxy: string | undefined;
  #current: { readonly tls: string; readonly dispatchers: Dispatchers } | undefined;

  constructor({ proxy }: Pick<Connection, 'proxy'>) {
    this.#proxy = proxy;
  }

  /** The dispatchers for these credentials. Connections made with older ones finish what they carry and close. */
  for(tls: TlsOptions): Dispatchers {
    const name = JSON.stringify(tls);
    if (this.#current?.tls === name) return this.#current.dispatchers;
    const outdated = this.#current?.dispatchers;
    const dispatchers = { calls: this.#open(tls, CALL_CONNECTIONS), watches: this.#open(tls, null) };
    this.#current = { tls: name, dispatchers };
    void outdated?.calls.close();
    void outdated?.watches.close();
    return dispatchers;
  }

  /** Cuts everything, also what is in flight. */
  async close(): Promise<void> {
    const dispatchers = this.#current?.dispatchers;
    this.#current = undefined;
    if (dispatchers === undefined) return;
    await Promise.all([dispatchers.calls.destroy(), dispatchers.watches.destroy()]);
  }

  #open(tls: TlsOptions, connections: number | null): Dispatcher {
    const shared = {
      // On HTTP/2 a server's limit of streams makes watches beyond it silent instead of refused.
      allowH2: false,
      connections,
      pipelining: 1,
      // Deadlines are kept by the transport; a quiet watch is not a fault.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
    };
    // Load balancers forget connections that are silent for a minute; a dead peer is noticed by the probes.
    const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };
    if (this.#proxy === undefined) return new Agent({ ...shared, connect });
    return new ProxyAgent({ ...shared, uri: this.#proxy, requestTls: tls });
  }
}
