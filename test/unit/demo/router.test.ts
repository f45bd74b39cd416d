import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { freePort, listen, type Listener } from '../../../hack/demo/loopback.ts';
import { startProxy } from '../../../hack/demo/proxy.ts';
import { startRouter, type Router, type Served } from '../../../hack/demo/router.ts';
import { hasService, serviceOf } from '../../../hack/demo/routing.ts';
import { FakeCluster, weights } from './cluster.ts';

let cluster: FakeCluster;
let router: Router;
let served: Served[];
let pods: Listener[];
const opened: { stop(): Promise<void> }[] = [];

/** A pod that answers with its name and the status its path asks for. */
async function pod(name: string): Promise<Listener> {
  const listener = await listen((incoming, response) => {
    const status = Number(/\/status\/(\d+)/.exec(incoming.url ?? '')?.[1] ?? 200);
    response.writeHead(status, { 'x-host': incoming.headers.host ?? '' });
    incoming.on('data', () => undefined).on('end', () => response.end(name));
  });
  opened.push(listener);
  return listener;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly host: string | undefined;
}

function get(base: string, host: string, path = '/', headers: Record<string, string> = {}): Promise<Reply> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const asking = request(
      { hostname, port, path, headers: { ...headers, host }, agent: false },
      (answer) => {
        let body = '';
        answer.setEncoding('utf8').on('data', (part: string) => (body += part));
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, body, host: answer.headers['x-host']?.toString() });
        });
      },
    );
    asking.on('error', reject).end();
  });
}

async function bodies(count: number, host = 'podinfo:9898'): Promise<Record<string, number>> {
  const tally: Record<string, number> = {};
  for (let turn = 0; turn < count; turn += 1) {
    const { body } = await get(router.url, host);
    tally[body] = (tally[body] ?? 0) + 1;
  }
  return tally;
}

beforeEach(async () => {
  cluster = new FakeCluster();
  served = [];
  pods = [await pod('primary'), await pod('canary')];
  const [primary, canary] = pods;
  cluster.addService('podinfo', 'podinfo-primary', ['127.0.0.1'], primary?.port ?? 0);
  cluster.addService('podinfo-primary', 'podinfo-primary', ['127.0.0.1'], primary?.port ?? 0);
  cluster.addService('podinfo-canary', 'podinfo', ['127.0.0.1'], canary?.port ?? 0);
  router = await startRouter({ view: cluster, home: 'prod', onServed: (one) => served.push(one) });
  opened.push(router);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});

describe('the router', () => {
  it('sends everything to the Service while there is no VirtualService', async () => {
    expect(await bodies(5)).toEqual({ primary: 5 });
  });

  it('gives each destination its share of the requests, to the request', async () => {
    cluster.setVirtualService([weights(80, 20)]);
    expect(await bodies(50)).toEqual({ primary: 40, canary: 10 });
  });

  it('follows a change of weights with the next request', async () => {
    cluster.setVirtualService([weights(100, 0)]);
    expect(await bodies(5)).toEqual({ primary: 5 });
    cluster.setVirtualService([weights(0, 100)]);
    expect(await bodies(5)).toEqual({ canary: 5 });
  });

  it('knows a Service by its short name and by its long ones', async () => {
    for (const host of [
      'podinfo',
      'podinfo.prod',
      'podinfo.prod.svc',
      'podinfo.prod.svc.cluster.local:9898',
    ]) {
      expect(await get(router.url, host)).toMatchObject({ status: 200, body: 'primary' });
    }
    expect((await get(router.url, 'podinfo.test')).status).toBe(404);
  });

  it('sends requests with a header to the route that matches it', async () => {
    cluster.setVirtualService([
      { match: [{ headers: { 'x-canary': { exact: 'insider' } } }], ...weights(0, 100) },
      weights(100, 0),
    ]);
    expect((await get(router.url, 'podinfo', '/', { 'X-Canary': 'insider' })).body).toBe('canary');
    expect((await get(router.url, 'podinfo', '/', { 'X-Canary': 'other' })).body).toBe('primary');
    expect((await get(router.url, 'podinfo')).body).toBe('primary');
  });

  it('copies requests to a mirror without its answer reaching anybody', async () => {
    cluster.setVirtualService([
      { ...weights(100, 0), mirror: { host: 'podinfo-canary' }, mirrorPercentage: { value: 50 } },
    ]);
    expect(await bodies(10)).toEqual({ primary: 10 });
    const end = Date.now() + 2_000;
    while (served.length < 15 && Date.now() < end) await new Promise((resolve) => setImmediate(resolve));
    expect(served.filter(({ mirrored }) => mirrored).map(({ workload }) => workload)).toEqual(
      Array(5).fill('podinfo'),
    );
  });

  it('answers 503 when no pod is ready', async () => {
    cluster.addService('empty', 'empty', [], 9898);
    expect(await get(router.url, 'empty.prod')).toMatchObject({ status: 503 });
    expect(served).toEqual([expect.objectContaining({ workload: undefined, status: 503 })]);
  });

  it('leaves out a pod that is not ready', async () => {
    cluster.addService('half', 'half', ['127.0.0.1'], pods[0]?.port ?? 0);
    cluster.objects = cluster.objects.map((object) =>
      object.metadata.name === 'half-x'
        ? { ...object, endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: false } }] }
        : object,
    );
    expect((await get(router.url, 'half.prod')).status).toBe(503);
  });

  it('tries another pod when one does not accept the connection', async () => {
    cluster.objects = [];
    // Nobody listens on 127.0.0.9; the pod listens on 127.0.0.1 only.
    cluster.addService('podinfo', 'podinfo', ['127.0.0.9', '127.0.0.1'], pods[0]?.port ?? 0);
    expect(await bodies(6)).toEqual({ primary: 6 });
  });

  it('keeps the host the client asked for', async () => {
    expect((await get(router.url, 'podinfo.prod:9898')).host).toBe('podinfo.prod:9898');
  });

  it("exports what it counted under Istio's names", async () => {
    cluster.setVirtualService([weights(50, 50)]);
    for (const path of ['/', '/', '/status/500', '/status/500']) await get(router.url, 'podinfo', path);
    const text = await (await fetch(router.metricsUrl)).text();
    const labels = 'reporter="destination",destination_workload_namespace="prod",destination_workload';
    expect(text).toContain(`istio_requests_total{${labels}="podinfo",response_code="200"} 1`);
    expect(text).toContain(`istio_requests_total{${labels}="podinfo",response_code="500"} 1`);
    expect(text).toContain(`istio_requests_total{${labels}="podinfo-primary",response_code="500"} 1`);
    expect(text).toMatch(/istio_request_duration_milliseconds_bucket\{[^}]*le="\+Inf"\} 1/);
    expect(text).toMatch(/istio_request_duration_milliseconds_count\{[^}]*\} 1/);
  });

  it('exports zeros for a workload nobody has asked anything yet', async () => {
    const text = await (await fetch(router.metricsUrl)).text();
    expect(text).toMatch(
      /istio_requests_total\{[^}]*destination_workload="podinfo",response_code="200"\} 0\n/,
    );
  });
});

describe('the proxy', () => {
  async function proxyUrl(): Promise<string> {
    const helper = await pod('load tester');
    const proxy = await startProxy({
      router: router.url,
      home: 'prod',
      isService: (asked) => hasService(asked, cluster),
      helpers: new Map([
        ['load-tester.prod', helper.url],
        ['gone.prod', `http://127.0.0.1:${await freePort()}`],
      ]),
    });
    opened.push(proxy);
    return proxy.url;
  }

  it('leads Services to the router and helpers to their listeners', async () => {
    const proxy = await proxyUrl();
    expect(await get(proxy, 'podinfo:9898', 'http://podinfo:9898/')).toMatchObject({
      status: 200,
      body: 'primary',
    });
    expect(await get(proxy, 'load-tester.prod', 'http://load-tester.prod/')).toMatchObject({
      body: 'load tester',
    });
    expect(await get(proxy, 'x', 'http://load-tester.prod.svc.cluster.local/')).toMatchObject({
      body: 'load tester',
    });
  });

  it('goes by the address asked for, whatever the Host header says', async () => {
    const answer = await get(await proxyUrl(), 'other.example', 'http://podinfo.prod:9898/');
    expect(answer).toMatchObject({ body: 'primary', host: 'podinfo.prod:9898' });
  });

  it('says so when a name means nothing here', async () => {
    const answer = await get(await proxyUrl(), 'example.com', 'http://example.com/secret?token=1');
    expect(answer).toMatchObject({
      status: 502,
      body: 'no Service and no helper of the demo is called example.com\n',
    });
  });

  it('says so when a helper does not answer', async () => {
    const answer = await get(await proxyUrl(), 'gone.prod', 'http://gone.prod/');
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('gone.prod does not answer');
  });
});

describe('service names', () => {
  it.each([
    ['podinfo', { name: 'podinfo', namespace: 'prod' }],
    ['podinfo:9898', { name: 'podinfo', namespace: 'prod' }],
    ['podinfo.test', { name: 'podinfo', namespace: 'test' }],
    ['podinfo.test.svc.cluster.local', { name: 'podinfo', namespace: 'test' }],
    ['www.example.com', undefined],
    ['127.0.0.1', undefined],
    ['*', undefined],
  ])('%s', (host, expected) => {
    expect(serviceOf(host, 'prod')).toEqual(expected);
  });
});
