import { afterEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';

import { parseHey, type Load } from '../../../src/load-tester/command-line.ts';
import { generate, type LoadOptions } from '../../../src/load-tester/load.ts';
import { Tally } from '../../../src/load-tester/tally.ts';
import { after, instant, type Instant, type Millis } from '../../../src/shared/brand.ts';
import { readText, serve, type Loopback } from '../../support/loopback.ts';

const open: Loopback[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface Seen {
  readonly url: string | undefined;
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that remembers, and answers with the given statuses in turn. */
async function aServer(
  ...statuses: readonly number[]
): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = await serve((request, response) => {
    void readText(request).then((body) => {
      const status = statuses.length === 0 ? 200 : (statuses[seen.length % statuses.length] ?? 200);
      seen.push({ url: request.url, method: request.method, headers: request.headers, body });
      response.writeHead(status).end('hello');
    });
  });
  open.push(server);
  return { url: server.url, seen };
}

/** A clock on which sleeping takes no time but is counted. */
function jumpingClock(): LoadOptions['clock'] & { readonly slept: number[] } {
  const slept: number[] = [];
  let now: Instant = instant(0);
  return {
    slept,
    now: () => now,
    steady: () => now,
    sleep: async (span: Millis, { signal }) => {
      signal.throwIfAborted();
      slept.push(span);
      now = after(now, span);
    },
  };
}

const loadOf = (command: string): Load => {
  const load = parseHey(command);
  if (!load.ok) throw new Error(load.error);
  return load.value;
};

const options = (more: Partial<LoadOptions> = {}): LoadOptions => ({
  clock: jumpingClock(),
  signal: new AbortController().signal,
  proxyFor: () => undefined,
  ...more,
});

describe('load', () => {
  it('is exactly the number of requests, over all workers', async () => {
    const { url, seen } = await aServer();
    const tally = await generate(loadOf(`hey -n 10 -c 3 ${url}/x`), options());
    expect(seen).toHaveLength(10);
    expect([...tally.statuses]).toEqual([[200, 10]]);
  });

  it('is paced per worker', async () => {
    const { url } = await aServer();
    const clock = jumpingClock();
    await generate(loadOf(`hey -n 4 -c 1 -q 5 ${url}`), options({ clock }));
    expect(clock.slept).toEqual([200, 200, 200]);
  });

  it('ends with its time', async () => {
    const { url, seen } = await aServer();
    // Without its pace it would never end: this clock moves only while somebody sleeps.
    const signal = AbortSignal.timeout(1_000);
    await generate(loadOf(`hey -z 1s -c 1 -q 10 ${url}`), options({ signal }));
    expect(seen).toHaveLength(10);
  });

  it('sends method, headers, host and body', async () => {
    const { url, seen } = await aServer();
    await generate(
      loadOf(`hey -n 1 -c 1 -m PUT -d data -host shop.test -H 'x-user: a' ${url}/p?q=1`),
      options(),
    );
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      url: '/p?q=1',
      body: 'data',
      headers: { host: 'shop.test', 'x-user': 'a', 'content-length': '4' },
    });
  });

  it('goes through a proxy by the whole URL, and keeps the name of the host', async () => {
    const proxy = await aServer();
    await generate(
      loadOf('hey -n 1 -c 1 http://podinfo-canary.test:9898/x'),
      options({ proxyFor: () => proxy.url }),
    );
    expect(proxy.seen[0]).toMatchObject({
      url: 'http://podinfo-canary.test:9898/x',
      headers: { host: 'podinfo-canary.test:9898' },
    });
  });

  it('goes through the proxy of its own flag first', async () => {
    const proxy = await aServer();
    const command = `hey -n 1 -c 1 -x ${new URL(proxy.url).host} http://nowhere.invalid/`;
    await generate(loadOf(command), options({ proxyFor: () => 'http://127.0.0.1:1' }));
    expect(proxy.seen).toHaveLength(1);
  });

  it('counts answers by status', async () => {
    const { url } = await aServer(200, 500);
    const tally = await generate(loadOf(`hey -n 10 -c 1 ${url}`), options());
    expect([...tally.statuses]).toEqual([
      [200, 5],
      [500, 5],
    ]);
  });

  it('counts what fails by reason, and goes on', async () => {
    const { url } = await aServer();
    await open.splice(0)[0]?.close();
    const tally = await generate(loadOf(`hey -n 4 -c 2 ${url}`), options());
    expect([...tally.errors]).toEqual([['ECONNREFUSED', 4]]);
  });

  it('leaves others a turn while nothing can even be sent', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    const load = { ...loadOf('hey -n 1000000000 -c 1 http://localhost:1/'), method: 'G ET' };
    const tally = await generate(load, options({ signal: controller.signal }));
    expect([...tally.errors.keys()]).toEqual(['ERR_INVALID_HTTP_TOKEN']);
  });

  it('ends at once when told to, in the middle of a request', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort());
    open.push(server);
    const tally = await generate(
      loadOf(`hey -z 1h -c 1 ${server.url}`),
      options({ signal: controller.signal }),
    );
    expect(tally.errors.size + tally.statuses.size).toBe(0);
  });
});

describe('the summary', () => {
  it('reads like that of hey', () => {
    const tally = new Tally();
    for (let n = 1; n <= 100; n += 1) tally.answered(n > 98 ? 503 : 200, n, 10);
    tally.failed('ECONNRESET');
    const summary = tally.summary(2_000);
    expect(summary).toContain('  Total:\t2.0000 secs\n  Slowest:\t0.1000 secs\n  Fastest:\t0.0010 secs\n');
    expect(summary).toContain('  Average:\t0.0505 secs\n  Requests/sec:\t50.5000\n');
    expect(summary).toContain('  Total data:\t1000 bytes\n');
    expect(summary).toContain('Status code distribution:\n  [200]\t98 responses\n  [503]\t2 responses\n');
    expect(summary).toContain('Error distribution:\n  [1]\tECONNRESET\n');
  });

  it('places latencies within two percent', () => {
    const tally = new Tally();
    for (let n = 1; n <= 1_000; n += 1) tally.answered(200, n, 0);
    const [, median] = /50% in ([\d.]+) secs/.exec(tally.summary(1)) ?? [];
    expect(Number(median)).toBeGreaterThanOrEqual(0.5);
    expect(Number(median)).toBeLessThanOrEqual(0.51);
  });

  it('of nothing has no latencies', () => {
    expect(new Tally().summary(1_000)).toBe('\nSummary:\n  Total:\t1.0000 secs\n  Requests/sec:\t0.0000\n');
  });
});
