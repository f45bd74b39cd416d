/** What is asked of the controller's own cluster: external metrics without an address, and what Keptn keeps there. */
import { describe, expect, it } from '@jest/globals';

import type { ApiError, KubeObject, ObjectRef } from '../../../src/api/objects.ts';
import type { MetricBackend, MetricContext, MetricError } from '../../../src/metrics/provider.ts';
import { parseQuantity } from '../../../src/metrics/quantity.ts';
import { metricProvider } from '../../../src/metrics/registry.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';
import { systemClock } from '../../../src/shared/clock.ts';

const { signal } = new AbortController();

/** A cluster that answers every read with the next of these statuses, or with an error, and keeps a list of what was done. */
class Cluster implements MetricContext {
  readonly done: string[] = [];
  readonly made: KubeObject[] = [];
  readonly clock = { ...systemClock, sleep: async () => signal.throwIfAborted() };
  readonly random = (): number => 0.5;
  readonly http = unused;
  readonly prometheus = { query: unused };
  readonly identity = { google: unused, aws: unused };
  #answers: readonly unknown[];
  #refusal: ApiError | undefined;

  constructor(answers: readonly unknown[], refusal?: ApiError) {
    this.#answers = answers;
    this.#refusal = refusal;
  }

  readonly objects: MetricContext['objects'] = {
    read: async (ref) => {
      this.done.push(`read ${placeOf(ref)}`);
      return this.#answer((status) => ({ ...ref, metadata: { name: ref.name }, status }));
    },
    create: async (object) => {
      this.done.push(`create ${placeOf({ ...object, ...object.metadata })}`);
      this.made.push(object);
      return ok(object);
    },
    delete: async (ref, options) => {
      options.signal.throwIfAborted();
      this.done.push(`delete ${placeOf(ref)}`);
      return ok();
    },
  };

  readonly paths: MetricContext['paths'] = {
    get: async ({ path, query }) => {
      this.done.push(`get ${path}?${new URLSearchParams(query).toString()}`);
      return this.#answer((answer) => answer);
    },
  };

  #answer<Value>(shaped: (answer: unknown) => Value): Result<Value, ApiError> {
    if (this.#refusal !== undefined) return err(this.#refusal);
    const [next, ...rest] = this.#answers;
    if (rest.length > 0) this.#answers = rest;
    return ok(shaped(next));
  }
}

function unused(): never {
  throw new Error('the cluster alone is asked');
}

function placeOf({ kind, namespace, name }: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}

async function asked(
  type: string,
  query: string,
  cluster: Cluster,
  backend: Partial<MetricBackend> = {},
): Promise<Result<number, MetricError> | string> {
  const whole = {
    type,
    address: '',
    headers: {},
    region: '',
    insecureSkipVerify: false,
    credentials: {},
    ...backend,
  };
  const provider = metricProvider(whole, cluster);
  return provider.ok ? provider.value.query({ query, interval: '1m' }, { signal }) : provider.error;
}

function malformed(detail: string): unknown {
  return err({ kind: 'malformed', detail });
}

describe('a KeptnMetric', () => {
  it.each([
    [{ value: '99.5' }, ok(99.5)],
    [{ value: '' }, malformed('the value of the KeptnMetric errors is not a number')],
    [{ value: 'NaN' }, err({ kind: 'no-data' })],
    [{}, err({ kind: 'no-data' })],
    [undefined, err({ kind: 'no-data' })],
  ])('with the status %j is %j', async (status, expected) => {
    const cluster = new Cluster([status]);
    expect(await asked('keptn', ' KeptnMetric/Test/errors\n', cluster)).toEqual(expected);
    expect(cluster.done).toEqual(['read KeptnMetric test/errors']);
  });

  it.each([
    [
      { kind: 'not-found', detail: 'not there' },
      { kind: 'rejected', status: 404, detail: 'not there' },
    ],
    [
      { kind: 'no-such-kind', detail: 'no Keptn' },
      { kind: 'rejected', status: 404, detail: 'no Keptn' },
    ],
    [
      { kind: 'forbidden', detail: 'not you' },
      { kind: 'rejected', status: 403, detail: 'not you' },
    ],
    [
      { kind: 'unavailable', detail: 'later' },
      { kind: 'unreachable', detail: 'later' },
    ],
    [
      { kind: 'invalid', detail: 'what?' },
      { kind: 'malformed', detail: 'what?' },
    ],
  ] satisfies [ApiError, MetricError][])('that is refused with %j is %j', async (refusal, expected) => {
    expect(await asked('keptn', 'keptnmetric/test/errors', new Cluster([], refusal))).toEqual(err(expected));
  });

  it.each([
    'errors',
    'keptnmetric/errors',
    'metric/test/errors',
    'keptnmetric/test/../x',
    'keptnmetric//errors',
    'analysis/test/errors/soon',
    'analysis/test/errors/0s',
    'analysis/test/errors/1m/a',
    'analysis/test/errors/1m/a=b/c',
  ])('or an analysis is not what %s asks for', async (query) => {
    const cluster = new Cluster([]);
    expect(await asked('keptn', query, cluster)).toEqual(
      malformed(
        `the query is "${query}", expected keptnmetric/<namespace>/<name> or analysis/<namespace>/<name>[/<duration>[/<key>=<value>;…]]`,
      ),
    );
    expect(cluster.done).toEqual([]);
  });
});

describe('an Analysis of Keptn', () => {
  const NAME = 'Analysis test/release-800000';

  it.each([
    [true, 1],
    [false, 0],
  ])('that is completed with pass %s is %d, and is deleted', async (pass, value) => {
    const cluster = new Cluster([undefined, { state: 'Progressing' }, { state: 'Completed', pass }]);
    expect(await asked('keptn', 'analysis/test/release/5m/app=podinfo;tier=web', cluster)).toEqual(ok(value));
    expect(cluster.done).toEqual([
      `create ${NAME}`,
      ...[`read ${NAME}`, `read ${NAME}`, `read ${NAME}`],
      `delete ${NAME}`,
    ]);
    expect(cluster.made).toMatchObject([
      {
        apiVersion: 'metrics.keptn.sh/v1beta1',
        metadata: { labels: { 'app.kubernetes.io/managed-by': 'serin' } },
        spec: {
          analysisDefinition: { name: 'release', namespace: 'test' },
          args: { app: 'podinfo', tier: 'web' },
          timeframe: { recent: '5m' },
        },
      },
    ]);
  });

  it('looks a minute back where the query does not say how far', async () => {
    const cluster = new Cluster([{ state: 'Completed', pass: true }]);
    await asked('keptn', 'analysis/test/release', cluster);
    expect(cluster.made).toMatchObject([{ spec: { timeframe: { recent: '1m' }, args: {} } }]);
  });

  it('that is not completed in time is no answer, and is deleted', async () => {
    const cluster = new Cluster([{ state: 'Pending' }]);
    expect(await asked('keptn', 'analysis/test/release', cluster)).toEqual(
      err({ kind: 'unreachable', detail: 'the analysis release-800000 was not completed within 10s' }),
    );
    expect(cluster.done).toHaveLength(12);
    expect(cluster.done.at(-1)).toBe(`delete ${NAME}`);
  });

  it('that nobody waits for any more is deleted', async () => {
    const cluster = new Cluster([{ state: 'Pending' }]);
    const given = new AbortController();
    const reason = new Error('the lease is lost');
    cluster.clock.sleep = async (): Promise<void> => {
      given.abort(reason);
      throw reason;
    };
    const backend = {
      type: 'keptn',
      address: '',
      headers: {},
      region: '',
      insecureSkipVerify: false,
      credentials: {},
    };
    const provider = metricProvider(backend, cluster);
    if (!provider.ok) throw new Error(provider.error);
    const answer = provider.value.query(
      { query: 'analysis/test/release', interval: '' },
      { signal: given.signal },
    );
    await expect(answer).rejects.toBe(reason);
    expect(cluster.done.at(-1)).toBe(`delete ${NAME}`);
  });
});

describe('an external metric of the own cluster', () => {
  const ROOT = 'get /apis/external.metrics.k8s.io/v1beta1/namespaces';

  it.each([
    ['queue', `${ROOT}/default/queue?`],
    ['test/queue', `${ROOT}/test/queue?`],
    [
      'test/queue?labelSelector=app%3Dpodinfo%2Ctier%3Dweb',
      `${ROOT}/test/queue?labelSelector=app%3Dpodinfo%2Ctier%3Dweb`,
    ],
    [' test/aws|queue\n', `${ROOT}/test/aws%7Cqueue?`],
  ])('is asked for by %j', async (query, done) => {
    const cluster = new Cluster([{ items: [{ metricName: 'queue', value: '1500m' }, { value: '7' }] }]);
    expect(await asked('externalmetrics', query, cluster)).toEqual(ok(1.5));
    expect(cluster.done).toEqual([done]);
  });

  it.each(['', 'a/b/c', 'test/..', '../queue', 'test/'])('is not asked for by %j', async (query) => {
    const cluster = new Cluster([]);
    expect(await asked('externalmetrics', query, cluster)).toEqual(
      malformed(`the query is "${query}", expected [<namespace>/]<metric>[?labelSelector=<selector>]`),
    );
    expect(cluster.done).toEqual([]);
  });

  it.each([
    [{ items: [] }, err({ kind: 'no-data' })],
    [{ items: [{ value: 'many' }] }, malformed('the value is "many", expected a quantity')],
    [{ surprise: true }, malformed('the answer has an unexpected shape at items')],
  ])('answered with %j is %j', async (answer, expected) => {
    expect(await asked('externalmetrics', 'queue', new Cluster([answer]))).toEqual(expected);
  });

  it('is asked for as the controller alone', async () => {
    expect(
      await asked('externalmetrics', 'queue', new Cluster([]), { credentials: { token: 'hunter2' } }),
    ).toBe(
      'an externalmetrics provider with a secret needs an address: its own cluster is asked as the controller',
    );
  });
});

describe('where references to other namespaces are switched off (M35)', () => {
  it.each([
    ['keptn', 'keptnmetric/other/errors'],
    ['keptn', 'analysis/other/errors'],
    ['externalmetrics', 'other/errors'],
  ])('a query of %s is one: %s', async (type, query) => {
    const cluster = new Cluster([]);
    expect(await asked(type, query, cluster, { within: 'test' })).toEqual(
      malformed(
        'the query asks for a metric of the namespace other, and references to other namespaces are switched off',
      ),
    );
    expect(cluster.done).toEqual([]);
    expect(await asked(type, query, new Cluster([]), { within: 'other' })).not.toMatchObject({
      error: { detail: expect.stringContaining('switched off') },
    });
  });
});

describe('a quantity', () => {
  it.each([
    ['5', 5],
    ['500m', 0.5],
    ['1500m', 1.5],
    ['250u', 0.000_25],
    ['1.5k', 1_500],
    ['2Ki', 2_048],
    ['1Mi', 1_048_576],
    ['1e3', 1_000],
    ['3E', 3e18],
    ['-1', -1],
    ['.5', 0.5],
    ['', undefined],
    ['many', undefined],
    ['1 k', undefined],
    ['0x10', undefined],
  ])('%j is %p', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });
});
