import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';

import { createHttp } from '../../../src/adapters/http.ts';
import { makeCredentials } from '../../../src/sandbox/certificate.ts';
import { instant, millis } from '../../../src/shared/brand.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { retryAfterOf, type HttpRequest } from '../../../src/shared/http.ts';
import { readText, serve, type Loopback } from '../../support/loopback.ts';

const client = createHttp({ clock: systemClock });
const never = new AbortController().signal;
const open: { close(): unknown }[] = [];

function closing<Server extends { close(): unknown }>(server: Server): Server {
  open.push(server);
  return server;
}

function get(url: string, more: Partial<HttpRequest> = {}): ReturnType<typeof client.http> {
  return client.http({ method: 'GET', url, timeout: millis(2_000), ...more }, { signal: never });
}

afterEach(async () => {
  client.close();
  for (const server of open.splice(0)) await server.close();
});

describe('an HTTP call', () => {
  it('sends method, headers and body as they are', async () => {
    const seen: unknown[] = [];
    const server = closing(
      await serve((request, response) => {
        seen.push(request.method, request.headers['x-many'], request.headers['content-type']);
        void readText(request).then((body) => {
          seen.push(body);
          response.writeHead(201).end('made');
        });
      }),
    );

    const answer = await get(server.url, {
      method: 'POST',
      headers: { 'X-Many': ['a', 'b'], 'Content-Type': 'application/json' },
      body: 'not json, sent anyway ',
    });

    expect(answer).toMatchObject({ ok: true, value: { status: 201, body: 'made' } });
    expect(seen).toEqual(['POST', 'a, b', 'application/json', 'not json, sent anyway ']);
  });

  it('says how long it is asked to wait, where it is', async () => {
    const headers = ['30', new Date(Date.now() + 3_600_000).toUTCString(), 'soon'];
    const server = closing(
      await serve((_, response) => response.writeHead(429, { 'retry-after': headers.shift() ?? '' }).end()),
    );
    const asked = async (): Promise<number | undefined> => {
      const answer = await get(server.url);
      return answer.ok ? answer.value.retryAfter : undefined;
    };

    expect(await asked()).toBe(30_000);
    const hour = (await asked()) ?? 0;
    expect(hour).toBeGreaterThan(3_000_000);
    expect(hour).toBeLessThanOrEqual(3_600_000);
    expect(await asked()).toBeUndefined();
  });

  it('takes a status of 500 as an answer', async () => {
    const server = closing(await serve((_, response) => response.writeHead(500).end('{"a":1}')));

    expect(await get(server.url)).toMatchObject({ ok: true, value: { status: 500, body: '{"a":1}' } });
  });

  it.each([
    ['120', 120_000],
    ['0.25', 250],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['-3', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j in Retry-After as %j milliseconds', (header, span) => {
    expect(retryAfterOf(header, instant(Date.UTC(2026, 0, 1)))).toBe(span);
  });

  it('times out when the answer does not begin, and when it does not end', async () => {
    const server = closing(
      await serve((request, response) => {
        if (request.url === '/slow-body') response.writeHead(200).write('begun');
      }),
    );

    for (const path of ['/silent', '/slow-body']) {
      const answer = await get(`${server.url}${path}`, { timeout: millis(60) });
      expect(answer).toMatchObject({ ok: false, error: { kind: 'timeout' } });
    }
  });

  it('cuts an answer off at the limit and still says how it began', async () => {
    const server = closing(await serve((_, response) => response.writeHead(202).end('x'.repeat(2_000))));

    const answer = await get(server.url, { maxBytes: 1_000 });

    expect(answer).toMatchObject({ ok: false, error: { kind: 'too-large', status: 202 } });
    expect(await get(server.url, { maxBytes: 2_000 })).toMatchObject({ ok: true });
  });

  it('rejects with the reason of the caller who gave up', async () => {
    const server = closing(await serve(() => undefined));
    const caller = new AbortController();
    const pending = client.http(
      { method: 'GET', url: server.url, timeout: millis(5_000) },
      { signal: caller.signal },
    );

    caller.abort(new Error('leadership lost'));

    await expect(pending).rejects.toThrow('leadership lost');
  });

  it('says that nobody listens, without the secrets of the address', async () => {
    const server = await serve(() => undefined);
    await server.close();
    const { host } = new URL(server.url);

    const answer = await get(`http://joe:hunter2@${host}/services/T0/B0/XXX?token=abc`);

    expect(answer.ok).toBe(false);
    const text = JSON.stringify(answer);
    expect(text).toContain('ECONNREFUSED');
    expect(text).not.toMatch(/hunter2|abc|services/);
  });

  it('says that an address is none, and that a proxy is none', async () => {
    expect(await get('nowhere')).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(await get('http://localhost', { proxy: 'squid' })).toMatchObject({
      ok: false,
      error: { kind: 'unreachable', detail: expect.stringContaining('the proxy is not a URL') },
    });
  });
});

describe('redirects', () => {
  it('are followed, and take the caller’s headers along on the same host only', async () => {
    const seen: (string | undefined)[] = [];
    const foreign = closing(
      await serve((request, response) => {
        seen.push(request.headers['dd-api-key'] as string | undefined);
        response.end('there');
      }),
    );
    const server = closing(
      await serve((request, response) => {
        seen.push(request.headers['dd-api-key'] as string | undefined);
        const location = request.url === '/' ? '/again' : `${foreign.url}/end`;
        response.writeHead(302, { location }).end();
      }),
    );

    const answer = await get(`${server.url}/`, { headers: { 'DD-API-KEY': 'k' } });

    expect(answer).toMatchObject({ ok: true, value: { status: 200, body: 'there' } });
    expect(seen).toEqual(['k', 'k', undefined]);
  });

  it.each([
    [302, 'GET', ''],
    [307, 'POST', '{"a":1}'],
  ])('of a POST by %d are followed by a %s', async (status, method, sent) => {
    const seen: unknown[] = [];
    const server = closing(
      await serve((request, response) => {
        void readText(request).then((body) => {
          if (request.url === '/') return response.writeHead(status, { location: '/end' }).end();
          seen.push(request.method, body);
          return response.writeHead(403).end('Forbidden');
        });
      }),
    );

    const answer = await get(`${server.url}/`, { method: 'POST', body: '{"a":1}' });

    expect(answer).toMatchObject({ ok: true, value: { status: 403, body: 'Forbidden' } });
    expect(seen).toEqual([method, sent]);
  });
});

describe('certificates', () => {
  async function secure(): Promise<Loopback & { sockets: () => number }> {
    const { certificate, key } = makeCredentials(Date.now(), ['localhost'], ['127.0.0.1']);
    const sockets = new Set<unknown>();
    const server = createSecureServer({ cert: certificate, key }, (_, response) => response.end('secure'));
    server.on('connection', (socket) => {
      sockets.add(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const close = async (): Promise<void> => {
      server.close();
      server.closeAllConnections();
    };
    return { url: `https://127.0.0.1:${port}`, close, sockets: () => sockets.size };
  }

  it('are verified unless the request says otherwise', async () => {
    const server = closing(await secure());

    expect(await get(server.url)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(await get(server.url, { insecure: true })).toMatchObject({ ok: true, value: { body: 'secure' } });
    expect(await get(server.url)).toMatchObject({ ok: false });
  });

  it('that are not verified still share one connection', async () => {
    const server = closing(await secure());

    for (let call = 0; call < 5; call += 1) await get(server.url, { insecure: true });

    expect(server.sockets()).toBe(1);
  });
});

describe('a proxy named in the request', () => {
  it('is asked for plain addresses by their full name, and told its password', async () => {
    const seen: unknown[] = [];
    const proxy = closing(
      await serve((request, response) => {
        seen.push(request.url, request.headers['proxy-authorization']);
        response.end('by proxy');
      }),
    );
    const { host } = new URL(proxy.url);

    const answer = await get('http://target.invalid/path', { proxy: `http://u:p%40@${host}` });

    expect(answer).toMatchObject({ ok: true, value: { body: 'by proxy' } });
    expect(seen).toEqual(['http://target.invalid/path', `Basic ${Buffer.from('u:p@').toString('base64')}`]);
  });

  it('is asked for a tunnel to secure addresses', async () => {
    const { certificate, key } = makeCredentials(Date.now(), ['localhost'], ['127.0.0.1']);
    const target = createSecureServer({ cert: certificate, key }, (_, response) =>
      response.end('end to end'),
    );
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const tunnels: (string | undefined)[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url);
      const far = connect((target.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        far.pipe(socket);
        socket.pipe(far);
      });
      far.on('error', () => socket.destroy());
      socket.on('error', () => far.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as AddressInfo;

    const answer = await get(`https://127.0.0.1:${port}/x`, {
      insecure: true,
      proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    });

    expect(answer).toMatchObject({ ok: true, value: { body: 'end to end' } });
    expect(tunnels).toEqual([`127.0.0.1:${port}`]);
    target.closeAllConnections();
    proxy.closeAllConnections();
    target.close();
    proxy.close();
  });
});
