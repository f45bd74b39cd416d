/** Prometheus, and whatever answers its query API. The call itself is made by the port in the context. */
import { err, ok } from '../shared/result.ts';
import { withAddress } from './address.ts';
import type { MetricBackend, MetricProvider, MetricProviderFactory, PrometheusEndpoint } from './provider.ts';
import { redactError } from './redact.ts';

/** Reads `token`, or else `username` and `password`, from the Secret. */
export const prometheus: MetricProviderFactory = (manifest, { prometheus: port }) => {
  const addressed = withAddress(manifest);
  if (!addressed.ok) return addressed;
  const backend = addressed.value;
  const auth = authOf(backend.credentials);
  if (auth === undefined) {
    return err(
      'the secret of a prometheus provider needs the key token, or username and password, found none of them',
    );
  }
  const endpoint: PrometheusEndpoint = {
    address: backend.address,
    headers: backend.headers,
    auth,
    insecureSkipVerify: backend.insecureSkipVerify,
  };
  const provider: MetricProvider = {
    query: async ({ query }, options) => {
      const answer = await port.query(endpoint, collapse(query), options);
      return answer.ok ? answer : err(redactError(answer.error, backend));
    },
    check: async (options) => {
      const one = await port.query(endpoint, 'vector(1)', options);
      if (!one.ok) return err(redactError(one.error, backend));
      if (one.value === 1) return ok();
      return err({ kind: 'malformed', detail: `vector(1) was answered with ${one.value}` });
    },
  };
  return ok(provider);
};

function authOf(credentials: MetricBackend['credentials']): PrometheusEndpoint['auth'] | undefined {
  if (Object.keys(credentials).length === 0) return { kind: 'none' };
  const token = credentials['token'];
  const username = credentials['username'];
  const password = credentials['password'];
  if (token !== undefined) return { kind: 'bearer', token };
  if (username === undefined || password === undefined) return undefined;
  return { kind: 'basic', username, password };
}

/** Queries in manifests are laid out over many lines; in a URL and a log one is enough. */
function collapse(query: string): string {
  return query.replace(/\s+/g, ' ').trim();
}
