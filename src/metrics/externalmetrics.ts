/**
 * The External Metrics API of Kubernetes. Without an address it is that of the controller's own cluster, asked as the
 * controller; an address is shown what the template's Secret holds, and never a credential of the controller.
 */
import { z } from 'zod';

import { err, ok, type Result } from '../shared/result.ts';
import { urlOf } from './address.ts';
import { asMetricError, namespaceFault } from './cluster.ts';
import type { MetricBackend, MetricContext, MetricProvider, MetricProviderFactory } from './provider.ts';
import { parseQuantity } from './quantity.ts';
import { httpMetricProvider, malformed, NO_DATA, readData } from './recipe.ts';

const GROUP = '/apis/external.metrics.k8s.io/v1beta1';
const TOKEN = 'token';
const USUAL_NAMESPACE = 'default';
const EXPECTED = 'expected [<namespace>/]<metric>[?labelSelector=<selector>]';

const List = z.object({ items: z.array(z.object({ value: z.string() })) });

const reading = {
  body: List,
  /** The first item counts. */
  value: ({ items: [first] }: z.infer<typeof List>) => {
    if (first === undefined) return NO_DATA;
    const value = parseQuantity(first.value);
    return value === undefined
      ? malformed(`the value is ${JSON.stringify(first.value)}, expected a quantity`)
      : ok(value);
  },
};

const elsewhere = httpMetricProvider({
  lacks: ({ credentials }) =>
    Object.keys(credentials).length > 0 && !credentials[TOKEN]
      ? `the secret of an externalmetrics provider lacks the key ${TOKEN}`
      : undefined,
  request: ({ query }, backend) => {
    const asked = askedIn(query);
    if (!asked.ok) return asked;
    const url = urlOf(backend.address, asked.value.path, asked.value.query);
    return ok({ method: 'GET', url, headers: proofOf(backend) });
  },
  check: (backend) => ({ method: 'GET', url: urlOf(backend.address, GROUP), headers: proofOf(backend) }),
  ...reading,
});

export const externalmetrics: MetricProviderFactory = (backend, context) => {
  if (backend.address !== '') return elsewhere(backend, context);
  if (Object.keys(backend.credentials).length === 0) return ok(ofThisCluster(backend, context));
  return err(
    'an externalmetrics provider with a secret needs an address: its own cluster is asked as the controller',
  );
};

function ofThisCluster(backend: MetricBackend, { paths }: MetricContext): MetricProvider {
  return {
    query: async ({ query }, options) => {
      const asked = askedIn(query);
      if (!asked.ok) return malformed(asked.error);
      const fault = namespaceFault(asked.value.namespace, backend);
      if (fault !== undefined) return malformed(fault);
      const answer = await paths.get({ resource: 'externalmetrics', ...asked.value }, options);
      return answer.ok ? readData(reading, answer.value) : err(asMetricError(answer.error));
    },
    check: async (options) => {
      const answer = await paths.get({ resource: 'externalmetrics', path: GROUP, query: {} }, options);
      return answer.ok ? ok() : err(asMetricError(answer.error));
    },
  };
}

function proofOf({ credentials }: MetricBackend): Readonly<Record<string, string>> {
  const token = credentials[TOKEN];
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

interface Asked {
  readonly namespace: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

function askedIn(text: string): Result<Asked, string> {
  const [place = '', parameters = ''] = text.trim().split(/\?(.*)/su);
  const parts = place.split('/');
  const [metric = '', given = ''] = [...parts].reverse();
  const namespace = given || USUAL_NAMESPACE;
  // A name that a URL takes for a direction leads elsewhere.
  if (parts.length > 2 || /^\.{0,2}$/u.test(metric) || /^\.{0,2}$/u.test(namespace)) {
    return err(`the query is ${JSON.stringify(text.trim())}, ${EXPECTED}`);
  }
  const labelSelector = new URLSearchParams(parameters).get('labelSelector');
  return ok({
    namespace,
    path: `${GROUP}/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(metric)}`,
    query: labelSelector === null ? {} : { labelSelector },
  });
}
