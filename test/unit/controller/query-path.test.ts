import { describe, expect, it } from '@jest/globals';
import { QueryPath } from '../../../src/controller/query-path.ts';
import type { MetricBackend, MetricError, PrometheusPort } from '../../../src/metrics/provider.ts';
import { millis } from '../../../src/shared/brand.ts';
import type { Http } from '../../../src/shared/http.ts';
import { err, ok, type Result } from '../../../src/shared/result.ts';
import { HandClock } from '../../support/clock.ts';
import { FakeTools } from './tools.ts';

type Said = Result<number, MetricError>;

const NOBODY: Said = err({ kind: 'unreachable', detail: 'http://prometheus: connection refused' });
const LATE: Said = err({ kind: 'unreachable', detail: 'http://prometheus: no answer within 5000 ms' });
const rejected = (status: number, after?: number): Said =>
  err({ kind: 'rejected', status, detail: 'no', ...(after !== undefined && { retryAfter: millis(after) }) });

const aBackend = (backend: Partial<MetricBackend> = {}): MetricBackend => ({
  type: 'prometheus',
  address: 'http://prometheus:9090',
  headers: {},
  region: '',
  insecureSkipVerify: false,
  credentials: {},
  ...backend,
});

/** A Prometheus that takes 100 ms for an answer, which is the number of queries so far unless it is told otherwise. */
class Backend implements PrometheusPort {
  readonly clock = new HandClock();
  readonly asked: string[] = [];
  readonly aborted: string[] = [];
  readonly said: Said[] = [];
  took = 100;
  most = 0;
  #now = 0;
  readonly #start = this.clock.steady();
  readonly path: QueryPath;

  constructor(width?: number) {
    const tools = new FakeTools();
    const { identity, objects, paths, random } = tools;
    const ports = { http: this.#http, prometheus: this, identity, objects, paths, random, clock: this.clock };
    this.path = new QueryPath(ports, width);
  }

  async query(_: unknown, query: string, { signal }: { readonly signal: AbortSignal }): Promise<Said> {
    this.asked.push(`${query} at ${this.clock.steady() - this.#start}`);
    this.most = Math.max(this.most, (this.#now += 1));
    const answer = this.said.shift() ?? ok(this.asked.length);
    try {
      await this.clock.sleep(millis(this.took), { signal });
      return answer;
    } catch (error) {
      this.aborted.push(query);
      throw error;
    } finally {
      this.#now -= 1;
    }
  }

  readonly #http: Http = async ({ url }) => {
    this.asked.push(url);
    return ok({ status: 429, body: '', elapsed: millis(1), retryAfter: millis(60_000) });
  };

  ask(
    query: string,
    backend: Partial<MetricBackend> = {},
    signal = new AbortController().signal,
  ): Promise<Said> {
    const provider = this.path.provider(aBackend(backend));
    if (!provider.ok) throw new Error(provider.error);
    return provider.value.query({ query, interval: '1m' }, { signal });
  }

  /** Asks as many at once, each something else. */
  askMany(count: number, backend: Partial<MetricBackend> = {}): Promise<readonly Said[]> {
    return Promise.all(Array.from({ length: count }, (_, index) => this.ask(`q${index}`, backend)));
  }
}

describe('equal queries', () => {
  it('of one moment are asked once', async () => {
    const backend = new Backend();
    const first = [backend.ask('up'), backend.ask('up')];
    await backend.clock.advance(999);
    const second = backend.ask('up');
    await backend.clock.advance(1);
    const third = backend.ask('up');
    await backend.clock.advance(200);
    expect(await Promise.all([...first, second, third])).toEqual([ok(1), ok(1), ok(1), ok(2)]);
    expect(backend.asked).toEqual(['up at 0', 'up at 1000']);
  });

  it.each<[string, Partial<MetricBackend>]>([
    ['another password', { credentials: { username: 'a', password: 'new' } }],
    ['no password', {}],
    [
      'another header',
      { credentials: { username: 'a', password: 'old' }, headers: { 'X-Scope-OrgID': ['2'] } },
    ],
    ['another address', { credentials: { username: 'a', password: 'old' }, address: 'http://other:9090' }],
    [
      'another certificate rule',
      { credentials: { username: 'a', password: 'old' }, insecureSkipVerify: true },
    ],
  ])('with %s are asked for each', async (_, other) => {
    const backend = new Backend();
    const asking = [
      backend.ask('up', { credentials: { username: 'a', password: 'old' } }),
      backend.ask('up', other),
    ];
    await backend.clock.advance(100);
    await Promise.all(asking);
    expect(backend.asked).toHaveLength(2);
  });

  it('are asked for each where query or interval differ', async () => {
    const backend = new Backend();
    const provider = backend.path.provider(aBackend());
    if (!provider.ok) throw new Error(provider.error);
    const { signal } = new AbortController();
    const asking = [
      provider.value.query({ query: 'up', interval: '1m' }, { signal }),
      provider.value.query({ query: 'up', interval: '2m' }, { signal }),
      provider.value.query({ query: 'down', interval: '1m' }, { signal }),
    ];
    await backend.clock.advance(100);
    await Promise.all(asking);
    expect(backend.asked).toHaveLength(3);
  });

  it('share what went wrong while they wait, and no longer', async () => {
    const backend = new Backend();
    backend.said.push(rejected(422), err({ kind: 'no-data' }));
    const asking = [backend.ask('up'), backend.ask('up')];
    await backend.clock.advance(100);
    expect(await Promise.all(asking)).toEqual([rejected(422), rejected(422)]);
    const again = [backend.ask('up')];
    await backend.clock.advance(100);
    again.push(backend.ask('up'));
    expect(await Promise.all(again)).toEqual([err({ kind: 'no-data' }), err({ kind: 'no-data' })]);
    expect(backend.asked).toHaveLength(2);
  });

  it('are not taken away from others by one who leaves, and end with the last who waits', async () => {
    const backend = new Backend();
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    const leaving = backend.ask('up', {}, first.signal);
    const staying = backend.ask('up', {}, second.signal);
    await backend.clock.advance(50);
    first.abort(new Error('the pass is over'));
    await expect(leaving).rejects.toThrow('the pass is over');
    await backend.clock.advance(50);
    expect(await staying).toEqual(ok(1));
    expect(backend.aborted).toEqual([]);

    const alone = backend.ask('down', {}, third.signal);
    await backend.clock.advance(50);
    third.abort(new Error('stopping'));
    await expect(alone).rejects.toThrow('stopping');
    const next = backend.ask('down');
    await backend.clock.advance(100);
    expect(await next).toEqual(ok(3));
    expect(backend.aborted).toEqual(['down']);
    expect(backend.clock.sleepers).toBe(0);
  });

  it('of a check that a system answers are put once as well', async () => {
    const backend = new Backend();
    backend.said.push(ok(1));
    const provider = backend.path.provider(aBackend());
    if (!provider.ok) throw new Error(provider.error);
    const { signal } = new AbortController();
    const asking = [provider.value.check({ signal }), provider.value.check({ signal })];
    await backend.clock.advance(100);
    expect(await Promise.all(asking)).toEqual([ok(undefined), ok(undefined)]);
    expect(backend.asked).toEqual(['vector(1) at 0']);
  });
});

describe('many queries', () => {
  it('go to one system at most so many at a time, and all are answered', async () => {
    const backend = new Backend();
    const asking = backend.askMany(1_000);
    await backend.clock.advance(10_000);
    expect((await asking).filter(({ ok: answered }) => answered)).toHaveLength(1_000);
    expect(backend.most).toBe(10);
  });

  it('wait longer than patience lasts while others are answered', async () => {
    const backend = new Backend(1);
    backend.took = 4_000;
    const asking = backend.askMany(5);
    await backend.clock.advance(20_000);
    expect((await asking).map(({ ok: answered }) => answered)).toEqual([true, true, true, true, true]);
  });

  it('wait half a minute at most, for whoever asks can do nothing else meanwhile', async () => {
    const backend = new Backend(1);
    backend.took = 4_000;
    const asking = backend.askMany(20);
    await backend.clock.advance(30_000);
    await backend.clock.advance(4_000);
    const answers = await asking;
    expect(answers.filter((answer) => answer.ok)).toHaveLength(8);
    expect(answers.at(-1)).toEqual(
      err({ kind: 'unreachable', detail: 'not asked, since others were before for 30s' }),
    );
  });

  it('to other systems, or as somebody else, do not wait', async () => {
    const backend = new Backend(1);
    const asking = [{}, { address: 'http://other:9090' }, { credentials: { token: 't' } }].map((other) =>
      backend.ask('up', other),
    );
    await backend.clock.advance(100);
    await Promise.all(asking);
    expect(backend.most).toBe(3);
  });

  it('are kept from a system that asks for patience, for as long as it asks', async () => {
    const backend = new Backend();
    backend.said.push(rejected(429, 3_000));
    const asking = [backend.ask('first')];
    await backend.clock.advance(200);
    asking.push(backend.ask('second'), backend.ask('third'));
    await backend.clock.advance(4_000);
    await Promise.all(asking);
    // The first is put once more; one tries, and then all go on.
    expect(backend.asked).toEqual(['first at 0', 'second at 3100', 'third at 3200', 'first at 3200']);
  });

  it('to a system that does not answer are left to one, after pauses that grow, and told so', async () => {
    const backend = new Backend();
    backend.said.push(...Array.from({ length: 40 }, () => NOBODY));
    const first = backend.ask('q');
    await backend.clock.advance(100);
    expect(await first).toEqual(NOBODY);
    const asking = backend.askMany(100);
    await backend.clock.advance(20_000);
    const said = await asking;
    const untold = said.filter(
      (one) => !one.ok && 'detail' in one.error && one.error.detail.startsWith('not asked'),
    );
    expect(backend.asked.map((line) => line.split(' at ')[1])).toEqual([
      '0',
      '350',
      '950',
      '2050',
      '4150',
      '8250',
    ]);
    expect(untold).toHaveLength(95);
    expect(untold[0]).toEqual(
      err({ kind: 'unreachable', detail: 'not asked, since it has answered nobody for 10s' }),
    );
    expect(backend.clock.sleepers).toBe(0);
  });

  it('go on at once when a system answers again', async () => {
    const backend = new Backend();
    backend.said.push(NOBODY);
    const first = backend.ask('q');
    await backend.clock.advance(100);
    await first;
    const asking = backend.askMany(20);
    await backend.clock.advance(700);
    expect((await asking).filter(({ ok: answered }) => answered)).toHaveLength(20);
    expect(backend.most).toBe(10);
  });

  it('are not held back by one that takes too long while others are answered', async () => {
    const backend = new Backend(2);
    backend.said.push(LATE);
    backend.took = 5_000;
    const slow = backend.ask('slow');
    await backend.clock.advance(10);
    backend.took = 100;
    const quick = [backend.ask('one'), backend.ask('two')];
    await backend.clock.advance(4_990);
    expect(await slow).toEqual(LATE);
    quick.push(backend.ask('three'), backend.ask('four'));
    await backend.clock.advance(100);
    expect((await Promise.all(quick)).map(({ ok: answered }) => answered)).toEqual([true, true, true, true]);
  });

  it('that are refused for what they ask keep nobody waiting', async () => {
    const backend = new Backend();
    backend.said.push(rejected(422), rejected(400), rejected(500));
    const asking = [backend.askMany(3)];
    await backend.clock.advance(100);
    asking.push(backend.askMany(3));
    await backend.clock.advance(100);
    await Promise.all(asking);
    expect(backend.asked).toHaveLength(6);
  });

  it('of systems that are asked by HTTP are kept in the same line', async () => {
    const backend = new Backend();
    const graphite = { type: 'graphite', address: 'http://graphite' };
    const asking = [backend.ask('a', graphite)];
    await backend.clock.advance(1);
    asking.push(backend.ask('b', graphite));
    await backend.clock.advance(10_000);
    const [, second] = await Promise.all(asking);
    expect(backend.asked).toHaveLength(1);
    expect(second).toMatchObject({ error: { detail: 'not asked, since it has answered nobody for 10s' } });
  });
});
