import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { connect } from '../../../src/adapters/kubernetes/connect.ts';
import { createObjects } from '../../../src/adapters/kubernetes/objects.ts';
import { createTransport, type CallRecord } from '../../../src/adapters/kubernetes/transport.ts';
import { KINDS } from '../../../src/api/kinds.ts';
import type { KubeObject, ObjectRef } from '../../../src/api/objects.ts';
import { millis } from '../../../src/shared/brand.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { serve } from '../../support/loopback.ts';
import { configMap, never, startCluster, unwrap, type TestCluster } from './cluster.ts';

let cluster: TestCluster;
const signal = never;

beforeAll(async () => {
  cluster = await startCluster();
});
afterEach(() => cluster.sandbox.faults.clear());
afterAll(() => cluster.stop());

function refTo(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name };
}

function deployment(name: string, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'a', image: 'b', futureField: { deep: [1] } }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template, ...more },
  };
}

describe('objects', () => {
  it('are created, read, replaced and deleted, with every field kept', async () => {
    const { objects } = cluster;
    const created = unwrap(await objects.create(deployment('whole'), { signal }));
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'whole' };

    const read = unwrap(await objects.read(ref, { signal }));
    expect(read['spec']).toEqual(created['spec']);
    expect(read['spec']).toMatchObject({
      template: { spec: { containers: [{ futureField: { deep: [1] } }] } },
    });

    const labelled = { ...read, metadata: { ...read.metadata, labels: { a: 'b' } } };
    const replaced = unwrap(await objects.replace(labelled, { signal }));
    expect(replaced.metadata.labels).toEqual({ a: 'b' });

    expect(await objects.delete(ref, { signal })).toEqual({ ok: true });
    expect(await objects.read(ref, { signal })).toMatchObject({ ok: false, error: { kind: 'not-found' } });
  });

  it('are not replaced when somebody wrote them since', async () => {
    const { objects } = cluster;
    const first = unwrap(await objects.create(configMap('fenced', { a: '1' }), { signal }));
    unwrap(await objects.replace({ ...first, data: { a: '2' } }, { signal }));

    const late = await objects.replace({ ...first, data: { a: '3' } }, { signal });

    expect(late).toMatchObject({ ok: false, error: { kind: 'conflict' } });
    expect(!late.ok && late.error.detail).toMatch(/^replacing configmaps default\/fenced: /);
  });

  it('are never replaced without a version, which would be a bug', async () => {
    await expect(cluster.objects.replace(configMap('blind'), { signal })).rejects.toThrow('resourceVersion');
  });

  it('that exist already are not created again', async () => {
    unwrap(await cluster.objects.create(configMap('twice'), { signal }));

    const again = await cluster.objects.create(configMap('twice'), { signal });

    expect(again).toMatchObject({ ok: false, error: { kind: 'already-exists' } });
  });

  it('are patched by merging, where null removes, and only at the version named', async () => {
    const { objects } = cluster;
    const made = unwrap(await objects.create(configMap('merged', { a: '1', b: '2' }), { signal }));

    const patched = unwrap(await objects.patch(refTo('merged'), { data: { a: null, c: '3' } }, { signal }));
    const stale = { metadata: { resourceVersion: made.metadata.resourceVersion }, data: { d: '4' } };

    expect(patched['data']).toEqual({ b: '2', c: '3' });
    expect(await objects.patch(refTo('merged'), stale, { signal })).toMatchObject({
      ok: false,
      error: { kind: 'conflict' },
    });
  });

  it('wholly ours are applied: what is left out the next time is gone', async () => {
    const { objects } = cluster;
    unwrap(await objects.apply(configMap('ours', { a: '1', b: '2' }), { signal }));

    const applied = unwrap(await objects.apply(configMap('ours', { b: '3' }), { signal }));

    expect(applied['data']).toEqual({ b: '3' });
  });

  it('are deleted only if they are still the ones that were seen', async () => {
    unwrap(await cluster.objects.create(configMap('precious'), { signal }));

    const refused = await cluster.objects.delete(refTo('precious'), { signal, uid: 'another' });

    expect(refused).toMatchObject({ ok: false, error: { kind: 'conflict' } });
    expect(await cluster.objects.read(refTo('precious'), { signal })).toMatchObject({ ok: true });
  });

  it('are listed by a label, in one namespace', async () => {
    const { objects } = cluster;
    const labelled = (name: string, labels: Record<string, string>, namespace = 'default') => {
      const object = configMap(name);
      return objects.create({ ...object, metadata: { ...object.metadata, namespace, labels } }, { signal });
    };
    unwrap(await labelled('one', { of: 'mine' }));
    unwrap(await labelled('two', { of: 'mine', more: 'x' }));
    unwrap(await labelled('three', { of: 'yours' }));
    unwrap(await labelled('four', { of: 'mine' }, 'kube-system'));

    const mine = { namespace: 'default', label: 'of', value: 'mine' };
    const found = unwrap(await objects.list(KINDS.ConfigMap, mine, { signal }));
    const none = unwrap(await objects.list(KINDS.ConfigMap, { ...mine, value: 'nobody' }, { signal }));

    expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ConfigMap one',
      'ConfigMap two',
    ]);
    expect(none).toEqual([]);
  });

  it('of kinds nobody listed here are looked up, once, and again when they have been installed since', async () => {
    const { objects, sandbox } = cluster;
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: 'default' },
      spec: {},
    };
    expect(await objects.create(widget, { signal })).toMatchObject({
      ok: false,
      error: { kind: 'no-such-kind' },
    });

    sandbox.registerKind({
      group: 'example.com',
      version: 'v1',
      kind: 'Widget',
      plural: 'widgets',
      namespaced: true,
    });

    expect(await objects.create(widget, { signal })).toMatchObject({ ok: true });
  });

  it('report the version of every write', async () => {
    const written: [ObjectRef, string][] = [];
    const onWritten = (ref: ObjectRef, version: string): void => void written.push([ref, version]);
    const objects = createObjects({ transport: cluster.transport, onWritten });

    const made = unwrap(await objects.create(configMap('told'), { signal }));
    await objects.create(configMap('told'), { signal });

    expect(written).toEqual([[refTo('told'), made.metadata.resourceVersion]]);
  });
});

describe('a status', () => {
  it('that comes back without a field that was sent has not been written', async () => {
    const server = await serve((_, response) => {
      const metadata = { name: 'podinfo', namespace: 'test', resourceVersion: '2' };
      const status = { phase: 'Progressing', conditions: [] };
      response.end(JSON.stringify({ apiVersion: 'flagger.app/v1beta1', kind: 'Canary', metadata, status }));
    });
    const transport = transportTo(server.url);
    const ref = { apiVersion: 'flagger.app/v1beta1', kind: 'Canary', namespace: 'test', name: 'podinfo' };
    const patch = { status: { phase: 'Progressing', conditions: [], serin: { mark: 1 } } };

    const written = await createObjects({ transport }).patch(ref, patch, { signal, subresource: 'status' });
    await transport.close();
    await server.close();

    expect(written).toMatchObject({ ok: false, error: { kind: 'pruned' } });
    expect(!written.ok && written.error.detail).toContain('status.serin');
  });
});

function transportTo(url: string, more: Partial<Parameters<typeof createTransport>[0]> = {}) {
  const connection = {
    url,
    proxy: undefined,
    namespace: undefined,
    credentials: () => Promise.resolve({ headers: {}, tls: {} }),
  };
  return createTransport({ connection, clock: systemClock, ...more });
}

describe('a call', () => {
  const call = { verb: 'get', resource: 'configmaps', path: '/api/v1/x' } as const;

  it('is given up at its deadline even if the server says nothing, and counted', async () => {
    const calls: CallRecord[] = [];
    const { connection } = cluster;
    const options = { connection, clock: systemClock, deadline: millis(60) };
    const transport = createTransport({ ...options, onCall: (record) => calls.push(record) });
    cluster.sandbox.faults.inject({ effect: { kind: 'hang' }, times: 1 });

    const answer = await createObjects({ transport }).read(refTo('x'), { signal });
    await transport.close();

    expect(answer).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
    expect(calls).toMatchObject([{ verb: 'get', resource: 'configmaps', status: 0, abandoned: false }]);
  });

  it('rejects with the reason of a caller who gave up, and is counted as given up by him', async () => {
    const calls: CallRecord[] = [];
    const { connection } = cluster;
    const onCall = (record: CallRecord): unknown => calls.push(record);
    const transport = createTransport({ connection, clock: systemClock, onCall });
    cluster.sandbox.faults.inject({ effect: { kind: 'hang' }, times: 1 });
    const caller = new AbortController();
    const pending = createObjects({ transport }).read(refTo('x'), { signal: caller.signal });

    await systemClock.sleep(millis(50), { signal });
    caller.abort(new Error('stopping'));

    await expect(pending).rejects.toThrow('stopping');
    expect(calls).toMatchObject([{ status: 0, abandoned: true }]);
    await transport.close();
  });

  it('that reads waits when asked to; one that writes tells its caller', async () => {
    unwrap(await cluster.objects.create(configMap('patient'), { signal }));
    const busy = { kind: 'status', code: 429, retryAfterSeconds: 1 } as const;
    cluster.sandbox.faults.inject({ match: { verb: 'get' }, effect: busy, times: 1 });
    cluster.sandbox.faults.inject({ match: { verb: 'create' }, effect: busy, times: 1 });

    const read = await cluster.objects.read(refTo('patient'), { signal });
    const written = await cluster.objects.create(configMap('impatient'), { signal });

    expect(read).toMatchObject({ ok: true });
    expect(written).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });

  it('that is cut off is unavailable', async () => {
    cluster.sandbox.faults.inject({ effect: { kind: 'drop' }, times: 1 });

    const read = await cluster.objects.read(refTo('x'), { signal });

    expect(read).toMatchObject({ ok: false, error: { kind: 'unavailable' } });
  });

  it.each([
    [400, '{}', 'invalid'],
    [403, '{}', 'forbidden'],
    [404, '404 page not found', 'no-such-kind'],
    [404, '{"reason":"NotFound","details":{"name":"x"}}', 'not-found'],
    [409, '{"reason":"Conflict"}', 'conflict'],
    [409, '{"reason":"AlreadyExists"}', 'already-exists'],
    [410, '{"reason":"Expired"}', 'unavailable'],
    [422, '{"reason":"Invalid"}', 'invalid'],
    [500, 'oops', 'unavailable'],
    [503, '', 'unavailable'],
  ])('answered with %i %s is %s', async (status, body, kind) => {
    const server = await serve((_, response) => response.writeHead(status).end(body));
    const transport = transportTo(server.url);

    const answer = await transport.call(call, { signal });
    await transport.close();
    await server.close();

    expect(answer).toMatchObject({ ok: false, error: { status, error: { kind } } });
  });

  it('about a Secret does not repeat what the server quotes', async () => {
    const server = await serve((_, response) => {
      response.writeHead(422).end('{"reason":"Invalid","message":"Invalid value: \\"hunter2\\""}');
    });
    const transport = transportTo(server.url);

    const answer = await transport.call({ ...call, resource: 'secrets' }, { signal });
    await transport.close();
    await server.close();

    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });

  it('shows new credentials when the old ones are refused', async () => {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401).end('{}');
    });
    const transport = createTransport({
      connection: {
        url: server.url,
        proxy: undefined,
        namespace: undefined,
        credentials: async ({ renew } = { renew: false }) => ({
          headers: { Authorization: renew ? 'Bearer new' : 'Bearer old' },
          tls: {},
        }),
      },
      clock: systemClock,
    });

    const answers = [await transport.call(call, { signal }), await transport.call(call, { signal })];
    await transport.close();
    await server.close();

    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(seen).toEqual(['Bearer old', 'Bearer new', 'Bearer new']);
  });

  it('waits its turn beyond the burst, unless it is urgent', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const transport = transportTo(server.url, { burst: 2, perSecond: 0.001 });
    const caller = new AbortController();

    await transport.call(call, { signal });
    await transport.call(call, { signal });
    const held = transport.call(call, { signal: caller.signal });
    const urgent = await transport.call({ ...call, urgent: true }, { signal });
    caller.abort(new Error('enough'));

    expect(urgent.ok).toBe(true);
    await expect(held).rejects.toThrow('enough');
    await transport.close();
    await server.close();
  });
});

describe('a connection', () => {
  it('is shared: many calls one after another do not open many', async () => {
    const ports = new Set<number | undefined>();
    const server = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    const transport = transportTo(server.url);
    for (let call = 0; call < 20; call += 1) {
      await transport.call({ verb: 'get', resource: 'x', path: '/' }, { signal });
    }
    await transport.close();
    await server.close();

    expect(ports.size).toBeLessThan(3);
  });

  it('says what is wrong with a kubeconfig without quoting it', () => {
    expect(connect({ kubeconfig: '/nowhere/config' })).toMatchObject({ ok: false });
    const result = connect({ kubeconfig: cluster.kubeconfig, context: 'moon' });
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('"moon"') });
  });
});
