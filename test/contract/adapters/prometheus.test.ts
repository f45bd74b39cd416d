import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createSecureServer } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';

import { createPrometheus } from '../../../src/adapters/prometheus.ts';
import type { PrometheusEndpoint } from '../../../src/metrics/provider.ts';
import { makeCredentials } from '../../../src/sandbox/certificate.ts';
import { millis } from '../../../src/shared/brand.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { readText, serve, type Loopback } from '../../support/loopback.ts';

const port = createPrometheus({ clock: systemClock });
const never = new AbortController().signal;
const open: Loopback[] = [];

function endpoint(address: string, more: Partial<PrometheusEndpoint> = {}): PrometheusEndpoint {
  return { address, headers: {}, auth: { kind: 'none' }, insecureSkipVerify: false, ...more };
}

async function answering(status: number, body: unknown): Promise<string> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const server = await serve((_, response) => response.writeHead(status).end(text));
  open.push(server);
  return server.url;
}

function vector(...values: readonly string[]): unknown {
  const result = values.map((value) => ({ metric: {}, value: [1_700_000_000.5, value] }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

describe('a redirect to somebody else', () => {
  it('is followed without the headers that are for the Prometheus', async () => {
    const seen: unknown[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers['x-api-key']);
      response.writeHead(200).end(JSON.stringify(vector('1')));
    });
    const server = await serve((request, response) => {
      seen.push(request.headers['x-api-key']);
      response.writeHead(307, { location: `${other.url}${request.url ?? ''}` }).end();
    });
    open.push(other, server);
    const asked = endpoint(server.url, { headers: { 'X-Api-Key': ['hunter2'] } });
    expect(await port.query(asked, 'up', { signal: never })).toEqual({ ok: true, value: 1 });
    expect(seen).toEqual(['hunter2', undefined]);
  });
});

describe('an instant query', () => {
  it.each([
    ['a number', vector('99.5'), { ok: true, value: 99.5 }],
    ['infinity', vector('+Inf'), { ok: true, value: Infinity }],
    ['negative infinity', vector('-Inf'), { ok: true, value: -Infinity }],
    ['NaN', vector('NaN'), { ok: false, error: { kind: 'no-data' } }],
    ['nothing', vector(), { ok: false, error: { kind: 'no-data' } }],
    ['several series, of which the last counts', vector('1', '2', '3'), { ok: true, value: 3 }],
    [
      'a scalar',
      { status: 'success', data: { resultType: 'scalar', result: [1, '3'] } },
      { ok: true, value: 3 },
    ],
    [
      'a matrix',
      { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, '1']] }] } },
      { ok: false, error: { kind: 'malformed', detail: 'multiple values returned' } },
    ],
    ['a web page', '<html>sign in</html>', { ok: false, error: { kind: 'malformed' } }],
    ['JSON of another kind', '[1,2]', { ok: false, error: { kind: 'malformed' } }],
  ])('understands %s', async (_name, body, expected) => {
    const url = await answering(200, body);

    expect(await port.query(endpoint(url), 'up', { signal: never })).toMatchObject(expected);
  });

  it('reports a refusal with its status and the server’s words, cut short', async () => {
    const body = { status: 'error', errorType: 'bad_data', error: `parse error: ${'x'.repeat(900)}` };
    const url = await answering(400, body);

    const answer = await port.query(endpoint(url), 'up{', { signal: never });

    expect(answer).toMatchObject({ ok: false, error: { kind: 'rejected', status: 400 } });
    const detail = !answer.ok && 'detail' in answer.error ? answer.error.detail : '';
    expect(detail).toMatch(/^error response: Status 400 Bad Request: parse error: x+$/);
    expect(detail.length).toBeLessThan(360);
  });

  it('keeps the path of the address and sends headers and credentials, none of which shows in a failure', async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      seen.push(new URL(request.url ?? '', 'http://x').pathname, request.headers['x-scope-orgid']);
      seen.push(request.headers.authorization);
      response.writeHead(503).end('no');
    });
    open.push(server);
    const backend = endpoint(`${server.url}/prom/`, {
      headers: { 'X-Scope-OrgID': ['tenant-7'] },
      auth: { kind: 'basic', username: 'joe', password: 'hunter2' },
    });

    const refused = await port.query(backend, 'up', { signal: never });
    await server.close();
    const gone = await port.query(backend, 'up', { signal: never });

    expect(seen).toEqual(['/prom/api/v1/query', 'tenant-7', 'Basic am9lOmh1bnRlcjI=']);
    expect(gone).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(JSON.stringify([refused, gone])).not.toMatch(/tenant-7|hunter2|am9l/);
  });

  it('gives up when the answer takes too long, and rejects when the caller does', async () => {
    const server = await serve(() => undefined);
    open.push(server);
    const hasty = createPrometheus({ clock: systemClock, timeout: millis(50) });
    const caller = new AbortController();

    const late = await hasty.query(endpoint(server.url), 'up', { signal: never });
    const pending = port.query(endpoint(server.url), 'up', { signal: caller.signal });
    caller.abort(new Error('stopping'));

    expect(late).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    await expect(pending).rejects.toThrow('stopping');
  });

  it('skips the verification of a certificate when told to', async () => {
    const { certificate, key } = makeCredentials(Date.now(), ['localhost'], ['127.0.0.1']);
    const server = createSecureServer({ cert: certificate, key }, (request, response) => {
      void readText(request).then(() => response.end(JSON.stringify(vector('1'))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const strict = await port.query(endpoint(url), 'up', { signal: never });
    const lax = await port.query(endpoint(url, { insecureSkipVerify: true }), 'up', { signal: never });
    server.closeAllConnections();
    server.close();

    expect(strict).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(lax).toEqual({ ok: true, value: 1 });
  });
});

const installed = spawnSync('prometheus', ['--version']).status === 0;

/** Where the program is installed; elsewhere the recorded answers above have to do. */
const describeInstalled = installed ? describe : (): void => undefined;

describeInstalled('a real Prometheus', () => {
  it('answers as the tests above assume', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'serin-prometheus-'));
    await writeFile(join(folder, 'config.yml'), 'global: {}');
    const address = `127.0.0.1:${await freePort()}`;
    const flags = [`--config.file=${folder}/config.yml`, `--storage.tsdb.path=${folder}/data`];
    const child = spawn(
      'prometheus',
      [...flags, `--web.listen-address=${address}`, '--web.route-prefix=/prom'],
      {
        stdio: 'ignore',
      },
    );
    try {
      const backend = endpoint(`http://${address}/prom`);
      const ask = (query: string): ReturnType<typeof port.query> =>
        port.query(backend, query, { signal: never });
      for (let attempt = 0; attempt < 500 && !(await ask('vector(1)')).ok; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }

      expect(await ask('vector(1)')).toEqual({ ok: true, value: 1 });
      expect(await ask('vector(1/0)')).toEqual({ ok: true, value: Infinity });
      expect(await ask('vector(0/0)')).toMatchObject({ error: { kind: 'no-data' } });
      expect(await ask('absent_metric')).toMatchObject({ error: { kind: 'no-data' } });
      expect(await ask('3')).toEqual({ ok: true, value: 3 });
      expect(await ask('vector(1)[1m:10s]')).toMatchObject({
        error: { kind: 'malformed', detail: 'multiple values returned' },
      });
      expect(await ask('up{')).toMatchObject({
        error: { kind: 'rejected', status: 400, detail: expect.stringContaining('parse error') },
      });
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      await rm(folder, { recursive: true });
    }
  }, 20_000);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}
